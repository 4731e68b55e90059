"""The time line of one commitment: along the page where there is room, down the page on a phone."""

from django.utils.translation import gettext as _

from commitments.statistics.timeline import Timeline, TimelineEvent
from gmg_portal.website.charts.along import Along
from gmg_portal.website.charts.drawing import LINE, PAPER, SOFT, Drawing, wrapped
from gmg_portal.website.charts.figures import Figure
from gmg_portal.website.charts.palette import BAD, BRAND, look

WIDTH, SIDE, SIZE = 340.0, 24.0, 14


def story(name: str, title: str, told: Timeline, *, rtl: bool = False) -> Figure:
    """Both drawings of a commitment's time line, and its moments as a table."""
    vague = _("What is known only by its month or year is drawn over that whole time, in a paler shade.")
    return Figure(
        name,
        title,
        "story",
        " ".join(f"{moment.on}: {moment.in_words}." for moment in told.events),
        {"wide": Along(told, rtl).sheet, "narrow": _down(told, rtl)},
        [_("Day"), _("What")],
        [[str(moment.on), moment.in_words] for moment in told.events],
        "" if all(moment.is_known_by_day for moment in told.events) else vague,
    )


def _down(told: Timeline, rtl: bool) -> Drawing:
    """One row a moment, oldest first, at equal steps: the days stand beside. A status stands with its report."""
    moments = [moment for moment in told.events if moment.kind != "status"]
    rows = [(moment, wrapped(moment.in_words, SIZE, WIDTH - SIDE)) for moment in moments]
    steps = [32 + 18 * len(lines) for _moment, lines in rows]
    sheet = Drawing(WIDTH, sum(steps) - 6, rtl)
    sheet.line(8, 10, 8, sum(steps) - steps[-1] + 10, "grid", stroke=LINE, stroke_width=2)
    y = 10.0
    for (moment, lines), step in zip(rows, steps, strict=True):
        _mark_down(sheet, moment, y)
        sheet.text(SIDE, y + 5, str(moment.on), size=SIZE, kind="soft", fill=SOFT)
        with sheet.link(moment.url, f"{moment.in_words}, {moment.on}"):
            sheet.lines(SIDE, y + 24, lines, size=SIZE, step=18)
        y += step
    return sheet


def _mark_down(sheet: Drawing, moment: TimelineEvent, y: float) -> None:
    match moment.kind:
        case "report":
            kind, fill = look(moment.code)
            sheet.circle(8, y, 7, f"mark {kind}", fill=fill)
        case "milestone":
            sheet.circle(8, y, 6, "open", fill=PAPER, stroke=BRAND, stroke_width=2)
        case "met":
            sheet.circle(8, y, 6, "met", fill=BRAND)
        case "withdrawn" | "today":
            sheet.line(1, y, 15, y, "today", stroke=BAD, stroke_width=3)
        case _:
            sheet.rect(2, y - 6, 12, 12, "span", fill=BRAND)
