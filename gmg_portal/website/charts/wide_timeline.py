"""The wide timeline of a commitment: lanes below a scale of years."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from foundation.dates.partial import PartialDate
from gmg_portal.website.charts.drawing import LINE, PAPER, SOFT, Drawing, text_width
from gmg_portal.website.charts.palette import BAD, BRAND, fill_style
from register.statistics.timeline import Timeline, TimelineEvent

WIDTH, START, END, SIZE = 760.0, 112.0, 748.0, 13
PALE = 0.45
HALO = {"stroke": PAPER, "stroke_width": 3, "stroke_linejoin": "round", "paint_order": "stroke"}


class Scale:
    """A mapping of days to x coordinates, over whole years. Calling it returns the start of a day; `end`, its end."""

    def __init__(self, events: list[TimelineEvent]):
        self.years = range(min(m.first_day.year for m in events), max(m.on.day.year for m in events) + 1)
        self.first = date(self.years[0], 1, 1)
        self.days = (date(self.years[-1], 12, 31) - self.first).days + 1

    def __call__(self, day: date) -> float:
        return START + (END - START) * (day - self.first).days / self.days

    def end(self, day: date) -> float:
        return START + (END - START) * ((day - self.first).days + 1) / self.days


class Labels:
    """Labels on a few lines of the drawing. A label that would overlap another is left out; the table has its text."""

    def __init__(self, drawing: Drawing, *lines: float):
        self.drawing, self.ends = drawing, dict.fromkeys(lines, START - 4)

    def write(self, x: float, text: str) -> None:
        width = text_width(text, SIZE)
        begin = min(x, WIDTH - width)
        for y, end in self.ends.items():
            if begin >= end:
                self.drawing.text(begin, y, text, size=SIZE, classes="halo", **HALO)
                self.ends[y] = begin + width + 10
                return


class WideTimeline:
    """The lanes of the undertaking, its statuses, the reports, and one for each milestone, below a scale of years."""

    def __init__(self, timeline: Timeline, rtl: bool):
        self.timeline, self.scale = timeline, Scale(timeline.events)
        self.milestones = timeline.of("milestone", "met")
        # Several labels need a second line.
        statuses, reports = (16 if len(timeline.of(kind)) > 1 else 0 for kind in ("status", "report"))
        milestones_top = 140 + statuses + (44 if reports else 20)
        self.bottom = milestones_top + (26 * len(self.milestones) + 4 if self.milestones else 0)
        self.drawing = Drawing(WIDTH, self.bottom, rtl)
        self._draw_years()
        self._draw_today()
        self._draw_undertaking(50)
        self._draw_statuses(96)
        self._draw_reports(140 + statuses)
        self._draw_milestones(milestones_top + 12)

    def _draw_years(self) -> None:
        label_interval = -(-len(self.scale.years) // 14)
        for year in self.scale.years:
            x = self.scale(date(year, 1, 1))
            self.drawing.line(x, 22, x, self.bottom, "grid", stroke=LINE, stroke_width=1)
            if (year - self.scale.years[0]) % label_interval == 0:
                self.drawing.text(x + 3, 14, str(year), size=SIZE, classes="soft", fill=SOFT)

    def _label_lane(self, y: float, label: str) -> None:
        self.drawing.text(0, y + 4, label, size=SIZE, classes="soft", fill=SOFT)

    def _write_in_lane(self, y: float, text: str) -> None:
        """Write a text into a lane that has nothing to draw."""
        self.drawing.text(START + 4, y + 4, text, size=SIZE, classes="soft halo", fill=SOFT, **HALO)

    def _draw_undertaking(self, y: float) -> None:
        """Draw a bar from the start to the deadline, or without one to today.

        Where only the month or year of the start or deadline is known, the bar is paler within that time.
        """
        self._label_lane(y, _("Undertaking"))
        start, deadline = ((self.timeline.of(kind) or [None])[0] for kind in ("start", "deadline"))
        ended = (self.timeline.of("withdrawn") or self.timeline.of("today"))[0]
        text = _from_to(start.on if start else None, deadline.on if deadline else None)
        if not start and not deadline:
            self._write_in_lane(y, text)
            return
        begin = self.scale(start.first_day) if start else START
        end = self.scale.end(deadline.on.day) if deadline else max(self.scale(ended.on.day), begin)
        self.drawing.rect(begin, y - 5, max(end - begin, 4), 10, "span pale", fill=BRAND, fill_opacity=PALE)
        certain_begin = self.scale(start.on.day) if start else end
        certain_end = self.scale(deadline.first_day) if deadline else end
        if certain_end > certain_begin:
            self.drawing.rect(certain_begin, y - 5, certain_end - certain_begin, 10, "span", fill=BRAND)
        if deadline:
            self.drawing.rect(end - 3, y - 10, 3, 20, "span", fill=BRAND)
        Labels(self.drawing, y + 24).write(begin, text)

    def _draw_statuses(self, y: float) -> None:
        """Draw each status from its day to the next one; paler in the month or year in which it began."""
        self._label_lane(y, _("Status"))
        changes = self.timeline.of("status")
        last = (self.timeline.of("withdrawn") or self.timeline.of("today"))[0].on.day
        ends = [change.on.day for change in changes[1:]] + [last]
        labels = Labels(self.drawing, y + 22, y + 38)
        for change, end in zip(changes, ends[: len(changes)], strict=True):
            begin, certain_begin, until = self.scale(change.first_day), self.scale(change.on.day), self.scale(end)
            css_class, fill = fill_style(change.code)
            if not change.is_known_by_day:
                width = certain_begin - begin
                self.drawing.rect(begin, y - 5, width, 10, f"{css_class} pale", fill=fill, fill_opacity=PALE)
            self.drawing.rect(certain_begin, y - 5, max(until - certain_begin, 3), 10, css_class, fill=fill)
            labels.write(begin, change.label)
        if not changes:
            self._write_in_lane(y, _("Nothing reported"))

    def _draw_reports(self, y: float) -> None:
        self._label_lane(y, _("Reports"))
        reports = self.timeline.of("report")
        if not reports:
            self._write_in_lane(y, _("None published"))
        labels = Labels(self.drawing, y + 26)
        for report in reports:
            with self.drawing.link(report.url, f"{report.in_words}, {report.on}"):
                self._mark(report, y, *fill_style(report.code))
            if len(reports) == 1:
                self._label_beside(report, y, str(report.on))
            else:
                labels.write(self._extent(report)[0], str(report.on))

    def _draw_milestones(self, y: float) -> None:
        for index, milestone in enumerate(self.milestones):
            lane = y + 26 * index
            if not index:
                self._label_lane(lane, _("Milestones"))
            if milestone.kind == "met":
                self._mark(milestone, lane, "met", BRAND)
                text = _("Met %(day)s: %(milestone)s")
            else:
                self._mark(milestone, lane, "open", PAPER, stroke=BRAND, stroke_width=2)
                text = _("Due %(day)s: %(milestone)s")
            self._label_beside(milestone, lane, text % {"milestone": milestone.label, "day": milestone.on})

    def _mark(self, event: TimelineEvent, y: float, css_class: str, fill: str, **attributes: Any) -> None:
        """Draw a disc on the event's day; if only its month or year is known, a pill as long as that."""
        begin, end = self._extent(event)
        pale = {} if event.is_known_by_day else {"fill_opacity": PALE}
        css_class = f"mark {css_class}" if event.is_known_by_day else f"mark {css_class} pale"
        edge = {"stroke": PAPER, "stroke_width": 2} | attributes
        self.drawing.rect(begin, y - 8, end - begin, 16, css_class, fill=fill, rx=8, **pale, **edge)

    def _extent(self, event: TimelineEvent) -> tuple[float, float]:
        begin, end = self.scale(event.first_day), self.scale.end(event.on.day)
        middle, half = (begin + end) / 2, max(end - begin, 16) / 2
        return middle - half, middle + half

    def _label_beside(self, event: TimelineEvent, y: float, text: str) -> None:
        """Write a label after a mark, or before it if there is more room; a text too long for both is cut."""
        begin, end = self._extent(event)
        room_before, room_after = begin - 6 - START, WIDTH - end - 6
        is_after = text_width(text, SIZE) <= room_after or room_after >= room_before
        max_length = int(max(room_after, room_before) / text_width("m", SIZE))
        text = text if len(text) <= max_length else f"{text[: max(max_length - 1, 1)].rstrip()}…"
        x, anchor = (end + 6, "start") if is_after else (begin - 6, "end")
        self.drawing.text(x, y + 5, text, size=SIZE, anchor=anchor, classes="halo", **HALO)

    def _draw_today(self) -> None:
        taken = None  # the extent of the previous label
        for event in self.timeline.of("withdrawn", "today"):
            x = self.scale(event.on.day)
            self.drawing.line(x, 22, x, self.bottom, "today", stroke=BAD, stroke_width=1.5, stroke_dasharray="4 3")
            is_at_edge = text_width(event.label, SIZE) + 8 > WIDTH - x
            label_x, anchor = (x - 5, "end") if is_at_edge else (x + 5, "start")
            begin = label_x - text_width(event.label, SIZE) if is_at_edge else label_x
            end = begin + text_width(event.label, SIZE)
            if taken and begin < taken[1] and taken[0] < end:
                continue  # the label of a recent withdrawal is more important than that of today
            taken = begin, end
            self.drawing.text(label_x, 33, event.label, size=SIZE, anchor=anchor, classes="today", fill=BAD)


def _from_to(start: PartialDate | None, deadline: PartialDate | None) -> str:
    if start and deadline:
        return _("%(start)s to %(deadline)s") % {"start": start, "deadline": deadline}
    if start:
        return _("since %(start)s, no end named") % {"start": start}
    return (
        _("until %(deadline)s, start not known") % {"deadline": deadline} if deadline else _("start and end not known")
    )
