"""The template filter for the labels of what a point, recommendation, level or member lacks."""

from django import template
from django.utils.functional import Promise

from gmg_portal.website.gap_lists import LACK_TAG_LABELS

register = template.Library()


@register.filter
def lack_label(lack: str) -> Promise:
    """Return the label of a value of `Coverage.lacks`."""
    return LACK_TAG_LABELS[lack]
