"""Public fields of work groups, participations and work plans."""

from django.utils.translation import gettext_lazy as _

from foundation.public_fields import KEY, LOCK, ORDER, PARENT, Place, PublicField, PublicTable
from workgroups.models import Participation, WorkGroup, WorkPlan

_PLACES = frozenset({Place.API, Place.PAGE, Place.EDITOR_AREA})
_NAMED = {Place.API: "The API only names a work plan, where a commitment is part of it."}

WORK_GROUP = PublicTable(
    WorkGroup,
    places=_PLACES,
    fields=(
        PublicField("slug", _("Permanent: it is part of addresses, and filters take it.")),
        PublicField("kind", _("What sort of group it is.")),
        PublicField("title", _("The group’s title.")),
        PublicField("mandate", _("What the group is there for; empty where none was entered.")),
        PublicField("participations", _("The agencies in the group; who leads comes first."), columns=("agencies",)),
    ),
    private={"id": KEY, "version": LOCK, "position": ORDER},
)

PARTICIPATION = PublicTable(
    Participation,
    places=_PLACES,
    fields=(
        PublicField("role", _("As what the agency takes part.")),
        PublicField("agency", _("The agency that takes part in the group.")),
    ),
    private={"id": KEY, "version": LOCK, "position": ORDER, "workgroup": PARENT},
)

WORK_PLAN = PublicTable(
    WorkPlan,
    places=_PLACES,
    fields=(
        PublicField("code", _("The plan's permanent slug."), columns=("slug",)),
        PublicField("title", _("The plan’s title.")),
        PublicField("acronym", _("The short name of the plan; empty where it has none."), not_in=_NAMED),
        PublicField("starts_on", _("Its first day."), not_in=_NAMED),
        PublicField("ends_on", _("Its last day."), not_in=_NAMED),
    ),
    private={"id": KEY, "version": LOCK},
)

TABLES = (WORK_GROUP, PARTICIPATION, WORK_PLAN)
