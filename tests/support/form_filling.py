"""Read forms of the editor area from a response, and fill them in as a browser would."""

from django.apps import apps
from django.forms import ModelMultipleChoiceField, MultipleChoiceField


def filled(page, **typed) -> dict:
    """Return the POST data of a page's form and inline rows; `typed` replaces or adds entries by name."""
    rows = [inline.formset for inline in page.context["inline_admin_formsets"]]
    forms = [page.context["adminform"].form]
    for formset in rows:
        forms += [formset.management_form, *formset.forms]
    key = page.context.get("submission_key")
    data = {"_submission": key} if key else {}
    for form in forms:
        for bound in form:
            value = field_value(bound)
            if value is not None:
                data[bound.html_name] = value
    return data | typed


def field_value(bound):
    """Return the value that a browser sends for a field; None if it sends none."""
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
    """Return the errors of a page's form by field; '' holds those of the whole form."""
    errors = page.context["adminform"].form.errors
    return {("" if name == "__all__" else name): list(sentences) for name, sentences in errors.items()}


def messages_on(page) -> list[str]:
    """Return the messages on a page."""
    return [str(message) for message in page.context["messages"]]


def field_conflicts(page) -> set[tuple[str, str, str, bool]]:
    """Return the conflicts of an edited form: label, their value, own value, and whether a choice is needed."""
    return {
        (field.label, field.theirs, field.yours, field.needs_choice)
        for conflict in page.context["edit_conflicts"]
        for field in conflict.field_conflicts
    }


def conflict_choices(page, **choices) -> dict:
    """Return the data that resolves conflicts: the shown state, and the choices by the field's name in the page."""
    data = {}
    for conflict in page.context["edit_conflicts"]:
        data |= {conflict.version_input: conflict.version, conflict.history_id_input: str(conflict.history_id)}
        for field in conflict.field_conflicts:
            if field.html_name in choices:
                data[field.choice_name] = choices[field.html_name]
    return data


def error_summary(page) -> set[tuple[str, str]]:
    """Return the error summary of a page: each sentence with the id that its link leads to."""
    return {(problem.sentence, problem.target) for problem in page.context["problems"]}


def app_label_of(table: str) -> str:
    """Return the label of the app that has a model of this name, as addresses of the editor area hold it."""
    return next(model._meta.app_label for model in apps.get_models() if model._meta.model_name == table)
