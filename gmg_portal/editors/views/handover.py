"""The handover sheet: an agency's people, open work, commitments and reports, printed for its next focal point."""

from dataclasses import dataclass

from django.contrib import admin
from django.contrib.auth.models import AbstractUser
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import may_hand_over
from agencies.models import Agency
from commitments.models import Commitment
from commitments.workflow import Reviewed, State
from foundation.clock import today
from register.querysets import register_commitments
from reporting.models import Answer, Assessment, Evidence, ProgressReport
from workgroups.models import WorkGroup


@dataclass(frozen=True)
class WorkflowRow:
    """A draft, submitted or returned row."""

    obj: Reviewed

    @property
    def kind(self) -> str:
        return str(self.obj._meta.verbose_name)

    @property
    def commitment(self) -> Commitment:
        return self.obj if isinstance(self.obj, Commitment) else self.obj.commitment


@dataclass(frozen=True)
class HandoverSheet:
    """An agency's affairs today, limited to what the user may see."""

    agency: Agency
    people: list[Membership]
    groups: list[WorkGroup]
    commitments: list[Commitment]
    due: list[ProgressReport]
    sent_back: list[WorkflowRow]
    drafts: list[WorkflowRow]
    waiting: list[WorkflowRow]
    reports: list[ProgressReport]
    disputes: list[Assessment]
    partnerships: list[Commitment]

    @property
    def open_questions(self) -> list[str]:
        """Return sentences on missing deadlines, milestones and reports of the unfinished commitments."""
        questions = []
        for commitment in self.commitments:
            if commitment.standing_finished:
                continue
            params = {"reference": commitment.reference}
            if not commitment.deadline_on:
                questions.append(_("%(reference)s has no deadline.") % params)
            if not commitment.milestones.all():
                questions.append(_("%(reference)s has no milestone.") % params)
            questions += [
                _("%(reference)s: the milestone “%(step)s” was due on %(day)s and is not met.")
                % {**params, "step": milestone.title, "day": milestone.deadline}
                for milestone in commitment.milestones.all()
                if milestone.is_overdue_on(today())
            ]
            if not commitment.last_update_on:
                questions.append(_("Nothing was ever reported on %(reference)s.") % params)
        return questions


def handover_sheet(agency: Agency, user: AbstractUser) -> HandoverSheet:
    """Build the sheet from the rows that the user may see.

    An expected report that was begun counts as due for users who may not see the draft.
    """
    groups = list(WorkGroup.objects.filter(participations__in=agency.participations.leading()))
    led = led_by(agency, groups)
    reports = visible_rows(ProgressReport, user, led_by(agency, groups, "commitment__")).select_related(
        "commitment", "cycle"
    )
    other_querysets = [
        visible_rows(Commitment, user, led),
        visible_rows(Answer, user, led_by(agency, groups, "assessment__commitment__")).select_related(
            "assessment__commitment"
        ),
        visible_rows(Assessment, user, Q(agency=agency) | Q(workgroup__in=groups)).select_related("commitment"),
    ]
    expected_reports = reports.blank().filter(state=State.DRAFT, cycle__isnull=False).order_by().values("pk")

    def in_state(state: State) -> list[WorkflowRow]:
        querysets = [reports.exclude(pk__in=expected_reports), *other_querysets]
        return [
            WorkflowRow(row) for queryset in querysets for row in queryset.filter(state=state).order_by("updated_at")
        ]

    drafts, sent_back = in_state(State.DRAFT), in_state(State.SENT_BACK)
    begun_report_ids = [row.obj.pk for row in (*drafts, *sent_back) if isinstance(row.obj, ProgressReport)]
    owed = ProgressReport.objects.owed().filter(led_by(agency, groups, "commitment__"))
    owed = owed.select_related("commitment", "cycle")
    return HandoverSheet(
        agency=agency,
        people=list(agency.memberships.current().select_related("user").order_by("role", "starts_on")),
        groups=groups,
        commitments=list(with_display_data(register_commitments().published().filter(led))),
        due=list(owed.exclude(pk__in=begun_report_ids).order_by("cycle__due_on", "commitment__reference")),
        sent_back=sent_back,
        drafts=drafts,
        waiting=in_state(State.SUBMITTED),
        reports=list(
            ProgressReport.objects.in_register()
            .filter(led_by(agency, groups, "commitment__"))
            .select_related("commitment")
            .prefetch_related(Prefetch("evidence", Evidence.objects.visible_to(user).order_by("pk")))
            .order_by("commitment__reference", "-number")
        ),
        disputes=list(
            Assessment.objects.published()
            .exclude(finding="agrees")
            .newest_of_each_assessor()
            .filter(led_by(agency, groups, "commitment__"), commitment__state=State.PUBLISHED)
            .select_related("commitment", "agency", "workgroup")
            .with_answers()
        ),
        partnerships=list(Commitment.objects.published().filter(partners__agency=agency).select_related("lead_agency")),
    )


def led_by(agency: Agency, groups: list[WorkGroup], prefix: str = "") -> Q:
    """Return the condition for rows that the agency leads, alone or with groups; `prefix` leads to the commitment."""
    return Q(**{f"{prefix}lead_agency": agency}) | Q(**{f"{prefix}workgroup__in": groups})


def visible_rows(model: type[Reviewed], user: AbstractUser, own: Q) -> QuerySet:
    """Filter rows that meet a condition to those that the user may see, so that no draft of others is printed."""
    return model.objects.visible_to(user).filter(own)


def with_display_data(rows: QuerySet[Commitment]) -> QuerySet[Commitment]:
    """Add what the sheet shows of commitments, in the order of their references."""
    rows = rows.with_standing().select_related("lead_agency", "workgroup").defer("search")
    return rows.prefetch_related("milestones", "partners__agency").order_by("reference")


def handover_view(request: HttpRequest, code: str) -> TemplateResponse:
    """Show an agency's sheet to those who may hand it over; 403 for others, 404 for an unknown code."""
    agency = get_object_or_404(Agency, code=code)
    if not may_hand_over(request.user, agency):
        raise PermissionDenied
    admin.site.check_params(request)
    handover = handover_sheet(agency, request.user)
    context = {
        **admin.site.each_context(request),
        "title": _("Handover sheet: %(agency)s") % {"agency": agency},
        "sheet": handover,
        "today": today(),
        "last_update": max(
            (commitment.last_update for commitment in handover.commitments if commitment.last_update),
            key=lambda date: date.day,
            default=None,
        ),
    }
    return TemplateResponse(request, "admin/handover/page.html", context)


urls = [path("handover/<slug:code>/", admin.site.admin_view(handover_view), name="handover")]
