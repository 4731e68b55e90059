"""The faults of the query parameters of an API address: unknown, repeated, empty and invalid ones."""

from collections.abc import Callable, Iterable

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _

from foundation.filters.form_fields import ChoicesField
from foundation.filters.messages import missing_value, with_param_name
from foundation.rest.problem_codes import form_error_code
from foundation.rest.problem_details import Fault, InvalidParameter
from foundation.rest.sparse_fields import UnknownField
from foundation.text.closest_match import closest_match
from foundation.text.unknown_words import unknown_field, unknown_parameter, unknown_value

FIELDS = "fields"
COMMA_SEPARATED_PARAMS = (FIELDS, "ordering")
MULTIPLE_CHOICE_FIELDS = (forms.MultipleChoiceField, forms.ModelMultipleChoiceField)


def unknown_field_faults(unknown_fields: Iterable[UnknownField]) -> list[Fault]:
    """Return the faults of `fields`: a name that the resource lacks, with the nearest and all allowed ones."""
    return [
        unknown_value_fault(FIELDS, unknown_field, field.name, field.allowed, "unknown_field")
        for field in unknown_fields
    ]


def unknown_param_faults(params: QueryDict, allowed_names: set[str]) -> list[Fault]:
    """Return a fault for each parameter that the endpoint does not take, in alphabetical order."""
    allowed = tuple(sorted(allowed_names))
    return [
        unknown_value_fault(param, unknown_parameter, param, allowed, "unknown_parameter")
        for param in sorted(set(params) - allowed_names)
    ]


def refuse_other_params(allowed_names: set[str], params: QueryDict) -> None:
    """Refuse a parameter that the address does not take, and one that is repeated or empty."""
    if faults := [
        *unknown_param_faults(params, allowed_names),
        *repeated_param_faults(params, {}),
        *empty_param_faults(params, allowed_names),
    ]:
        raise InvalidParameter(*faults)


def repeated_param_faults(params: QueryDict, filters: dict[str, forms.Field]) -> list[Fault]:
    """Return a fault for each parameter that is given twice, unless it takes several values."""
    return [
        Fault(param, _("‘%(word)s’ can be given only once.") % {"word": param}, code="repeated")
        for param, values in params.lists()
        if len(values) > 1
        and param not in COMMA_SEPARATED_PARAMS
        and not isinstance(filters.get(param), MULTIPLE_CHOICE_FIELDS)
    ]


def empty_param_faults(params: QueryDict, allowed_names: set[str]) -> list[Fault]:
    """Return a fault for each known parameter without a value, or with an empty item in a list of values."""
    return [
        Fault(param, missing_value(param), code="empty")
        for param, values in params.lists()
        if param in allowed_names and not all(split_values(param, values))
    ]


def split_values(param: str, values: list[str]) -> list[str]:
    """Return the values of a parameter one by one; some parameters hold several, separated by commas."""
    return [part for value in values for part in value.split(",")] if param in COMMA_SEPARATED_PARAMS else values


def invalid_value_faults(form: forms.Form, params: QueryDict) -> list[Fault]:
    """Return a fault for each invalid value, with the nearest valid one where the valid values are fixed."""
    faults = []
    for param in [param for param in form.errors if param in params and param in form.fields]:
        allowed = allowed_values(form.fields[param])
        if allowed == ():
            faults += [
                Fault(
                    param,
                    str(getattr(form.fields[param], "no_choices_message", ChoicesField.no_choices_message))
                    % {"value": value},
                    (),
                    code="unknown_value",
                )
                for value in dict.fromkeys(split_values(param, params.getlist(param)))
            ]
            continue
        unknown_values = [
            value for value in split_values(param, params.getlist(param)) if value not in map(str, allowed or [value])
        ]
        if isinstance(form.fields[param], ChoicesField):
            also_allowed = form.fields[param].accepted_beyond_choices(unknown_values)
            unknown_values = [value for value in unknown_values if value not in also_allowed]
        faults += [unknown_value_fault(param, unknown_value, value, allowed) for value in dict.fromkeys(unknown_values)]
        if not unknown_values:
            faults.append(
                Fault(
                    param,
                    " ".join(with_param_name(param, form.errors[param])),
                    allowed,
                    code=form_error_code(form, param),
                )
            )
    return faults


def allowed_values(field: forms.Field) -> tuple[str | int, ...] | None:
    """Return the values of a field with fixed choices; None for other fields and for choices too many to list."""
    if isinstance(field, forms.ModelChoiceField) or not hasattr(field, "choices"):
        return None
    return tuple(value for value, _label in field.choices if value != "")


def unknown_value_fault(
    param: str,
    refuse: Callable[[str, tuple[str | int, ...]], str],
    value: str,
    allowed: tuple[str | int, ...],
    code: str = "unknown_value",
) -> Fault:
    """Return a fault with the sentence by which `refuse` names the unknown value, the allowed ones and the closest."""
    return Fault(param, refuse(value, allowed), allowed, closest_match(value, map(str, allowed)), code)
