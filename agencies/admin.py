from datetime import timedelta

from allauth.account.decorators import reauthentication_required
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_removed
from allauth.usersessions.adapter import get_adapter as get_sessions_adapter
from allauth.usersessions.models import UserSession
from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from agencies import actions
from agencies.models import AccessToken, Agency, ChairTerm, FormerName, Invitation, Membership, User
from agencies.permissions import (
    SECRETARIAT,
    has_two_roles,
    may_change_membership,
    may_invite_as,
    may_make_tokens,
    may_make_tokens_for,
    may_manage_memberships,
    may_manage_users,
    may_revoke_token,
    may_see_tokens,
    token_agencies_of,
)
from foundation.clock import today
from foundation.dates.inputs import AdminDayInput, DayField


class FormerNameInline(admin.site.TabularInline):
    model = FormerName
    fields = ["acronym", "name", "until", "source"]


@admin.register(Agency)
class AgencyAdmin(admin.site.ModelAdmin):
    inlines = [FormerNameInline]
    list_display = ["acronym", "name", "parent", "headquarters", "joined", "left"]
    list_filter = ["parent"]
    list_select_related = ["parent"]
    search_fields = ["code", "acronym", "name"]
    fields = [
        "code", "acronym", "name", "mandate", "headquarters", "website", "joined", "left", "parent", "position",
    ]  # fmt: skip


@admin.register(FormerName)
class FormerNameAdmin(admin.site.ModelAdmin):
    list_display = ["acronym", "name", "agency", "until"]
    list_filter = ["agency"]
    list_select_related = ["agency"]
    search_fields = ["acronym", "name", "agency__acronym", "agency__name", "source"]
    fields = ["agency", "acronym", "name", "until", "source"]


@admin.register(ChairTerm)
class ChairTermAdmin(admin.site.ModelAdmin):
    list_display = ["agency", "starts_on", "ends_on", "source"]
    list_filter = ["agency"]
    list_select_related = ["agency"]
    search_fields = ["agency__acronym", "agency__name", "source"]
    fields = ["agency", "starts_on", "ends_on", "source"]


class HandOverForm(forms.Form):
    """The form of a handover: the successor and the day."""

    to = forms.ModelChoiceField(User.objects.none(), label=_("Successor"))
    on = DayField(
        label=_("Day of the handover"),
        widget=AdminDayInput,
        help_text=_(
            "As 2014-03-05 or 5 March 2014. On this day both act for the agency; from the next day the successor alone."
        ),
    )
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, membership: Membership, **kwargs):
        super().__init__(*args, initial={"seen": membership.version}, **kwargs)
        self.fields["to"].queryset = User.objects.filter(is_active=True).exclude(pk=membership.user_id)
        self.fields["to"].label_from_instance = lambda user: f"{user.get_full_name()} ({user})".strip()


class MembershipForm(admin.site.Form):
    """A form that refuses a membership of its user, `writer`."""

    writer: User

    def clean_user(self):
        user = self.cleaned_data["user"]
        if user == self.writer:
            raise ValidationError(
                gettext(
                    "You cannot give yourself a membership: it decides what you may review. Somebody else of the"
                    " secretariat or an administrator enters it."
                )
            )
        return user


@admin.register(Membership)
class MembershipAdmin(admin.site.ModelAdmin):
    """Memberships, for the secretariat and administrators only, as they name people."""

    form = MembershipForm
    change_form_template = "admin/agencies/membership_change_form.html"
    list_display = ["user", "agency", "role", "starts_on", "ends_on"]
    list_filter = ["agency", "role"]
    list_select_related = ["user", "agency"]
    search_fields = ["user__username", "user__first_name", "user__last_name", "user__email", "agency__acronym"]
    autocomplete_fields = ["user"]
    fields = ["user", "agency", "role", "starts_on", "ends_on"]

    def may_view(self, request, obj=None):
        return self.admin_site.allows(request, may_manage_memberships)

    def may_edit(self, request, obj=None):
        """Return whether the person may change memberships, or this one; nobody changes their own."""
        return self.may_view(request) and (obj is None or may_change_membership(request.user, obj))

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        return type(form.__name__, (form,), {"writer": request.user})

    def get_urls(self):
        view = self.admin_site.admin_view(self.hand_over_view)
        return [path("<path:object_id>/hand-over/", view, name="agencies_membership_hand_over"), *super().get_urls()]

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        if not change or {"user", "agency"} & set(form.changed_data):
            warn_about_two_roles(request, obj.user)

    def hand_over_view(self, request, object_id):
        """Hand a membership over to another person."""
        if not self.may_edit(request):
            raise PermissionDenied
        obj = self.get_object(request, unquote(object_id))
        if obj is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.may_edit(request, obj):
            raise PermissionDenied
        form = HandOverForm(request.POST or None, membership=obj)
        form.fields["to"].queryset = form.fields["to"].queryset.exclude(pk=request.user.pk)
        if request.method == "POST" and form.is_valid():
            try:
                successor = actions.hand_over(obj, by=request.user, **form.cleaned_data)
            except ValidationError as error:
                form.add_error(None, error)
            else:
                params = {"person": successor.user, "agency": obj.agency, "day": date_format(form.cleaned_data["on"])}
                text = gettext("%(person)s acts for %(agency)s from %(day)s on, and has all of its drafts.")
                messages.success(request, text % params)
                show_two_roles_warning(request, successor.user)
                return redirect("admin:agencies_membership_changelist")
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": obj,
            "title": gettext("Hand over: %(membership)s") % {"membership": obj},
            "form": form,
            "media": self.media + form.media,
        }
        return TemplateResponse(request, "admin/agencies/membership_hand_over.html", context)


