from django.urls import path

from recommendations import views

app_name = "recommendations"
urlpatterns = [
    path("", views.RecommendationListView.as_view(), name="list"),
    path("<str:code>/", views.RecommendationView.as_view(), name="detail"),
]
