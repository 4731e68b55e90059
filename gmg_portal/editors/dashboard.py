"""The dashboard of the editor area: a person's task lists, most urgent first, with the agencies they act for."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.contrib.auth.models import AbstractUser
from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.permissions import agencies_of
from agencies.models import Agency
from commitments.models import Commitment
from commitments.permissions import OPEN_STATES, may_correct, may_create_drafts, may_review, may_withdraw
from commitments.workflow import Reviewed, State
from foundation.clock import today
from foundation.dates.partial import PartialDate
from gmg_portal.editors.pending_contributions import PendingContribution, pending_contributions
from gmg_portal.editors.review_queue import QueueRow, queue_of
from reporting.models import Answer, Assessment, Correction, Evidence, ProgressReport, ReportingCycle
from reporting.permissions import may_manage_cycles

WORKFLOW_RELATED = {
    Commitment: [],
    ProgressReport: ["commitment", "cycle"],
    Assessment: ["commitment", "agency", "workgroup"],
    Answer: ["assessment__commitment", "assessment__agency", "assessment__workgroup"],
}
MAX_TASKS = 30
MAX_TASKS_SHORT = 8
RECENT_PERIOD = timedelta(days=90)
FORM_ANCHORS = {"due": "id_due", "milestones": "milestones-group"}  # in the form of a commitment


@dataclass(frozen=True)
class Link:
    """A link of a task or list to the page where something can be done."""

    label: str
    address: str


@dataclass(frozen=True)
class Task:
    """An entry of a task list: its title, facts in words, and the action it asks for."""

    title: str
    reference: str = ""
    kind: str = ""
    facts: list[str] = field(default_factory=list)
    urgency: str = ""  # 'late' or 'soon'
    note: str = ""
    action: Link | None = None
    is_informational: bool = False  # the action only opens a page; no work is due
    links: list[Link] = field(default_factory=list)


@dataclass(frozen=True)
class TaskList:
    """Tasks of one kind. `count` includes those not shown; `empty_text` is shown instead of an empty list."""

    key: str
    title: str
    empty_text: str
    tasks: list[Task] = field(default_factory=list)
    count: int = 0
    list_link: Link | None = None

    @property
    def hidden_count(self) -> int:
        return self.count - len(self.tasks)


@dataclass(frozen=True)
class Representation:
    """An agency that the person acts for, with the date of its last published report."""

    agency: Agency
    last_heard: PartialDate | None


@dataclass(frozen=True)
class Dashboard:
    """What the page shows: a person's agencies, task lists in the order of their urgency, and cycles to manage."""

    representations: list[Representation]
    task_lists: list[TaskList]
    may_create_drafts: bool
    may_review: bool
    cycles: list[Task]

    @property
    def nonempty_lists(self) -> list[TaskList]:
        return [task_list for task_list in self.task_lists if task_list.count]

    @property
    def empty_lists(self) -> list[TaskList]:
        return [task_list for task_list in self.task_lists if not task_list.count]


def build_dashboard(user: AbstractUser) -> Dashboard:
    """Collect a person's lists. Commitments with a withdrawn successor come first, then what a person reviews."""
    representations = representations_of(user)
    can_review, can_start = may_review(user), may_create_drafts(user)
    task_lists = [*(writer_lists(user) if representations else [])]
    if can_review:
        task_lists[2 if representations else 0 : 0] = [review_list(user), mistake_list(user)]
    successors = withdrawn_successor_list(user)
    if successors.count:
        task_lists.insert(0, successors)
    return Dashboard(representations, task_lists, can_start, can_review, cycle_tasks(user))


def representations_of(user: AbstractUser) -> list[Representation]:
    """Return the agencies that a person acts for today, each with the date of its latest report."""
    reports = ProgressReport.objects.in_register().filter(commitment__lead_agency=OuterRef("pk")).newest_first()
    latest_report = {
        "heard_on": Subquery(reports.values("published_on")[:1]),
        "heard_precision": Subquery(reports.values("published_precision")[:1]),
    }
    return [
        Representation(agency, PartialDate(agency.heard_on, agency.heard_precision) if agency.heard_on else None)
        for agency in agencies_of(user).annotate(**latest_report)
    ]


