"""The list of a commitment's further facts on its page."""

from dataclasses import dataclass

from commitments.models import Commitment
from commitments.public_fields import COMMITMENT
from foundation.public_fields import Place, display_value


@dataclass(frozen=True)
class Fact:
    """A labelled value; `url` is the page of the row that it names, '' if it names none."""

    label: str
    text: str
    url: str = ""


def commitment_facts(commitment: Commitment) -> list[Fact]:
    """Return the public fields that the page shows as label and value, those that are not empty."""
    facts = []
    for public_field in COMMITMENT.shown_in(Place.PAGE):
        text = display_value(commitment, public_field) if public_field.is_fact else ""
        if text:
            value = getattr(commitment, public_field.columns[0])
            url = value.get_absolute_url() if hasattr(value, "get_absolute_url") else ""
            facts.append(Fact(COMMITMENT.label(public_field.name), text, url))
    return facts
