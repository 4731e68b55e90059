from django.urls import path

from commitments import views

app_name = "commitments"
urlpatterns = [
    path("", views.RegisterView.as_view(), name="list"),
    path("<str:reference>/", views.CommitmentView.as_view(), name="detail"),
    path("<str:reference>/evidence/<uuid:name>/", views.EvidenceFileView.as_view(), name="evidence"),
]
