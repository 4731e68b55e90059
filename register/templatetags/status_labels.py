"""Template filters for the labels of the status fields."""

from django import template

from commitments.models import Freshness, Outlook, Status, Verification

register = template.Library()


def _label(choices, value: str) -> str:
    return str(choices(value).label) if value else ""


@register.filter
def status_label(value: str) -> str:
    return _label(Status, value)


@register.filter
def outlook_label(value: str) -> str:
    return _label(Outlook, value)


@register.filter
def freshness_label(value: str) -> str:
    return _label(Freshness, value)


@register.filter
def verification_label(value: str) -> str:
    return _label(Verification, value)
