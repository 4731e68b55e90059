"""The actions of the workflow of commitments, reports, assessments and answers, and of reporting cycles.

Each action locks the row, checks the permission through the row's queryset, checks the rules, and writes a history line
with its own name as the change reason. It raises ValidationError with messages by field if a rule is broken, and
PermissionDenied if the person may not act. Loads from a file (`publish_past`, `record_past_report`) have no author, and
the two-person rule does not apply to them. Commands may open and close cycles (`by=None`).
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from simple_history.utils import bulk_create_with_history

from accounts.permissions import agencies_of, all_agencies_of, is_secretariat
from agencies.models import Agency
from commitments.models import Commitment, Milestone, Partner, Status
from commitments.permissions import OPEN_STATES, interested_agencies, may_restore, may_withdraw, partners_for
from commitments.succession import successor_error
from commitments.triggers import SUCCESSION_LOCK
from commitments.workflow import TRANSITIONS, Reviewed, ReviewingRole, State
from foundation.clock import today
from foundation.dates.parsing import format_date
from foundation.dates.partial import PartialDate, Precision
from foundation.row_versions import check_version
from reporting.choices import NotificationKind
from reporting.models import Answer, Assessment, Contribution, Evidence, ProgressReport, ReportingCycle, StatusChange
from reporting.notifications import digests, events
from reporting.permissions import may_manage_cycles
from workgroups.models import WorkGroup

LOAD = "load"
IMPORT = "import"
BY_TOKEN = "token"  # noqa: S105 – a change reason in the history


@transaction.atomic
def submit(row: Reviewed, *, by, seen: int | None = None) -> Reviewed:
    """Submit a draft, or a row that was sent back, to the reviewers."""
    row = _locked(row, seen)
    _transition(row, "submit")
    _allow(type(row).objects.editable_by(by), row)
    check(row)
    check_writer(row, by)
    row.submitted_by, row.submitted_at = by, timezone.now()
    row.author = row.author or by
    row.reviewed_by = row.reviewed_at = row.reviewing_agency = None
    row.reviewed_as = ""
    _save(row, "submit", by)
    events.notify(NotificationKind.SUBMITTED, row, by=by)
    return row


@transaction.atomic
def write_draft(row, sets: dict[str, list] | None = None, *, by, reason: str = IMPORT) -> None:
    """Save a draft from an import or a token, or a milestone of a draft; `sets` are many-to-many rows by field name.

    The person must have the permission to write the row before and after, so with a new lead too. The caller holds the
    row's lock. The sets are written first, under a key drawn in advance for new rows, so that they are part of the one
    history line.
    """
    new = row._state.adding
    if isinstance(row, Milestone):
        _locked(row.commitment)
    if new:
        row.pk = _next_key(type(row))
    else:
        _allow(type(row).objects.editable_by(by), row)
    if isinstance(row, Reviewed) and row.state == State.DRAFT:
        row.author = row.author or by
    for name, others in (sets or {}).items():
        _write_partners(row, others, by) if name == "partner_agencies" else _write_set(row, name, others)
    _save(row, reason, by, force_insert=new)
    _allow(type(row).objects.editable_by(by), row)
    record_involved_agencies(row.commitment if isinstance(row, Milestone) else row, by=by)


@transaction.atomic
def add_evidence(report: ProgressReport, piece: Evidence, *, by) -> Evidence:
    """Add evidence to an open report, whose row is locked so that it cannot be submitted at the same time."""
    report = _locked(report)
    _allow(ProgressReport.objects.editable_by(by), report)
    piece.report = report
    record_involved_agencies(report, by=by)
    return _save(piece, BY_TOKEN, by)


@transaction.atomic
def remove_evidence(piece: Evidence, *, by) -> None:
    report = _locked(piece.report)
    _allow(ProgressReport.objects.editable_by(by), report)
    piece._change_reason, piece._history_user = BY_TOKEN, by
    piece.delete()
    record_involved_agencies(report, by=by)


def record_involved_agencies(row: Reviewed, *, by) -> None:
    """Record the agencies of a person who writes in an open row; triggers add them to those recorded before."""
    agencies = list(all_agencies_of(by).values_list("pk", flat=True))
    if agencies:
        type(row).objects.filter(pk=row.pk, state__in=OPEN_STATES).update(involved_agencies=agencies)


@transaction.atomic
def send_back(row: Reviewed, *, note: str, by, seen: int | None = None) -> Reviewed:
    """Return a submitted row to its writer with a note that says what to correct."""
    row = _locked(row, seen)
    _transition(row, "send_back")
    _allow(type(row).objects.reviewable_by(by), row)
    if not note.strip():
        raise ValidationError({"note": _("Write a note that says what to mend.")})
    row.review_note = note.strip()
    _reviewed(row, by)
    _save(row, "send_back", by)
    digests.send_on_commit(events.notify(NotificationKind.SENT_BACK, row, by=by))
    return row


@transaction.atomic
def publish(row: Reviewed, *, by, seen: int | None = None) -> Reviewed:
    """Publish a submitted row as of today (UTC)."""
    row = _locked(row, seen)
    _transition(row, "publish")
    _allow(type(row).objects.reviewable_by(by), row)
    _lock_succession(row)
    check(row)
    row.published_on, row.published_precision = today(), Precision.DAY
    _reviewed(row, by)
    if isinstance(row, ProgressReport):
        _publish_report(row, by, "publish")
    else:
        _save(row, "publish", by)
    events.notify(NotificationKind.PUBLISHED, row, by=by)
    return row


@transaction.atomic
def contribute(
    report: ProgressReport, *, agency: Agency, text: str, by, seen: int | None = None
) -> Contribution | None:
    """Write a partner's contribution to an open report; an empty text deletes it.

    `seen` is the version of the contribution that was shown, 0 if there was none. The report is locked, so that it
    cannot be submitted at the same time.
    """
    report = _locked(report)
    if not partners_for(by, report.commitment_id).filter(pk=agency.pk).exists():
        raise PermissionDenied(_("Only a partner of the commitment adds a part, and only its own."))
    if not ProgressReport.objects.contributable_by(by).filter(pk=report.pk).exists():
        raise ValidationError(_("The lead has sent this report off, or its cycle is closed: it takes no more parts."))
    record_involved_agencies(report, by=by)
    contribution = report.contributions.select_for_update().filter(agency=agency).first()
    if seen is not None and seen != (contribution.version if contribution else 0):
        raise ValidationError(_("Somebody else of your agency changed this since you opened it. Nothing was saved."))
    if text.strip():
        contribution = contribution or Contribution(report=report, agency=agency)
        contribution.text, contribution.author = text.strip(), by
        return _save(contribution, "contribute", by)
    if contribution is None:
        raise ValidationError({"text": _("Write what your agency did, or that it did nothing.")})
    contribution._change_reason, contribution._history_user = "take back", by
    contribution.delete()
    return None


@transaction.atomic
def withdraw(commitment: Commitment, *, reason: str, by, seen: int | None = None) -> Commitment:
    """Withdraw a published commitment from the register; its page stays and shows the withdrawal."""
    commitment = _locked(commitment, seen)
    _transition(commitment, "withdraw")
    if not may_withdraw(by):
        raise PermissionDenied(_("Only the secretariat and administrators withdraw a commitment."))
    if not reason.strip():
        raise ValidationError({"reason": _("Say why the commitment is withdrawn.")})
    commitment.withdrawn_on, commitment.withdrawn_reason = today(), reason.strip()
    commitment.restored_on, commitment.restored_reason = None, ""
    return _save(commitment, "withdraw", by)


@transaction.atomic
def restore(commitment: Commitment, *, reason: str, by, seen: int | None = None) -> Commitment:
    """Restore a withdrawn commitment to the register; the withdrawal and the restoration stay public."""
    commitment = _locked(commitment, seen)
    _transition(commitment, "restore")
    if not may_restore(by):
        raise PermissionDenied(_("Only the secretariat and administrators restore a commitment."))
    if not Commitment.objects.independent_of(by).filter(pk=commitment.pk).exists():
        raise PermissionDenied(
            _("An agency of yours leads, co-leads or is a partner in it: somebody else restores it.")
        )
    if not reason.strip():
        raise ValidationError({"reason": _("Say why the commitment is restored.")})
    commitment.withdrawn_on, commitment.withdrawn_reason = None, ""
    commitment.restored_on, commitment.restored_reason = today(), reason.strip()
    return _save(commitment, "restore", by)


@transaction.atomic
def open_cycle(cycle: ReportingCycle, *, by, seen: int | None = None) -> int:
    """Open a cycle with one expected report for each running commitment, and return their number."""
    cycle = _for_cycles(cycle, by, seen)
    if cycle.opened_on:
        raise ValidationError(_("This cycle is already open."))
    if cycle.opens_on > today():
        raise ValidationError(_("This cycle opens on %(day)s, not before.") % {"day": format_date(cycle.opens_on)})
    cycle.opened_on = today()
    _save(cycle, "open", by)
    expected = [
        ProgressReport(commitment=commitment, cycle=cycle, on_behalf_of=commitment.lead_agency)
        for commitment in Commitment.objects.running().select_related("lead_agency")
    ]
    bulk_create_with_history(expected, ProgressReport, default_user=by, default_change_reason="expected")
    events.notify(NotificationKind.CYCLE_OPENED, cycle, by=by)
    return len(expected)


@transaction.atomic
def remind_cycle(cycle: ReportingCycle, *, by, seen: int | None = None) -> list[ProgressReport]:
    """Remind the leads of the reports that they still owe in a cycle, and return these reports."""
    cycle = _for_cycles(cycle, by, seen)
    if not cycle.opened_on or cycle.closed_on:
        raise ValidationError(_("Only a cycle that is open can be reminded of."))
    owed = list(cycle.reports.owed().select_related("commitment__lead_agency", "commitment__workgroup").order_by("pk"))
    if not owed:
        raise ValidationError(_("Nothing is owed in this cycle any more: there is nobody to remind."))
    events.notify(NotificationKind.REMINDED, cycle, by=by)
    _save(cycle, "remind", by)
    return owed


@transaction.atomic
def close_cycle(cycle: ReportingCycle, *, by, seen: int | None = None) -> ReportingCycle:
    """Close a cycle, which then takes no more reports; missing reports stay visible as missing."""
    cycle = _for_cycles(cycle, by, seen)
    if not cycle.opened_on or cycle.closed_on:
        raise ValidationError(_("Only a cycle that is open can be closed."))
    cycle.closed_on = today()
    return _save(cycle, "close", by)


@transaction.atomic
def reopen_cycle(cycle: ReportingCycle, *, reason: str, by, seen: int | None = None) -> ReportingCycle:
    """Reopen a closed cycle. Its deadline stays the same, so that reports submitted now are late."""
    cycle = _for_cycles(cycle, by, seen)
    if not cycle.closed_on:
        raise ValidationError(_("Only a cycle that was closed can be reopened."))
    if not reason.strip():
        raise ValidationError({"reason": _("Say why the cycle is reopened.")})
    cycle.closed_on, cycle.reopened_on, cycle.reopened_reason = None, today(), reason.strip()
    return _save(cycle, "reopen", by)


@transaction.atomic
def publish_past(commitment: Commitment, *, on: PartialDate) -> Commitment:
    """Publish a commitment that was loaded from a source, as of a day in the past."""
    commitment.state = State.PUBLISHED
    commitment.published_on, commitment.published_precision = on.day, on.precision
    return _save(commitment, LOAD, None)


@transaction.atomic
def record_past_report(report: ProgressReport, evidence: Iterable[Evidence], *, on: PartialDate) -> ProgressReport:
    """Publish a report that was loaded from a source, with the date of the source.

    The reports of a commitment must be recorded in the order of their dates, since the status history is append-only.
    """
    _lock_succession(report)
    last = report.commitment.reports.published().newest_first().first()
    if last and last.published_on > on.day:
        raise ValidationError(
            _("The outcome of %(day)s is older than the last report, of %(last)s.")
            % {"day": on, "last": last.published}
        )
    _save(report, LOAD, None)
    for piece in evidence:
        piece.report = report
        _save(piece, LOAD, None)
    check(report)
    report.state = State.PUBLISHED
    report.published_on, report.published_precision = on.day, on.precision
    _publish_report(report, None, LOAD)
    return report


@contextmanager
def as_published(row: Reviewed, *, by) -> Iterator[Reviewed]:
    """Publish a row within the `with` block alone, for previews.

    Everything is rolled back at the end, so nobody else sees it and the revision does not change. The rules of
    publishing are not checked, so that unfinished drafts can be previewed; only an assessment by an assessor who may
    not assess raises ValidationError.
    """
    with transaction.atomic():
        row = _locked(row)
        if isinstance(row, Assessment) and (errors := _errors_of_assessment(row)):
            raise ValidationError(errors)
        row.state = State.PUBLISHED
        row.published_on, row.published_precision = today(), Precision.DAY
        row.author, row.reviewed_by, row.reviewed_at = row.author or by, None, None
        row.reviewed_as, row.reviewing_agency = "", None
        if isinstance(row, ProgressReport):
            row.status = row.status or fallback_status(row)
            _lock_succession(row)
            _publish_report(row, by, "preview")
        else:
            _save(row, "preview", by)
        yield row
        transaction.set_rollback(True)


def fallback_status(report: ProgressReport) -> str:
    """Return the status with which a report without a status is previewed: the one reported last."""
    return report.commitment.status or Status.NOT_STARTED


def submission_errors(row: Reviewed) -> list[str]:
    """Return the error messages that prevent submitting."""
    try:
        check(row)
    except ValidationError as error:
        return error.messages
    return []


def review_hints(row: Reviewed) -> list[str]:
    """Return what a reviewer is likely to ask about, though no rule forbids it."""
    return _hints_of_report(row) if isinstance(row, ProgressReport) else []


def _hints_of_report(report: ProgressReport) -> list[str]:
    hints = overlaps(report)
    if not report.achieved:
        return hints
    if not report.evidence.exists():
        hints.append(_("There is no evidence: readers will see ‘none given’."))
    last = report.commitment.reports.published().newest_first().exclude(pk=report.pk).first()
    labels = {"achieved": _("Achieved"), "barriers": _("Barriers"), "next_steps": _("Next steps")}
    for name, label in labels.items() if last else ():
        text = getattr(report, name).strip()
        if text and text == getattr(last, name).strip():
            params = {"field": label, "number": last.number}
            hints.append(_("‘%(field)s’ says word for word what report %(number)d said.") % params)
    return hints


def overlaps(report: ProgressReport) -> list[str]:
    """Return a sentence for each published report on the same commitment whose period overlaps this one's."""
    start, end = report.period_start or report.period_end, report.period_end or report.period_start
    if start is None:
        return []
    others = report.commitment.reports.published().exclude(pk=report.pk).order_by("number")
    sentence = _("The period overlaps that of report %(number)d, %(start)s to %(end)s.")
    return [
        sentence % {"number": other.number, "start": format_date(first), "end": format_date(last)}
        for other in others
        for first, last in [(other.period_start or other.period_end, other.period_end or other.period_start)]
        if first and first <= end and last >= start
    ]