def warn_about_two_roles(request, person: User) -> None:
    """Warn on the page, and secretariat and administrators by mail, if a reviewer acts for an agency."""
    if actions.warn_about_two_roles(person, by=request.user):
        show_two_roles_warning(request, person)


def show_two_roles_warning(request, person: User) -> None:
    if has_two_roles(person):
        text = gettext(
            "%(person)s reviews for the secretariat or as administrator and now acts for an agency as well: what that"
            " agency writes, leads or is a partner in is for others to review."
        )
        messages.warning(request, text % {"person": person})


class RowActionsMixin:
    """Mixin for buttons above a row's page, each of which runs one action.

    `row_actions` maps the name in the address to a method with the arguments (request, row), which returns the success
    message. `get_buttons(request, row)` returns the labels, by name, of the actions that the person may run now.
    """

    row_actions: dict[str, str] = {}

    def get_urls(self):
        view = self.admin_site.admin_view(self.run_row_action)
        name = f"{self.opts.app_label}_{self.opts.model_name}_press"
        return [path("<int:pk>/press/<slug:button>/", view, name=name), *super().get_urls()]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        row = self.get_object(request, object_id)
        buttons = self.get_buttons(request, row) if row else {}
        address = f"admin:{self.opts.app_label}_{self.opts.model_name}_press"
        links = [{"label": label, "url": reverse(address, args=[row.pk, name])} for name, label in buttons.items()]
        return super().change_view(request, object_id, form_url, {"buttons": links, **(extra_context or {})})

    def run_row_action(self, request, pk, button):
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.has_view_permission(request):
            raise PermissionDenied
        row = self.get_queryset(request).filter(pk=pk).first()
        if row is None:
            raise Http404
        if not self.has_view_permission(request, row) or button not in self.get_buttons(request, row):
            raise PermissionDenied
        try:
            messages.success(request, getattr(self, self.row_actions[button])(request, row))
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", pk)


class InvitationForm(admin.site.Form):
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
class InvitationAdmin(RowActionsMixin, admin.site.ModelAdmin):
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
        actions.invite(obj, by=request.user, link=invitation_link_builder(request))

    def add_view(self, request, form_url="", extra_context=None):
        button_context = {
            "title": gettext("Invite somebody"),
            "show_save_and_add_another": False,
            "show_save_and_continue": False,
        }
        return super().add_view(request, form_url, button_context | (extra_context or {}))

    def response_add(self, request, obj, post_url_continue=None):
        messages.success(request, gettext("The invitation is on its way to %(email)s.") % {"email": obj.email})
        return redirect("admin:agencies_invitation_changelist")

    def get_buttons(self, request, row):
        if not row.is_open or not may_invite_as(request.user, row.role):
            return {}
        return {"anew": gettext("Send anew, with another link"), "revoke": gettext("Revoke")}

    def resend_invitation(self, request, row):
        actions.resend_invitation(row, by=request.user, link=invitation_link_builder(request))
        return gettext("A new link is on its way. The old one opens nothing any more.")

    def is_in_use(self, row) -> bool:
        return row.revoked_at is None

    def revoke_invitation(self, request, row):
        actions.revoke_invitation(row, by=request.user)
        return gettext("The invitation is revoked: its link opens nothing any more.")


def invitation_link_builder(request):
    return lambda token: request.build_absolute_uri(reverse("accounts:invitation", args=[token]))


class AccessTokenForm(admin.site.Form):
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
            self.instance.expiry_date = actions.end_of_day(cleaned_data["until"])
        return cleaned_data


