"""Files to fill in: exports of a user's drafts, and templates with the allowed values of their cells."""

import io

import tablib
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from foundation.text.csv_file import csv_blocks
from foundation.text.name_lists import join_names
from foundation.text.spreadsheet_cells import escape_formulas
from gmg_portal.editors.spreadsheets.column_classes import SheetColumn
from gmg_portal.editors.spreadsheets.drafts import DraftResource
from gmg_portal.editors.spreadsheets.reading import EXAMPLE, MAX_ROWS
from gmg_portal.editors.spreadsheets.widgets import in_cell

VALUES_SHEET = "allowed values"
HEAD = PatternFill("solid", fgColor="FF1F3A5F")
GIVEN = PatternFill("solid", fgColor="FFE7E9EC")
EXAMPLE_CELLS = {
    "title": "Fair recruitment of migrant workers",
    "summary": "What is undertaken, in a few lines.",
    "places": "Jordan;Lebanon",
    "start_on": "2014-03",
    "deadline_on": "2015",
    "met_on": "2014-06-30",
    "source_title": "Initiatives to follow up the 2013 High-level Dialogue",
    "source_location": "https://example.org/source",
    "commitment": "HLD-0001",
    "period_start": "2014-01-01",
    "period_end": "2014-06-30",
    "achieved": "The first courses were held.",
    "next_steps": "Courses in two more countries.",
}
WIDE = {"title", "summary", "original_text", "achieved", "barriers", "next_steps", "source_title", "source_location"}


def export_csv(resource: DraftResource) -> bytes:
    return csv_of(resource.export())


def export_xlsx(resource: DraftResource) -> bytes:
    return workbook_of(resource, resource.export())


def template_csv(resource: DraftResource) -> bytes:
    return csv_of(tablib.Dataset(example(resource), headers=resource.get_export_headers()))


def template_xlsx(resource: DraftResource) -> bytes:
    return workbook_of(resource, tablib.Dataset(example(resource), headers=resource.get_export_headers()))


def allowed_csv(resource: DraftResource) -> bytes:
    """Return the allowed values as CSV, which a CSV template cannot include."""
    return csv_of(tablib.Dataset(*allowed_rows(resource), headers=["column", "value", "meaning"]))


FILES = {
    "export.csv": export_csv,
    "export.xlsx": export_xlsx,
    "template.csv": template_csv,
    "template.xlsx": template_xlsx,
    "allowed-values.csv": allowed_csv,
}


def csv_of(dataset: tablib.Dataset) -> bytes:
    """Return UTF-8 with a byte order mark, by which Excel recognises it."""
    return b"".join(csv_blocks(dataset.headers, dataset, bom=True))


def example(resource: DraftResource) -> list[str]:
    """Return an example row, which imports skip."""
    cells = []
    for field in resource.get_export_fields():
        allowed = [word for word, _meaning in field.widget.allowed(resource.row_choices) if word not in cells]
        if field.column_name == resource.key:
            cells.append(EXAMPLE)
        elif field.column_name in EXAMPLE_CELLS:
            cells.append(EXAMPLE_CELLS[field.column_name])
        elif field.column_name in resource.shown:
            cells.append("")
        else:
            cells.append(join_names(allowed[:2]) if field.widget.many else "".join(allowed[:1]))
    return cells


def allowed_rows(resource: DraftResource) -> list[list[str]]:
    return [
        [field.column_name, in_cell(str(word)), in_cell(str(meaning))]
        for field in resource.get_export_fields()
        if field.column_name not in resource.shown
        for word, meaning in field.widget.allowed(resource.row_choices)
    ]


# A workbook


def workbook_of(resource: DraftResource, dataset: tablib.Dataset) -> bytes:
    """Return a workbook of three sheets: rows, instructions, and allowed values."""
    workbook = Workbook()
    sheet = workbook.active
    sheet.title = resource.name
    write_head(sheet, dataset.headers)
    for number, row in enumerate(dataset, start=2):
        write_row(sheet, number, row)
    write_instructions(workbook.create_sheet("instructions"), resource)
    ranges = write_values(workbook.create_sheet(VALUES_SHEET), resource)
    format_columns(sheet, resource, ranges)
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def write_head(sheet: Worksheet, names: list[str]) -> None:
    write_row(sheet, 1, names)
    for cell in sheet[1]:
        cell.font, cell.fill = Font(bold=True, color="FFFFFFFF"), HEAD
    sheet.freeze_panes = "A2"