def writer_lists(user: AbstractUser) -> list[TaskList]:
    """Return the lists of those who act for an agency, most urgent first."""
    return [
        sent_back_list(user),
        due_list(user),
        contribution_list(user),
        assessment_list(user),
        draft_list(user),
        under_review_list(user),
        incomplete_list(user),
        published_list(user),
    ]


# Rows written by the user's agencies and work groups


def own_rows(model: type[Reviewed], user: AbstractUser, *states: State) -> QuerySet:
    """Filter rows of the agencies and groups that a person acts for, in these states, with what tasks show."""
    rows = model.objects.owned_by(user).filter(state__in=states)
    return rows.select_related(*WORKFLOW_RELATED[model], "reviewed_by", "submitted_by")


def sent_back_list(user: AbstractUser) -> TaskList:
    """List rows that a reviewer sent back, the longest waiting first."""
    rows = [own_rows(model, user, State.SENT_BACK).order_by("reviewed_at") for model in WORKFLOW_RELATED]
    return task_list("sent-back", _("Sent back to you"), _("Nothing was sent back to you."), rows, sent_back_task)


def due_list(user: AbstractUser) -> TaskList:
    """List blank reports that an open cycle expects, by deadline."""
    rows = own_rows(ProgressReport, user, State.DRAFT).blank().owed().order_by("cycle__due_on", "commitment__reference")
    return task_list("due", _("Reports due"), _("No report is asked of you."), [rows], due_task)


def withdrawn_successor_list(user: AbstractUser) -> TaskList:
    """List commitments whose successor was withdrawn: those of the user's leads, or all if the user may withdraw."""
    commitments = Commitment.objects.without_successor()
    if not may_withdraw(user):
        commitments = commitments.owned_by(user)
    superseded = list(
        commitments.select_related("superseded_by").defer("search", "superseded_by__search").order_by("pk")
    )
    reported_by_user = set(commitments.handled_by(user).values_list("pk", flat=True)) if superseded else set()
    tasks = [withdrawn_successor_task(row, row.pk in reported_by_user) for row in superseded]
    return TaskList("successors", _("Successor was withdrawn"), "", tasks[:MAX_TASKS], len(tasks))


def withdrawn_successor_task(commitment: Commitment, may_report: bool) -> Task:
    """Return a task that links to a new report if the user may report, otherwise to the withdrawn successor."""
    successor = commitment.superseded_by
    fact = _("Superseded by %(successor)s, which was withdrawn on %(day)s: %(reason)s") % {
        "successor": successor.reference,
        "day": date_format(successor.withdrawn_on, "j F Y"),
        "reason": successor.withdrawn_reason,
    }
    if may_report:
        action = Link(
            _("Report the present status"), reverse("admin:commitments_commitment_report", args=[commitment.pk])
        )
    else:
        page = reverse("admin:commitments_commitment_change", args=[successor.pk])
        action = Link(_("Look at %(successor)s") % {"successor": successor.reference}, page)
    return Task(commitment.title, commitment.reference, facts=[fact], action=action)


def contribution_list(user: AbstractUser) -> TaskList:
    """List open reports of others to which a person's agency may add its part."""
    contributions = pending_contributions(user)
    title, empty_text = _("Your part in what others lead"), _("No partner’s part is asked of you.")
    return TaskList(
        "parts",
        title,
        empty_text,
        [contribution_task(pending) for pending in contributions[:MAX_TASKS]],
        len(contributions),
    )


def assessment_list(user: AbstractUser) -> TaskList:
    """List published assessments without an answer, of commitments that a person may answer for."""
    rows = Assessment.objects.answerable_by(user).unanswered().select_related("commitment", "agency", "workgroup")
    title = _("Judgements that you may answer")
    return task_list("judgements", title, _("No judgement waits for your answer."), [rows], assessment_task)


def draft_list(user: AbstractUser) -> TaskList:
    """List drafts except the blank reports that a cycle expects."""
    rows = [
        own_rows(model, user, State.DRAFT).order_by("-updated_at")
        for model in WORKFLOW_RELATED
        if model != ProgressReport
    ]
    reports = own_rows(ProgressReport, user, State.DRAFT)
    expected = reports.blank().filter(cycle__isnull=False)
    begun = reports.exclude(pk__in=expected.order_by().values("pk")).order_by("-updated_at")
    return task_list("drafts", _("Your drafts"), _("You have no draft."), [begun, *rows], draft_task)


