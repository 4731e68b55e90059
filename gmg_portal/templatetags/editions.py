"""How the values of frozen files read on a page."""

from typing import Any

from django import template
from django.utils.translation import gettext as _

register = template.Library()


@register.filter
def value_of(value: Any) -> str:
    """Several values in a row; what is not known says so."""
    if isinstance(value, list):
        value = "; ".join(str(each) for each in value)
    return _("(empty)") if value in (None, "") else str(value)
