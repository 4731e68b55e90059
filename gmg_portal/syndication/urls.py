"""Addresses of feeds, the calendar, embeds, oEmbed, and the files that search engines and browsers read."""

from django.contrib.sitemaps.views import sitemap
from django.urls import path

from gmg_portal.syndication import calendars, embeds, feeds, oembed, opensearch
from gmg_portal.syndication.sitemaps import SITEMAPS, robots

urlpatterns = [
    path("feeds/changes.atom", feeds.changes_feed, name="changes-feed"),
    path("feeds/agencies/<slug:code>.atom", feeds.agency_feed, name="agency-feed"),
    path("feeds/workgroups/<slug:slug>.atom", feeds.workgroup_feed, name="workgroup-feed"),
    path("feeds/agenda/<int:number>.atom", feeds.point_feed, name="point-feed"),
    path("feeds/recommendations/<str:code>.atom", feeds.recommendation_feed, name="recommendation-feed"),
    path("commitments.atom", feeds.register_feed, name="register-feed"),
    path("calendar/due.ics", calendars.due_calendar, name="due-calendar"),
    path("embed/commitment/<str:reference>/", embeds.CommitmentEmbed.as_view(), name="embed-commitment"),
    path("embed/matrix/", embeds.MatrixEmbed.as_view(), name="embed-matrix"),
    path("embed/agency/<slug:code>/", embeds.AgencyEmbed.as_view(), name="embed-agency"),
    path("oembed/", oembed.oembed, name="oembed"),
    path("sitemap.xml", sitemap, {"sitemaps": SITEMAPS}, name="sitemap"),
    path("opensearch.xml", opensearch.description, name="opensearch"),
    path("robots.txt", robots, name="robots"),
]
