"""The figures of the portal: each drawn from numbers of `commitments.summaries`, with a table of the same numbers."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from commitments.summaries.counts import Count
from commitments.summaries.flow import Flow, Stream
from commitments.summaries.matrix import Matrix
from commitments.summaries.rounds import Round
from gmg_portal.charts.drawing import PAPER, SOFT, Drawing, width_of, wrapped

# The colours of a figure that stands alone, on white; a page has its own.
FILLS = {
    "not_started": "#a9b7c2",
    "planning": "#d6912b",
    "in_progress": "#4a9fb8",
    "substantially_complete": "#0b5f7c",
    "completed": "#1c6a3b",
    "ongoing": "#4fae74",
    "discontinued": "#a3262a",
    "superseded": "#a286cc",
    "current": "#1c6a3b",
    "due": "#d6912b",
    "overdue": "#d9604f",
    "never_reported": "#a3262a",
    "not_yet_due": "#cfd8df",
    "": "#cfd8df",
    "nothing": "#cfd8df",
    1: "#a3204f",
    2: "#6b5a00",
    3: "#a1400c",
    4: "#1c5fae",
    5: "#6f3fb0",
    6: "#1f6b35",
    7: "#05696b",
    8: "#3c4b9c",
}
HEAT = ("#f5f7f9", "#e8f3f6", "#c2dfe8", "#8dc4d5", "#1f7c99", "#094a63")
DARK_FROM = 4  # the shade from which a number is written in white
BRAND = "#0b5f7c"

Cell = str | int


@dataclass(frozen=True)
class Sheet:
    """One drawing of a figure; `kind` says for which screens ('wide', 'narrow'; '' for all)."""

    svg: SafeString
    kind: str = ""


@dataclass(frozen=True)
class Figure:
    """A drawing with its title, its words and the numbers behind it; the first drawing is the one to take away."""

    name: str
    title: str
    description: str
    sheets: list[Sheet]
    header: list[str]
    rows: list[list[Cell]]


def bars(name: str, title: str, counts: list[Count], *, rtl: bool = False) -> Figure:
    """One bar for each word that occurs, with its label and its number; all of them where nothing occurs."""
    shown = [count for count in counts if count.count] or counts
    largest = max((count.count for count in shown), default=0) or 1
    width, row, size = 360, 42, 15
    sheet = Drawing(width, row * len(shown), rtl)
    for place, count in enumerate(shown):
        top = place * row
        with sheet.link(count.url if count.count else "", f"{count.label}: {count.count}"):
            sheet.text(0, top + 16, count.label, size=size)
            sheet.text(width, top + 16, str(count.count), size=size, anchor="end", font_weight="bold")
            sheet.rect(0, top + 23, width, 12, "ground", fill="#f5f7f9")
            length = width * count.count / largest
            sheet.rect(0, top + 23, length, 12, f"bar fill-{count.code or 'nothing'}", fill=FILLS[count.code])
    total = sum(count.count for count in counts)
    told = ", ".join(f"{count.label} {count.count}" for count in shown)
    description = ngettext("%(total)s commitment: %(told)s.", "%(total)s commitments: %(told)s.", total) % {
        "total": total,
        "told": told,
    }
    return Figure(
        name,
        title,
        description,
        [Sheet(sheet.svg(name, title, description, kind="chart--bars"))],
        [_("Word"), _("Commitments")],
        [[count.label, count.count] for count in counts],
    )


def matrix(name: str, title: str, table: Matrix, *, rtl: bool = False) -> Figure:
    """Leads down, columns across; the larger the number, the darker its field."""
    size, side, cell, row = 13, 230, 84, 28
    heads = [wrapped(head.label, 12, cell - 6) for head in table.heads]
    top = 16 * max((len(lines) for lines in heads), default=1) + 8
    sheet = Drawing(side + cell * (len(heads) + 1), top + row * len(table.rows) + 4, rtl)
    for place, lines in enumerate([*heads, [_("All")]]):
        middle = side + cell * place + cell / 2
        for up, line in enumerate(reversed(lines)):
            sheet.text(middle, top - 8 - 16 * up, line, size=12, anchor="middle", font_weight="bold")
    for down, of_lead in enumerate(table.rows):
        y = top + row * down
        sheet.text(0, y + 18, _cut(str(of_lead.lead), size, side - 8), size=size)
        for place, count in enumerate(of_lead.cells):
            x = side + cell * place
            with sheet.link(count.url if count.count else "", f"{of_lead.lead}, {count.label}: {count.count}"):
                sheet.rect(x + 1, y + 1, cell - 2, row - 2, f"heat-{count.shade}", fill=HEAT[count.shade])
                ink = PAPER if count.shade >= DARK_FROM else "#14212b" if count.count else SOFT
                kind = f"on-heat-{count.shade}"
                sheet.text(x + cell / 2, y + 18, str(count.count), anchor="middle", kind=kind, fill=ink)
        end = side + cell * len(heads) + cell / 2
        sheet.text(end, y + 18, str(of_lead.total.count), anchor="middle", font_weight="bold")
    description = _(
        "%(rows)s leads, %(columns)s columns, %(total)s commitments; a commitment may stand in several columns, "
        "and counts once in the last."
    ) % {"rows": len(table.rows), "columns": len(table.heads), "total": table.total}
    return Figure(
        name,
        title,
        description,
        [Sheet(sheet.svg(name, title, description, kind="chart--matrix"))],
        [_("Lead"), *(head.label for head in table.heads), _("All")],
        [[str(one.lead), *(count.count for count in one.cells), one.total.count] for one in table.rows],
    )


def reports(name: str, title: str, told: list[Round], *, rtl: bool = False) -> Figure:
    """One bar for each year or cycle: given in time, given late (hatched), still missing (only its outline)."""
    width, row, size = 360, 46, 15
    largest = max((one.total for one in told), default=0) or 1
    sheet = Drawing(width, max(row * len(told), row), rtl)
    late = sheet.hatch(f"{name}-late", "#864a00")
    for place, one in enumerate(told):
        top, start = place * row, 0.0
        sheet.text(0, top + 16, one.label, size=size)
        sheet.text(width, top + 16, _round_in_words(one), size=13, anchor="end", kind="soft", fill=SOFT)
        parts = (("given", one.in_time, BRAND), ("late", one.late, late), ("missing", one.missing, PAPER))
        for kind, count, fill in parts:
            length = width * count / largest
            edge = {} if kind == "given" else {"stroke": "#697b88", "stroke_width": 1}
            if count:
                sheet.rect(start + 0.5, top + 24.5, max(length - 1, 1), 13, kind, fill=fill, **edge)
            start += length
    if not told:
        sheet.text(0, 16, _("No report has been published."), size=size)
    description = " ".join(f"{one.label}: {_round_in_words(one)}." for one in told) or _(
        "No report has been published."
    )
    return Figure(
        name,
        title,
        description,
        [Sheet(sheet.svg(name, title, description, kind="chart--bars"))],
        [_("Year or cycle"), _("Given in time"), _("Given late"), _("Missing")],
        [
            [one.label, one.in_time, one.late if one.is_cycle else "", one.missing if one.is_cycle else ""]
            for one in told
        ],
    )


def _round_in_words(one: Round) -> str:
    if not one.is_cycle:
        return str(one.in_time)
    words = {"given": one.in_time + one.late, "asked": one.total, "late": one.late}
    if one.late:
        return _("%(given)s of %(asked)s given, %(late)s late") % words
    return _("%(given)s of %(asked)s given") % words


def flow(name: str, title: str, table: Flow, *, rtl: bool = False) -> Figure:
    """Three columns of what occurs, and streams between them as thick as they have commitments."""
    width, node, gap, top = 420, 10, 22, 20
    columns = ((table.points, 34.0), (table.levels, 158.0), (table.statuses, 262.0))
    tallest = max((sum(_weight(c, t) for c in column) for column, t in _weighed(table)), default=1) or 1
    most = max(len(column) for column, _x in columns)
    unit = max(260 / tallest, 1.2)
    sheet = Drawing(width, top + tallest * unit + gap * max(most - 1, 0) + 16, rtl)
    places = [_stack(column, streams, unit, gap, top + 8) for column, streams in _weighed(table)]
    for streams, here, there, x1, x2, kind in (
        (table.to_levels, places[0], places[1], columns[0][1], columns[1][1], "point"),
        (table.to_statuses, places[1], places[2], columns[1][1], columns[2][1], "status"),
    ):
        _draw_streams(sheet, streams, (here, there), (x1 + node, x2), unit, kind)
    for (column, x), place in zip(columns, places, strict=True):
        for count in column:
            y, height = place[count.code]
            with sheet.link(count.url, f"{count.label}: {count.count}"):
                kind = f"fill-point-{count.code}" if column is table.points else f"node fill-{count.code or 'nothing'}"
                sheet.rect(x, y, node, max(height, 2), kind, fill=FILLS.get(count.code, BRAND))
                _draw_label(sheet, count, x, y, height, node, column is table.points, column is table.levels)
    description = _(
        "How commitments run from agenda point over level of recommendation to status. One with several points or "
        "levels is counted once in each pair, so that the columns do not add up to the number of commitments."
    )
    return Figure(
        name,
        title,
        description,
        [Sheet(sheet.svg(name, title, description, kind="chart--flow"))],
        [_("From"), _("To"), _("Commitments")],
        [[one.source.label, one.target.label, one.count] for one in (*table.to_levels, *table.to_statuses)],
    )


Place = dict[Cell, tuple[float, float]]


def _weighed(table: Flow) -> list[tuple[list[Count], list[Stream]]]:
    """Each column with the streams by which its nodes are measured; the middle by the larger of its two sides."""
    return [
        (table.points, table.to_levels),
        (table.levels, [*table.to_levels, *table.to_statuses]),
        (table.statuses, table.to_statuses),
    ]


def _weight(count: Count, streams: list[Stream]) -> int:
    sent = sum(one.count for one in streams if one.source is count)
    return max(sent, sum(one.count for one in streams if one.target is count))


def _stack(column: list[Count], streams: list[Stream], unit: float, gap: float, top: float) -> Place:
    places: Place = {}
    for count in column:
        height = _weight(count, streams) * unit
        places[count.code] = (top, height)
        top += height + gap
    return places


def _draw_streams(
    sheet: Drawing, streams: list[Stream], places: tuple[Place, Place], x: tuple[float, float], unit: float, kind: str
) -> None:
    left, right = ({code: y for code, (y, _height) in place.items()} for place in places)
    for one in streams:
        thickness = one.count * unit
        code = one.source.code if kind == "point" else one.target.code
        look = f"stream fill-point-{code}" if kind == "point" else f"stream fill-{code or 'nothing'}"
        sheet.band(
            x[0],
            left[one.source.code],
            x[1],
            right[one.target.code],
            thickness,
            look,
            fill=FILLS.get(code, BRAND),
            fill_opacity=0.4,
            title=f"{one.source.label} – {one.target.label}: {one.count}",
        )
        left[one.source.code] += thickness
        right[one.target.code] += thickness


def _draw_label(sheet, count: Count, x: float, y: float, height: float, node: float, first: bool, middle: bool) -> None:
    size = 14
    if first:
        sheet.text(x - 6, y + height / 2 + 5, str(count.code or "–"), size=size, anchor="end", font_weight="bold")
    elif middle:
        label = count.label.split(" ")[0] if count.code else count.label
        sheet.text(x - 30, y - 5, f"{label} {count.count}", size=13)
    else:
        lines = wrapped(f"{count.label} {count.count}", size, 140)
        start = y + height / 2 + 5 - 8 * (len(lines) - 1)
        for place, line in enumerate(lines):
            sheet.text(x + node + 6, start + 16 * place, line, size=size)


def _cut(words: str, size: float, width: float) -> str:
    if width_of(words, size) <= width:
        return words
    return words[: max(int(width / width_of("m", size)) - 1, 1)].rstrip() + "…"


TITLES: dict[str, Callable[[], str]] = {
    "status": lambda: _("Commitments by status"),
    "freshness": lambda: _("Commitments by freshness"),
    "reports": lambda: _("Reports by year and cycle"),
    "flow": lambda: _("From agenda point over recommendation to status"),
    "matrix": lambda: _("Commitments by lead"),
}
