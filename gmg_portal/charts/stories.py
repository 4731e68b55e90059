"""The time line of one commitment: along the page where there is room, down the page on a phone."""

from datetime import date

from django.utils.translation import gettext as _

from commitments.summaries.story import Moment, Story
from gmg_portal.charts.drawing import LINE, PAPER, SOFT, Drawing, width_of, wrapped
from gmg_portal.charts.figures import BRAND, FILLS, Figure, Sheet

WIDTH, START, END = 760.0, 104.0, 744.0
LANES = {"span": 46.0, "status": 84.0, "report": 124.0, "milestone": 164.0}
BAD, OPEN = "#a3262a", "#8dc4d5"


def story(name: str, title: str, told: Story, *, rtl: bool = False) -> Figure:
    """Both drawings of a commitment's time line, and its moments as a table."""
    description = _("What is known only by its month or year is drawn over that whole time. %(moments)s") % {
        "moments": " ".join(f"{moment.on}: {_in_words(moment)}." for moment in told.moments)
    }
    return Figure(
        name,
        title,
        description,
        [
            Sheet(_along(told, rtl).svg(name, title, description, kind="chart--along"), "wide"),
            Sheet(_down(told, rtl).svg(f"{name}-down", title, description, kind="chart--down"), "narrow"),
        ],
        [_("Day"), _("What")],
        [[str(moment.on), _in_words(moment)] for moment in told.moments],
    )


def _in_words(moment: Moment) -> str:
    return moment.label if moment.kind in ("start", "due", "today") else f"{moment.sort}: {moment.label}"


class Scale:
    """Days to places along the page, over whole years."""

    def __init__(self, moments: list[Moment]):
        self.years = range(min(m.first_day.year for m in moments), max(m.on.day.year for m in moments) + 1)
        self.first = date(self.years[0], 1, 1)
        self.days = (date(self.years[-1], 12, 31) - self.first).days + 1

    def __call__(self, day: date) -> float:
        return START + (END - START) * (day - self.first).days / self.days


def _along(told: Story, rtl: bool) -> Drawing:
    x = Scale(told.moments)
    milestones = told.of("milestone", "met")
    bottom = LANES["milestone" if milestones else "report"] + 22
    sheet = Drawing(WIDTH, bottom + 4, rtl)
    _years(sheet, x, bottom)
    lanes = [("span", _("Undertaking")), ("status", _("Status")), ("report", _("Reports"))]
    for lane, label in [*lanes, *([("milestone", _("Milestones"))] if milestones else [])]:
        sheet.text(0, LANES[lane] + 4, label, size=13, kind="soft", fill=SOFT)
    _span(sheet, told, x)
    _statuses(sheet, told, x)
    for report in told.of("report"):
        _period(sheet, report, x, LANES["report"])
        with sheet.link(report.url, f"{report.label}, {report.on}"):
            sheet.circle(x(report.on.day), LANES["report"], 8, f"mark fill-{report.code}", fill=FILLS[report.code])
    for milestone in milestones:
        _period(sheet, milestone, x, LANES["milestone"])
        met = milestone.kind == "met"
        look = {"fill": BRAND} if met else {"fill": PAPER, "stroke": BRAND, "stroke_width": 2}
        sheet.diamond(x(milestone.on.day), LANES["milestone"], 8, "met" if met else "open", **look)
    return sheet


