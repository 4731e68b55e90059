"""Tell the current day, on which every deadline and term turns."""

from datetime import date

from django.utils import timezone


def today() -> date:
    """Return the current day in UTC."""
    return timezone.now().date()
