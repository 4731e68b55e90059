"""Autosave of the editor area's forms: working copies are saved while typing and offered again.

See `reporting.forms.autosave`.
"""

from dataclasses import dataclass

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponseNotAllowed, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _

from accounts.permissions import is_administrator
from foundation.text.numbers import is_whole_number
from reporting.forms import autosave
from reporting.forms.autosave import NUL, ConcurrentAutosave, TooLong, as_querydict
from reporting.models import AutosavedForm


@dataclass(frozen=True)
class AutosaveState:
    """The working copies of a form, for its page and its script."""

    address: str
    discard: str
    user: int
    copy: AutosavedForm | None
    is_filled_in: bool
    is_outdated: bool
    offered: list[tuple[str, AutosavedForm]]

    @property
    def seen(self) -> str:
        return self.copy.saved_at.isoformat() if self.copy else ""


def name_of(user) -> str:
    return user.get_full_name() or user.get_username()


class AutosaveMixin:
    """Saves what is typed, fills it in when the form is opened again, and lets users take over a colleague's copy."""

    def get_urls(self):
        pages = {
            "add/working-copy/": (self.copy_view, "working_copy_of_new"),
            "add/working-copy/discard/": (self.discard_view, "discard_copy_of_new"),
            "working-copies/<int:copy_id>/": (self.colleague_view, "colleagues_copy"),
            "<path:object_id>/working-copy/discard/": (self.discard_view, "discard_copy"),
            "<path:object_id>/working-copy/": (self.copy_view, "working_copy"),
        }
        return [
            path(route, self.admin_site.admin_view(view), name=self.url_name(name))
            for route, (view, name) in pages.items()
        ] + super().get_urls()

    def url_name(self, page: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{page}"

    # The form that a copy belongs to

    def editable_row(self, request, object_id):
        """Return the row, unsaved if it is new, and the commitment that a new row is about.

        Raise PermissionDenied if the user may not write it, and Http404 if there is no such row.
        """
        if object_id is None:
            if not self.has_add_permission(request):
                raise PermissionDenied
            return self.model(), self.requested_commitment(request)
        row = self.get_object(request, unquote(object_id))
        if row is None:
            raise Http404
        if not self.contains(request, self.changeable, row):
            raise PermissionDenied
        return row, None

    def requested_commitment(self, request):
        """Return the commitment in the address of a new row's form, if the user may choose it."""
        commitments, key = self.choices(request).get("commitment"), request.GET.get("commitment", "")
        return commitments.filter(pk=key).first() if commitments is not None and is_whole_number(key) else None

    def copy_url(self, page: str, row, about) -> str:
        if row.pk:
            return reverse(f"admin:{self.url_name(page)}", args=[row.pk])
        query = f"?commitment={about.pk}" if about else ""
        return reverse(f"admin:{self.url_name(f'{page}_of_new')}") + query

    def form_url(self, row, about) -> str:
        if row.pk:
            return reverse(f"admin:{self.url_name('change')}", args=[row.pk])
        return reverse(f"admin:{self.url_name('add')}") + (f"?commitment={about.pk}" if about else "")

    # Pages

    def copy_view(self, request, object_id=None):
        """Save what was typed. On GET, return the user, a CSRF token and the time of the saved copy."""
        if request.method not in ("GET", "POST"):
            return HttpResponseNotAllowed(["GET", "POST"])
        try:
            row, about = self.editable_row(request, object_id)
            if request.method == "POST":
                return self.save_copy(request, row, about)
        except Http404:
            return self.refuse(_("This is no longer there."), 404)
        except PermissionDenied:
            return self.refuse(_("This takes no changes any more, or is not yours to write."), 403)
        copy = AutosavedForm.objects.of(request.user, row, about).first()
        seen = copy.saved_at.isoformat() if copy else ""
        return JsonResponse({"user": request.user.pk, "token": get_token(request), "seen": seen})

    def save_copy(self, request, row, about):
        if request.POST.get("_user") != str(request.user.pk):
            return self.refuse(_("Somebody else is signed in in this browser now: nothing was sent."), 401)
        fields = autosave.posted_fields(request.POST)
        window = request.POST.get("_window", "").replace(NUL, "")
        try:
            copy = autosave.save_copy(
                row, about, fields, by=request.user, window=window, seen=request.POST.get("_seen", "")
            )
        except TooLong as problem:
            return self.refuse(problem.message, 413)
        except ConcurrentAutosave as problem:
            return self.refuse(problem.message, 409)
        return JsonResponse({"seen": copy.saved_at.isoformat()})

    def refuse(self, sentence: str, status: int):
        return JsonResponse({"problem": sentence}, status=status)

    def discard_view(self, request, object_id=None):
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        row, about = self.editable_row(request, object_id)
        AutosavedForm.objects.of(request.user, row, about).delete()
        self.message_user(request, _("What you had typed and not saved is gone. This is how it stands."))
        return redirect(self.form_url(row, about))

    def colleague_view(self, request, copy_id):
        """Show what a colleague typed beside the saved values. On POST, take the copy over."""
        any_copy = get_object_or_404(AutosavedForm, pk=copy_id, form=self.opts.model_name)
        row = self.get_object(request, str(any_copy.row)) if any_copy.row else self.model()
        about = any_copy.commitment
        if row is None:
            raise Http404
        copy = get_object_or_404(AutosavedForm.objects.offered_to(request.user, row, about).filter(pk=copy_id))
        if request.method == "POST":
            return self.take_over(request, copy, row, about)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": row if row.pk else None,
            "title": _("What %(person)s typed and did not save") % {"person": name_of(copy.user)},
            "copy": copy,
            "about": row if row.pk else about,
            "differences": self.differences(request, row, copy),
            "back": self.form_url(row, about),
        }
        return TemplateResponse(request, "admin/workflow/autosave/colleague_copy.html", context)

    def take_over(self, request, copy, row, about):
        person = name_of(copy.user)
        try:
            autosave.claim_copy(copy, row, about, by=request.user)
        except ValidationError as problem:
            self.message_user(request, problem.message, "ERROR")
        else:
            self.message_user(request, _("You go on with what %(person)s typed. Save it.") % {"person": person})
        return redirect(self.form_url(row, about))

    def differences(self, request, row, copy: AutosavedForm) -> list:
        """Return the fields of the form and its inline rows where the copy has other values than the row."""
        data = as_querydict(copy.fields)
        change = row.pk is not None
        form = self.get_form(request, row if change else None, change=change)(data, instance=row)
        differences = form.differences()
        for formset, inline in self.get_formsets_with_inlines(request, row if change else None):
            bound_formset = formset(data, instance=row, queryset=inline.get_queryset(request))
            if bound_formset.management_form.is_valid():
                differences += [
                    difference for inline_form in bound_formset.forms for difference in inline_form.differences()
                ]
        return differences

    # The form

    def own_working_copy(self, request, obj) -> AutosavedForm | None:
        """Return the user's copy of this form, or None; cached for the request."""
        if not hasattr(request, "_own_copy"):
            row = obj if obj is not None and obj.pk else self.model()
            about = None if row.pk else self.requested_commitment(request)
            request._own_copy = AutosavedForm.objects.of(request.user, row, about).first()
        return request._own_copy

    def is_autosaved(self, request, obj) -> bool:
        """Return whether this page is a form with autosave."""
        if getattr(request, "is_past", False):
            return False
        if obj is None or obj.pk is None:
            return self.has_add_permission(request)
        return self.contains(request, self.changeable, obj)

    def get_formsets_with_inlines(self, request, obj=None):
        """Add an empty inline row for each new row in the working copy."""
        for formset, inline in super().get_formsets_with_inlines(request, obj):
            if request.method == "GET" and self.is_autosaved(request, obj) and self.own_working_copy(request, obj):
                rows = inline.get_queryset(request).filter(**{formset.fk.name: obj}) if obj else ()
                saved_keys = {str(row.pk) for row in rows}
                new_row_prefixes = autosave.new_row_prefixes(
                    as_querydict(self.own_working_copy(request, obj).fields), formset, saved_keys
                )
                formset.extra = max(formset.extra, len(new_row_prefixes))
            yield formset, inline

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if self.is_autosaved(request, obj):
            copy = self.own_working_copy(request, obj)
            if copy and request.method == "GET":
                data = as_querydict(copy.fields)
                autosave.fill_form(data, context["adminform"].form)
                for inline in context["inline_admin_formsets"]:
                    autosave.fill_formset(data, inline.formset)
            context["autosave_state"] = self.autosave_state(request, obj, copy)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def autosave_state(self, request, obj, copy: AutosavedForm | None) -> AutosaveState:
        row = obj if obj is not None and obj.pk else self.model()
        about = None if row.pk else self.requested_commitment(request)
        offered = AutosavedForm.objects.offered_to(request.user, row, about)
        return AutosaveState(
            address=self.copy_url("working_copy", row, about),
            discard=self.copy_url("discard_copy", row, about),
            user=request.user.pk,
            copy=copy,
            is_filled_in=copy is not None and request.method == "GET",
            is_outdated=copy is not None and bool(row.pk) and copy.version != row.version,
            offered=[
                (reverse(f"admin:{self.url_name('colleagues_copy')}", args=[copy_of_colleague.pk]), copy_of_colleague)
                for copy_of_colleague in offered
            ],
        )

    def save_related(self, request, form, formsets, change):
        """Delete the working copy once the form is saved."""
        super().save_related(request, form, formsets, change)
        row = form.instance if change else self.model()
        AutosavedForm.objects.of(request.user, row, None if change else self.requested_commitment(request)).delete()


@admin.register(AutosavedForm)
class AutosavedFormAdmin(admin.site.SystemTableAdmin):
    """The list of working copies, without their content, to help users who miss what they typed."""

    list_display = ["user", "form", "row", "commitment", "saved_at"]
    list_filter = ["form"]
    list_select_related = ["user", "commitment"]
    search_fields = ["user__username", "commitment__reference"]
    fields = ["user", "form", "row", "commitment", "version", "saved_at"]

    def has_view_permission(self, request, obj=None):
        return self.admin_site.allows(request, is_administrator)

    def has_module_permission(self, request):
        return self.has_view_permission(request)
