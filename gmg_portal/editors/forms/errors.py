"""The error summary of an editor form: all errors of the form and its inline rows, in page order, with links."""

from dataclasses import dataclass

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS

from gmg_portal.editors.context import EditorContext, FormPage


@dataclass(frozen=True)
class FormError:
    """An error message with the label of its field and the id of the element that it links to; '' for none."""

    sentence: str
    label: str = ""
    target: str = ""


def form_errors(form: forms.BaseForm, formsets: list[forms.BaseFormSet] = ()) -> list[FormError]:
    """Return the errors of the form, then those of each set of inline rows and of its rows, in page order."""
    errors = _errors_of(form)
    for formset in formsets:
        target = f"{formset.prefix}-heading"
        errors += [FormError(sentence, target=target) for sentence in formset.non_form_errors()]
        for row in formset.forms:
            errors += _errors_of(row, target)
    return errors


def _errors_of(form: forms.BaseForm, target: str = "") -> list[FormError]:
    errors = [FormError(sentence, target=target) for sentence in form.errors.get(NON_FIELD_ERRORS, [])]
    for name in form.fields:
        bound = form[name]
        for sentence in form.errors.get(name, []):
            # A hidden field cannot be linked to.
            anchor = target if bound.is_hidden else bound.id_for_label or target
            errors.append(FormError(sentence, str(bound.label), anchor))
    return errors


def show_errors(page: EditorContext, form_page: FormPage) -> dict:
    """Return the error summary and the edit conflicts of the form and its inline rows."""
    form, formsets = form_page.form, form_page.formsets
    all_forms = [form, *(inline_form for formset in formsets for inline_form in formset.forms)]
    conflicts = [conflict for one in all_forms if (conflict := getattr(one, "edit_conflict", None))]
    return {"errors": [], "problems": form_errors(form, formsets), "edit_conflicts": conflicts}
