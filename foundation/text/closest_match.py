"""Suggest the most similarly spelt word."""

from collections.abc import Iterable
from difflib import get_close_matches

from django.utils.translation import gettext as _


def closest_match(word: str, candidates: Iterable[str]) -> str | None:
    """Return the candidate that is spelt most like `word`, or None if none is similar.

    Case is ignored. A candidate of the same letters in another order is preferred.
    """
    spellings = {candidate.lower(): candidate for candidate in candidates}
    similar = get_close_matches(word.lower(), spellings, n=3, cutoff=0.6 if len(word) < 4 else 0.7)
    letters = sorted(word.lower())
    return spellings[max(similar, key=lambda candidate: sorted(candidate) == letters)] if similar else None


def suggestion(word: str, candidates: Iterable[str]) -> str:
    """Return a sentence with the closest candidate, after a space; '' if none is similar."""
    match = closest_match(word, candidates)
    return " " + _("Did you mean ‘%(word)s’?") % {"word": match} if match else ""
