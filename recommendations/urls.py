"""Addresses below `/recommendations/`: a page for each recommendation and part, and one for each level."""

from django.urls import path

from recommendations import views

app_name = "recommendations"
urlpatterns = [
    path("", views.RecommendationListView.as_view(), name="list"),
    path("levels/<slug:level>/", views.LevelView.as_view(), name="level"),
    path("<str:code>/", views.RecommendationView.as_view(), name="detail"),
]
