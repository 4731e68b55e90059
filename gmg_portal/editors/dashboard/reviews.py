"""The task lists of reviewers: what waits for review, mistakes reported by readers, reporting cycles."""

from django.contrib.auth.models import AbstractUser
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from foundation.clock import today
from gmg_portal.editors.dashboard.tasks import MAX_TASKS_SHORT, Link, Task, TaskList, due_text, format_day
from gmg_portal.editors.views.review_queue import QueueRow, queue_of
from reporting.models import Correction, ReportingCycle
from reporting.permissions import may_manage_cycles


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
    return TaskList("corrections", title, empty_text, tasks, len(rows), inbox)


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
