"""Public fields of recommendations."""

from django.utils.translation import gettext_lazy as _

from foundation.public_fields import KEY, LOCK, ORDER, Place, PublicField, PublicTable
from recommendations.models import Recommendation

RECOMMENDATION = PublicTable(
    Recommendation,
    places=frozenset({Place.API, Place.FILE, Place.PAGE}),
    fields=(
        PublicField("code", _("The recommendation’s permanent code.")),
        PublicField("url", _("The permanent address of its page."), columns=()),
        PublicField("level", _("At which level the recommendation is directed.")),
        PublicField("text", _("The official wording.")),
        PublicField("parent", _("The recommendation of which this is a part.")),
        PublicField("agenda_points", _("The related points of the agenda: an editorial reading.")),
    ),
    private={"id": KEY, "version": LOCK, "position": ORDER},
)

TABLES = (RECOMMENDATION,)
