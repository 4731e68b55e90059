"""A commitment's time line along the page: lanes below a scale of years."""

from datetime import date

from django.utils.translation import gettext as _

from commitments.statistics.timeline import Timeline, TimelineEvent
from foundation.dates.partial import PartialDate
from gmg_portal.website.charts.drawing import LINE, PAPER, SOFT, Drawing, width_of
from gmg_portal.website.charts.palette import BAD, BRAND, look

WIDTH, START, END, SIZE = 760.0, 112.0, 748.0, 13
PALE = 0.45
HALO = {"stroke": PAPER, "stroke_width": 3, "stroke_linejoin": "round", "paint_order": "stroke"}


class Scale:
    """Days to places along the page, over whole years; a day begins at its place and ends at that of the next."""

    def __init__(self, moments: list[TimelineEvent]):
        self.years = range(min(m.first_day.year for m in moments), max(m.on.day.year for m in moments) + 1)
        self.first = date(self.years[0], 1, 1)
        self.days = (date(self.years[-1], 12, 31) - self.first).days + 1

    def __call__(self, day: date) -> float:
        return START + (END - START) * (day - self.first).days / self.days

    def end(self, day: date) -> float:
        return START + (END - START) * ((day - self.first).days + 1) / self.days


class Labels:
    """Words on a few lines of the drawing that never meet: what has no room is left to the table."""

    def __init__(self, sheet: Drawing, *lines: float):
        self.sheet, self.ends = sheet, dict.fromkeys(lines, START - 4)

    def write(self, x: float, words: str) -> None:
        width = width_of(words, SIZE)
        begin = min(x, WIDTH - width)
        for y, end in self.ends.items():
            if begin >= end:
                self.sheet.text(begin, y, words, size=SIZE, kind="halo", **HALO)
                self.ends[y] = begin + width + 10
                return


