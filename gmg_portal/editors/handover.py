"""The handover sheet: all that an agency owes and has done, to be printed for its next focal point."""

from dataclasses import dataclass

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, Q, QuerySet
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext as _

from agencies.models import Agency, Membership
from agencies.permissions import may_hand_over
from commitments.models import Answer, Assessment, Commitment, Evidence, ProgressReport
from commitments.workflow import Reviewed, State
from foundation.clock import today
from workgroups.models import WorkGroup


@dataclass(frozen=True)
class Line:
    """A row of the review workflow that is still on its way."""

    row: Reviewed

    @property
    def kind(self) -> str:
        return str(self.row._meta.verbose_name)

    @property
    def commitment(self) -> Commitment:
        return self.row if isinstance(self.row, Commitment) else self.row.commitment


@dataclass(frozen=True)
class Sheet:
    """What the person who asks may know of an agency's affairs, as of today."""

    agency: Agency
    people: list[Membership]
    groups: list[WorkGroup]
    commitments: list[Commitment]
    due: list[ProgressReport]
    sent_back: list[Line]
    drafts: list[Line]
    waiting: list[Line]
    reports: list[ProgressReport]
    disputes: list[Assessment]
    partnerships: list[Commitment]

    @property
    def open_questions(self) -> list[str]:
        """What somebody should see to, in sentences."""
        words = []
        for row in self.commitments:
            if row.standing_finished:
                continue
            name = {"reference": row.reference}
            if not row.due_on:
                words.append(_("%(reference)s has no due day.") % name)
            if not row.milestones.all():
                words.append(_("%(reference)s has no milestone.") % name)
            words += [
                _("%(reference)s: the milestone “%(step)s” was due on %(day)s and is not met.")
                % {**name, "step": step.title, "day": step.due}
                for step in row.milestones.all()
                if step.due_on and step.due_on < today() and not step.met_on
            ]
            if not row.last_heard_on:
                words.append(_("Nothing was ever reported on %(reference)s.") % name)
        return words


def sheet(agency: Agency, user) -> Sheet:
    """Everything through what the person sees: whether a report that is owed was begun is its writers' own affair."""
    groups = list(WorkGroup.objects.filter(participations__in=agency.participations.leading()))
    mine = led_by(agency, groups)
    reports = seen(ProgressReport, user, led_by(agency, groups, "commitment__")).select_related("commitment", "cycle")
    others = [
        seen(Commitment, user, mine),
        seen(Answer, user, led_by(agency, groups, "assessment__commitment__")).select_related("assessment__commitment"),
        seen(Assessment, user, Q(agency=agency) | Q(workgroup__in=groups)).select_related("commitment"),
    ]
    expected = reports.blank().filter(state=State.DRAFT, cycle__isnull=False).order_by().values("pk")

    def in_state(state: State) -> list[Line]:
        rows = [reports.exclude(pk__in=expected), *others]
        return [Line(row) for some in rows for row in some.filter(state=state).order_by("updated_at")]

    drafts, sent_back = in_state(State.DRAFT), in_state(State.SENT_BACK)
    begun = [line.row.pk for line in (*drafts, *sent_back) if isinstance(line.row, ProgressReport)]
    owed = ProgressReport.objects.owed().filter(led_by(agency, groups, "commitment__"))
    owed = owed.select_related("commitment", "cycle")
    return Sheet(
        agency=agency,
        people=list(agency.memberships.current().select_related("user").order_by("role", "starts_on")),
        groups=groups,
        commitments=list(standing(Commitment.objects.published().filter(mine))),
        due=list(owed.exclude(pk__in=begun).order_by("cycle__due_on", "commitment__reference")),
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
    return Q(**{f"{prefix}lead_agency": agency}) | Q(**{f"{prefix}workgroup__in": groups})


def seen(model: type[Reviewed], user, own: Q) -> QuerySet:
    return model.objects.visible_to(user).filter(own)


def standing(rows: QuerySet[Commitment]) -> QuerySet[Commitment]:
    shown = rows.with_standing().select_related("lead_agency", "workgroup").defer("search")
    return shown.prefetch_related("milestones", "partners__agency").order_by("reference")


def handover_view(request, code: str):
    agency = get_object_or_404(Agency, code=code)
    if not may_hand_over(request.user, agency):
        raise PermissionDenied
    admin.site.check_params(request)
    told = sheet(agency, request.user)
    context = {
        **admin.site.each_context(request),
        "title": _("Handover sheet: %(agency)s") % {"agency": agency},
        "sheet": told,
        "today": today(),
        "last_heard": max(
            (row.last_heard for row in told.commitments if row.last_heard), key=lambda on: on.day, default=None
        ),
    }
    return TemplateResponse(request, "admin/handover.html", context)


urls = [path("handover/<slug:code>/", admin.site.admin_view(handover_view), name="handover")]
