"""For other sites, readers and programs: data files, feeds, the calendar, embeds, and what watches the portal."""

from django.contrib.sitemaps.views import sitemap
from django.urls import path

from gmg_portal import calendars, embeds, examples, feeds, health, oembed, opensearch
from gmg_portal.bulk import views as bulk
from gmg_portal.charts import views as charts
from gmg_portal.editions import views as editions
from gmg_portal.sitemaps import SITEMAPS, robots
from gmg_portal.versions import VersionsView

urlpatterns = [
    path("data/", bulk.DataView.as_view(), name="data"),
    path("data/versions/", VersionsView.as_view(), name="versions"),
    path("data/datapackage.json", bulk.package_file, name="data-package"),
    path("data/catalog.jsonld", bulk.catalog_file, name="data-catalog"),
    path("data/examples/<str:name>", examples.example, name="example"),
    path("data/<slug:table>.<slug:form>", bulk.data_file, name="data-file"),
    path("data/editions/", editions.EditionsView.as_view(), name="editions"),
    path("data/editions/<str:day>/", editions.EditionView.as_view(), name="edition"),
    path("data/editions/<str:day>/cite.<slug:form>", editions.edition_citation, name="edition-cite"),
    path("data/editions/<str:day>/<str:name>", editions.edition_file, name="edition-file"),
    path("data/editions/<str:day>/since/<str:earlier>/", editions.SinceView.as_view(), name="edition-since"),
    path("data/editions/<str:day>/since/<str:earlier>.<slug:form>", editions.since_file, name="edition-since-file"),
    path("feeds/changes.atom", feeds.changes_feed, name="changes-feed"),
    path("feeds/agencies/<slug:code>.atom", feeds.agency_feed, name="agency-feed"),
    path("feeds/workgroups/<slug:slug>.atom", feeds.workgroup_feed, name="workgroup-feed"),
    path("feeds/agenda/<int:number>.atom", feeds.point_feed, name="point-feed"),
    path("feeds/recommendations/<str:code>.atom", feeds.recommendation_feed, name="recommendation-feed"),
    path("commitments.atom", feeds.register_feed, name="register-feed"),
    path("calendar/due.ics", calendars.due_calendar, name="due-calendar"),
    path("charts/commitments/<str:reference>.<slug:form>", charts.story_file, name="chart-story"),
    path("charts/<slug:name>.<slug:form>", charts.chart_file, name="chart"),
    path("embed/commitment/<str:reference>/", embeds.CommitmentEmbed.as_view(), name="embed-commitment"),
    path("embed/matrix/", embeds.MatrixEmbed.as_view(), name="embed-matrix"),
    path("embed/agency/<slug:code>/", embeds.AgencyEmbed.as_view(), name="embed-agency"),
    path("oembed/", oembed.oembed, name="oembed"),
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("sitemap.xml", sitemap, {"sitemaps": SITEMAPS}, name="sitemap"),
    path("opensearch.xml", opensearch.description, name="opensearch"),
    path("robots.txt", robots, name="robots"),
]
