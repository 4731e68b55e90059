"""Streams from agenda point over level of recommendation to status: wide with every name, narrow for a phone."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from commitments.statistics.counts import Count
from commitments.statistics.flow import Flow, Stream
from gmg_portal.website.charts.drawing import PAPER, Drawing, wrapped
from gmg_portal.website.charts.figures import Cell, Figure
from gmg_portal.website.charts.palette import look

NODE, SIZE, STEP, GAP = 10, 14, 17, 14
# How high all streams of a column come together, whatever their number.
HEIGHT = 250
HALO = {"stroke": PAPER, "stroke_width": 3, "stroke_linejoin": "round", "paint_order": "stroke"}


@dataclass(frozen=True)
class Layout:
    """Where the three columns of nodes stand, and how much room the middle labels have."""

    width: float
    columns: tuple[float, float, float]
    middle: float
    names_points: bool


WIDE = Layout(700, (232, 380, 530), 140, names_points=True)
NARROW = Layout(340, (58, 140, 212), 116, names_points=False)


@dataclass
class Node:
    """A word of a column, as high as its streams are thick together; `slot` is what it takes with its label."""

    count: Count
    lines: list[str]
    height: float
    slot: float
    y: float = 0


Column = dict[Cell, Node]


def flow(name: str, title: str, table: Flow, *, rtl: bool = False) -> Figure:
    streams = [*table.to_levels, *table.to_statuses]
    return Figure(
        name,
        title,
        "flow",
        " ".join(f"{one.source.label} – {one.target.label}: {one.count}." for one in streams),
        {"wide": _drawn(table, WIDE, rtl), "narrow": _drawn(table, NARROW, rtl)},
        [_("From"), _("To"), _("Commitments")],
        [[one.source.label, one.target.label, one.count] for one in streams],
        _("A commitment with several points or levels runs in several streams; a number beside a bar counts it once."),
    )


def _drawn(table: Flow, layout: Layout, rtl: bool) -> Drawing:
    pairs = [sum(one.count for one in streams) for streams in (table.to_levels, table.to_statuses)]
    unit = HEIGHT / (max(pairs) or 1)
    points = _column(table.points, table.to_levels, unit, layout.columns[0] - NODE if layout.names_points else 0)
    levels = _column(table.levels, [*table.to_levels, *table.to_statuses], unit, layout.middle, above=True)
    statuses = _column(table.statuses, table.to_statuses, unit, layout.width - layout.columns[2] - NODE - 8)
    height = max(_stacked(column, above=column is levels) for column in (points, levels, statuses))
    sheet = Drawing(layout.width, height, rtl)
    for column in (points, levels, statuses):
        _centred(column, height)
    first, second, third = layout.columns
    _draw_streams(sheet, table.to_levels, (points, levels), (first + NODE, second), unit, by_source=True)
    _draw_streams(sheet, table.to_statuses, (levels, statuses), (second + NODE, third), unit, by_source=False)
    for node in points.values():
        _draw_point(sheet, node, first, layout.names_points)
    for node in levels.values():
        with _linked(sheet, node):
            _draw_node(sheet, node, second, "node" if node.count.code else "")
            top = node.y - 6 - STEP * (len(node.lines) - 1)
            middle = second + NODE / 2
            sheet.lines(middle, top, node.lines, size=SIZE, step=STEP, anchor="middle", kind="halo", **HALO)
    for node in statuses.values():
        with _linked(sheet, node):
            _draw_node(sheet, node, third)
            sheet.lines(third + NODE + 8, _first_line(node), node.lines, size=SIZE, step=STEP)
    return sheet


def _column(counts: list[Count], streams: list[Stream], unit: float, room: float, *, above: bool = False) -> Column:
    nodes = {}
    for count in counts:
        lines = wrapped(f"{count.label}:\N{NO-BREAK SPACE}{count.count}", SIZE, room) if room else [str(count.count)]
        height = max(_weight(count, streams) * unit, 2)
        label = STEP * len(lines) + (6 if above else 0)
        nodes[count.code] = Node(count, lines, height, height + label if above else max(height, label, 24))
    return nodes


def _weight(count: Count, streams: list[Stream]) -> int:
    """As many as enter or leave, whichever are more."""
    left = sum(one.count for one in streams if one.source is count)
    return max(left, sum(one.count for one in streams if one.target is count))


def _stacked(column: Column, *, above: bool) -> float:
    """Give each node its place below the one before; answers how high the column comes."""
    top = 0.0
    for node in column.values():
        node.y = top + (node.slot - node.height) / (1 if above else 2)
        top += node.slot + GAP
    return max(top - GAP, 0) + 4


def _centred(column: Column, height: float) -> None:
    used = sum(node.slot for node in column.values()) + GAP * max(len(column) - 1, 0) + 4
    for node in column.values():
        node.y += (height - used) / 2


def _draw_streams(
    sheet: Drawing,
    streams: list[Stream],
    columns: tuple[Column, Column],
    x: tuple[float, float],
    unit: float,
    by_source: bool,
) -> None:
    """Streams leave and enter a node in the order of the other column, in its middle where they do not fill it."""
    left, right = (_starts(column, streams, unit) for column in columns)
    for one in streams:
        thick = one.count * unit
        kind, fill = look((one.source if by_source else one.target).code)
        title = f"{one.source.label} – {one.target.label}: {one.count}"
        a, b = left[one.source.code], right[one.target.code]
        sheet.band(x[0], a, x[1], b, thick, f"stream {kind}", fill=fill, fill_opacity=0.4, title=title)
        left[one.source.code] += thick
        right[one.target.code] += thick


def _starts(column: Column, streams: list[Stream], unit: float) -> dict[Cell, float]:
    """Where the first stream of each node starts, for the side on which these streams are."""
    starts = {}
    for code, node in column.items():
        thick = unit * sum(one.count for one in streams if node.count in (one.source, one.target))
        starts[code] = node.y + (node.height - thick) / 2
    return starts


def _draw_point(sheet: Drawing, node: Node, x: float, named: bool) -> None:
    with _linked(sheet, node):
        kind, fill = _draw_node(sheet, node, x)
        if named:
            room = x - NODE
            sheet.lines(room, _first_line(node), node.lines, size=SIZE, step=STEP, anchor="end")
            return
        middle = node.y + node.height / 2
        sheet.circle(11, middle, 11, f"badge {kind}", fill=fill)
        code = str(node.count.code or "–")
        sheet.text(11, middle + 5, code, size=SIZE, anchor="middle", kind="on-badge", fill=PAPER, font_weight="bold")
        sheet.text(x - 6, middle + 5, str(node.count.count), size=SIZE, anchor="end")


def _draw_node(sheet: Drawing, node: Node, x: float, kind: str = "") -> tuple[str, str]:
    fill = look(node.count.code)
    sheet.rect(x, node.y, NODE, node.height, kind or fill[0], fill=fill[1])
    return fill


def _first_line(node: Node) -> float:
    return node.y + node.height / 2 + 5 - STEP / 2 * (len(node.lines) - 1)


def _linked(sheet: Drawing, node: Node):
    return sheet.link(node.count.url, f"{node.count.label}: {node.count.count}")