def check(row: Reviewed) -> None:
    """Raise ValidationError, with a message for each field, if a row may not be submitted or published."""
    errors: dict[str, str] = {}
    if isinstance(row, ProgressReport):
        errors = _errors_of_report(row)
    elif isinstance(row, Commitment) and not (row.summary or row.original_text):
        errors = {"summary": _("Say in a few lines what is undertaken.")}
    elif isinstance(row, Assessment):
        errors = _errors_of_assessment(row)
    elif isinstance(row, Answer):
        errors = _errors_of_answer(row)
    if errors:
        raise ValidationError(errors)


def _errors_of_report(report: ProgressReport) -> dict[str, str]:
    errors = {}
    evidence = list(report.evidence.all())
    if report.commitment.state != State.PUBLISHED:
        errors["commitment"] = _("Only a published commitment can be reported on.")
    if report.cycle and report.cycle.closed_on:
        errors["cycle"] = _("This cycle is closed: write a report without a cycle.")
    if not report.status:
        errors["status"] = _("Choose the status that you report.")
    if not report.achieved.strip():
        errors["achieved"] = _("Say what was achieved, or that nothing was.")
    if report.status == Status.DISCONTINUED and not report.status_reason.strip():
        errors["status_reason"] = _("Say why the commitment is discontinued.")
    errors |= _errors_of_successor(report)
    public = [piece for piece in evidence if piece.is_public]
    if report.status == Status.COMPLETED and not public:
        errors["evidence"] = _("‘Completed’ needs at least one public piece of evidence.")
    elif report.status in Status.past_planning() and evidence and _announced_only(public or evidence):
        errors["evidence"] = _("An announcement alone moves nothing past ‘Planning’: add other evidence.")
    return errors


