"""The sort keys of the register."""

from collections.abc import Sequence

from django.db.models import F, Func, Q, TextField
from django.db.models.functions import Collate, Lower
from django.utils.translation import gettext_lazy as _

from foundation.filters.database_choices import Choices
from foundation.filters.filter_classes import ChoicesFilter
from foundation.filters.form_fields import OrderingField
from register.querysets import RegisterQuerySet

# Sorts titles without regard to case and accents, whatever the locale of the database. ICU collations are not used,
# because PostgreSQL may be built without ICU.
TITLE = Lower(Func(F("title"), function="unaccent", output_field=TextField()))


ORDERINGS = {
    "reference": [F("pk")],
    "title": [Collate(TITLE, "C"), Collate("title", "C")],
    "start": [F("start_on")],
    "due": [F("deadline_on")],
    "last_update": [F("last_update_on")],
    "updated": [F("moved_at")],
    "published": [F("published_on")],
}


def orderings() -> Choices:
    labels = {
        "reference": _("Reference"),
        "title": _("Title"),
        "start": _("Start"),
        "due": _("Deadline"),
        "last_update": _("Last update"),
        "updated": _("Last changed"),
        "published": _("Published"),
    }
    for key, label in labels.items():
        yield key, label
        yield f"-{key}", _("%(label)s, latest or last first") % {"label": label}


class OrderingFilter(ChoicesFilter):
    """Sort keys of the register; it filters nothing: `sort_commitments()` applies them."""

    field_class = OrderingField

    def __init__(self, **kwargs):
        super().__init__(lambda _values: Q(), choices=orderings, **kwargs)


def sort_commitments(rows: RegisterQuerySet, keys: Sequence[str], text: str = "") -> RegisterQuerySet:
    """Sort by the keys, descending with a minus; rows without the value come last.

    Without keys sort the matches of a search text by relevance, and other rows by their reference.
    """
    if text and not keys:
        return rows.with_rank(text).order_by("-rank", "pk")
    terms = []
    for key in keys or ["reference"]:
        for column in ORDERINGS[key.removeprefix("-")]:
            terms.append(column.desc(nulls_last=True) if key.startswith("-") else column.asc(nulls_last=True))
    return rows.order_by(*terms, "pk")
