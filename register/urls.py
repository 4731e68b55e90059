from django.urls import path, re_path

from register import views

app_name = "commitments"
urlpatterns = [
    path("", views.RegisterView.as_view(), name="list"),
    path("<str:reference>/", views.CommitmentView.as_view(), name="detail"),
    path("<str:reference>/mistake/", views.CorrectionView.as_view(), name="mistake"),
    path("<str:reference>/mistake/thanks/", views.MistakeThanksView.as_view(), name="mistake-thanks"),
    re_path(r"^(?P<reference>[^/]+)/cite\.(?P<form>bib|ris)$", views.CitationView.as_view(), name="cite"),
    path("<str:reference>/evidence/<uuid:name>/", views.EvidenceFileView.as_view(), name="evidence"),
]
