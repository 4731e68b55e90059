"""Writing drafts and their evidence from an import or by a token."""

from django.db import connection, transaction
from django.db.models import Model
from simple_history.utils import bulk_create_with_history

from accounts.models import User
from commitments.models import Commitment, Milestone, Partner
from commitments.workflow import Reviewed, State
from reporting.actions.rows import lock_row, record_involved_agencies, require_permission, save_row
from reporting.models import Evidence, ProgressReport

IMPORT = "import"


BY_TOKEN = "token"  # noqa: S105 – a change reason in the history


@transaction.atomic
def write_draft(row: Model, sets: dict[str, list] | None = None, *, by: User, reason: str = IMPORT) -> None:
    """Save a draft from an import or a token, or a milestone of a draft; `sets` are many-to-many rows by field name.

    The person must have the permission to write the row before and after, so with a new lead too. The caller holds the
    row's lock. The sets are written first, under a key drawn in advance for new rows, so that they are part of the one
    history line.
    """
    new = row._state.adding
    if isinstance(row, Milestone):
        lock_row(row.commitment)
    if new:
        row.pk = _next_key(type(row))
    else:
        require_permission(type(row).objects.editable_by(by), row)
    if isinstance(row, Reviewed) and row.state == State.DRAFT:
        row.author = row.author or by
    for name, others in (sets or {}).items():
        _write_partners(row, others, by) if name == "partner_agencies" else _write_set(row, name, others)
    save_row(row, reason, by, force_insert=new)
    require_permission(type(row).objects.editable_by(by), row)
    record_involved_agencies(row.commitment if isinstance(row, Milestone) else row, by=by)


@transaction.atomic
def add_evidence(report: ProgressReport, piece: Evidence, *, by: User) -> Evidence:
    """Add evidence to an open report, whose row is locked so that it cannot be submitted at the same time."""
    report = lock_row(report)
    require_permission(ProgressReport.objects.editable_by(by), report)
    piece.report = report
    record_involved_agencies(report, by=by)
    return save_row(piece, BY_TOKEN, by)


@transaction.atomic
def remove_evidence(piece: Evidence, *, by: User) -> None:
    """Remove evidence from an open report, whose row is locked."""
    report = lock_row(piece.report)
    require_permission(ProgressReport.objects.editable_by(by), report)
    piece._change_reason, piece._history_user = BY_TOKEN, by
    piece.delete()
    record_involved_agencies(report, by=by)


def _next_key(model: type[Model]) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, %s))", [model._meta.db_table, model._meta.pk.column])
        return cursor.fetchone()[0]


def _write_set(row: Model, name: str, others: list) -> None:
    """Set a many-to-many field to these rows, without a history line."""
    field = row._meta.get_field(name)
    links, own, other = field.remote_field.through.objects, field.m2m_column_name(), field.m2m_reverse_name()
    desired, existing = {each.pk for each in others}, set()
    if not row._state.adding:
        existing = set(links.filter(**{own: row.pk}).values_list(other, flat=True))
        links.filter(**{own: row.pk, f"{other}__in": existing - desired}).delete()
    links.bulk_create(links.model(**{own: row.pk, other: key}) for key in sorted(desired - existing))


def _write_partners(commitment: Commitment, agencies: list, by: User) -> None:
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