def under_review_list(user: AbstractUser) -> TaskList:
    """List submitted rows of one's own that another person has to review, the longest waiting first."""
    rows = []
    for model in WORKFLOW_RELATED:
        reviewable = model.objects.reviewable_by(user).order_by().values("pk")
        rows.append(own_rows(model, user, State.SUBMITTED).exclude(pk__in=reviewable).order_by("submitted_at"))
    empty_text = _("Nothing of yours waits for a reviewer.")
    return task_list("waiting", _("Waiting for a reviewer"), empty_text, rows, under_review_task)


def published_list(user: AbstractUser) -> TaskList:
    """List rows of one's own that were published within RECENT_PERIOD, latest first."""
    since = today() - RECENT_PERIOD
    rows = [
        own_rows(model, user, State.PUBLISHED).filter(published_on__gte=since).order_by("-published_on", "-pk")
        for model in WORKFLOW_RELATED
    ]
    published = task_list(
        "published", _("Published lately"), _("Nothing of yours was published lately."), rows, published_task
    )
    return TaskList(
        published.key, published.title, published.empty_text, published.tasks[:MAX_TASKS_SHORT], published.count
    )


def incomplete_list(user: AbstractUser) -> TaskList:
    """List running commitments without milestone, deadline or public evidence, those that lack most first."""
    backed = Evidence.objects.public().filter(report__commitment=OuterRef("pk"), report__state=State.PUBLISHED)
    open_report = ProgressReport.objects.filter(commitment=OuterRef("pk"), state__in=OPEN_STATES).order_by(
        "-cycle", "pk"
    )
    rows = (
        Commitment.objects.owned_by(user)
        .running()
        .annotate(
            steps=Count("milestones"), is_backed=Exists(backed), open_report=Subquery(open_report.values("pk")[:1])
        )
    )
    incomplete = sorted(
        ((commitment, links) for commitment in rows.defer("search") if (links := links_to_missing(commitment, user))),
        key=lambda pair: (-len(pair[1]), pair[0].reference),
    )
    tasks = [
        Task(commitment.title, commitment.reference, links=links) for commitment, links in incomplete[:MAX_TASKS_SHORT]
    ]
    title, empty_text = (
        _("Commitments that lack something"),
        _("All your commitments have milestones, a due day and evidence."),
    )
    table = Link(_("All commitments"), reverse("admin:commitments_commitment_changelist"))
    return TaskList("lacking", title, empty_text, tasks, len(incomplete), table)


def links_to_missing(commitment: Commitment, user: AbstractUser) -> list[Link]:
    """Return a link for each missing part of a commitment to the page where it can be added."""
    links = []
    if not commitment.is_backed:
        links.append(
            Link(_("No evidence: report with evidence"), report_address(commitment.pk, commitment.open_report))
        )
    if not commitment.due_on:
        links.append(correction_link(commitment, user, _("No due day"), "due"))
    if not commitment.steps:
        links.append(correction_link(commitment, user, _("No milestone"), "milestones"))
    return links


def report_address(commitment: int, open_report: int | None) -> str:
    """Return the address of the open report with this key, or else that of a new report on the commitment."""
    if open_report:
        return reverse("admin:reporting_progressreport_change", args=[open_report])
    return reverse("admin:commitments_commitment_report", args=[commitment])


def correction_link(row: Commitment, user: AbstractUser, lack: str, name: str) -> Link:
    """Link to the form of a published commitment for administrators, and to a correction request for others."""
    params = {"lack": lack}
    if may_correct(user):
        page = reverse("admin:commitments_commitment_change", args=[row.pk])
        return Link(_("%(lack)s: add it") % params, f"{page}#{FORM_ANCHORS[name]}")
    page = reverse("commitments:mistake", args=[row.reference])
    return Link(_("%(lack)s: ask for it to be added") % params, f"{page}?lack={name}")


# Reviews, corrections and reporting cycles


