"""The task lists of commitments that lack something, or whose successor was withdrawn."""

from django.contrib.auth.models import AbstractUser
from django.db.models import Count, Exists, OuterRef, Subquery
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from commitments.models import Commitment
from commitments.permissions import OPEN_STATES, may_correct, may_withdraw
from commitments.workflow import State
from gmg_portal.editors.dashboard.tasks import MAX_TASKS, MAX_TASKS_SHORT, Link, Task, TaskList
from reporting.models import Evidence, ProgressReport

FORM_ANCHORS = {"deadline": "id_deadline", "milestones": "milestones-group"}  # in the form of a commitment


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
        _("All your commitments have milestones, a deadline and evidence."),
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
    if not commitment.deadline_on:
        links.append(correction_link(commitment, user, _("No deadline"), "deadline"))
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
        "day": date_format(successor.withdrawn_on),
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