class Along:
    """Lanes below a scale of years: the undertaking, its status, the reports, and a lane for each milestone."""

    def __init__(self, told: Timeline, rtl: bool):
        self.told, self.x = told, Scale(told.events)
        self.milestones = told.of("milestone", "met")
        # Where there are several, their words need a second line.
        statuses, reports = (16 if len(told.of(kind)) > 1 else 0 for kind in ("status", "report"))
        after = 140 + statuses + (44 if reports else 20)
        self.bottom = after + (26 * len(self.milestones) + 4 if self.milestones else 0)
        self.sheet = Drawing(WIDTH, self.bottom, rtl)
        self._draw_years()
        self._draw_today()
        self._draw_undertaking(50)
        self._draw_statuses(96)
        self._draw_reports(140 + statuses)
        self._draw_milestones(after + 12)

    def _draw_years(self) -> None:
        every = -(-len(self.x.years) // 14)
        for year in self.x.years:
            at = self.x(date(year, 1, 1))
            self.sheet.line(at, 22, at, self.bottom, "grid", stroke=LINE, stroke_width=1)
            if (year - self.x.years[0]) % every == 0:
                self.sheet.text(at + 3, 14, str(year), size=SIZE, kind="soft", fill=SOFT)

    def _lane(self, y: float, label: str) -> None:
        self.sheet.text(0, y + 4, label, size=SIZE, kind="soft", fill=SOFT)

    def _say(self, y: float, words: str) -> None:
        """What stands in a lane that has nothing to draw."""
        self.sheet.text(START + 4, y + 4, words, size=SIZE, kind="soft halo", fill=SOFT, **HALO)

    def _draw_undertaking(self, y: float) -> None:
        """From the start until the day due, paler in the time in which they lie; with no end named, until today."""
        self._lane(y, _("Undertaking"))
        start, due = ((self.told.of(kind) or [None])[0] for kind in ("start", "due"))
        ended = (self.told.of("withdrawn") or self.told.of("today"))[0]
        words = _from_to(start.on if start else None, due.on if due else None)
        if not start and not due:
            self._say(y, words)
            return
        begin = self.x(start.first_day) if start else START
        end = self.x.end(due.on.day) if due else max(self.x(ended.on.day), begin)
        known = self.x(start.on.day) if start else end
        self.sheet.rect(begin, y - 5, max(end - begin, 4), 10, "span pale", fill=BRAND, fill_opacity=PALE)
        known_end = self.x(due.first_day) if due else end
        if known_end > known:
            self.sheet.rect(known, y - 5, known_end - known, 10, "span", fill=BRAND)
        if due:
            self.sheet.rect(end - 3, y - 10, 3, 20, "span", fill=BRAND)
        Labels(self.sheet, y + 24).write(begin, words)

    def _draw_statuses(self, y: float) -> None:
        """Each status from its day to the next one's, paler in the time in which it began."""
        self._lane(y, _("Status"))
        changes = self.told.of("status")
        last = (self.told.of("withdrawn") or self.told.of("today"))[0].on.day
        ends = [change.on.day for change in changes[1:]] + [last]
        labels = Labels(self.sheet, y + 22, y + 38)
        for change, end in zip(changes, ends[: len(changes)], strict=True):
            begin, known, until = self.x(change.first_day), self.x(change.on.day), self.x(end)
            kind, fill = look(change.code)
            if not change.is_known_by_day:
                self.sheet.rect(begin, y - 5, known - begin, 10, f"{kind} pale", fill=fill, fill_opacity=PALE)
            self.sheet.rect(known, y - 5, max(until - known, 3), 10, kind, fill=fill)
            labels.write(begin, change.label)
        if not changes:
            self._say(y, _("Nothing reported"))

    def _draw_reports(self, y: float) -> None:
        self._lane(y, _("Reports"))
        reports = self.told.of("report")
        if not reports:
            self._say(y, _("None published"))
        labels = Labels(self.sheet, y + 26)
        for report in reports:
            with self.sheet.link(report.url, f"{report.in_words}, {report.on}"):
                self._mark(report, y, *look(report.code))
            if len(reports) == 1:
                self._beside(report, y, str(report.on))
            else:
                labels.write(self._extent(report)[0], str(report.on))

    def _draw_milestones(self, y: float) -> None:
        for place, milestone in enumerate(self.milestones):
            lane = y + 26 * place
            if not place:
                self._lane(lane, _("Milestones"))
            if milestone.kind == "met":
                self._mark(milestone, lane, "met", BRAND)
                words = _("Met %(day)s: %(milestone)s")
            else:
                self._mark(milestone, lane, "open", PAPER, stroke=BRAND, stroke_width=2)
                words = _("Due %(day)s: %(milestone)s")
            self._beside(milestone, lane, words % {"milestone": milestone.label, "day": milestone.on})

    def _mark(self, moment: TimelineEvent, y: float, kind: str, fill: str, **more) -> None:
        """A disc on its day; a longer pill, as long as the month or year, where no more is known."""
        begin, end = self._extent(moment)
        pale = {} if moment.is_known_by_day else {"fill_opacity": PALE}
        kind = f"mark {kind}" if moment.is_known_by_day else f"mark {kind} pale"
        edge = {"stroke": PAPER, "stroke_width": 2} | more
        self.sheet.rect(begin, y - 8, end - begin, 16, kind, fill=fill, rx=8, **pale, **edge)

    def _extent(self, moment: TimelineEvent) -> tuple[float, float]:
        begin, end = self.x(moment.first_day), self.x.end(moment.on.day)
        middle, half = (begin + end) / 2, max(end - begin, 16) / 2
        return middle - half, middle + half

    def _beside(self, moment: TimelineEvent, y: float, words: str) -> None:
        """Words after a mark, or before it where there is more room; what is too long for both is cut."""
        begin, end = self._extent(moment)
        before, after = begin - 6 - START, WIDTH - end - 6
        is_after = width_of(words, SIZE) <= after or after >= before
        fits = int(max(after, before) / width_of("m", SIZE))
        words = words if len(words) <= fits else f"{words[: max(fits - 1, 1)].rstrip()}…"
        place, anchor = (end + 6, "start") if is_after else (begin - 6, "end")
        self.sheet.text(place, y + 5, words, size=SIZE, anchor=anchor, kind="halo", **HALO)

    def _draw_today(self) -> None:
        taken = None  # from where to where the label before stands
        for moment in self.told.of("withdrawn", "today"):
            at = self.x(moment.on.day)
            self.sheet.line(at, 22, at, self.bottom, "today", stroke=BAD, stroke_width=1.5, stroke_dasharray="4 3")
            is_near = width_of(moment.label, SIZE) + 8 > WIDTH - at
            place, anchor = (at - 5, "end") if is_near else (at + 5, "start")
            begin = place - width_of(moment.label, SIZE) if is_near else place
            end = begin + width_of(moment.label, SIZE)
            if taken and begin < taken[1] and taken[0] < end:
                continue  # a withdrawal of these days: its label is the one to read
            taken = begin, end
            self.sheet.text(place, 33, moment.label, size=SIZE, anchor=anchor, kind="today", fill=BAD)


def _from_to(start: PartialDate | None, due: PartialDate | None) -> str:
    if start and due:
        return _("%(start)s to %(due)s") % {"start": start, "due": due}
    if start:
        return _("since %(start)s, no end named") % {"start": start}
    return _("until %(due)s, start not known") % {"due": due} if due else _("start and end not known")
