"""The version of a row, by which a decision on an outdated version is refused."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


def check_version(row, seen: int | None) -> None:
    """Refuse a decision on a locked row whose version differs from the one shown (`seen`); None skips the check."""
    if seen is not None and seen != row.version:
        raise ValidationError(_("Somebody changed this since you opened it: look at it again before you decide."))
