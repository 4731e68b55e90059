"""The ModelAdmin classes of memberships, and the page that hands one over."""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.actions.memberships import hand_over
from accounts.models import Membership, User
from accounts.permissions import may_change_membership, may_manage_memberships
from foundation.dates.inputs import AdminDayInput, DayField
from gmg_portal.editors.admin_base.portal_admin import PortalModelAdmin
from gmg_portal.editors.forms.versioned import VersionedForm
from gmg_portal.editors.model_admins.accounts.two_roles import show_two_roles_warning, warn_about_two_roles


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


class MembershipForm(VersionedForm):
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
class MembershipAdmin(PortalModelAdmin):
    """Memberships, for the secretariat and administrators only, as they name people."""

    form = MembershipForm
    change_form_template = "admin/accounts/membership_change_form.html"
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
        return [path("<path:object_id>/hand-over/", view, name="accounts_membership_hand_over"), *super().get_urls()]

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
                successor = hand_over(obj, by=request.user, **form.cleaned_data)
            except ValidationError as error:
                form.add_error(None, error)
            else:
                params = {"person": successor.user, "agency": obj.agency, "day": date_format(form.cleaned_data["on"])}
                text = gettext("%(person)s acts for %(agency)s from %(day)s on, and has all of its drafts.")
                messages.success(request, text % params)
                show_two_roles_warning(request, successor.user)
                return redirect("admin:accounts_membership_changelist")
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": obj,
            "title": gettext("Hand over: %(membership)s") % {"membership": obj},
            "form": form,
            "media": self.media + form.media,
        }
        return TemplateResponse(request, "admin/accounts/membership_hand_over.html", context)
