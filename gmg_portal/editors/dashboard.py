"""A person's desk: what they owe and what waits for them, the most urgent first, on top of the editors' side."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agencies.models import Agency
from agencies.permissions import agencies_of
from commitments.models import Answer, Assessment, Commitment, Evidence, Mistake, ProgressReport, ReportingCycle
from commitments.permissions import (
    OPEN_STATES,
    may_correct,
    may_create_drafts,
    may_manage_cycles,
    may_review,
    may_withdraw,
)
from commitments.workflow import Reviewed, State
from foundation.clock import today
from foundation.dates.partial import PartialDate
from gmg_portal.editors.pending_contributions import Part, parts_to_write
from gmg_portal.editors.review_queue import Waiting, queue_of

WORKFLOW = {
    Commitment: [],
    ProgressReport: ["commitment", "cycle"],
    Assessment: ["commitment", "agency", "workgroup"],
    Answer: ["assessment__commitment", "assessment__agency", "assessment__workgroup"],
}
MOST = 30
FEW = 8
LATELY = timedelta(days=90)
PLACES = {"due": "id_due", "milestones": "milestones-group"}  # in the form of a commitment


@dataclass(frozen=True)
class Link:
    label: str
    address: str


@dataclass(frozen=True)
class Item:
    """One line of a pile: what it is, what there is to know, and the one thing to do about it."""

    title: str
    reference: str = ""
    kind: str = ""
    facts: list[str] = field(default_factory=list)
    tone: str = ""  # 'late' or 'soon'
    note: str = ""
    action: Link | None = None
    quiet: bool = False  # nothing is asked for: the action only shows
    more: list[Link] = field(default_factory=list)


@dataclass(frozen=True)
class Pile:
    """Things that wait for the same; `count` is all of them, `none` what is said when there are none."""

    key: str
    title: str
    none: str
    items: list[Item] = field(default_factory=list)
    count: int = 0
    all: Link | None = None

    @property
    def more(self) -> int:
        return self.count - len(self.items)


@dataclass(frozen=True)
class Voice:
    """An agency that the person acts for, and the day of its last report."""

    agency: Agency
    last_heard: PartialDate | None


@dataclass(frozen=True)
class Desk:
    voices: list[Voice]
    piles: list[Pile]
    may_start: bool
    may_review: bool
    cycles: list[Item]

    @property
    def full(self) -> list[Pile]:
        return [pile for pile in self.piles if pile.count]

    @property
    def empty(self) -> list[Pile]:
        return [pile for pile in self.piles if not pile.count]


def desk_of(user) -> Desk:
    voices = voices_of(user)
    reviews, starts = may_review(user), may_create_drafts(user)
    piles = [*(writing_piles(user) if voices else [])]
    if reviews:
        piles[2 if voices else 0 : 0] = [review_pile(user), mistake_pile(user)]
    left = successor_pile(user)
    if left.count:
        piles.insert(0, left)
    return Desk(voices, piles, starts, reviews, cycle_items(user))


def voices_of(user) -> list[Voice]:
    reports = ProgressReport.objects.in_register().filter(commitment__lead_agency=OuterRef("pk")).newest_first()
    heard = {
        "heard_on": Subquery(reports.values("published_on")[:1]),
        "heard_precision": Subquery(reports.values("published_precision")[:1]),
    }
    return [
        Voice(agency, PartialDate(agency.heard_on, agency.heard_precision) if agency.heard_on else None)
        for agency in agencies_of(user).annotate(**heard)
    ]


def writing_piles(user) -> list[Pile]:
    return [
        sent_back_pile(user),
        due_pile(user),
        part_pile(user),
        judgement_pile(user),
        draft_pile(user),
        waiting_pile(user),
        lacking_pile(user),
        published_pile(user),
    ]


# What the person's agencies and groups write


def written(model: type[Reviewed], user, *states: State) -> QuerySet:
    rows = model.objects.owned_by(user).filter(state__in=states)
    return rows.select_related(*WORKFLOW[model], "reviewed_by", "submitted_by")


def sent_back_pile(user) -> Pile:
    rows = [written(model, user, State.SENT_BACK).order_by("reviewed_at") for model in WORKFLOW]
    return pile("sent-back", _("Sent back to you"), _("Nothing was sent back to you."), rows, sent_back_item)


def due_pile(user) -> Pile:
    rows = written(ProgressReport, user, State.DRAFT).blank().owed().order_by("cycle__due_on", "commitment__reference")
    return pile("due", _("Reports due"), _("No report is asked of you."), [rows], due_item)


def successor_pile(user) -> Pile:
    """Commitments whose successor was withdrawn: for their leads, and for those who restore and withdraw."""
    rows = Commitment.objects.without_successor()
    if not may_withdraw(user):
        rows = rows.owned_by(user)
    left = list(rows.select_related("superseded_by").defer("search", "superseded_by__search").order_by("pk"))
    own = set(rows.handled_by(user).values_list("pk", flat=True)) if left else set()
    items = [successor_item(row, row.pk in own) for row in left]
    return Pile("successors", _("Successor was withdrawn"), "", items[:MOST], len(items))


def successor_item(row: Commitment, reports: bool) -> Item:
    """The lead reports anew; the secretariat looks at what was withdrawn."""
    successor = row.superseded_by
    fact = _("Superseded by %(successor)s, which was withdrawn on %(day)s: %(reason)s") % {
        "successor": successor.reference,
        "day": date_format(successor.withdrawn_on, "j F Y"),
        "reason": successor.withdrawn_reason,
    }
    if reports:
        action = Link(_("Report the present status"), reverse("admin:commitments_commitment_report", args=[row.pk]))
    else:
        page = reverse("admin:commitments_commitment_change", args=[successor.pk])
        action = Link(_("Look at %(successor)s") % {"successor": successor.reference}, page)
    return Item(row.title, row.reference, facts=[fact], action=action)


def part_pile(user) -> Pile:
    found = parts_to_write(user)
    title, none = _("Your part in what others lead"), _("No partner’s part is asked of you.")
    return Pile("parts", title, none, [part_item(part) for part in found[:MOST]], len(found))


def judgement_pile(user) -> Pile:
    rows = Assessment.objects.answerable_by(user).unanswered().select_related("commitment", "agency", "workgroup")
    title = _("Judgements that you may answer")
    return pile("judgements", title, _("No judgement waits for your answer."), [rows], judgement_item)


def draft_pile(user) -> Pile:
    """Drafts, but for the reports that a cycle expects and nobody has begun."""
    rows = [written(model, user, State.DRAFT).order_by("-updated_at") for model in WORKFLOW if model != ProgressReport]
    reports = written(ProgressReport, user, State.DRAFT)
    expected = reports.blank().filter(cycle__isnull=False)
    begun = reports.exclude(pk__in=expected.order_by().values("pk")).order_by("-updated_at")
    return pile("drafts", _("Your drafts"), _("You have no draft."), [begun, *rows], draft_item)


def waiting_pile(user) -> Pile:
    rows = []
    for model in WORKFLOW:
        mine = model.objects.reviewable_by(user).order_by().values("pk")
        rows.append(written(model, user, State.SUBMITTED).exclude(pk__in=mine).order_by("submitted_at"))
    none = _("Nothing of yours waits for a reviewer.")
    return pile("waiting", _("Waiting for a reviewer"), none, rows, waiting_item)


def published_pile(user) -> Pile:
    since = today() - LATELY
    rows = [
        written(model, user, State.PUBLISHED).filter(published_on__gte=since).order_by("-published_on", "-pk")
        for model in WORKFLOW
    ]
    found = pile("published", _("Published lately"), _("Nothing of yours was published lately."), rows, published_item)
    return Pile(found.key, found.title, found.none, found.items[:FEW], found.count)


def lacking_pile(user) -> Pile:
    """Running commitments without milestone, due day or public evidence, those that lack most first."""
    backed = Evidence.objects.public().filter(report__commitment=OuterRef("pk"), report__state=State.PUBLISHED)
    in_hand = ProgressReport.objects.filter(commitment=OuterRef("pk"), state__in=OPEN_STATES).order_by("-cycle", "pk")
    rows = (
        Commitment.objects.owned_by(user)
        .running()
        .annotate(steps=Count("milestones"), is_backed=Exists(backed), in_hand=Subquery(in_hand.values("pk")[:1]))
    )
    lacking = sorted(
        ((row, wants) for row in rows.defer("search") if (wants := wanting(row, user))),
        key=lambda pair: (-len(pair[1]), pair[0].reference),
    )
    items = [Item(row.title, row.reference, more=wants) for row, wants in lacking[:FEW]]
    title, none = (
        _("Commitments that lack something"),
        _("All your commitments have milestones, a due day and evidence."),
    )
    table = Link(_("All commitments"), reverse("admin:commitments_commitment_changelist"))
    return Pile("lacking", title, none, items, len(lacking), table)


def wanting(row: Commitment, user) -> list[Link]:
    """What a commitment lacks, each with the way to mend it."""
    found = []
    if not row.is_backed:
        found.append(Link(_("No evidence: report with evidence"), report_address(row.pk, row.in_hand)))
    if not row.due_on:
        found.append(wording_link(row, user, _("No due day"), "due"))
    if not row.steps:
        found.append(wording_link(row, user, _("No milestone"), "milestones"))
    return found


def report_address(commitment: int, in_hand: int | None) -> str:
    if in_hand:
        return reverse("admin:commitments_progressreport_change", args=[in_hand])
    return reverse("admin:commitments_commitment_report", args=[commitment])


def wording_link(row: Commitment, user, lack: str, name: str) -> Link:
    """How the wording of a published commitment is mended: by administrators in its form, for others on request."""
    words = {"lack": lack}
    if may_correct(user):
        page = reverse("admin:commitments_commitment_change", args=[row.pk])
        return Link(_("%(lack)s: add it") % words, f"{page}#{PLACES[name]}")
    page = reverse("commitments:mistake", args=[row.reference])
    return Link(_("%(lack)s: ask for it to be added") % words, f"{page}?lack={name}")


# What waits for the person as a reviewer, and the cycles


def review_pile(user) -> Pile:
    queue = queue_of(user)
    mine = [line for line in queue.lines if not line.refusal]
    items = [review_item(line) for line in mine[:FEW]]
    whole = Link(_("Open the whole queue, and publish several at once"), reverse("admin:queue"))
    return Pile("review", _("Waiting for your review"), _("Nothing waits for your review."), items, len(mine), whole)


def review_item(line: Waiting) -> Item:
    return Item(
        title=line.title,
        reference=line.reference,
        kind=line.kind,
        facts=[line.waits, _("by %(person)s for %(lead)s") % {"person": line.submitted_by, "lead": line.lead}],
        tone="late" if line.days >= 14 else "",
        action=Link(_("Review"), line.address),
    )


def mistake_pile(user) -> Pile:
    rows = list(Mistake.objects.answerable_by(user).select_related("commitment").order_by("reported_at", "pk"))
    items = [mistake_item(row) for row in rows[:FEW]]
    inbox = Link(_("Open the whole inbox"), reverse("admin:commitments_mistake_changelist"))
    title, none = _("Mistakes reported by readers"), _("No reader waits for an answer.")
    return Pile("mistakes", title, none, items, len(rows), inbox)


def mistake_item(row: Mistake) -> Item:
    return Item(
        title=Truncator(row.text).chars(120),
        reference=row.commitment.reference,
        facts=[row.commitment.title, _("reported on %(day)s") % {"day": in_words(row.reported_at.date())}],
        action=Link(_("Answer"), reverse("admin:commitments_mistake_change", args=[row.pk])),
    )


def cycle_items(user) -> list[Item]:
    """Cycles that wait to be opened, run, or should be closed by now, for whoever manages them."""
    if not may_manage_cycles(user):
        return []
    cycles = ReportingCycle.objects.filter(closed_on__isnull=True).exclude(opened_on=None, opens_on__gt=today())
    return [cycle_item(cycle) for cycle in cycles.order_by("due_on", "pk")]


def cycle_item(cycle: ReportingCycle) -> Item:
    def step(verb: str) -> str:
        return reverse(f"admin:commitments_reportingcycle_{verb}", args=[cycle.pk])

    rates = Link(_("Response rates"), f"{reverse('admin:rates')}?cycle={cycle.pk}")
    if not cycle.opened_on:
        return Item(cycle.title, facts=[_("its day has come")], action=Link(_("Open"), step("open")))
    if cycle.closes_on < today():
        facts = [_("should have closed on %(day)s") % {"day": in_words(cycle.closes_on)}]
        return Item(cycle.title, facts=facts, tone="late", action=Link(_("Close"), step("close")), more=[rates])
    words, tone = until(cycle.due_on)
    return Item(cycle.title, facts=[words], tone=tone, action=Link(_("Remind"), step("remind")), more=[rates])


# Piles and their lines


def pile(key: str, title: str, none: str, rows: Iterable[QuerySet], item: Callable[..., Item]) -> Pile:
    """The first of some rows as lines, and the count of all."""
    found = [row for some in rows for row in some]
    return Pile(key, title, none, [item(row) for row in found[:MOST]], len(found))


def line(row: Reviewed, **more) -> Item:
    commitment = row if isinstance(row, Commitment) else row.commitment
    return Item(title=commitment.title, reference=commitment.reference, kind=str(row._meta.verbose_name), **more)


def change_page(row: Reviewed) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def sent_back_item(row: Reviewed) -> Item:
    words = {"person": person(row.reviewed_by), "day": in_words(row.reviewed_at.date())}
    facts = [_("by %(person)s on %(day)s") % words]
    return line(row, facts=facts, tone="late", note=row.review_note, action=Link(_("Mend"), change_page(row)))


def due_item(row: ProgressReport) -> Item:
    words, tone = until(row.cycle.due_on)
    return line(row, facts=[row.cycle.title, words], tone=tone, action=Link(_("Report"), change_page(row)))


def part_item(part: Part) -> Item:
    commitment, cycle = part.report.commitment, part.report.cycle
    facts, tone = [_("part of %(agency)s") % {"agency": part.agency.acronym}], ""
    told = {"lead": commitment.lead}
    if part.is_written:
        facts.append(_("written; it can be changed until %(lead)s sends the report off") % told)
    elif cycle:
        words, tone = until(cycle.due_on)
        facts += [_("%(lead)s reports in %(cycle)s") % (told | {"cycle": cycle}), words]
    else:
        facts.append(_("%(lead)s is writing a report") % told)
    action = Link(_("Change your part") if part.is_written else _("Write your part"), part.address)
    return Item(commitment.title, commitment.reference, facts=facts, tone=tone, action=action, quiet=part.is_written)


def judgement_item(row: Assessment) -> Item:
    words = {"assessor": row.assessor, "finding": row.get_finding_display(), "day": row.published}
    address = f"{reverse('admin:commitments_answer_add')}?assessment={row.pk}"
    facts = [_("%(assessor)s: %(finding)s, %(day)s") % words]
    return line(row, facts=facts, action=Link(_("Answer"), address))


def draft_item(row: Reviewed) -> Item:
    facts = [_("last changed on %(day)s") % {"day": in_words(row.updated_at.date())}]
    cycle = getattr(row, "cycle", None)
    tone = ""
    if cycle and not cycle.closed_on:
        words, tone = until(cycle.due_on)
        facts.insert(0, words)
    return line(row, facts=facts, tone=tone, action=Link(_("Continue"), change_page(row)))


def waiting_item(row: Reviewed) -> Item:
    words = {"day": in_words(row.submitted_at.date()), "person": person(row.submitted_by)}
    facts = [_("since %(day)s, submitted by %(person)s") % words]
    return line(row, facts=facts, action=Link(_("Read"), change_page(row)), quiet=True)


def published_item(row: Reviewed) -> Item:
    about = row if isinstance(row, Commitment | ProgressReport) else row.commitment
    facts = [_("on %(day)s") % {"day": row.published}]
    return line(row, facts=facts, action=Link(_("See it in public"), about.get_absolute_url()), quiet=True)


# Days and people in words


def until(day: date) -> tuple[str, str]:
    """How far a due day is off, in words with the day itself; and 'late', 'soon' or ''."""
    left = (day - today()).days
    words = {"day": in_words(day), "days": abs(left)}
    if left < 0:
        text = ngettext(
            "%(days)s day overdue (was due on %(day)s)", "%(days)s days overdue (was due on %(day)s)", -left
        )
        return text % words, "late"
    if left == 0:
        return _("due today"), "soon"
    text = ngettext("due in %(days)s day (%(day)s)", "due in %(days)s days (%(day)s)", left)
    return text % words, "soon" if left <= 14 else ""


def in_words(day: date) -> str:
    return date_format(day, "j F Y")


def person(user) -> str:
    return (user.get_full_name() or user.username) if user else _("the portal itself")
