"""Fill the site of the editor area: ModelAdmin classes, the dashboard and further pages; close unreadable tables."""

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin
from rest_framework_api_key.models import APIKey

from gmg_portal.audit import model_admin as audit_model_admin  # noqa: F401 – the classes register themselves
from gmg_portal.editors import model_admins  # noqa: F401
from gmg_portal.editors.dashboard.building import build_dashboard
from gmg_portal.editors.views import handover, response_rates, review_queue

admin.site.build_dashboard = build_dashboard
admin.site.pages += [*review_queue.urls, *response_rates.urls, *handover.urls]

# Nobody may read the secrets of second steps or the sessions of others. The tables of email addresses and of the
# library's own API keys stay empty.
for model in (APIKey, Authenticator, EmailAddress, EmailConfirmation, UserSession):
    if admin.site.is_registered(model):
        admin.site.unregister(model)