def _years(sheet: Drawing, x: Scale, bottom: float) -> None:
    every = -(-len(x.years) // 12)
    for year in x.years:
        at = x(date(year, 1, 1))
        sheet.line(at, 22, at, bottom, "grid", stroke=LINE, stroke_width=1)
        if (year - x.years[0]) % every == 0:
            sheet.text(at + 3, 14, str(year), size=12, kind="soft", fill=SOFT)


def _span(sheet: Drawing, told: Story, x: Scale) -> None:
    """From the start until it is due, or with an open end; and the day of the record, across all."""
    y, starts, dues = LANES["span"], told.of("start"), told.of("due")
    today = x(told.until)
    begin = x(starts[0].first_day) if starts else START
    end = x(dues[0].on.day) if dues else END
    known = bool(starts and dues)
    sheet.rect(begin, y - 4, max(end - begin, 2), 8, "span" if known else "open-span", fill=BRAND if known else OPEN)
    if dues:
        past = dues[0].on.day < told.until
        sheet.line(end, y - 11, end, y + 11, "due", stroke=BAD if past else BRAND, stroke_width=3)
        near = width_of(dues[0].label, 12) + 8 > WIDTH - end
        sheet.text(end - 6 if near else end + 6, y - 6, dues[0].label, size=12, anchor="end" if near else "start")
    bottom = sheet.height - 4
    sheet.line(today, 22, today, bottom, "today", stroke=BAD, stroke_width=1.5, stroke_dasharray="4 3")
    label = told.of("today")[0].label
    near = width_of(label, 12) + 8 > WIDTH - today
    place, anchor = (today - 5, "end") if near else (today + 5, "start")
    sheet.text(place, 30, label, size=12, anchor=anchor, kind="today", fill=BAD)


def _statuses(sheet: Drawing, told: Story, x: Scale) -> None:
    """Each status from its day to the next one's, with its word where it fits."""
    changes = told.of("status")
    ends = [change.on.day for change in changes[1:]] + [told.until]
    y = LANES["status"]
    for change, end in zip(changes, ends[: len(changes)], strict=True):
        begin, length = x(change.on.day), max(x(end) - x(change.on.day), 3)
        sheet.rect(begin, y - 5, length, 10, f"fill-{change.code}", fill=FILLS[change.code])
        if width_of(change.label, 12) < length:
            sheet.text(begin, y + 18, change.label, size=12)
        elif change is changes[-1]:
            sheet.text(begin + length, y + 18, change.label, size=12, anchor="end")


def _period(sheet: Drawing, moment: Moment, x: Scale, y: float) -> None:
    """The whole month or year in which a moment lies, where no more is known."""
    if moment.first_day != moment.on.day:
        begin = x(moment.first_day)
        sheet.rect(begin, y - 3, x(moment.on.day) - begin, 6, "period", fill=LINE)


def _down(told: Story, rtl: bool) -> Drawing:
    """One row a moment, oldest first, at equal steps: the days stand beside. A status stands with its report."""
    width, size, side = 340.0, 14, 20.0
    rows = [(m, wrapped(_in_words(m), size, 310)) for m in told.moments if m.kind != "status"]
    steps = [26 + 18 * len(lines) for _moment, lines in rows]
    sheet = Drawing(width, sum(steps), rtl)
    sheet.line(side - 12, 10, side - 12, sum(steps) - steps[-1] + 10, "grid", stroke=LINE, stroke_width=2)
    y = 10.0
    for (moment, lines), step in zip(rows, steps, strict=True):
        _mark(sheet, moment, side - 12, y)
        sheet.text(side + 4, y + 4, str(moment.on), size=13, kind="soft", fill=SOFT)
        for place, line in enumerate(lines):
            with sheet.link(moment.url if not place else "", f"{moment.label}, {moment.on}"):
                sheet.text(side + 4, y + 22 + 18 * place, line, size=size)
        y += step
    return sheet


def _mark(sheet: Drawing, moment: Moment, x: float, y: float) -> None:
    match moment.kind:
        case "report":
            sheet.circle(x, y, 6, f"mark fill-{moment.code}", fill=FILLS[moment.code])
        case "milestone":
            sheet.diamond(x, y, 6, "open", fill=PAPER, stroke=BRAND, stroke_width=2)
        case "met":
            sheet.diamond(x, y, 6, "met", fill=BRAND)
        case "due" | "today":
            sheet.line(x - 7, y, x + 7, y, moment.kind, stroke=BAD, stroke_width=3)
        case _:
            sheet.rect(x - 5, y - 5, 10, 10, "span", fill=BRAND)
