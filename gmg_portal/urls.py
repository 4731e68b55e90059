"""The root URL configuration."""

from functools import partial

from django.contrib import admin
from django.urls import include, path
from django.views import defaults

from gmg_portal.api.deprecations import VersionsView
from gmg_portal.http import health

urlpatterns = [
    path("", include("gmg_portal.website.urls")),
    path("", include("gmg_portal.website.pages.urls")),
    path("data/versions/", VersionsView.as_view(), name="versions"),
    path("", include("gmg_portal.open_data.urls")),
    path("", include("gmg_portal.syndication.urls")),
    path("api/", include("gmg_portal.api.urls")),
    path("accounts/mail/", include("accounts.profile.mail_urls")),
    path("accounts/", include("accounts.urls")),
    path("admin/", admin.site.urls),
    path("healthz", health.liveness, name="healthz"),
    path("readyz", health.readiness, name="readyz"),
]

handler400 = "foundation.rest.problem_details.bad_request"
handler403 = partial(defaults.permission_denied, template_name="errors/403.html")
handler404 = partial(defaults.page_not_found, template_name="errors/404.html")
handler500 = "foundation.rest.problem_details.server_error"