def _errors_of_assessment(assessment: Assessment) -> dict[str, str]:
    if assessment.commitment.state != State.PUBLISHED:
        return {"commitment": _("Only a published commitment can be assessed.")}
    errors = assessor_errors(assessment.commitment, assessment.agency, assessment.workgroup)
    writers = [person for person in (assessment.author, assessment.submitted_by) if person]
    for writer in () if errors else writers:
        if writer_errors(assessment.commitment, writer):
            text = _("Its author acts for an agency that leads, co-leads or is a partner in %(commitment)s.")
            return {"commitment": text % {"commitment": assessment.commitment.reference}}
    return errors


def assessor_errors(commitment: Commitment, agency: Agency | None, workgroup: WorkGroup | None) -> dict[str, str]:
    """Return the error message by field if an agency or group may not assess a commitment, because of a stake in it."""
    params = {"assessor": agency or workgroup, "commitment": commitment.reference}
    if workgroup and workgroup.pk == commitment.workgroup_id:
        return {"workgroup": _("%(assessor)s leads %(commitment)s and cannot assess it: choose another.") % params}
    interested = interested_agencies(commitment)
    if agency and interested.filter(pk=agency.pk).exists():
        text = _("%(assessor)s leads, co-leads or is a partner in %(commitment)s and cannot assess it: choose another.")
        return {"agency": text % params}
    biased = (
        interested.filter(pk__in=workgroup.participations.leading().values("agency")).first() if workgroup else None
    )
    if biased:
        text = _(
            "%(agency)s leads %(assessor)s, and leads, co-leads or is a partner in %(commitment)s: choose another"
            " assessor."
        )
        return {"workgroup": text % {**params, "agency": biased}}
    return {}


