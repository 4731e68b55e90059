from django.urls import path
from django.views.generic import TemplateView

app_name = "recommendations"
urlpatterns = [
    path("", TemplateView.as_view(template_name="recommendations/list.html"), name="list"),
    path("<slug>/", TemplateView.as_view(template_name="recommendations/detail.html"), name="detail"),
]
