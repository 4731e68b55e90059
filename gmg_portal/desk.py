"""A person's desk: what they owe and what waits for them, on top of the editors' side."""

from dataclasses import dataclass, field
from itertools import chain

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from agencies.permissions import agencies_of
from commitments.models import Assessment, Commitment, Mistake, ProgressReport
from commitments.permissions import may_start
from commitments.workflow import Reviewed, State
from gmg_portal.parts import parts_to_write

WORKFLOW = {Commitment: [], ProgressReport: ["commitment", "cycle"], Assessment: ["commitment", "agency", "workgroup"]}
MOST = 30


@dataclass(frozen=True)
class Item:
    """One line of a pile: where it leads, what it is, and what there is to know about it."""

    address: str
    name: str
    kind: str
    detail: str = ""


@dataclass(frozen=True)
class Pile:
    """Things that wait for the same: `more` says how many are left out."""

    title: str
    items: list[Item] = field(default_factory=list)
    more: int = 0


@dataclass(frozen=True)
class Desk:
    agencies: list[str]
    piles: list[Pile]
    may_start: bool


def desk_of(user) -> Desk:
    agencies = [agency.acronym for agency in agencies_of(user)]
    parts = Pile(_("Your part in what others lead"), parts_to_write(user))
    piles = [*writing_piles(user), parts, review_pile(user), mistakes_pile(user)]
    return Desk(agencies=agencies, piles=[pile for pile in piles if pile.items], may_start=may_start(user))


def writing_piles(user) -> list[Pile]:
    open_rows = {model: written(model, user).filter(state__in=[State.DRAFT, State.SENT_BACK]) for model in WORKFLOW}
    asked = open_rows[ProgressReport].blank().filter(state="draft", cycle__isnull=False, cycle__closed_on__isnull=True)
    open_rows[ProgressReport] = open_rows[ProgressReport].exclude(pk__in=asked.values("pk"))
    return [
        pile(
            _("Sent back to you"),
            [rows.filter(state=State.SENT_BACK) for rows in open_rows.values()],
        ),
        pile(_("Reports due"), [asked.order_by("cycle__due_on", "pk")]),
        pile(
            _("Your drafts"),
            [rows.filter(state=State.DRAFT) for rows in open_rows.values()],
        ),
        pile(
            _("Waiting for a reviewer"),
            [
                written(model, user).filter(state=State.SUBMITTED).exclude(pk__in=reviewed(model, user))
                for model in WORKFLOW
            ],
        ),
    ]


def review_pile(user) -> Pile:
    waiting = [reviewed(model, user).order_by("submitted_at") for model in WORKFLOW]
    return pile(_("Waiting for your review"), waiting)


def reviewed(model: type[Reviewed], user) -> QuerySet:
    return model.objects.reviewable_by(user)


def written(model: type[Reviewed], user) -> QuerySet:
    """Rows that the person's agencies and groups write."""
    return model.objects.owned_by(user)


def pile(title: str, rows: list[QuerySet]) -> Pile:
    found = list(chain.from_iterable(some.select_related(*WORKFLOW[some.model])[: MOST + 1] for some in rows))
    return Pile(title, [item(row) for row in found[:MOST]], more=max(len(found) - MOST, 0))


def item(row: Reviewed) -> Item:
    opts = row._meta
    return Item(
        address=reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[row.pk]),
        name=str(row if isinstance(row, Commitment) else row.commitment),
        kind=str(opts.verbose_name),
        detail=detail(row),
    )


def detail(row: Reviewed) -> str:
    if row.state == State.SENT_BACK:
        return row.review_note
    if row.state == State.SUBMITTED:
        return _("submitted on %(day)s") % {"day": row.submitted_at.date()} if row.submitted_at else ""
    if isinstance(row, ProgressReport) and row.cycle:
        return _("%(cycle)s, due on %(day)s") % {"cycle": row.cycle, "day": row.cycle.due_on}
    return ""


def mistakes_pile(user) -> Pile:
    rows = Mistake.objects.answerable_by(user).select_related("commitment")[: MOST + 1]
    items = [
        Item(
            address=reverse("admin:commitments_mistake_change", args=[row.pk]),
            name=str(row.commitment),
            kind=str(row._meta.verbose_name),
            detail=Truncator(row.text).chars(80),
        )
        for row in rows
    ]
    return Pile(_("Mistakes reported by readers"), items[:MOST], more=max(len(items) - MOST, 0))
