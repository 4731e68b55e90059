"""Bringing the register to what a file of commitments says."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.db.models import Prefetch
from django.utils.translation import gettext as _
from simple_history.utils import bulk_create_with_history

from agencies.models import Agency
from commitments import actions
from commitments.actions import LOAD
from commitments.importers.commitments_file import read
from commitments.importers.commitments_line import Line, Outcome, Problem, dated
from commitments.importers.outcome import Refused, Tally
from commitments.importers.tables import differing, keys, mark, said_by_database, write_sets
from commitments.models import Commitment, Evidence, Partner, ProgressReport
from commitments.workflow import State
from foundation.dates.partial import PartialDate


@transaction.atomic
def load_commitments(path: Path) -> list[Tally]:
    """Load the file whole, or raise Refused with every problem and load nothing of it.

    The lines come into the register in the order of the file, so that their references follow it.
    """
    lines, problems = read(path)
    register = Register(lines)
    problems += filter(None, map(register.too_late, lines))
    if problems:
        raise Refused(*map(str, sorted(problems, key=lambda problem: problem.line)))
    for line in lines:
        with naming(line):
            register.bring(line)
    return [register.of_commitments, register.of_reports]


@contextmanager
def naming(line: Line) -> Iterator[None]:
    """Say by its line what only an action or the database refuses."""
    try:
        yield
    except ValidationError as error:
        reason = " ".join(error.messages)
    except DatabaseError as error:
        reason = said_by_database(error, Commitment, Partner, ProgressReport, Evidence)
    else:
        return
    raise Refused(str(Problem(line.number, reason)))


class Register:
    """The commitments which the lines of a file are about, as they stand, and which of them are an editor's."""

    def __init__(self, lines: Iterable[Line]):
        published = Prefetch("reports", ProgressReport.objects.filter(state=State.PUBLISHED), to_attr="heard")
        found = Commitment.objects.filter(load_key__in=[line.key for line in lines]).select_for_update(no_key=True)
        self.commitments = {
            row.load_key: mark(row)
            for row in found.prefetch_related("agenda_points", "recommendations", "partners", published)
        }
        ids = keys(self.commitments.values())
        self.edited = set(
            Commitment.history.filter(id__in=ids).exclude(history_change_reason=LOAD).values_list("id", flat=True)
        ) | set(
            Partner.history.filter(commitment_id__in=ids)
            .exclude(history_change_reason=LOAD)
            .values_list("commitment_id", flat=True)
        )
        self.of_commitments, self.of_reports = Tally(_("Commitments")), Tally(_("Progress reports"))

    def too_late(self, line: Line) -> Problem | None:
        """A problem where the line's outcome is older than what has since been reported."""
        commitment = self.commitments.get(line.key)
        if not commitment or not line.outcome or commitment.state == State.WITHDRAWN or told(commitment, line.outcome):
            return None
        last = max((report.published for report in commitment.heard), key=lambda day: day.day, default=None)
        if last is None or last.day <= line.outcome.on.day:
            return None
        return Problem(
            line.number,
            _("status_on: %(day)s is older than the last report of %(reference)s, which is of %(last)s.")
            % {"day": line.outcome.on.iso, "reference": commitment.reference, "last": last.iso},
        )

    def bring(self, line: Line) -> None:
        commitment = self.commitments.get(line.key)
        if commitment is None:
            self.of_commitments.added += 1
            commitment = create(line)
        elif commitment.pk in self.edited:
            self.of_commitments.left.append(commitment.reference)
        elif update(commitment, line):
            self.of_commitments.updated += 1
        else:
            self.of_commitments.kept += 1
        if line.outcome:
            self.report(commitment, line)

    def report(self, commitment: Commitment, line: Line) -> None:
        """Take the outcome into the record, unless it is there or the commitment was withdrawn."""
        if told(commitment, line.outcome):
            self.of_reports.kept += 1
        elif commitment.state == State.WITHDRAWN:
            self.of_reports.left.append(commitment.reference)
        else:
            report = ProgressReport(
                commitment=commitment,
                on_behalf_of=line.lead_agency,
                status=line.outcome.status,
                achieved=line.outcome.achieved,
            )
            actions.record_past_report(report, [line.evidence()], on=line.outcome.on)
            self.of_reports.added += 1


def create(line: Line) -> Commitment:
    """Write a commitment with its sets and partners, then publish it: the history's line of that has it all."""
    commitment = mark(Commitment(**line.fields))
    commitment.heard = []
    bulk_create_with_history([commitment], Commitment, default_change_reason=LOAD)
    for name, rows in line.related.items():
        field = Commitment._meta.get_field(name)
        link, own, other = field.remote_field.through, field.m2m_column_name(), field.m2m_reverse_name()
        link.objects.bulk_create(link(**{own: commitment.pk, other: row.pk}) for row in rows)
    join(commitment, line.partners)
    return actions.publish_past(commitment, on=public_from(line, commitment))


def update(commitment: Commitment, line: Line) -> bool:
    """Bring a commitment to what the line says; say whether anything differed."""
    on = public_from(line, commitment)
    changed = differing(commitment, {**line.fields, **dated("published", on)})
    if changed:
        for name, value in line.fields.items():
            setattr(commitment, name, value)
        actions.publish_past(commitment, on=on)
    sets_changed = write_sets(commitment, line.related)
    return update_partners(commitment, line.partners) or sets_changed or changed


def update_partners(commitment: Commitment, agencies: list[Agency]) -> bool:
    standing = {partner.agency_id: partner for partner in commitment.partners.all()}
    for agency_id in standing.keys() - keys(agencies):
        mark(standing[agency_id]).delete()
    join(commitment, [agency for agency in agencies if agency.pk not in standing])
    return standing.keys() != keys(agencies)


def join(commitment: Commitment, agencies: Iterable[Agency]) -> None:
    """Make the agencies partners; which part each has, the file does not say."""
    partners = [mark(Partner(commitment=commitment, agency=agency)) for agency in agencies]
    bulk_create_with_history(partners, Partner, default_change_reason=LOAD)


def public_from(line: Line, commitment: Commitment) -> PartialDate:
    """The start, or the first report where that is earlier or no start is known; each counts as its last day."""
    days = [line.start, *(report.published for report in commitment.heard), line.outcome and line.outcome.on]
    return min(filter(None, days), key=lambda day: day.day)


def told(commitment: Commitment, outcome: Outcome) -> bool:
    """Whether a published report says this already."""
    return any(
        (report.achieved, report.status, report.published) == (outcome.achieved, outcome.status, outcome.on)
        for report in commitment.heard
    )