@admin.register(AccessToken)
class AccessTokenAdmin(RowActionsMixin, admin.site.ModelAdmin):
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
        request.secret = actions.create_token(obj, until=form.cleaned_data["until"], by=request.user)

    def response_add(self, request, obj, post_url_continue=None):
        """Show the secret in the response itself, since it is not stored."""
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": obj,
            "title": gettext("The token ‘%(name)s’ is made") % {"name": obj.name},
            "secret": request.secret,
            "address": request.build_absolute_uri(reverse("api:drafts")),
        }
        return TemplateResponse(request, "admin/agencies/token_created.html", context)

    def get_buttons(self, request, row):
        return {"revoke": gettext("Revoke")} if may_revoke_token(request.user, row) else {}

    def is_in_use(self, row) -> bool:
        return row.revoked_at is None

    def revoke_token(self, request, row):
        actions.revoke_token(row, by=request.user)
        return gettext("The token is revoked: it opens nothing any more.")


class AdministratorsOnlyMixin:
    """Mixin for accounts and groups: only administrators, regardless of Django's permissions."""

    def may_manage(self, request) -> bool:
        return self.admin_site.allows(request, may_manage_users)

    def has_module_permission(self, request):
        return self.has_view_permission(request)

    def has_view_permission(self, request, obj=None):
        return self.may_manage(request)

    def has_add_permission(self, request):
        return self.may_manage(request)

    def has_change_permission(self, request, obj=None):
        return self.may_manage(request)

    def has_delete_permission(self, request, obj=None):
        return self.may_manage(request)


@admin.register(User)
class PersonAdmin(RowActionsMixin, AdministratorsOnlyMixin, admin.site.HistoryAdmin, UserAdmin):
    """Accounts. The secretariat can read them, to give memberships, and not change them."""

    row_actions = {"no_second_step": "remove_second_step"}

    list_display = ["username", "first_name", "last_name", "email", "is_active"]
    list_filter = ["is_active", "is_superuser", "groups"]
    filter_horizontal = []
    fieldsets = [
        (None, {"fields": ["username", "password"]}),
        (_("Person"), {"fields": ["first_name", "last_name", "email"]}),
        (
            _("Role"),
            {
                "fields": ["is_active", "is_superuser", "groups"],
                "description": _("For which agency somebody acts is said by memberships, not here."),
            },
        ),
    ]
    secretariat_fieldsets = [(None, {"fields": ["username", "first_name", "last_name", "email", "is_active"]})]

    def has_view_permission(self, request, obj=None):
        return self.admin_site.allows(request, may_manage_memberships)

    def get_fieldsets(self, request, obj=None):
        """Leave the password out for the secretariat, and in earlier states of the account."""
        shows_all = self.may_manage(request) and not getattr(request, "is_past", False)
        return super().get_fieldsets(request, obj) if shows_all else self.secretariat_fieldsets

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        if {"groups", "is_superuser"} & set(form.changed_data):
            warn_about_two_roles(request, form.instance)

    def get_list_filter(self, request):
        return self.list_filter if self.may_manage(request) else ["is_active"]

    def has_view_history_or_change_history_permission(self, request, obj=None):
        return self.may_manage(request)

    def may_read_history(self, request):
        return self.may_manage(request)

    def has_delete_permission(self, request, obj=None):
        """Forbid deletion, since the history refers to people."""
        return False

    def delete_view(self, request, object_id, extra_context=None):
        if not self.may_manage(request):
            raise PermissionDenied
        message = _("Accounts are not deleted, since the history names them: close this one by unticking ‘Active’.")
        self.message_user(request, message, "WARNING")
        return redirect("admin:agencies_user_change", object_id)

    def get_buttons(self, request, row):
        if not self.may_manage(request) or not Authenticator.objects.filter(user=row).exists():
            return {}
        return {"no_second_step": gettext("Take the second step away")}

    @transaction.atomic
    def remove_second_step(self, request, row):
        """Remove the second steps of a person who lost app, keys and recovery codes, and end their sessions."""
        for step in Authenticator.objects.filter(user=row):
            step.delete()
            authenticator_removed.send(sender=Authenticator, request=request, user=row, authenticator=step)
        get_sessions_adapter().end_sessions(UserSession.objects.filter(user=row))
        return gettext("%(person)s has no second step any more, and can set up a new one after the password.") % {
            "person": row
        }


admin.site.unregister(Group)


@admin.register(Group)
class GroupAdmin(AdministratorsOnlyMixin, admin.site.StrictListMixin, admin.ModelAdmin):
    """Groups. Only the name is used; the secretariat's is fixed, as the code refers to it."""

    list_display = ["name"]
    search_fields = ["name"]
    fields = ["name"]

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and not self.is_fixed(obj)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and not self.is_fixed(obj)

    def is_fixed(self, obj) -> bool:
        return obj is not None and obj.name == SECRETARIAT
