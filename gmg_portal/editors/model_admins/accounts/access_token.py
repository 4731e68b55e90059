"""The ModelAdmin class of access tokens."""

from datetime import timedelta

from allauth.account.decorators import reauthentication_required
from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from accounts.actions import access_tokens
from accounts.models import AccessToken
from accounts.permissions import (
    may_make_tokens,
    may_make_tokens_for,
    may_manage_memberships,
    may_revoke_token,
    may_see_tokens,
    token_agencies_of,
)
from foundation.clock import today
from foundation.dates.inputs import AdminDayInput, DayField
from gmg_portal.editors.admin_base.portal_admin import PortalModelAdmin
from gmg_portal.editors.forms.versioned import VersionedForm
from gmg_portal.editors.model_admins.accounts.row_actions import RowActionsMixin


class AccessTokenForm(VersionedForm):
    """The form of a new token: the system, its scope and the last day."""

    until = DayField(
        label=_("Good until"),
        widget=AdminDayInput,
        help_text=_("As 2014-03-05 or 5 March 2014, a year from today at most. It ends at the end of that day (UTC)."),
    )

    def clean_until(self):
        day, last = self.cleaned_data["until"], today() + timedelta(days=365)
        if not today() <= day <= last:
            params = {"first": date_format(today()), "last": date_format(last)}
            raise ValidationError(gettext("Choose a day from %(first)s to %(last)s.") % params)
        return day

    def clean(self):
        """Set the expiry date before the constraints of the row are validated."""
        cleaned_data = super().clean()
        if "until" in cleaned_data:
            self.instance.expiry_date = access_tokens.end_of_day(cleaned_data["until"])
        return cleaned_data


@admin.register(AccessToken)
class AccessTokenAdmin(RowActionsMixin, PortalModelAdmin):
    """Access tokens of agencies' systems. The secret is shown once; a token cannot be edited, only revoked."""

    form = AccessTokenForm
    row_actions = {"revoke": "revoke_token"}
    list_display = ["name", "agency", "scope", "made_by", "show_status", "show_last_day", "last_used_at"]
    list_filter = ["scope", "revoked"]
    list_select_related = ["agency", "made_by"]
    search_fields = ["name", "prefix", "agency__acronym"]
    fields = ["agency", "name", "scope", "until"]
    status_fields = [
        "agency", "name", "scope", "show_prefix", "show_status", "show_maker", "created", "show_last_day",
        "last_used_at", "revoked_at",
    ]  # fmt: skip

    def get_queryset(self, request):
        return super().get_queryset(request).filter(agency__in=token_agencies_of(request.user))

    def may_view(self, request, obj=None):
        return self.admin_site.allows(request, may_see_tokens)

    def may_read_history_of_gone(self, request):
        return self.admin_site.allows(request, may_manage_memberships)

    def get_model_perms(self, request):
        """Leave 'add' out of the list of tables on every page, which saves a query; the list of tokens has it."""
        return {"add": False, "change": False, "delete": False, "view": self.has_view_permission(request)}

    def may_edit(self, request, obj=None):
        return obj is None and self.admin_site.allows(request, may_make_tokens)

    def get_fields(self, request, obj=None):
        return self.status_fields if obj else self.fields

    def get_readonly_fields(self, request, obj=None):
        return self.status_fields if obj else []

    def get_changeform_initial_data(self, request):
        agency = may_make_tokens_for(request.user).first()
        return {"agency": agency and agency.pk, "until": today() + timedelta(days=180)}

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "agency":
            kwargs["queryset"] = may_make_tokens_for(request.user)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @admin.display(description=_("standing"))
    def show_status(self, token):
        return token.status_label

    @admin.display(description=_("made by"))
    def show_maker(self, token):
        return str(token.made_by)

    @admin.display(description=_("good until"), ordering="expiry_date")
    def show_last_day(self, token):
        return token.last_day

    @admin.display(description=_("begins with"))
    def show_prefix(self, token):
        return token.shown_prefix

    @method_decorator(never_cache)
    def add_view(self, request, form_url="", extra_context=None):
        if not self.has_add_permission(request):
            raise PermissionDenied
        button_context = {
            "title": gettext("Make an access token"),
            "show_save_and_add_another": False,
            "show_save_and_continue": False,
        }
        return self.reauthenticated_add_view(request, form_url, button_context | (extra_context or {}))

    @method_decorator(reauthentication_required)
    def reauthenticated_add_view(self, request, form_url, extra_context):
        """Show the form only after reauthentication, since a token works without a password."""
        return super().add_view(request, form_url, extra_context)

    def save_model(self, request, obj, form, change):
        obj.secret = access_tokens.create_token(obj, until=form.cleaned_data["until"], by=request.user)

    def response_add(self, request, obj, post_url_continue=None):
        """Show the secret in the response itself, since it is not stored."""
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": obj,
            "title": gettext("The token ‘%(name)s’ is made") % {"name": obj.name},
            "secret": obj.secret,
            "address": request.build_absolute_uri(reverse("api:drafts")),
        }
        return TemplateResponse(request, "admin/accounts/token_created.html", context)

    def get_buttons(self, request, row):
        return {"revoke": gettext("Revoke")} if may_revoke_token(request.user, row) else {}

    def is_in_use(self, row) -> bool:
        return row.revoked_at is None

    def revoke_token(self, request, row):
        access_tokens.revoke_token(row, by=request.user)
        return gettext("The token is revoked: it opens nothing any more.")
