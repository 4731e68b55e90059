from django.contrib import admin
from django.urls import include, path

from gmg_portal import views
from gmg_portal.compare import CompareView, compare_file
from gmg_portal.gap_lists import gap_file

urlpatterns = [
    path("", views.HomeView.as_view(), name="home"),
    path("about/", views.AboutView.as_view(), name="about"),
    path("methods/", views.FixedPageView.as_view(template_name="methods.html"), name="methods"),
    path("accessibility/", views.FixedPageView.as_view(template_name="accessibility.html"), name="accessibility"),
    path("agenda/", include("agenda.urls")),
    path("agencies/", include("agencies.urls")),
    path("workgroups/", include("workgroups.urls")),
    path("recommendations/", include("recommendations.urls")),
    path("commitments/", include("commitments.urls")),
    path("gaps/", views.GapsView.as_view(), name="gaps"),
    path("gaps/<slug:name>.csv", gap_file, name="gap-file"),
    path("timeline/", views.TimelineView.as_view(), name="timeline"),
    path("compare/", CompareView.as_view(), name="compare"),
    path("compare.csv", compare_file, name="compare-file"),
    path("", include("gmg_portal.open_urls")),
    path("api/", include("gmg_portal.api_urls")),
    path("accounts/mail/", include("gmg_portal.mail_urls")),
    path("accounts/", include("gmg_portal.accounts_urls")),
    path("admin/", admin.site.urls),
]

handler400 = "foundation.rest.problem_details.bad_request"
handler500 = "foundation.rest.problem_details.server_error"
