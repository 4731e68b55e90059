"""Charts of reporting: a column for each year, also for years without reports, and a bar for each reporting cycle."""

from django.utils.translation import gettext as _

from gmg_portal.website.charts.drawing import PAPER, SOFT, Drawing, text_width
from gmg_portal.website.charts.figures import Cell, Figure
from gmg_portal.website.charts.palette import AMBER, BRAND, EDGE
from register.statistics.reporting_cycles import CycleOutcome, Reporting, Year

WIDTH, PLOT, SIZE, SMALL = 340, 110.0, 15, 14
WIDEST = 44
ROW = 70


def reports(name: str, title: str, reporting: Reporting, *, rtl: bool = False) -> Figure:
    """Draw the years above the cycles. A part without data takes no space."""
    years_height, legend_height = (PLOT + 52 if reporting.years else 0), (26 if _is_mixed(reporting) else 0)
    drawing = Drawing(WIDTH, max(years_height + legend_height + ROW * len(reporting.cycles), 26), rtl)
    hatch = drawing.hatch(f"{name}-hatch", AMBER) if reporting.cycles or legend_height else ""
    _draw_years(drawing, reporting.years, hatch)
    if legend_height:
        _draw_legend(drawing, years_height, hatch)
    for index, cycle in enumerate(reporting.cycles):
        _draw_cycle(drawing, cycle, years_height + legend_height + ROW * index, hatch)
    if not reporting.years and not reporting.cycles:
        drawing.text(0, 16, _("No report has been published."), size=SIZE)
    return Figure(
        name,
        title,
        "reports",
        _describe(reporting),
        {"": drawing},
        [
            _("Year or cycle"),
            _("Reports published"),
            _("Of these, for a cycle"),
            _("Asked for"),
            _("Given in time"),
            _("Given late"),
            _("Not given"),
        ],
        _table(reporting),
        _("A cycle counts as answered by any report since it opened.") if reporting.cycles else "",
    )


def _draw_years(drawing: Drawing, years: list[Year], hatch: str) -> None:
    """Draw a column for each year; a label that would overlap the one before is left out."""
    largest = max((year.count for year in years), default=0)
    step = min(WIDTH / max(len(years), 1), WIDEST)
    ground, number_end, year_end = PLOT + 20, -4.0, -8.0
    for index, year in enumerate(years):
        x, unit = index * step, PLOT / largest
        own = (year.count - year.expected) * unit
        if year.count:
            top = ground - year.count * unit
            drawing.rect(x + step * 0.14, ground - own, step * 0.72, own, "given", fill=BRAND)
            if year.expected:
                drawing.rect(x + step * 0.14, top, step * 0.72, year.expected * unit, "late", fill=hatch, stroke=AMBER)
        number, label = str(year.count), str(year.year)
        middle = x + step / 2
        if middle - text_width(number, SMALL) / 2 >= number_end:
            style = {"font_weight": "bold"} if year.count else {"classes": "soft", "fill": SOFT}
            drawing.text(middle, ground - year.count * unit - 5, number, size=SMALL, anchor="middle", **style)
            number_end = middle + text_width(number, SMALL) / 2 + 1
        half = text_width(label, SMALL) / 2
        if middle - half >= year_end and middle + half <= WIDTH + 8:
            drawing.text(middle, ground + 18, label, size=SMALL, anchor="middle", classes="soft", fill=SOFT)
            year_end = middle + half + 5
    if years:
        drawing.line(0, ground, step * len(years), ground, "axis", stroke=EDGE, stroke_width=1)


def _is_mixed(reporting: Reporting) -> bool:
    return any(year.expected for year in reporting.years)


def _draw_legend(drawing: Drawing, top: float, hatch: str) -> None:
    own, asked_for = _("of its own accord"), _("for a cycle")
    x = 0.0
    for css_class, fill, label in (("given", BRAND, own), ("late", hatch, asked_for)):
        drawing.rect(x, top - 4, 12, 12, css_class, fill=fill, **({"stroke": AMBER} if css_class == "late" else {}))
        drawing.text(x + 18, top + 7, label, size=SMALL)
        x += 18 + text_width(label, SMALL) + 14


def _draw_cycle(drawing: Drawing, cycle: CycleOutcome, top: float, hatch: str) -> None:
    """Draw the reports of a cycle as a bar: given in time, given late (hatched), missing (outline); with a text."""
    drawing.text(0, top + 16, cycle.title, size=SIZE, font_weight="bold")
    start = 0.0
    parts = (("given", cycle.in_time, BRAND), ("late", cycle.late, hatch), ("missing", cycle.missing, PAPER))
    for css_class, count, fill in parts:
        length = WIDTH * count / cycle.expected
        edge = {} if css_class == "given" else {"stroke": AMBER if css_class == "late" else EDGE, "stroke_width": 1}
        if count:
            drawing.rect(start + 0.5, top + 24.5, max(length - 1, 1), 12, css_class, fill=fill, **edge)
        start += length
    drawing.text(0, top + 54, _describe_cycle(cycle), size=SMALL, classes="soft", fill=SOFT)


def _describe_cycle(cycle: CycleOutcome) -> str:
    counts = {"given": cycle.received, "asked": cycle.expected, "late": cycle.late}
    if cycle.late:
        return _("%(given)s of %(asked)s given, %(late)s of them late") % counts
    return (_("%(given)s of %(asked)s given") if cycle.is_due else _("%(given)s of %(asked)s given so far")) % counts


def _describe(reporting: Reporting) -> str:
    parts = [f"{year.year}: {year.count}." for year in reporting.years]
    parts += [f"{cycle.title}: {_describe_cycle(cycle)}." for cycle in reporting.cycles]
    return " ".join(parts) or _("No report has been published.")


def _table(reporting: Reporting) -> list[list[Cell]]:
    years: list[list[Cell]] = [[str(year.year), year.count, year.expected, "", "", "", ""] for year in reporting.years]
    return years + [
        [cycle.title, "", "", cycle.expected, cycle.in_time, cycle.late, cycle.missing] for cycle in reporting.cycles
    ]
