"""URLs of the pages that span several apps, and of their charts and files."""

from django.urls import path

from gmg_portal.website import views
from gmg_portal.website.charts import views as charts
from gmg_portal.website.compare import CompareView, compare_file
from gmg_portal.website.gap_lists import gap_file

urlpatterns = [
    path("", views.HomeView.as_view(), name="home"),
    path("about/", views.AboutView.as_view(), name="about"),
    path("methods/", views.MethodsView.as_view(), name="methods"),
    path(
        "accessibility/", views.FixedPageView.as_view(template_name="website/accessibility.html"), name="accessibility"
    ),
    path("gaps/", views.GapsView.as_view(), name="gaps"),
    path("gaps/<slug:name>.csv", gap_file, name="gap-file"),
    path("timeline/", views.TimelineView.as_view(), name="timeline"),
    path("compare/", CompareView.as_view(), name="compare"),
    path("compare.csv", compare_file, name="compare-file"),
    path("charts/commitments/<str:reference>.<slug:form>", charts.commitment_timeline_file, name="chart-commitment"),
    path("charts/<slug:name>.<slug:form>", charts.chart_file, name="chart"),
]
