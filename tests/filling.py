"""Fills in the forms of the editors' side as a browser would: what the page shows goes back, with what is typed."""

from django.forms import ModelMultipleChoiceField, MultipleChoiceField


def filled(page, **typed) -> dict:
    """The data of a page's form and of the rows under it; `typed` replaces or adds entries by their names."""
    rows = [inline.formset for inline in page.context["inline_admin_formsets"]]
    forms = [page.context["adminform"].form]
    for formset in rows:
        forms += [formset.management_form, *formset.forms]
    key = page.context.get("submission_key")
    data = {"_submission": key} if key else {}
    for form in forms:
        for bound in form:
            value = entered(bound)
            if value is not None:
                data[bound.html_name] = value
    return data | typed


def entered(bound):
    """What a browser sends for one field as it stands; None for what it leaves out."""
    value = bound.value()
    if isinstance(bound.field, MultipleChoiceField | ModelMultipleChoiceField):
        return [str(one) for one in value or []]
    if value is False or hasattr(value, "storage"):
        return None
    if value is True:
        return "on"
    value = getattr(value, "value", value)
    return "" if value is None else str(value)


def problems(page) -> dict[str, list[str]]:
    """The sentences at each field of a page's form; '' holds those of the whole form."""
    errors = page.context["adminform"].form.errors
    return {("" if name == "__all__" else name): list(sentences) for name, sentences in errors.items()}


def said(page) -> list[str]:
    """The messages on a page."""
    return [str(message) for message in page.context["messages"]]


def contested(page) -> set[tuple[str, str, str, bool]]:
    """What two editors of one form say differently: field, theirs, one's own, and whether one has to choose."""
    return {
        (field.label, field.theirs, field.yours, field.needs_choice)
        for conflict in page.context["edit_conflicts"]
        for field in conflict.field_conflicts
    }


def settled(page, **choices) -> dict:
    """What a page with a clash adds to its form: the state it showed, and a choice by the field's name in the page."""
    data = {}
    for conflict in page.context["edit_conflicts"]:
        data |= {conflict.version_input: conflict.version, conflict.history_id_input: str(conflict.history_id)}
        for field in conflict.field_conflicts:
            if field.html_name in choices:
                data[field.choice_name] = choices[field.html_name]
    return data


def to_mend(page) -> set[tuple[str, str]]:
    """The summary of what is wrong: each sentence with the element that its link leads to."""
    return {(problem.sentence, problem.target) for problem in page.context["problems"]}
