"""Forms of the editors' side that are kept as one types, and offered again; see `commitments.autosave`."""

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

from agencies.permissions import is_administrator
from commitments import autosave
from commitments.autosave import NUL, TooMuch, TypedElsewhere, as_data
from commitments.models import WorkingCopy
from foundation.text.numbers import is_whole_number


@dataclass(frozen=True)
class Copying:
    """What a form's page says and its script knows of working copies."""

    address: str
    discard: str
    user: int
    copy: WorkingCopy | None
    is_laid: bool
    has_moved_on: bool
    offered: list[tuple[str, WorkingCopy]]

    @property
    def seen(self) -> str:
        return self.copy.saved_at.isoformat() if self.copy else ""


def name_of(user) -> str:
    return user.get_full_name() or user.get_username()


class CopiesMixin:
    """Keeps what is typed, lays it into the form when it is opened again, and hands a colleague's copy over."""

    def get_urls(self):
        pages = {
            "add/working-copy/": (self.copy_view, "working_copy_of_new"),
            "add/working-copy/discard/": (self.discard_view, "discard_copy_of_new"),
            "working-copies/<int:copy_id>/": (self.colleague_view, "colleagues_copy"),
            "<path:object_id>/working-copy/discard/": (self.discard_view, "discard_copy"),
            "<path:object_id>/working-copy/": (self.copy_view, "working_copy"),
        }
        return [
            path(route, self.admin_site.admin_view(view), name=self.named(name))
            for route, (view, name) in pages.items()
        ] + super().get_urls()

    def named(self, page: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{page}"

    # Which form

    def place(self, request, object_id):
        """The row that may be written here, without key if it is new, and the commitment that a new one is about."""
        if object_id is None:
            if not self.has_add_permission(request):
                raise PermissionDenied
            return self.model(), self.asked_about(request)
        row = self.get_object(request, unquote(object_id))
        if row is None:
            raise Http404
        if not self.holds(request, self.changeable, row):
            raise PermissionDenied
        return row, None

    def asked_about(self, request):
        """The commitment for which the form of a new row was opened, if it is one that the person may choose."""
        offered, key = self.choices(request).get("commitment"), request.GET.get("commitment", "")
        return offered.filter(pk=key).first() if offered is not None and is_whole_number(key) else None

    def address_of(self, page: str, row, about) -> str:
        if row.pk:
            return reverse(f"admin:{self.named(page)}", args=[row.pk])
        asked = f"?commitment={about.pk}" if about else ""
        return reverse(f"admin:{self.named(f'{page}_of_new')}") + asked

    def form_of(self, row, about) -> str:
        if row.pk:
            return reverse(f"admin:{self.named('change')}", args=[row.pk])
        return reverse(f"admin:{self.named('add')}") + (f"?commitment={about.pk}" if about else "")

    # Pages

    def copy_view(self, request, object_id=None):
        """Keep what was typed; asked with GET, say who is signed in and what is kept."""
        if request.method not in ("GET", "POST"):
            return HttpResponseNotAllowed(["GET", "POST"])
        try:
            row, about = self.place(request, object_id)
            if request.method == "POST":
                return self.keep_copy(request, row, about)
        except Http404:
            return self.refuse(_("This is no longer there."), 404)
        except PermissionDenied:
            return self.refuse(_("This takes no changes any more, or is not yours to write."), 403)
        copy = WorkingCopy.objects.of(request.user, row, about).first()
        seen = copy.saved_at.isoformat() if copy else ""
        return JsonResponse({"user": request.user.pk, "token": get_token(request), "seen": seen})

    def keep_copy(self, request, row, about):
        if request.POST.get("_user") != str(request.user.pk):
            return self.refuse(_("Somebody else is signed in in this browser now: nothing was sent."), 401)
        fields = autosave.typed(request.POST)
        told = {"window": request.POST.get("_window", "").replace(NUL, ""), "seen": request.POST.get("_seen", "")}
        try:
            copy = autosave.keep(row, about, fields, by=request.user, **told)
        except TooMuch as problem:
            return self.refuse(problem.message, 413)
        except TypedElsewhere as problem:
            return self.refuse(problem.message, 409)
        return JsonResponse({"seen": copy.saved_at.isoformat()})

    def refuse(self, sentence: str, status: int):
        return JsonResponse({"problem": sentence}, status=status)

    def discard_view(self, request, object_id=None):
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        row, about = self.place(request, object_id)
        WorkingCopy.objects.of(request.user, row, about).delete()
        self.message_user(request, _("What you had typed and not saved is gone. This is how it stands."))
        return redirect(self.form_of(row, about))

    def colleague_view(self, request, copy_id):
        """What a colleague typed and did not save, beside what stands; and the button that takes it over."""
        found = get_object_or_404(WorkingCopy, pk=copy_id, form=self.opts.model_name)
        row = self.get_object(request, str(found.row)) if found.row else self.model()
        about = found.commitment
        if row is None:
            raise Http404
        copy = get_object_or_404(WorkingCopy.objects.offered_to(request.user, row, about).filter(pk=copy_id))
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
            "back": self.form_of(row, about),
        }
        return TemplateResponse(request, "admin/commitments/autosave/colleague_copy.html", context)

    def take_over(self, request, copy, row, about):
        person = name_of(copy.user)
        try:
            autosave.take_over(copy, row, about, by=request.user)
        except ValidationError as problem:
            self.message_user(request, problem.message, "ERROR")
        else:
            self.message_user(request, _("You go on with what %(person)s typed. Save it.") % {"person": person})
        return redirect(self.form_of(row, about))

    def differences(self, request, row, copy: WorkingCopy) -> list:
        """What was typed otherwise than it stands, in the form and in the rows under it."""
        data = as_data(copy.fields)
        change = row.pk is not None
        form = self.get_form(request, row if change else None, change=change)(data, instance=row)
        found = form.differences()
        for formset, inline in self.get_formsets_with_inlines(request, row if change else None):
            rows = formset(data, instance=row, queryset=inline.get_queryset(request))
            if rows.management_form.is_valid():
                found += [difference for one in rows.forms for difference in one.differences()]
        return found

    # The form

    def own_copy(self, request, obj) -> WorkingCopy | None:
        """The copy that is laid into the form, worked out once a request."""
        if not hasattr(request, "_own_copy"):
            row = obj if obj is not None and obj.pk else self.model()
            about = None if row.pk else self.asked_about(request)
            request._own_copy = WorkingCopy.objects.of(request.user, row, about).first()
        return request._own_copy

    def is_kept(self, request, obj) -> bool:
        """Whether this page is a form that is kept as one types."""
        if getattr(request, "is_past", False):
            return False
        if obj is None or obj.pk is None:
            return self.has_add_permission(request)
        return self.holds(request, self.changeable, obj)

    def get_formsets_with_inlines(self, request, obj=None):
        """With an empty row for each that was typed and not saved."""
        for formset, inline in super().get_formsets_with_inlines(request, obj):
            if request.method == "GET" and self.is_kept(request, obj) and self.own_copy(request, obj):
                rows = inline.get_queryset(request).filter(**{formset.fk.name: obj}) if obj else ()
                known = {str(row.pk) for row in rows}
                typed = autosave.new_rows(as_data(self.own_copy(request, obj).fields), formset, known)
                formset.extra = max(formset.extra, len(typed))
            yield formset, inline

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if self.is_kept(request, obj):
            copy = self.own_copy(request, obj)
            if copy and request.method == "GET":
                data = as_data(copy.fields)
                autosave.lay(data, context["adminform"].form)
                for inline in context["inline_admin_formsets"]:
                    autosave.lay_rows(data, inline.formset)
            context["copying"] = self.copying(request, obj, copy)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def copying(self, request, obj, copy: WorkingCopy | None) -> Copying:
        row = obj if obj is not None and obj.pk else self.model()
        about = None if row.pk else self.asked_about(request)
        offered = WorkingCopy.objects.offered_to(request.user, row, about)
        return Copying(
            address=self.address_of("working_copy", row, about),
            discard=self.address_of("discard_copy", row, about),
            user=request.user.pk,
            copy=copy,
            is_laid=copy is not None and request.method == "GET",
            has_moved_on=copy is not None and bool(row.pk) and copy.version != row.version,
            offered=[(reverse(f"admin:{self.named('colleagues_copy')}", args=[one.pk]), one) for one in offered],
        )

    def save_related(self, request, form, formsets, change):
        """What is saved needs no working copy any more."""
        super().save_related(request, form, formsets, change)
        row = form.instance if change else self.model()
        WorkingCopy.objects.of(request.user, row, None if change else self.asked_about(request)).delete()


@admin.register(WorkingCopy)
class WorkingCopyAdmin(admin.site.ReadingAdmin):
    """That there is one, for whoever helps somebody who misses what they typed: never what it says."""

    list_display = ["user", "form", "row", "commitment", "saved_at"]
    list_filter = ["form"]
    list_select_related = ["user", "commitment"]
    search_fields = ["user__username", "commitment__reference"]
    fields = ["user", "form", "row", "commitment", "version", "saved_at"]

    def has_view_permission(self, request, obj=None):
        return self.admin_site.ask(request, is_administrator)

    def has_module_permission(self, request):
        return self.has_view_permission(request)
