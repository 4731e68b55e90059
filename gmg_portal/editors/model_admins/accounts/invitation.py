"""The ModelAdmin class of invitations."""

from collections.abc import Callable

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.actions import invitations
from accounts.models import Invitation, User
from accounts.permissions import may_invite_as, may_manage_memberships
from gmg_portal.editors.admin_base.portal_admin import PortalModelAdmin
from gmg_portal.editors.forms.versioned import VersionedForm
from gmg_portal.editors.model_admins.accounts.row_actions import RowActionsMixin


class InvitationForm(VersionedForm):
    """The form of an invitation."""

    def clean_email(self):
        email = self.cleaned_data["email"].lower()
        if User.objects.filter(email=email).exists():
            raise ValidationError(
                gettext(
                    "Somebody has an account with this mail address already: give that account a membership instead."
                )
            )
        return email


@admin.register(Invitation)
class InvitationAdmin(RowActionsMixin, PortalModelAdmin):
    """Invitations. Adding one sends the mail; a sent one cannot be edited, only revoked or sent again."""

    form = InvitationForm
    row_actions = {"anew": "resend_invitation", "revoke": "revoke_invitation"}
    list_display = ["email", "first_name", "last_name", "role", "agency", "show_status", "sent_at", "expires_at"]
    list_filter = ["role"]
    list_select_related = ["agency"]
    search_fields = ["email", "first_name", "last_name", "agency__acronym"]
    fields = ["email", "first_name", "last_name", "role", "agency"]
    status_fields = ["show_status", "invited_by", "sent_at", "expires_at", "accepted_at", "accepted_by", "revoked_at"]

    def may_view(self, request, obj=None):
        return self.admin_site.allows(request, may_manage_memberships)

    def may_edit(self, request, obj=None):
        return obj is None and self.may_view(request)

    def get_fields(self, request, obj=None):
        return [*self.fields, *self.status_fields] if obj else self.fields

    def get_readonly_fields(self, request, obj=None):
        return [*super().get_readonly_fields(request, obj), *self.status_fields] if obj else []

    def formfield_for_choice_field(self, db_field, request, **kwargs):
        if db_field.name == "role":
            kwargs["choices"] = [role for role in Invitation.Role.choices if may_invite_as(request.user, role[0])]
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    @admin.display(description=_("standing"))
    def show_status(self, invitation):
        return invitation.status_label

    def save_model(self, request, obj, form, change):
        invitations.invite(obj, by=request.user, link=invitation_link_builder(request))

    def add_view(self, request, form_url="", extra_context=None):
        button_context = {
            "title": gettext("Invite somebody"),
            "show_save_and_add_another": False,
            "show_save_and_continue": False,
        }
        return super().add_view(request, form_url, button_context | (extra_context or {}))

    def response_add(self, request, obj, post_url_continue=None):
        messages.success(request, gettext("The invitation is on its way to %(email)s.") % {"email": obj.email})
        return redirect("admin:accounts_invitation_changelist")

    def get_buttons(self, request, row):
        if not row.is_open or not may_invite_as(request.user, row.role):
            return {}
        return {"anew": gettext("Send anew, with another link"), "revoke": gettext("Revoke")}

    def resend_invitation(self, request, row):
        invitations.resend_invitation(row, by=request.user, link=invitation_link_builder(request))
        return gettext("A new link is on its way. The old one opens nothing any more.")

    def is_in_use(self, row) -> bool:
        return row.revoked_at is None

    def revoke_invitation(self, request, row):
        invitations.revoke_invitation(row, by=request.user)
        return gettext("The invitation is revoked: its link opens nothing any more.")


def invitation_link_builder(request: HttpRequest) -> Callable[[str], str]:
    return lambda token: request.build_absolute_uri(reverse("accounts:invitation", args=[token]))
