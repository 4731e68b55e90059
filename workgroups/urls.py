from django.urls import path
from django.views.generic import TemplateView

app_name = "workgroups"
urlpatterns = [
    path("", TemplateView.as_view(template_name="workgroups/list.html"), name="list"),
    path("<slug>/", TemplateView.as_view(template_name="workgroups/detail.html"), name="detail"),
]
