"""Importing a file, or a dry run of it: the effect of each row, and all errors."""

from collections import Counter
from dataclasses import dataclass, field

import tablib
from import_export.results import Result, RowResult

from gmg_portal.editors.spreadsheets.drafts import CellChange, DraftResource
from gmg_portal.editors.spreadsheets.reading import ImportProblem, ParsedSheet, read
from reporting.importers.results import ImportRefused

NEW, CHANGED, UNCHANGED, REFUSED = "new", "changed", "unchanged", "refused"
EFFECTS = {RowResult.IMPORT_TYPE_NEW: NEW, RowResult.IMPORT_TYPE_UPDATE: CHANGED, RowResult.IMPORT_TYPE_SKIP: UNCHANGED}


@dataclass(frozen=True)
class RowEffect:
    """The effect of a row of the file: `effect` is new, changed, unchanged or refused."""

    number: int
    effect: str
    name: str
    changes: list[CellChange]


@dataclass
class ImportResult:
    """The results of an import. If `refusals` has errors of the file as a whole, no row was read."""

    refusals: tuple[str, ...] = ()
    problems: list[ImportProblem] = field(default_factory=list)
    lines: list[RowEffect] = field(default_factory=list)
    examples: int = 0
    letters: dict[str, str] = field(default_factory=dict)

    @property
    def counts(self) -> Counter:
        return Counter(line.effect for line in self.lines)

    @property
    def is_clean(self) -> bool:
        return not self.refusals and not self.problems

    @property
    def does_something(self) -> bool:
        return self.is_clean and any(line.effect in (NEW, CHANGED) for line in self.lines)


def import_file(resource: DraftResource, content: bytes, *, dry_run: bool) -> ImportResult:
    """Import the whole file, or nothing if there is any error; with `dry_run`, only check it."""
    columns = resource.get_export_headers()
    days = {field.column_name for field in resource.get_import_fields() if field.widget.day}
    try:
        sheet = read(content, resource.name, columns, days, resource.table.former_names())
    except ImportRefused as refusal:
        return ImportResult(refusals=refusal.problems)
    result = resource.import_data(
        tablib.Dataset(*sheet.rows, headers=columns),
        dry_run=dry_run or bool(sheet.problems),
        use_transactions=True,
        rollback_on_validation_errors=True,
        numbers=sheet.numbers,
    )
    raise_faults(result)
    return import_result(resource, sheet, result)


def raise_faults(result: Result) -> None:
    """Raise errors that are not caused by the file."""
    for error in [*result.base_errors, *(error for row in result.rows for error in row.errors)]:
        raise error.error


def import_result(resource: DraftResource, sheet: ParsedSheet, result: Result) -> ImportResult:
    unread = {(problem.row, problem.column) for problem in sheet.problems}
    problems, lines = list(sheet.problems), []
    for number, cells, row in zip(sheet.numbers, sheet.rows, result.rows, strict=True):
        if row.validation_error:
            problems += problems_of(row, number, unread, sheet.columns)
            lines.append(RowEffect(number, REFUSED, name_of(resource, sheet, cells), []))
        else:
            lines.append(RowEffect(number, EFFECTS[row.import_type], name_of(resource, sheet, cells), row.diff or []))
    order = {column: place for place, column in enumerate(sheet.columns)}
    problems.sort(key=lambda problem: (problem.row, order.get(problem.column, -1)))
    return ImportResult((), problems, lines, sheet.examples, sheet.letters)


def problems_of(row: RowResult, number: int, unread: set, columns: list[str]) -> list[ImportProblem]:
    """Return the errors of a row, without those of cells that could not be read, which have an error already."""
    error = row.validation_error
    by_column = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
    return [
        ImportProblem(number, column if column in columns else "", sentence)
        for column, sentences in by_column.items()
        for sentence in sentences
        if (number, column) not in unread
    ]


def name_of(resource: DraftResource, sheet: ParsedSheet, cells: list[str]) -> str:
    """Return the row's name on the page: its key, and its title or its commitment."""
    row = dict(zip(sheet.columns, cells, strict=True))
    parts = dict.fromkeys([row[resource.key], row.get("commitment", ""), row.get("title") or row.get("cycle", "")])
    return " ".join(filter(None, parts))
