"""URLs of the pages of agencies, agenda points, groups and recommendations."""

from django.urls import include, path

from gmg_portal.website.pages import agencies, agenda, recommendations, workgroups

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
urlpatterns = [
    path("agenda/", include((AGENDA, "agenda"))),
    path("agencies/", include((AGENCIES, "agencies"))),
    path("workgroups/", include((WORKGROUPS, "workgroups"))),
    path("recommendations/", include((RECOMMENDATIONS, "recommendations"))),
]
