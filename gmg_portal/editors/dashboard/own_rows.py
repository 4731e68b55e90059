"""The task lists of rows that a person's agencies and groups wrote: sent back, due, begun, submitted, published."""

from datetime import timedelta

from django.contrib.auth.models import AbstractUser
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from commitments.models import Commitment
from commitments.workflow import Reviewed, State
from foundation.clock import today
from gmg_portal.editors.dashboard.tasks import (
    MAX_TASKS_SHORT,
    Link,
    Task,
    TaskList,
    change_page,
    due_text,
    format_day,
    person_name,
    task_list,
    workflow_task,
)
from reporting.models import Answer, Assessment, ProgressReport

WORKFLOW_RELATED = {
    Commitment: [],
    ProgressReport: ["commitment", "cycle"],
    Assessment: ["commitment", "agency", "workgroup"],
    Answer: ["assessment__commitment", "assessment__agency", "assessment__workgroup"],
}
RECENT_PERIOD = timedelta(days=90)


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
