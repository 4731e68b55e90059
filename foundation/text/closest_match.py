"""Find the known word that is spelt most like an unknown one."""

from collections.abc import Iterable
from difflib import get_close_matches

from django.utils.translation import gettext as _


def closest_match(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that is spelt most like `word`, or None if none is similar.

    Case does not count. Among similar words one of the same letters in another order is preferred.
    """
    spellings = {known_word.lower(): known_word for known_word in known}
    similar = get_close_matches(word.lower(), spellings, n=3, cutoff=0.6 if len(word) < 4 else 0.7)
    letters = sorted(word.lower())
    return spellings[max(similar, key=lambda known_word: sorted(known_word) == letters)] if similar else None


def suggestion(word: str, known: Iterable[str]) -> str:
    """Return a sentence that offers the closest known word, after a space; '' if no word is similar."""
    match = closest_match(word, known)
    return " " + _("Did you mean ‘%(word)s’?") % {"word": match} if match else ""
