"""Addresses below `/api/v1/drafts/`. They are open to requests with an agency's token only."""

from django.urls import path

from gmg_portal.api.drafts import views

urlpatterns = [
    path("v1/drafts/", views.DraftsView.as_view(), name="drafts"),
    path("v1/drafts/<uuid:code>/", views.DraftView.as_view(), name="draft"),
    path("v1/drafts/<uuid:code>/submit/", views.SubmitView.as_view(), name="draft-submit"),
    path("v1/drafts/<uuid:code>/evidence/", views.DraftEvidenceView.as_view(), name="draft-evidence"),
    path(
        "v1/drafts/<uuid:code>/evidence/<uuid:piece>/",
        views.DraftEvidenceItemView.as_view(),
        name="draft-evidence-item",
    ),
]
