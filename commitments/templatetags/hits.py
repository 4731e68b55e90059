from django import template
from django.utils.html import escape
from django.utils.safestring import mark_safe

from commitments.querysets import HIT_ENDS, HIT_STARTS, LESS_THAN

register = template.Library()


@register.filter
def hits(text) -> str:
    """A text of `with_hits()` with its hits marked, and all else in it escaped; '' if nothing in it was hit."""
    text = str(text or "")
    if HIT_STARTS not in text:
        return ""
    escaped = escape(text.replace(LESS_THAN, "<"))
    return mark_safe(escaped.replace(HIT_STARTS, "<mark>").replace(HIT_ENDS, "</mark>"))  # noqa: S308
