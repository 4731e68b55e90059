"""Flow (Sankey) charts from agenda point over level of recommendation to status, in a wide and a narrow layout."""

from contextlib import AbstractContextManager
from dataclasses import dataclass

from django.utils.translation import gettext as _

from gmg_portal.website.charts.drawing import PAPER, Drawing, wrap_text
from gmg_portal.website.charts.figures import Cell, Figure
from gmg_portal.website.charts.palette import fill_style
from register.statistics.counts import Count
from register.statistics.flow import Flow, Stream

NODE, SIZE, STEP, GAP = 10, 14, 17, 14
# The height of all streams of a column together, for any number of streams.
HEIGHT = 250
HALO = {"stroke": PAPER, "stroke_width": 3, "stroke_linejoin": "round", "paint_order": "stroke"}


@dataclass(frozen=True)
class Layout:
    """The positions of the three columns of nodes, the width of the middle labels, and whether points have names."""

    width: float
    columns: tuple[float, float, float]
    middle_label_width: float
    shows_point_names: bool


WIDE = Layout(700, (232, 380, 530), 140, shows_point_names=True)
NARROW = Layout(340, (58, 140, 212), 116, shows_point_names=False)


@dataclass
class Node:
    """A node of a column, as high as its streams together; `slot_height` includes its label."""

    count: Count
    lines: list[str]
    height: float
    slot_height: float
    y: float = 0


FlowColumn = dict[Cell, Node]


def flow(name: str, title: str, table: Flow, *, rtl: bool = False) -> Figure:
    """Draw a flow chart in a wide and a narrow layout. The table below it lists all streams, top to bottom."""
    streams = [*table.to_levels, *table.to_statuses]
    return Figure(
        name,
        title,
        "flow",
        " ".join(f"{stream.source.label} – {stream.target.label}: {stream.count}." for stream in streams),
        {"wide": _draw(table, WIDE, rtl), "narrow": _draw(table, NARROW, rtl)},
        [_("From"), _("To"), _("Commitments")],
        [[stream.source.label, stream.target.label, stream.count] for stream in streams],
        _("A commitment with several points or levels runs in several streams; a number beside a bar counts it once."),
    )


def _draw(table: Flow, layout: Layout, rtl: bool) -> Drawing:
    totals = [sum(stream.count for stream in streams) for streams in (table.to_levels, table.to_statuses)]
    unit = HEIGHT / (max(totals) or 1)
    point_width = layout.columns[0] - NODE if layout.shows_point_names else 0
    points = _build_column(table.points, table.to_levels, unit, point_width)
    level_streams = [*table.to_levels, *table.to_statuses]
    levels = _build_column(table.levels, level_streams, unit, layout.middle_label_width, label_above=True)
    statuses = _build_column(table.statuses, table.to_statuses, unit, layout.width - layout.columns[2] - NODE - 8)
    height = max(_stack_column(column, label_above=column is levels) for column in (points, levels, statuses))
    drawing = Drawing(layout.width, height, rtl)
    for column in (points, levels, statuses):
        _center_column(column, height)
    first, second, third = layout.columns
    _draw_streams(drawing, table.to_levels, (points, levels), (first + NODE, second), unit, by_source=True)
    _draw_streams(drawing, table.to_statuses, (levels, statuses), (second + NODE, third), unit, by_source=False)
    for node in points.values():
        _draw_point(drawing, node, first, shows_name=layout.shows_point_names)
    for node in levels.values():
        with _node_link(drawing, node):
            _draw_node(drawing, node, second, "node" if node.count.code else "")
            top = node.y - 6 - STEP * (len(node.lines) - 1)
            middle = second + NODE / 2
            drawing.lines(middle, top, node.lines, size=SIZE, step=STEP, anchor="middle", classes="halo", **HALO)
    for node in statuses.values():
        with _node_link(drawing, node):
            _draw_node(drawing, node, third)
            drawing.lines(third + NODE + 8, _first_baseline(node), node.lines, size=SIZE, step=STEP)
    return drawing


