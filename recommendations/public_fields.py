"""Public fields of recommendations."""

from django.utils.translation import gettext_lazy as _

from foundation.public_fields import KEY, LOCK, ORDER, PAGE_URL, Place, PublicField, PublicTable
from recommendations.models import Recommendation

RECOMMENDATION = PublicTable(
    Recommendation,
    places=frozenset({Place.API, Place.FILE, Place.PAGE, Place.EDITOR_AREA}),
    fields=(
        PublicField("code", _("The recommendation’s permanent code.")),
        PublicField("url", PAGE_URL, columns=()),
        PublicField("level", _("At which level the recommendation is directed.")),
        PublicField("text", _("The official wording.")),
        PublicField("parent", _("The recommendation of which this is a part.")),
        PublicField("agenda_points", _("The related points of the agenda: an editorial reading.")),
    ),
    private={"id": KEY, "version": LOCK, "position": ORDER},
)

TABLES = (RECOMMENDATION,)
