"""Addresses below `/workgroups/`. Work plans have anchors on the list, and no pages."""

from django.urls import path

from workgroups import views

app_name = "workgroups"
urlpatterns = [
    path("", views.WorkGroupListView.as_view(), name="list"),
    path("<slug:slug>/", views.WorkGroupView.as_view(), name="detail"),
]
