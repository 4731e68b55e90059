"""Error messages on query parameters, and on the fields of their forms."""

from collections.abc import Iterable

from django import forms
from django.utils.translation import gettext as now_


def repeated_parameter(name: str) -> str:
    """Return the error message for a parameter that is given more than once."""
    return now_("‘%(word)s’ is given more than once: give it once.") % {"word": name}


def missing_value(name: str) -> str:
    """Return the error message for a parameter, or an item of its list, without a value, where that is refused."""
    return now_("‘%(word)s’ has no value: give one, or leave it out.") % {"word": name}


def form_error_messages(form: forms.Form) -> list[str]:
    """Return the error messages of a form, each with the name of its parameter."""
    return [
        message
        for name, messages in form.errors.items()
        for message in (map(str, messages) if name == "__all__" else with_param_name(name, messages))
    ]


def with_param_name(name: str, messages: Iterable[str]) -> list[str]:
    """Return the messages, each preceded by the name of its parameter: 'status: …'."""
    return [f"{name}: {message}" for message in messages]