def writer_errors(commitment: Commitment, writer) -> dict[str, str]:
    """Return the error message by field if a person may not assess a commitment, because their agency has a stake."""
    if Commitment.objects.independent_of(writer).filter(pk=commitment.pk).exists():
        return {}
    text = _("Your agency leads, co-leads or is a partner in %(commitment)s: somebody else has to assess it.")
    return {"commitment": text % {"commitment": commitment.reference}}


def check_writer(row: Reviewed, by) -> None:
    """Raise ValidationError if an assessment is submitted by a person whose agency has a stake in the commitment."""
    if isinstance(row, Assessment) and (errors := writer_errors(row.commitment, by)):
        raise ValidationError(errors)


def _errors_of_answer(answer: Answer) -> dict[str, str]:
    if answer.assessment.state != State.PUBLISHED or answer.commitment.state != State.PUBLISHED:
        return {"assessment": _("Only a published judgement of a published commitment can be answered.")}
    return {} if answer.text.strip() else {"text": _("Write what you answer.")}


def _errors_of_successor(report: ProgressReport) -> dict[str, str]:
    problem = successor_error(report.status, report.commitment, report.superseded_by)
    if not problem and report.superseded_by and report.superseded_by.state != State.PUBLISHED:
        problem = _("The commitment that takes its place must be published.")
    return {"superseded_by": problem} if problem else {}