def write_row(sheet: Worksheet, number: int, texts: list[str]) -> None:
    """Write a row as text, so that no program makes a number, a date or a formula of it."""
    for place, text in enumerate(texts, start=1):
        if not text:
            continue
        cell = sheet.cell(number, place)
        cell.value = escape_formulas(text)
        cell.data_type, cell.number_format = "s", "@"
        cell.alignment = Alignment(vertical="top", wrap_text=len(text) > 40)


def write_instructions(sheet: Worksheet, resource: DraftResource) -> None:
    write_head(sheet, ["column", "what it holds", "how it is written", "needed"])
    lines = [
        [
            field.column_name,
            str(field.description),
            "" if field.column_name in (resource.key, *resource.shown) else str(field.widget.how),
            _("yes") if field.required else "",
        ]
        for field in resource.get_export_fields()
    ]
    notes = [
        _("One row each, under the header, on the first sheet. Columns may be moved, but none left out."),
        _("The row marked %(example)s is never taken in: overwrite or delete it.") % {"example": EXAMPLE},
        _("An import writes drafts of your own agency and work groups: all rows of the file or none."),
        _("Keep cells as text: the portal refuses formulas, and dates of which Excel completed the day."),
        _(
            "An apostrophe before = + - or @, at the start of a cell or after a semicolon, comma, tab or line break,"
            " keeps a spreadsheet from running the text; the portal takes it away again when the file comes back."
        ),
    ]
    for number, row in enumerate([*lines, [], *([note] for note in notes)], start=2):
        write_row(sheet, number, row)
        for cell in sheet[number]:
            cell.alignment = Alignment(vertical="top", wrap_text=len(row) > 1)
    for letter, width in zip("ABCD", (18, 60, 60, 10), strict=True):
        sheet.column_dimensions[letter].width = width


def write_values(sheet: Worksheet, resource: DraftResource) -> dict[str, str]:
    """Write the allowed values; return the cell range of each column's values."""
    write_head(sheet, ["column", "value", "meaning"])
    ranges: dict[str, tuple[int, int]] = {}
    for number, row in enumerate(allowed_rows(resource), start=2):
        write_row(sheet, number, row)
        ranges[row[0]] = (ranges.get(row[0], (number, 0))[0], number)
    for letter, width in zip("ABC", (18, 30, 80), strict=True):
        sheet.column_dimensions[letter].width = width
    return {column: f"'{VALUES_SHEET}'!$B${first}:$B${last}" for column, (first, last) in ranges.items()}


def format_columns(sheet: Worksheet, resource: DraftResource, ranges: dict[str, str]) -> None:
    """Make each column text, and give it a drop-down list or a hint."""
    for index, field in enumerate(resource.get_export_fields(), start=1):
        letter, name = get_column_letter(index), field.column_name
        column = sheet.column_dimensions[letter]
        column.number_format, column.width = "@", 48 if name in WIDE else 18
        is_fixed = name == resource.key or name in resource.shown
        if is_fixed:
            column.fill = GIVEN
        rule = validation_for(field, None if is_fixed else ranges.get(name))
        rule.promptTitle, rule.prompt = name[:32], hint(field, is_fixed)[:255]
        rule.showInputMessage = True
        rule.add(f"{letter}2:{letter}{MAX_ROWS + 1}")
        sheet.add_data_validation(rule)


def hint(field: SheetColumn, is_fixed: bool) -> str:
    return str(field.description) if is_fixed else f"{field.description} {field.widget.how}"


def validation_for(field: SheetColumn, values: str | None) -> DataValidation:
    """Return the drop-down list or the length limit of a column; columns of several values accept other texts too."""
    if values:
        rule = DataValidation(type="list", formula1=values, allow_blank=True)
        rule.showErrorMessage = not field.widget.many
        rule.error = _("Choose one of the allowed values: they stand on the last sheet.")
        return rule
    if getattr(field.widget, "length", None):
        rule = DataValidation(type="textLength", operator="lessThanOrEqual", formula1=str(field.widget.length))
        rule.showErrorMessage = True
        rule.error = _("At most %(most)d characters.") % {"most": field.widget.length}
        return rule
    return DataValidation(allow_blank=True)
