"""URLs of the pages of agencies, agenda points, groups, recommendations and commitments."""

from django.urls import include, path, re_path

from gmg_portal.website.pages import agencies, agenda, recommendations, workgroups
from register.views.commitment import CitationView, CommitmentView, EvidenceFileView
from register.views.corrections import CorrectionView, MistakeThanksView
from register.views.register import RegisterView

AGENDA = [
    path("", agenda.AgendaView.as_view(), name="list"),
    path("convergence/", agenda.ConvergenceView.as_view(), name="convergence"),
    path("<int:number>/", agenda.PointView.as_view(), name="detail"),
]
AGENCIES = [
    path("", agencies.AgencyListView.as_view(), name="list"),
    path("<slug:code>/", agencies.AgencyView.as_view(), name="detail"),
]
WORKGROUPS = [
    path("", workgroups.WorkGroupListView.as_view(), name="list"),
    path("<slug:slug>/", workgroups.WorkGroupView.as_view(), name="detail"),
]
RECOMMENDATIONS = [
    path("", recommendations.RecommendationListView.as_view(), name="list"),
    path("levels/<slug:level>/", recommendations.LevelView.as_view(), name="level"),
    path("<str:code>/", recommendations.RecommendationView.as_view(), name="detail"),
]
COMMITMENTS = [
    path("", RegisterView.as_view(), name="list"),
    # The template shows charts and embeds, which the register does not know.
    path("<str:reference>/", CommitmentView.as_view(template_name="commitments/detail.html"), name="detail"),
    path("<str:reference>/mistake/", CorrectionView.as_view(), name="mistake"),
    path("<str:reference>/mistake/thanks/", MistakeThanksView.as_view(), name="mistake-thanks"),
    re_path(r"^(?P<reference>[^/]+)/cite\.(?P<form>bib|ris)$", CitationView.as_view(), name="cite"),
    path("<str:reference>/evidence/<uuid:name>/", EvidenceFileView.as_view(), name="evidence"),
]
urlpatterns = [
    path("agenda/", include((AGENDA, "agenda"))),
    path("agencies/", include((AGENCIES, "agencies"))),
    path("workgroups/", include((WORKGROUPS, "workgroups"))),
    path("recommendations/", include((RECOMMENDATIONS, "recommendations"))),
    path("commitments/", include((COMMITMENTS, "commitments"))),
]
