"""The last published report in the form of a report: its texts beside the fields, and a form begun from it."""

from django.forms import ModelForm
from django.utils.translation import gettext as _

from gmg_portal.editors.context import EditorContext, FormPage
from gmg_portal.editors.forms.prefill import is_blank, last_texts, latest_published, prefill_values
from gmg_portal.editors.views.autosave.open_forms import is_autosaved, own_autosaved_form, requested_parent
from reporting.models import ProgressReport


def show_last_report(page: EditorContext, form_page: FormPage) -> dict:
    """Return the commitment and its last report, and fill a blank form from it."""
    commitment = requested_parent(page) if form_page.is_new else page.row.commitment
    last_report = latest_published(commitment)
    context = {"last": last_report, "commitment": commitment}
    if last_report and is_autosaved(page):
        context |= begin_from(last_report, page, form_page.form)
        for name, text in last_texts(last_report).items():
            if name in form_page.form.fields:
                form_page.form.fields[name].last_text = {"text": text, "report": last_report}
    if commitment and is_autosaved(page):
        context |= {"title": _("Report on %(reference)s") % {"reference": commitment.reference}, "subtitle": ""}
    if form_page.is_new and page.request.method == "GET" and commitment is None:
        context["choosable"] = page.table.choices(page.request)["commitment"].order_by("reference")
    return context


def begin_from(last_report: ProgressReport, page: EditorContext, form: ModelForm) -> dict:
    """Fill a blank form from the last report, unless the user asked for an empty form or has an autosaved form."""
    request = page.request
    is_first_view = request.method == "GET" and "missing" not in request.GET and not own_autosaved_form(page)
    if not is_first_view or (page.row is not None and not is_blank(page.row)):
        return {}
    if "empty" in request.GET:
        return {"may_begin": True}
    form.initial |= {name: value for name, value in prefill_values(last_report).items() if name in form.fields}
    return {"may_begin": True, "begun_from": last_report}