def review_list(user: AbstractUser) -> TaskList:
    """List the first rows that a person may decide on. The count is that of all of them."""
    queue = queue_of(user)
    mine = [row for row in queue.rows if not row.refusal]
    tasks = [review_task(row) for row in mine[:MAX_TASKS_SHORT]]
    queue_link = Link(_("Open the whole queue, and publish several at once"), reverse("admin:queue"))
    return TaskList(
        "review", _("Waiting for your review"), _("Nothing waits for your review."), tasks, len(mine), queue_link
    )


def review_task(row: QueueRow) -> Task:
    """Return the task of reviewing a row; it is late after 14 days."""
    return Task(
        title=row.title,
        reference=row.reference,
        kind=row.kind,
        facts=[row.waiting_time, _("by %(person)s for %(lead)s") % {"person": row.submitted_by, "lead": row.lead}],
        urgency="late" if row.days >= 14 else "",
        action=Link(_("Review"), row.address),
    )


def mistake_list(user: AbstractUser) -> TaskList:
    """List the first readers' reports of mistakes that a person may answer, the oldest first."""
    rows = list(Correction.objects.answerable_by(user).select_related("commitment").order_by("reported_at", "pk"))
    tasks = [mistake_task(row) for row in rows[:MAX_TASKS_SHORT]]
    inbox = Link(_("Open the whole inbox"), reverse("admin:reporting_correction_changelist"))
    title, empty_text = _("Mistakes reported by readers"), _("No reader waits for an answer.")
    return TaskList("mistakes", title, empty_text, tasks, len(rows), inbox)


def mistake_task(row: Correction) -> Task:
    """Return the task of answering a reader, whose text is cut to 120 characters."""
    return Task(
        title=Truncator(row.text).chars(120),
        reference=row.commitment.reference,
        facts=[row.commitment.title, _("reported on %(day)s") % {"day": format_day(row.reported_at.date())}],
        action=Link(_("Answer"), reverse("admin:reporting_correction_change", args=[row.pk])),
    )


def cycle_tasks(user: AbstractUser) -> list[Task]:
    """Return the cycles to open, to remind or to close; none for users who may not manage cycles."""
    if not may_manage_cycles(user):
        return []
    cycles = ReportingCycle.objects.filter(closed_on__isnull=True).exclude(opened_on=None, opens_on__gt=today())
    return [cycle_task(cycle) for cycle in cycles.order_by("due_on", "pk")]


def cycle_task(cycle: ReportingCycle) -> Task:
    """Return the next step of a cycle: to open it on its day, to close it after its last day, else to remind."""

    def action_address(verb: str) -> str:
        return reverse(f"admin:reporting_reportingcycle_{verb}", args=[cycle.pk])

    rates_link = Link(_("Response rates"), f"{reverse('admin:rates')}?cycle={cycle.pk}")
    if not cycle.opened_on:
        return Task(cycle.title, facts=[_("its day has come")], action=Link(_("Open"), action_address("open")))
    if cycle.closes_on < today():
        facts = [_("should have closed on %(day)s") % {"day": format_day(cycle.closes_on)}]
        return Task(
            cycle.title,
            facts=facts,
            urgency="late",
            action=Link(_("Close"), action_address("close")),
            links=[rates_link],
        )
    text, urgency = due_text(cycle.due_on)
    return Task(
        cycle.title,
        facts=[text],
        urgency=urgency,
        action=Link(_("Remind"), action_address("remind")),
        links=[rates_link],
    )


# Task lists and their tasks


def task_list(
    key: str, title: str, empty_text: str, querysets: Iterable[QuerySet], make_task: Callable[..., Task]
) -> TaskList:
    """Build a list that shows the first rows of all querysets and counts the rest."""
    rows = [row for queryset in querysets for row in queryset]
    return TaskList(key, title, empty_text, [make_task(row) for row in rows[:MAX_TASKS]], len(rows))


def workflow_task(row: Reviewed, **fields: Any) -> Task:
    """Return a task named by the commitment that a row belongs to; `fields` are further fields of `Task`."""
    commitment = row if isinstance(row, Commitment) else row.commitment
    return Task(title=commitment.title, reference=commitment.reference, kind=str(row._meta.verbose_name), **fields)


def change_page(row: Reviewed) -> str:
    """Return the address of a row's form in the editor area."""
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def sent_back_task(row: Reviewed) -> Task:
    """Return the task of correcting a row, with the reviewer's note. It always counts as late."""
    params = {"person": person_name(row.reviewed_by), "day": format_day(row.reviewed_at.date())}
    facts = [_("by %(person)s on %(day)s") % params]
    return workflow_task(
        row, facts=facts, urgency="late", note=row.review_note, action=Link(_("Mend"), change_page(row))
    )


