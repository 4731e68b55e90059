"""Addresses below `/api/`: resources, summaries, drafts, the description. Every other path gets a problem (404)."""

from django.urls import include, path, re_path
from rest_framework.routers import SimpleRouter

from agencies.api import AgencyViewSet
from agenda.api import AgendaPointViewSet, EventViewSet, FrameworkViewSet
from gmg_portal.api.docs import DocsView
from gmg_portal.api.drafts.urls import urlpatterns as submission
from gmg_portal.api.views import DescriptionView, RootView, UnknownPathView
from recommendations.api import RecommendationViewSet
from register.api import CommitmentViewSet, FreshnessView, GapsView, MatrixView, ReportViewSet, StatusChangeViewSet
from workgroups.api import WorkGroupViewSet

RESOURCES = {
    "agencies": AgencyViewSet,
    "agenda-points": AgendaPointViewSet,
    "frameworks": FrameworkViewSet,
    "workgroups": WorkGroupViewSet,
    "recommendations": RecommendationViewSet,
    "commitments": CommitmentViewSet,
    "reports": ReportViewSet,
    "status-changes": StatusChangeViewSet,
    "events": EventViewSet,
}
SUMMARIES = {"matrix": MatrixView, "gaps": GapsView, "freshness": FreshnessView}
ENDPOINTS = {
    **{name: f"{name}-list" for name in RESOURCES},
    **{f"summary/{name}": f"summary-{name}" for name in SUMMARIES},
    "schema": "schema",
    "docs": "docs",
}

ADDRESSES = [f"/api/v1/{name}/" for name in (*ENDPOINTS, "drafts")]

router = SimpleRouter()
for name, viewset in RESOURCES.items():
    router.register(name, viewset, basename=name)

app_name = "api"
urlpatterns = [
    path("", RootView.as_view(endpoints=ENDPOINTS), name="root"),
    path("v1/", RootView.as_view(endpoints=ENDPOINTS), name="v1"),
    path("v1/", include(router.urls)),
    *[path(f"v1/summary/{name}/", view.as_view(), name=f"summary-{name}") for name, view in SUMMARIES.items()],
    *submission,
    path("v1/schema/", DescriptionView.as_view(), name="schema"),
    path("v1/docs/", DocsView.as_view(), name="docs"),
    re_path("", UnknownPathView.as_view(addresses=["/api/v1/", *ADDRESSES]), name="unknown"),
]
