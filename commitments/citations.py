"""How to cite a commitment, with its address and the day of the record."""

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from agencies.querysets import today
from commitments.models import Commitment


def citation(commitment: Commitment, address: str, day: date | None = None) -> str:
    """One line: lead, year of publication, title, reference, address, and the day on which the record stood so."""
    if day:
        address = f"{address}?as_of={day.isoformat()}"
    return _(
        "%(lead)s (%(year)s). %(title)s. GMG HLD follow-up portal, %(reference)s. "
        "%(address)s (as the record stood on %(day)s)."
    ) % {
        "lead": commitment.lead,
        "year": commitment.published_on.year,
        "title": commitment.title.rstrip("."),
        "reference": commitment.reference,
        "address": address,
        "day": date_format(day or today(), "j F Y"),
    }
