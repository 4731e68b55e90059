from django.urls import path
from django.views.generic import TemplateView

app_name = "agencies"
urlpatterns = [
    path("", TemplateView.as_view(template_name="agencies/list.html"), name="list"),
    path("<slug>/", TemplateView.as_view(template_name="agencies/detail.html"), name="detail"),
]
