"""Public fields of agenda points, frameworks, alignments and events."""

from django.utils.translation import gettext_lazy as _

from agenda.models import AgendaPoint, Alignment, Event, Framework
from foundation.public_fields import KEY, LOCK, ORDER, PARENT, PERMANENT, Place, PublicField, PublicTable

_PLACES = frozenset({Place.API, Place.PAGE, Place.EDITOR_AREA})

AGENDA_POINT = PublicTable(
    AgendaPoint,
    places=_PLACES,
    fields=(
        PublicField("number", _("The point's permanent number, from 1.")),
        PublicField("title", _("The point’s official wording.")),
    ),
    private={"id": KEY, "version": LOCK},
)

FRAMEWORK = PublicTable(
    Framework,
    places=_PLACES,
    fields=(
        PublicField("code", PERMANENT),
        PublicField("title", _("The document’s title.")),
        PublicField("symbol", _("The document symbol; empty where it has none.")),
        PublicField("adopted_on", _("The day it was adopted; null where no day is known.")),
        PublicField("link", _("Where the document is found; null where no address is known.")),
        PublicField("is_base", _("Whether it is the agenda itself, against which the others are set.")),
    ),
    private={"id": KEY, "version": LOCK, "position": ORDER},
)

ALIGNMENT = PublicTable(
    Alignment,
    places=_PLACES,
    fields=(
        PublicField("agenda_point", _("The point of the agenda."), columns=("point",)),
        PublicField("strength", _("How plainly the framework speaks of the point.")),
        PublicField("quote", _("The passage, word for word; empty where none was read.")),
        PublicField("paragraph", _("The paragraph in which the passage stands; empty where none was read.")),
    ),
    private={"id": KEY, "version": LOCK, "framework": PARENT},
)

EVENT = PublicTable(
    Event,
    places=_PLACES,
    fields=(
        PublicField("slug", PERMANENT),
        PublicField("title", _("What the event is called.")),
        PublicField("starts_on", _("The first day of the event.")),
        PublicField("ends_on", _("Its last day; null where it took one day, or where the end is not known.")),
        PublicField("place", _("The city in which it was held; empty where none is known.")),
        PublicField("link", _("Where more is told; null where no address is known.")),
    ),
    private={"id": KEY, "version": LOCK},
)

TABLES = (AGENDA_POINT, FRAMEWORK, ALIGNMENT, EVENT)
