"""Addresses of the data page, data files, examples and editions."""

from django.urls import path

from gmg_portal.open_data import examples, views
from gmg_portal.open_data.editions import views as editions

urlpatterns = [
    path("data/", views.DataView.as_view(), name="data"),
    path("data/datapackage.json", views.package_file, name="data-package"),
    path("data/catalog.jsonld", views.catalog_file, name="data-catalog"),
    path("data/examples/<str:name>", examples.example, name="example"),
    path("data/<slug:table>.<slug:form>", views.data_file, name="data-file"),
    path("data/editions/", editions.EditionsView.as_view(), name="editions"),
    path("data/editions/<str:day>/", editions.EditionView.as_view(), name="edition"),
    path("data/editions/<str:day>/cite.<slug:form>", editions.edition_citation, name="edition-cite"),
    path("data/editions/<str:day>/<str:name>", editions.edition_file, name="edition-file"),
    path("data/editions/<str:day>/since/<str:earlier>/", editions.SinceView.as_view(), name="edition-changes"),
    path("data/editions/<str:day>/since/<str:earlier>.<slug:form>", editions.since_file, name="edition-changes-file"),
]
