from django.urls import path
from django.views.generic import TemplateView

app_name = "agenda"
urlpatterns = [
    path("", TemplateView.as_view(template_name="agenda/list.html"), name="list"),
    path("convergence/", TemplateView.as_view(template_name="agenda/convergence.html"), name="convergence"),
    path("<slug>/", TemplateView.as_view(template_name="agenda/detail.html"), name="detail"),
]
