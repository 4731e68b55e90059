"""Public fields of agencies, their former names and their chair terms."""

from django.utils.translation import gettext_lazy as _

from agencies.models import Agency, ChairTerm, FormerName
from foundation.public_fields import KEY, LOCK, ORDER, PAGE_URL, PARENT, Place, PublicField, PublicTable

AGENCY = PublicTable(
    Agency,
    places=frozenset({Place.API, Place.FILE, Place.PAGE, Place.EDITOR_AREA}),
    fields=(
        PublicField("code", _("The permanent identifier: it is part of addresses, and filters take it.")),
        PublicField("url", PAGE_URL, columns=()),
        PublicField("acronym", _("The short name that the agency goes by.")),
        PublicField("name", _("The agency’s full official name.")),
        PublicField(
            "former_names",
            _("The names that it bore before, the last one first: acronym, name, and the last day of each."),
            columns=(),
        ),
        PublicField("parent", _("The member of which this is a constituent; empty for the members themselves.")),
        PublicField("mandate", _("What the agency is there for, in a sentence or two; empty where none was entered.")),
        PublicField("headquarters", _("The city of its head office; empty where none is known.")),
        PublicField("website", _("The agency’s own site; empty where none is known.")),
        PublicField("joined", _("Its first day in the group; empty where it is not known.")),
        PublicField("left", _("Its last day in the group; empty while it is a member.")),
    ),
    private={"id": KEY, "version": LOCK, "position": ORDER},
)

CHAIR_TERM = PublicTable(
    ChairTerm,
    places=frozenset({Place.API, Place.PAGE, Place.EDITOR_AREA}),
    fields=(
        PublicField("starts_on", _("The first day of the term.")),
        PublicField("ends_on", _("The last day of the term.")),
        PublicField("source", _("Where the term is recorded; empty where no source is named.")),
    ),
    private={"id": KEY, "version": LOCK, "agency": PARENT},
)

FORMER_NAME = PublicTable(
    FormerName,
    places=frozenset({Place.API, Place.PAGE, Place.EDITOR_AREA}),
    fields=(
        PublicField("acronym", _("The short name of then.")),
        PublicField("name", _("The full name of then.")),
        PublicField("until", _("The last day on which the agency bore it.")),
        PublicField("source", _("Where the change of name is recorded; empty where no source is named.")),
    ),
    private={"id": KEY, "version": LOCK, "agency": PARENT},
)

TABLES = (AGENCY, CHAIR_TERM, FORMER_NAME)
