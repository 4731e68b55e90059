"""The state of a row of the workflow in its form: buttons, hints, the reviewer's note, what is missing."""

from django.core.exceptions import ValidationError
from django.forms import ModelForm

from commitments.permissions import PUBLIC_STATES
from commitments.workflow import Reviewed, State
from gmg_portal.editors.context import EditorContext, FormPage
from gmg_portal.editors.forms.formsets import VersionedFormSet
from reporting import rules
from reporting.rules import hints


def show_workflow(page: EditorContext, form_page: FormPage) -> dict:
    """Return the buttons, hints and note of the form. Add what is missing to the fields if a submission failed."""
    if form_page.is_new:
        return {"writing": True, "workflow_buttons": [], "hints": [], "preview": "", "note": ""}
    row, was_closed = page.row, page.was_closed_meanwhile
    writing = page.contains(page.model.objects.editable_by) or was_closed
    if writing and page.request.method == "GET" and "missing" in page.request.GET:
        add_missing_errors(form_page.form, {formset.prefix: formset for formset in form_page.formsets}, row)
    return {
        "writing": writing,
        "workflow_buttons": page.table.buttons(page, writing),
        "hints": hints.review_hints(row) if writing and not was_closed else [],
        "preview": page.row_url("preview") if row.state not in PUBLIC_STATES else "",
        "note": row.review_note if writing and row.state == State.SENT_BACK else "",
    }


def add_missing_errors(form: ModelForm, formsets: dict[str, VersionedFormSet], row: Reviewed) -> None:
    """Add the errors that prevent submission to the fields and formsets of a form that was only opened."""
    try:
        rules.check(row)
    except ValidationError as error:
        form.errors  # noqa: B018 – prepares the form to take errors
        form.cleaned_data = {}
        for name, sentences in error.message_dict.items():
            if name in formsets:
                formsets[name].show_errors(sentences)
            else:
                form.add_error(name if name in form.fields else None, sentences)