def _announced_only(evidence: list[Evidence]) -> bool:
    return all(piece.kind == Evidence.Kind.ANNOUNCEMENT for piece in evidence)


def _lock_succession(row) -> None:
    """Lock the publication of superseding reports, so that each sees the others.

    The lock is taken before any commitment is locked, which prevents deadlocks.
    """
    if isinstance(row, ProgressReport) and row.status == Status.SUPERSEDED:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SUCCESSION_LOCK])


def _locked(row, seen: int | None = None):
    fresh = type(row).objects.select_for_update(of=("self",)).get(pk=row.pk)
    check_version(fresh, seen)
    return fresh


def _transition(row: Reviewed, verb: str) -> None:
    target = TRANSITIONS.get((row.state, verb))
    if target is None:
        raise ValidationError(
            _("This is in the state ‘%(state)s’, which does not allow that.") % {"state": row.get_state_display()}
        )
    row.state = target


def _allow(allowed, row) -> None:
    if not allowed.filter(pk=row.pk).exists():
        raise PermissionDenied(_("You may not do this here."))


def _reviewed(row: Reviewed, by) -> None:
    row.reviewed_by, row.reviewed_at = by, timezone.now()
    row.reviewed_as, row.reviewing_agency = _body_of(row, by)


def _body_of(row: Reviewed, by) -> tuple[str, Agency | None]:
    """Return the role and agency of a reviewer; leads of the group review as such, whatever other roles they have."""
    group = None if isinstance(row, Assessment) else getattr(row, "commitment", row).workgroup
    leading = group and group.participations.leading().filter(agency__in=agencies_of(by)).first()
    if leading:
        return leading.role, leading.agency
    return (ReviewingRole.SECRETARIAT if is_secretariat(by) else ReviewingRole.ADMINISTRATOR), None


