"""All that is wrong with a form and the rows under it, in the order of the page, each with the way to its field."""

from dataclasses import dataclass

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS


@dataclass(frozen=True)
class Problem:
    """A sentence, the name of the field it speaks of, and the element that its link leads to; '' for none."""

    sentence: str
    label: str = ""
    target: str = ""


def problems_of(form: forms.BaseForm, formsets: list[forms.BaseFormSet] = ()) -> list[Problem]:
    found = _of_form(form)
    for formset in formsets:
        target = f"{formset.prefix}-heading"
        found += [Problem(sentence, target=target) for sentence in formset.non_form_errors()]
        for row in formset.forms:
            found += _of_form(row, target)
    return found


def _of_form(form: forms.BaseForm, target: str = "") -> list[Problem]:
    found = [Problem(sentence, target=target) for sentence in form.errors.get(NON_FIELD_ERRORS, [])]
    for name in form.fields:
        bound = form[name]
        for sentence in form.errors.get(name, []):
            # A hidden field has no place to lead to.
            where = target if bound.is_hidden else bound.id_for_label or target
            found.append(Problem(sentence, str(bound.label), where))
    return found
