from django.urls import path
from django.views.generic import TemplateView

app_name = "commitments"
urlpatterns = [
    path("", TemplateView.as_view(template_name="commitments/list.html"), name="list"),
    path("<slug>/", TemplateView.as_view(template_name="commitments/detail.html"), name="detail"),
]