def _build_column(
    counts: list[Count], streams: list[Stream], unit: float, label_width: float, *, label_above: bool = False
) -> FlowColumn:
    """Return the nodes of a column; without a label width, the labels are only numbers."""
    nodes = {}
    for count in counts:
        label = f"{count.label}:\N{NO-BREAK SPACE}{count.count}"
        lines = wrap_text(label, SIZE, label_width) if label_width else [str(count.count)]
        height = max(_node_weight(count, streams) * unit, 2)
        label_height = STEP * len(lines) + (6 if label_above else 0)
        slot_height = height + label_height if label_above else max(height, label_height, 24)
        nodes[count.code] = Node(count, lines, height, slot_height)
    return nodes


def _node_weight(count: Count, streams: list[Stream]) -> int:
    """Return the number that enters or leaves a node, whichever is larger."""
    leaving = sum(stream.count for stream in streams if stream.source is count)
    return max(leaving, sum(stream.count for stream in streams if stream.target is count))


def _stack_column(column: FlowColumn, *, label_above: bool) -> float:
    """Set the positions of the nodes below each other, and return the height of the column."""
    top = 0.0
    for node in column.values():
        node.y = top + (node.slot_height - node.height) / (1 if label_above else 2)
        top += node.slot_height + GAP
    return max(top - GAP, 0) + 4


def _center_column(column: FlowColumn, height: float) -> None:
    used = sum(node.slot_height for node in column.values()) + GAP * max(len(column) - 1, 0) + 4
    for node in column.values():
        node.y += (height - used) / 2


def _draw_streams(
    drawing: Drawing,
    streams: list[Stream],
    columns: tuple[FlowColumn, FlowColumn],
    x: tuple[float, float],
    unit: float,
    by_source: bool,
) -> None:
    """Draw the streams between two columns.

    They leave and enter a node in the order of the other column, in its middle if they do not fill it.
    """
    left, right = (_stream_starts(column, streams, unit) for column in columns)
    for stream in streams:
        thickness = stream.count * unit
        css_class, fill = fill_style((stream.source if by_source else stream.target).code)
        title = f"{stream.source.label} – {stream.target.label}: {stream.count}"
        a, b = left[stream.source.code], right[stream.target.code]
        drawing.band(x[0], a, x[1], b, thickness, f"stream {css_class}", fill=fill, fill_opacity=0.4, title=title)
        left[stream.source.code] += thickness
        right[stream.target.code] += thickness


def _stream_starts(column: FlowColumn, streams: list[Stream], unit: float) -> dict[Cell, float]:
    """Return the y coordinate at which the first of these streams starts, for each node."""
    starts = {}
    for code, node in column.items():
        thickness = unit * sum(stream.count for stream in streams if node.count in (stream.source, stream.target))
        starts[code] = node.y + (node.height - thickness) / 2
    return starts


def _draw_point(drawing: Drawing, node: Node, x: float, *, shows_name: bool) -> None:
    with _node_link(drawing, node):
        css_class, fill = _draw_node(drawing, node, x)
        if shows_name:
            drawing.lines(x - NODE, _first_baseline(node), node.lines, size=SIZE, step=STEP, anchor="end")
            return
        middle = node.y + node.height / 2
        drawing.circle(11, middle, 11, f"badge {css_class}", fill=fill)
        code = str(node.count.code or "–")
        drawing.text(
            11, middle + 5, code, size=SIZE, anchor="middle", classes="on-badge", fill=PAPER, font_weight="bold"
        )
        drawing.text(x - 6, middle + 5, str(node.count.count), size=SIZE, anchor="end")


def _draw_node(drawing: Drawing, node: Node, x: float, css_class: str = "") -> tuple[str, str]:
    style = fill_style(node.count.code)
    drawing.rect(x, node.y, NODE, node.height, css_class or style[0], fill=style[1])
    return style


def _first_baseline(node: Node) -> float:
    return node.y + node.height / 2 + 5 - STEP / 2 * (len(node.lines) - 1)


def _node_link(drawing: Drawing, node: Node) -> AbstractContextManager[None]:
    return drawing.link(node.count.url, f"{node.count.label}: {node.count.count}")
