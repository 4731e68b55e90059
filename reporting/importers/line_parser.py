"""Parsing one line of a file of commitments, with all its problems by column.

The columns are described in `data/README.md`. Nothing here writes to the database.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.text import slugify
from django.utils.translation import gettext as _

from agencies.models import Agency
from commitments.models import Commitment, Status
from commitments.rules import deadline_after_start, partners_error
from foundation.clock import today
from foundation.dates.parsing import range_error
from foundation.dates.partial import PartialDate
from foundation.text.choice_lookup import find_code
from foundation.text.name_lists import split_names
from foundation.text.unknown_words import unknown_value
from reporting.importers.parsed_lines import (
    LineProblem,
    ParsedLine,
    ReferenceLookup,
    ReportedOutcome,
    partial_date_fields,
)
from workgroups.models import WorkGroup

FILE_COLUMNS = [
    "lead",
    "partners",
    "title",
    "kind",
    "summary",
    "agenda_points",
    "recommendations",
    "start",
    "end",
    "outcome",
    "status",
    "status_on",
    "source_title",
    "source_url_or_symbol",
    "confidence",
]
# The columns of the fields of models that have another name.
COLUMN_BY_FIELD = {
    "source_location": "source_url_or_symbol",
    "url": "source_url_or_symbol",
    "symbol": "source_url_or_symbol",
}
ALLOWED_STATUSES = [status for status in Status.values if status not in (Status.DISCONTINUED, Status.SUPERSEDED)]


class LineParser:
    """Parses a record and collects all its problems."""

    def __init__(self, number: int, cells: list[str], lookup: ReferenceLookup):
        self.number, self.lookup = number, lookup
        self.problems: list[LineProblem] = []
        self.cells = dict(zip(FILE_COLUMNS, cells, strict=False))
        if len(cells) != len(FILE_COLUMNS):
            counts = {"found": len(cells), "needed": len(FILE_COLUMNS)}
            self.problems.append(LineProblem(number, _("%(found)d values where the header has %(needed)d.") % counts))
        elif any("\x00" in cell for cell in cells):
            self.problems.append(LineProblem(number, _("a null character stands in it.")))

    @property
    def key(self) -> str:
        """Return the key of the line: its lead's code and its title as a Unicode slug."""
        lead = find_code(self.cells["lead"], self.lookup.leads) or self.cells["lead"]
        return f"{lead}:{slugify(self.cells['title'], allow_unicode=True)}"[:400]

    def read(self) -> ParsedLine | None:
        """Return the parsed line, or None if there are problems."""
        lead = self.one("lead", self.lookup.leads)
        lead_agency = lead if isinstance(lead, Agency) else None
        start, end = self.day("start"), self.day("end")
        if start and end and end.ends_before(start):
            self.refuse("end", str(deadline_after_start.sentence))
        line = ParsedLine(
            number=self.number,
            fields=self.fields(lead, start, end),
            start=start,
            lead_agency=lead_agency,
            partners=self.partners(lead_agency),
            related={
                "agenda_points": self.several("agenda_points", self.lookup.agenda_points),
                "recommendations": self.several("recommendations", self.lookup.recommendations),
            },
            outcome=self.outcome(),
        )
        self.check_public_day(line)
        self.check_fields(line)
        return None if self.problems else line

    def fields(
        self, lead: Agency | WorkGroup | None, start: PartialDate | None, end: PartialDate | None
    ) -> dict[str, Any]:
        return {
            "load_key": self.key,
            "title": self.cells["title"],
            "summary": self.required("summary"),
            "kind": self.choice("kind", dict(Commitment.Kind.choices)),
            "lead_agency_id": lead.pk if isinstance(lead, Agency) else None,
            "workgroup_id": lead.pk if isinstance(lead, WorkGroup) else None,
            **partial_date_fields("start", start),
            **partial_date_fields("deadline", end),
            "source_title": self.cells["source_title"],
            "source_location": self.cells["source_url_or_symbol"],
            "confidence": self.choice("confidence", dict(Commitment.Confidence.choices)),
        }

    def partners(self, lead_agency: Agency | None) -> list[Agency]:
        partners = self.several("partners", self.lookup.agencies)
        if problem := partners_error(lead_agency, partners):
            self.refuse("partners", problem)
        return partners

    def outcome(self) -> ReportedOutcome | None:
        """Return the outcome, whose three columns must all be filled or all be empty."""
        filled_columns = [column for column in ("outcome", "status", "status_on") if self.cells[column]]
        if not filled_columns:
            return None
        achieved, status, on = self.required("outcome"), self.status(), self.day("status_on")
        self.required("status_on")
        if on and on.day > today():
            self.refuse("status_on", _("%(day)s has not ended yet; an outcome lies in the past."), day=on.iso)
        return ReportedOutcome(achieved, status, on) if achieved and status and on else None

    def status(self) -> str:
        if find_code(self.cells["status"], Status.choices) in (Status.DISCONTINUED, Status.SUPERSEDED):
            self.refuse(
                "status",
                _(
                    "‘%(status)s’ needs a reason or a successor, which this file cannot give: report it in the portal. "
                    "Allowed here: %(allowed)s."
                ),
                status=self.cells["status"],
                allowed=", ".join(ALLOWED_STATUSES),
            )
            return ""
        return self.choice("status", {status: Status(status).label for status in ALLOWED_STATUSES})

    def check_public_day(self, line: ParsedLine) -> None:
        """Check that the start or the outcome has a past date, from which the commitment is public."""
        if not self.cells["start"] and not self.cells["status_on"]:
            self.refuse("start", _("without it, or an outcome with its day, nothing says since when this is public."))
        elif line.start and not self.cells["status_on"] and line.start.day > today():
            self.refuse("start", _("%(day)s has not ended yet, and no outcome came before."), day=line.start.iso)

    def check_fields(self, line: ParsedLine) -> None:
        """Check the values with the models' own validators."""
        columns = {"title", "source_title", "source_location"}
        self.validate_with_model(Commitment(**line.fields), only=columns)
        if self.cells["source_url_or_symbol"]:
            self.validate_with_model(line.evidence(), only={"url", "symbol"})

    def validate_with_model(self, row: Model, only: set[str]) -> None:
        try:
            row.clean_fields(exclude={field.name for field in row._meta.fields} - only)
        except ValidationError as error:
            for field, sentences in error.message_dict.items():
                self.refuse(COLUMN_BY_FIELD.get(field, field), " ".join(sentences))

    def required(self, column: str) -> str:
        if not self.cells[column]:
            self.refuse(column, _("this cannot be empty."))
        return self.cells[column]

    def choice(self, column: str, allowed: Mapping[str, object]) -> str:
        """Return the code that the column names by itself or by its label; what it holds, and a problem, if none."""
        code = find_code(self.cells[column], allowed)
        if code is None:
            self.refuse_unknown(column, self.cells[column], allowed)
        return code or self.cells[column]

    def one(self, column: str, rows_by_code: dict[str, Any]) -> Any:
        """Return the row that the column names; None, with a problem noted, if there is none."""
        return rows_by_code.get(self.choice(column, rows_by_code))

    def several(self, column: str, rows_by_code: dict[str, Any]) -> list[Any]:
        """Return the rows that the column names, in order; note unknown and repeated names as problems."""
        rows = []
        for name in self.names(column):
            code = find_code(name, rows_by_code)
            if code is None:
                self.refuse_unknown(column, name, rows_by_code)
            elif rows_by_code[code] in rows:
                self.refuse(column, _("‘%(code)s’ stands twice."), code=code)
            else:
                rows.append(rows_by_code[code])
        return rows

    def names(self, column: str) -> list[str]:
        try:
            return split_names(self.cells[column])
        except ValueError as error:
            self.refuse(column, str(error))
            return []

    def day(self, column: str) -> PartialDate | None:
        if not self.cells[column]:
            return None
        try:
            day = PartialDate.parse(self.cells[column])
        except ValueError as error:
            self.refuse(column, str(error))
            return None
        if problem := range_error(day.day, day.precision, past=False):
            self.refuse(column, problem)
        return day

    def refuse_unknown(self, column: str, value: str, allowed: Iterable[str]) -> None:
        self.refuse(column, unknown_value(value, list(allowed)))

    def refuse(self, column: str, reason: str, **params: Any) -> None:
        """Note a problem; `params` fill the placeholders of the reason."""
        reason = _("%(column)s: %(reason)s") % {"column": column, "reason": reason % params if params else reason}
        problem = LineProblem(self.number, reason)
        if problem not in self.problems:  # the source is checked twice, by the commitment and as evidence
            self.problems.append(problem)
