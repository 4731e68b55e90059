"""The timeline of one commitment: a wide chart, and a narrow one for phones, which runs down the page."""

from django.utils.translation import gettext as _

from gmg_portal.website.charts.drawing import LINE, PAPER, SOFT, Drawing, wrap_text
from gmg_portal.website.charts.figures import Figure
from gmg_portal.website.charts.palette import BAD, BRAND, fill_style
from gmg_portal.website.charts.wide_timeline import WideTimeline
from register.statistics.timeline import Timeline, TimelineEvent

WIDTH, SIDE, SIZE = 340.0, 24.0, 14


def commitment_timeline(name: str, title: str, timeline: Timeline, *, rtl: bool = False) -> Figure:
    """Return both drawings of a commitment's timeline, and its events as a table."""
    note = _("What is known only by its month or year is drawn over that whole time, in a paler shade.")
    return Figure(
        name,
        title,
        "timeline",
        " ".join(f"{event.on}: {event.in_words}." for event in timeline.events),
        {"wide": WideTimeline(timeline, rtl).drawing, "narrow": _draw_narrow(timeline, rtl)},
        [_("Day"), _("What")],
        [[str(event.on), event.in_words] for event in timeline.events],
        "" if all(event.is_known_by_day for event in timeline.events) else note,
    )


def _draw_narrow(timeline: Timeline, rtl: bool) -> Drawing:
    """Draw a row for each event, oldest first. Statuses are left out, because their reports show them."""
    events = [event for event in timeline.events if event.kind != "status"]
    rows = [(event, wrap_text(event.in_words, SIZE, WIDTH - SIDE)) for event in events]
    steps = [32 + 18 * len(lines) for _event, lines in rows]
    drawing = Drawing(WIDTH, sum(steps) - 6, rtl)
    drawing.line(8, 10, 8, sum(steps) - steps[-1] + 10, "grid", stroke=LINE, stroke_width=2)
    y = 10.0
    for (event, lines), step in zip(rows, steps, strict=True):
        _draw_mark(drawing, event, y)
        drawing.text(SIDE, y + 5, str(event.on), size=SIZE, classes="soft", fill=SOFT)
        with drawing.link(event.url, f"{event.in_words}, {event.on}"):
            drawing.lines(SIDE, y + 24, lines, size=SIZE, step=18)
        y += step
    return drawing


def _draw_mark(drawing: Drawing, event: TimelineEvent, y: float) -> None:
    match event.kind:
        case "report":
            css_class, fill = fill_style(event.code)
            drawing.circle(8, y, 7, f"mark {css_class}", fill=fill)
        case "milestone":
            drawing.circle(8, y, 6, "open", fill=PAPER, stroke=BRAND, stroke_width=2)
        case "met":
            drawing.circle(8, y, 6, "met", fill=BRAND)
        case "withdrawn" | "today":
            drawing.line(1, y, 15, y, "today", stroke=BAD, stroke_width=3)
        case _:
            drawing.rect(2, y - 6, 12, 12, "span", fill=BRAND)
