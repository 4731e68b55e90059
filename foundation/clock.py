"""The current day, by which deadlines and terms are decided."""

from datetime import date

from django.utils import timezone


def today() -> date:
    """Return the current day in UTC."""
    return timezone.now().date()
