"""The whole dashboard of a person, with the agencies they act for."""

from dataclasses import dataclass

from django.contrib.auth.models import AbstractUser
from django.db.models import OuterRef, Subquery

from accounts.permissions import agencies_of
from agencies.models import Agency
from commitments.permissions import may_create_drafts, may_review
from foundation.dates.partial import PartialDate
from gmg_portal.editors.dashboard.commitments import incomplete_list, withdrawn_successor_list
from gmg_portal.editors.dashboard.of_others import assessment_list, contribution_list
from gmg_portal.editors.dashboard.own_rows import (
    draft_list,
    due_list,
    published_list,
    sent_back_list,
    under_review_list,
)
from gmg_portal.editors.dashboard.reviews import cycle_tasks, mistake_list, review_list
from gmg_portal.editors.dashboard.tasks import Task, TaskList
from reporting.models import ProgressReport


@dataclass(frozen=True)
class Representation:
    """An agency that the person acts for, with the date of its last published report."""

    agency: Agency
    last_update: PartialDate | None


@dataclass(frozen=True)
class Dashboard:
    """The content of the page: a person's agencies, task lists in the order of their urgency, and cycles to manage."""

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
        "last_update_on": Subquery(reports.values("published_on")[:1]),
        "last_update_precision": Subquery(reports.values("published_precision")[:1]),
    }
    return [
        Representation(
            agency, PartialDate(agency.last_update_on, agency.last_update_precision) if agency.last_update_on else None
        )
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
