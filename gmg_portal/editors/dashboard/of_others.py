"""The task lists of what others lead or assess: contributions to write, assessments to answer."""

from django.contrib.auth.models import AbstractUser
from django.urls import reverse
from django.utils.translation import gettext as _

from gmg_portal.editors.dashboard.pending_contributions import PendingContribution, pending_contributions
from gmg_portal.editors.dashboard.tasks import MAX_TASKS, Link, Task, TaskList, due_text, task_list, workflow_task
from reporting.models import Assessment


def contribution_list(user: AbstractUser) -> TaskList:
    """List open reports of others to which a person's agency may add its part."""
    contributions = pending_contributions(user)
    title, empty_text = _("Your part in what others lead"), _("No partner’s part is asked of you.")
    return TaskList(
        "contributions",
        title,
        empty_text,
        [contribution_task(pending) for pending in contributions[:MAX_TASKS]],
        len(contributions),
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


def assessment_list(user: AbstractUser) -> TaskList:
    """List published assessments without an answer, of commitments that a person may answer for."""
    rows = Assessment.objects.answerable_by(user).unanswered().select_related("commitment", "agency", "workgroup")
    title = _("Assessments that you may answer")
    return task_list("assessments", title, _("No assessment waits for your answer."), [rows], assessment_task)


def assessment_task(row: Assessment) -> Task:
    """Return the task of answering an assessment."""
    params = {"assessor": row.assessor, "finding": row.get_finding_display(), "day": row.published}
    address = f"{reverse('admin:reporting_answer_add')}?assessment={row.pk}"
    facts = [_("%(assessor)s: %(finding)s, %(day)s") % params]
    return workflow_task(row, facts=facts, action=Link(_("Answer"), address))
