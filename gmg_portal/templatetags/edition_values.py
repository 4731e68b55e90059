"""The template filter for values of edition files."""

from typing import Any

from django import template
from django.utils.translation import gettext as _

register = template.Library()


@register.filter
def edition_value(value: Any) -> str:
    """Return the value as text: lists joined by semicolons, and a note for empty values."""
    if isinstance(value, list):
        value = "; ".join(str(item) for item in value)
    return _("(empty)") if value in (None, "") else str(value)
