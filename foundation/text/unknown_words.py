"""Sentences that refuse an unknown name or value: the word, the closest match, and all that is allowed."""

from collections.abc import Collection

from django.utils.translation import gettext as _

from foundation.text.closest_match import suggestion


def unknown_value(value: str, allowed: Collection[object], most: int | None = None) -> str:
    """Return the sentence for a value that is not allowed; it lists up to `most` of those that are."""
    if not allowed:
        return _("‘%(word)s’ is not a valid value: there is none to choose from.") % {"word": value}
    return _fill(_("‘%(word)s’ is not a valid value.%(near)s Allowed: %(allowed)s."), value, allowed, most)


def unknown_parameter(name: str, allowed: Collection[str]) -> str:
    """Return the sentence for a parameter that an address does not take."""
    if not allowed:
        return _("‘%(word)s’ is not a parameter here: this address takes none.") % {"word": name}
    return _fill(_("‘%(word)s’ is not a parameter here.%(near)s Allowed: %(allowed)s."), name, sorted(allowed))


def unknown_field(name: str, allowed: Collection[str]) -> str:
    """Return the sentence for a field that a resource, a body or an entry of a file does not have."""
    return _fill(_("‘%(word)s’ is not a field here.%(near)s Allowed: %(allowed)s."), name, allowed)


def unknown_column(name: str, allowed: Collection[str]) -> str:
    """Return the sentence for a column that a file does not have."""
    return _fill(_("‘%(word)s’ is not a column here.%(near)s Allowed: %(allowed)s."), name, allowed)


def unknown_section(name: str, allowed: Collection[str]) -> str:
    """Return the sentence for a section that a file does not have."""
    return _fill(_("‘%(word)s’ is not a section here.%(near)s Allowed: %(allowed)s."), name, allowed)


def _fill(sentence: str, word: str, allowed: Collection[object], most: int | None = None) -> str:
    words = [str(each) for each in allowed]
    listing = ", ".join(words[:most]) + (" …" if most is not None and len(words) > most else "")
    return sentence % {"word": word, "near": suggestion(word, words), "allowed": listing}
