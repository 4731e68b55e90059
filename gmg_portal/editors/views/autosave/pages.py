"""The addresses of autosaved forms: those for the script, and the page of a colleague's copy."""

from django.contrib.auth.models import AbstractUser
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from gmg_portal.editors.extra_views import EditorView, ExtraView
from gmg_portal.editors.forms import autosave
from gmg_portal.editors.forms.autosave import NUL, ConcurrentAutosave, TooLong, as_querydict
from gmg_portal.editors.views.autosave.open_forms import OpenForm, writable_form
from reporting.models import AutosavedForm


class AutosaveView(EditorView):
    """Save what was typed. On GET, return the user, a CSRF token and the time of the saved copy."""

    http_method_names = ["get", "post"]

    def dispatch(self, request, object_id=None):
        try:
            return super().dispatch(request, object_id)
        except Http404:
            return refuse(_("This is no longer there."), 404)
        except PermissionDenied:
            return refuse(_("This takes no changes any more, or is not yours to write."), 403)

    def get(self, request, object_id):
        copy = writable_form(self.page, object_id).own_copies.first()
        seen = copy.saved_at.isoformat() if copy else ""
        return JsonResponse({"user": request.user.pk, "token": get_token(request), "seen": seen})

    def post(self, request, object_id):
        form = writable_form(self.page, object_id)
        if request.POST.get("_user") != str(request.user.pk):
            return refuse(_("Somebody else is signed in in this browser now: nothing was sent."), 401)
        fields = autosave.posted_fields(request.POST)
        window = request.POST.get("_window", "").replace(NUL, "")
        seen = request.POST.get("_seen", "")
        try:
            copy = autosave.save_copy(form.row, form.parent, fields, by=request.user, window=window, seen=seen)
        except TooLong as problem:
            return refuse(problem.message, 413)
        except ConcurrentAutosave as problem:
            return refuse(problem.message, 409)
        return JsonResponse({"seen": copy.saved_at.isoformat()})


def refuse(sentence: str, status: int) -> JsonResponse:
    """Return a refusal with a sentence that the script shows."""
    return JsonResponse({"problem": sentence}, status=status)


class DiscardView(EditorView):
    """Delete the user's autosaved form and go back to the form."""

    http_method_names = ["post"]

    def post(self, request, object_id=None):
        form = writable_form(self.page, object_id)
        form.own_copies.delete()
        self.page.show_message(_("What you had typed and not saved is gone. This is how it stands."))
        return redirect(form.url)


class ColleagueCopyView(EditorView):
    """Show what a colleague typed beside the saved values. On POST, take the copy over."""

    def dispatch(self, request, copy_id):
        any_copy = get_object_or_404(AutosavedForm, pk=copy_id, form=self.page.opts.model_name)
        row = self.page.table.get_object(request, str(any_copy.row)) if any_copy.row else self.page.model()
        if row is None:
            raise Http404
        form = OpenForm(self.page.about(row if row.pk else None), row, any_copy.parent)
        copy = get_object_or_404(form.offered_copies.filter(pk=copy_id))
        return super().dispatch(request, form, copy)

    def get(self, request, form: OpenForm, copy: AutosavedForm):
        context = form.page.page_context(
            _("What %(person)s typed and did not save") % {"person": name_of(copy.user)},
            copy=copy,
            about=form.row if form.row.pk else form.parent,
            differences=differences(form, copy),
            back=form.url,
        )
        return TemplateResponse(request, "admin/workflow/autosave/colleague_copy.html", context)

    def post(self, request, form: OpenForm, copy: AutosavedForm):
        person = name_of(copy.user)
        try:
            autosave.claim_copy(copy, form.row, form.parent, by=request.user)
        except ValidationError as problem:
            self.page.show_message(problem.message, "ERROR")
        else:
            self.page.show_message(_("You go on with what %(person)s typed. Save it.") % {"person": person})
        return redirect(form.url)


def name_of(user: AbstractUser) -> str:
    """Return a person's full name, or else the user name."""
    return user.get_full_name() or user.get_username()


def differences(form: OpenForm, copy: AutosavedForm) -> list:
    """Return the fields of the form and its inline rows where the copy has other values than the row."""
    request, table, saved_row = form.page.request, form.page.table, form.page.row
    data = as_querydict(copy.fields)
    bound_form = table.get_form(request, saved_row, change=saved_row is not None)(data, instance=form.row)
    changes = bound_form.differences()
    for formset, inline in table.get_formsets_with_inlines(request, saved_row):
        bound_formset = formset(data, instance=form.row, queryset=inline.get_queryset(request))
        if bound_formset.management_form.is_valid():
            changes += [change for inline_form in bound_formset.forms for change in inline_form.differences()]
    return changes


AUTOSAVE_VIEWS = [
    ExtraView("add/autosave/", "autosave_of_new", AutosaveView),
    ExtraView("add/autosave/discard/", "discard_copy_of_new", DiscardView),
    ExtraView("autosaved-forms/<int:copy_id>/", "colleagues_copy", ColleagueCopyView),
    ExtraView("<path:object_id>/autosave/discard/", "discard_copy", DiscardView),
    ExtraView("<path:object_id>/autosave/", "autosave", AutosaveView),
]