def due_task(row: ProgressReport) -> Task:
    """Return the task of writing an expected report; its deadline decides how urgent it is."""
    text, urgency = due_text(row.cycle.due_on)
    return workflow_task(
        row, facts=[row.cycle.title, text], urgency=urgency, action=Link(_("Report"), change_page(row))
    )


def contribution_task(pending: PendingContribution) -> Task:
    """Return the task of adding an agency's part to a report of another lead, until the lead submits it."""
    commitment, cycle = pending.report.commitment, pending.report.cycle
    facts, urgency = [_("part of %(agency)s") % {"agency": pending.agency.acronym}], ""
    params = {"lead": commitment.lead}
    if pending.is_written:
        facts.append(_("written; it can be changed until %(lead)s sends the report off") % params)
    elif cycle:
        text, urgency = due_text(cycle.due_on)
        facts += [_("%(lead)s reports in %(cycle)s") % (params | {"cycle": cycle}), text]
    else:
        facts.append(_("%(lead)s is writing a report") % params)
    action = Link(_("Change your part") if pending.is_written else _("Write your part"), pending.address)
    return Task(
        commitment.title,
        commitment.reference,
        facts=facts,
        urgency=urgency,
        action=action,
        is_informational=pending.is_written,
    )


def assessment_task(row: Assessment) -> Task:
    """Return the task of answering an assessment."""
    params = {"assessor": row.assessor, "finding": row.get_finding_display(), "day": row.published}
    address = f"{reverse('admin:reporting_answer_add')}?assessment={row.pk}"
    facts = [_("%(assessor)s: %(finding)s, %(day)s") % params]
    return workflow_task(row, facts=facts, action=Link(_("Answer"), address))


def draft_task(row: Reviewed) -> Task:
    """Return the task of continuing a draft. One of an open cycle is as urgent as its deadline."""
    facts = [_("last changed on %(day)s") % {"day": format_day(row.updated_at.date())}]
    cycle = getattr(row, "cycle", None)
    urgency = ""
    if cycle and not cycle.closed_on:
        text, urgency = due_text(cycle.due_on)
        facts.insert(0, text)
    return workflow_task(row, facts=facts, urgency=urgency, action=Link(_("Continue"), change_page(row)))


def under_review_task(row: Reviewed) -> Task:
    """Return a row that waits for a reviewer: there is nothing to do but to read it."""
    params = {"day": format_day(row.submitted_at.date()), "person": person_name(row.submitted_by)}
    facts = [_("since %(day)s, submitted by %(person)s") % params]
    return workflow_task(row, facts=facts, action=Link(_("Read"), change_page(row)), is_informational=True)


def published_task(row: Reviewed) -> Task:
    """Return a published row with its public page: there is nothing to do."""
    public_row = row if isinstance(row, Commitment | ProgressReport) else row.commitment
    facts = [_("on %(day)s") % {"day": row.published}]
    return workflow_task(
        row, facts=facts, action=Link(_("See it in public"), public_row.get_absolute_url()), is_informational=True
    )


# Dates and people as text


def due_text(day: date) -> tuple[str, str]:
    """Return the time left until a deadline as a sentence, and its urgency: 'late', 'soon' or ''."""
    left = (day - today()).days
    params = {"day": format_day(day), "days": abs(left)}
    if left < 0:
        text = ngettext(
            "%(days)s day overdue (was due on %(day)s)", "%(days)s days overdue (was due on %(day)s)", -left
        )
        return text % params, "late"
    if left == 0:
        return _("due today"), "soon"
    text = ngettext("due in %(days)s day (%(day)s)", "due in %(days)s days (%(day)s)", left)
    return text % params, "soon" if left <= 14 else ""


def format_day(day: date) -> str:
    """Format a day as in '5 March 2014', without a leading zero."""
    return date_format(day, "j F Y")


def person_name(user: AbstractUser | None) -> str:
    """Return a person's full name, or else the user name; without a person, the portal wrote the row."""
    return (user.get_full_name() or user.username) if user else _("the portal itself")
