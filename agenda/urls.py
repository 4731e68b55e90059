"""Addresses below `/agenda/`. `convergence/` cannot be taken for a point, because points are numbers."""

from django.urls import path

from agenda import views

app_name = "agenda"
urlpatterns = [
    path("", views.AgendaView.as_view(), name="list"),
    path("convergence/", views.ConvergenceView.as_view(), name="convergence"),
    path("<int:number>/", views.PointView.as_view(), name="detail"),
]
