"""Loading a file of commitments into the register."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.db.models import Prefetch
from django.utils.translation import gettext as _
from simple_history.utils import bulk_create_with_history

from agencies.models import Agency
from commitments.models import Commitment, Partner
from commitments.workflow import State
from foundation.dates.partial import PartialDate
from reporting import actions
from reporting.actions import LOAD
from reporting.actions.loading import older_outcome
from reporting.importers.commitments_file import read
from reporting.importers.parsed_lines import LineProblem, ParsedLine, ReportedOutcome, partial_date_fields
from reporting.importers.results import ImportRefused, ImportSummary
from reporting.importers.table_loader import database_error_message, has_changes, ids_of, mark_as_loaded, write_sets
from reporting.models import Evidence, ProgressReport


@transaction.atomic
def load_commitments(path: Path) -> list[ImportSummary]:
    """Load the whole file and return the summaries, or raise ImportRefused with every problem and load nothing.

    Lines are loaded in the order of the file, so that their references follow it.
    """
    lines, problems = read(path)
    loader = CommitmentLoader(lines)
    problems += filter(None, map(loader.outdated_outcome, lines))
    if problems:
        raise ImportRefused(*map(str, sorted(problems, key=lambda problem: problem.line)))
    for line in lines:
        with errors_named_by_line(line):
            loader.load_line(line)
    return [loader.commitments_summary, loader.reports_summary]


@contextmanager
def errors_named_by_line(line: ParsedLine) -> Iterator[None]:
    """Turn errors of actions and the database into ImportRefused with the line number."""
    try:
        yield
    except ValidationError as error:
        reason = " ".join(error.messages)
    except DatabaseError as error:
        reason = database_error_message(error, Commitment, Partner, ProgressReport, Evidence)
    else:
        return
    raise ImportRefused(str(LineProblem(line.number, reason)))


class CommitmentLoader:
    """Loads lines into the register. Reads its commitments with the same keys, and which of them were edited."""

    def __init__(self, lines: Iterable[ParsedLine]):
        published = Prefetch(
            "reports", ProgressReport.objects.filter(state=State.PUBLISHED), to_attr="published_reports"
        )
        commitments = Commitment.objects.filter(load_key__in=[line.key for line in lines]).select_for_update(
            no_key=True
        )
        self.commitments = {
            row.load_key: mark_as_loaded(row)
            for row in commitments.prefetch_related("agenda_points", "recommendations", "partners", published)
        }
        ids = ids_of(self.commitments.values())
        self.edited_ids = set(
            Commitment.history.filter(id__in=ids).exclude(history_change_reason=LOAD).values_list("id", flat=True)
        ) | set(
            Partner.history.filter(commitment_id__in=ids)
            .exclude(history_change_reason=LOAD)
            .values_list("commitment_id", flat=True)
        )
        self.commitments_summary, self.reports_summary = (
            ImportSummary(_("Commitments")),
            ImportSummary(_("Progress reports")),
        )

    def outdated_outcome(self, line: ParsedLine) -> LineProblem | None:
        """Return a problem if the line's outcome is older than the last report, otherwise None."""
        commitment = self.commitments.get(line.key)
        if (
            not commitment
            or not line.outcome
            or commitment.state == State.WITHDRAWN
            or has_report(commitment, line.outcome)
        ):
            return None
        last = max(commitment.published_reports, key=lambda report: report.published_on, default=None)
        if last is None or last.published_on <= line.outcome.on.day:
            return None
        return LineProblem(line.number, f"status_on: {older_outcome(line.outcome.on, last)}")

    def load_line(self, line: ParsedLine) -> None:
        commitment = self.commitments.get(line.key)
        if commitment is None:
            self.commitments_summary.added += 1
            commitment = create(line)
        elif commitment.pk in self.edited_ids:
            self.commitments_summary.skipped.append(commitment.reference)
        elif update(commitment, line):
            self.commitments_summary.updated += 1
        else:
            self.commitments_summary.unchanged += 1
        if line.outcome:
            self.load_outcome(commitment, line)

    def load_outcome(self, commitment: Commitment, line: ParsedLine) -> None:
        """Record the outcome as a report, unless there is one already or the commitment was withdrawn."""
        if has_report(commitment, line.outcome):
            self.reports_summary.unchanged += 1
        elif commitment.state == State.WITHDRAWN:
            self.reports_summary.skipped.append(commitment.reference)
        else:
            report = ProgressReport(
                commitment=commitment,
                on_behalf_of=line.lead_agency,
                status=line.outcome.status,
                achieved=line.outcome.achieved,
            )
            actions.record_past_report(report, [line.evidence()], on=line.outcome.on)
            self.reports_summary.added += 1


def create(line: ParsedLine) -> Commitment:
    """Create a commitment with its sets and partners, then publish it, so that its published version has them all."""
    commitment = mark_as_loaded(Commitment(**line.fields))
    commitment.published_reports = []
    bulk_create_with_history([commitment], Commitment, default_change_reason=LOAD)
    for name, rows in line.related.items():
        field = Commitment._meta.get_field(name)
        through, own_column, other_column = (
            field.remote_field.through,
            field.m2m_column_name(),
            field.m2m_reverse_name(),
        )
        through.objects.bulk_create(through(**{own_column: commitment.pk, other_column: row.pk}) for row in rows)
    add_partners(commitment, line.partners)
    return actions.publish_past(commitment, on=publication_date(line, commitment))


def update(commitment: Commitment, line: ParsedLine) -> bool:
    """Update a commitment from its line; return whether anything changed."""
    on = publication_date(line, commitment)
    changed = has_changes(commitment, {**line.fields, **partial_date_fields("published", on)})
    if changed:
        for name, value in line.fields.items():
            setattr(commitment, name, value)
        actions.publish_past(commitment, on=on)
    sets_changed = write_sets(commitment, line.related)
    return update_partners(commitment, line.partners) or sets_changed or changed


def update_partners(commitment: Commitment, agencies: list[Agency]) -> bool:
    """Write the partners of a commitment that differ; return whether there were any."""
    partners_by_agency = {partner.agency_id: partner for partner in commitment.partners.all()}
    for agency_id in partners_by_agency.keys() - ids_of(agencies):
        mark_as_loaded(partners_by_agency[agency_id]).delete()
    add_partners(commitment, [agency for agency in agencies if agency.pk not in partners_by_agency])
    return partners_by_agency.keys() != ids_of(agencies)


def add_partners(commitment: Commitment, agencies: Iterable[Agency]) -> None:
    """Make the agencies partners, without a description of their part, which the file does not have."""
    partners = [mark_as_loaded(Partner(commitment=commitment, agency=agency)) for agency in agencies]
    bulk_create_with_history(partners, Partner, default_change_reason=LOAD)


def publication_date(line: ParsedLine, commitment: Commitment) -> PartialDate:
    """Return the earlier of the start and the first report; a month or year counts as its last day."""
    days = [
        line.start,
        *(report.published for report in commitment.published_reports),
        line.outcome and line.outcome.on,
    ]
    return min(filter(None, days), key=lambda day: day.day)


def has_report(commitment: Commitment, outcome: ReportedOutcome) -> bool:
    """Return whether a published report has the same outcome."""
    return any(
        (report.achieved, report.status, report.published) == (outcome.achieved, outcome.status, outcome.on)
        for report in commitment.published_reports
    )