def _save(row, reason: str, by, **options):
    row._change_reason = reason
    row._history_user = by
    row.save(**options)
    return row


def _next_key(model) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, %s))", [model._meta.db_table, model._meta.pk.column])
        return cursor.fetchone()[0]


def _write_set(row, name: str, others: list) -> None:
    """Set a many-to-many field to these rows, without a history line."""
    field = row._meta.get_field(name)
    links, own, other = field.remote_field.through.objects, field.m2m_column_name(), field.m2m_reverse_name()
    desired, existing = {each.pk for each in others}, set()
    if not row._state.adding:
        existing = set(links.filter(**{own: row.pk}).values_list(other, flat=True))
        links.filter(**{own: row.pk, f"{other}__in": existing - desired}).delete()
    links.bulk_create(links.model(**{own: row.pk, other: key}) for key in sorted(desired - existing))


def _write_partners(commitment: Commitment, agencies: list, by) -> None:
    """Add and delete partners; those that stay keep their part."""
    existing = {}
    if not commitment._state.adding:
        existing = {partner.agency_id: partner for partner in Partner.objects.filter(commitment=commitment)}
    for agency_id in existing.keys() - {agency.pk for agency in agencies}:
        partner = existing[agency_id]
        partner._change_reason, partner._history_user = IMPORT, by
        partner.delete()
    joining = [Partner(commitment_id=commitment.pk, agency=each) for each in agencies if each.pk not in existing]
    bulk_create_with_history(joining, Partner, default_user=by, default_change_reason=IMPORT)


def _for_cycles(cycle: ReportingCycle, by, seen: int | None) -> ReportingCycle:
    if by is not None and not may_manage_cycles(by):
        raise PermissionDenied(_("Only the secretariat and administrators manage reporting cycles."))
    return _locked(cycle, seen)


def _publish_report(report: ProgressReport, by, reason: str) -> None:
    """Save a report as published under the next number, and update the status of its commitment."""
    commitment = _locked(report.commitment)
    report.number = commitment.reports.published().count() + 1
    _save(report, reason, by)
    before = commitment.status
    commitment.status, commitment.outlook = report.status, report.outlook
    commitment.status_reason, commitment.superseded_by = report.status_reason, report.superseded_by
    _save(commitment, reason, by)
    if report.status != before:
        StatusChange.objects.create(
            commitment=commitment,
            report=report,
            from_status=before,
            to_status=report.status,
            reason=report.status_reason,
            changed_on=report.published_on,
            changed_precision=report.published_precision,
            changed_by=by,
        )
