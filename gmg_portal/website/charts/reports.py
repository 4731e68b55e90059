"""How often reports came: a column for each year, silent ones too, and a bar for each cycle that asked for them."""

from django.utils.translation import gettext as _

from commitments.statistics.reporting_cycles import CycleOutcome, Reporting, Year
from gmg_portal.website.charts.drawing import PAPER, SOFT, Drawing, width_of
from gmg_portal.website.charts.figures import Cell, Figure
from gmg_portal.website.charts.palette import AMBER, BRAND, EDGE

WIDTH, PLOT, SIZE, SMALL = 340, 110.0, 15, 14
WIDEST = 44
ROW = 70


def reports(name: str, title: str, told: Reporting, *, rtl: bool = False) -> Figure:
    over, legend = (PLOT + 52 if told.years else 0), (26 if _is_mixed(told) else 0)
    sheet = Drawing(WIDTH, max(over + legend + ROW * len(told.cycles), 26), rtl)
    hatch = sheet.hatch(f"{name}-hatch", AMBER) if told.cycles or legend else ""
    _draw_years(sheet, told.years, hatch)
    if legend:
        _draw_legend(sheet, over, hatch)
    for place, one in enumerate(told.cycles):
        _draw_cycle(sheet, one, over + legend + ROW * place, hatch)
    if not told.years and not told.cycles:
        sheet.text(0, 16, _("No report has been published."), size=SIZE)
    return Figure(
        name,
        title,
        "reports",
        _in_words(told),
        {"": sheet},
        [
            _("Year or cycle"),
            _("Reports published"),
            _("Of these, for a cycle"),
            _("Asked for"),
            _("Given in time"),
            _("Given late"),
            _("Not given"),
        ],
        _table(told),
        _("A cycle counts as answered by any report since it opened.") if told.cycles else "",
    )


def _draw_years(sheet: Drawing, years: list[Year], hatch: str) -> None:
    """Columns on a line; of labels that would meet, only the first is written."""
    largest = max((year.count for year in years), default=0)
    step = min(WIDTH / max(len(years), 1), WIDEST)
    ground, number_end, year_end = PLOT + 20, -4.0, -8.0
    for place, year in enumerate(years):
        x, unit = place * step, PLOT / largest
        own = (year.count - year.expected) * unit
        if year.count:
            top = ground - year.count * unit
            sheet.rect(x + step * 0.14, ground - own, step * 0.72, own, "given", fill=BRAND)
            if year.expected:
                sheet.rect(x + step * 0.14, top, step * 0.72, year.expected * unit, "late", fill=hatch, stroke=AMBER)
        written, label = str(year.count), str(year.year)
        middle = x + step / 2
        if middle - width_of(written, SMALL) / 2 >= number_end:
            look = {"font_weight": "bold"} if year.count else {"kind": "soft", "fill": SOFT}
            sheet.text(middle, ground - year.count * unit - 5, written, size=SMALL, anchor="middle", **look)
            number_end = middle + width_of(written, SMALL) / 2 + 1
        half = width_of(label, SMALL) / 2
        if middle - half >= year_end and middle + half <= WIDTH + 8:
            sheet.text(middle, ground + 18, label, size=SMALL, anchor="middle", kind="soft", fill=SOFT)
            year_end = middle + half + 5
    if years:
        sheet.line(0, ground, step * len(years), ground, "axis", stroke=EDGE, stroke_width=1)


def _is_mixed(told: Reporting) -> bool:
    return any(year.expected for year in told.years)


def _draw_legend(sheet: Drawing, top: float, hatch: str) -> None:
    own, asked_for = _("of its own accord"), _("for a cycle")
    x = 0.0
    for kind, fill, label in (("given", BRAND, own), ("late", hatch, asked_for)):
        sheet.rect(x, top - 4, 12, 12, kind, fill=fill, **({"stroke": AMBER} if kind == "late" else {}))
        sheet.text(x + 18, top + 7, label, size=SMALL)
        x += 18 + width_of(label, SMALL) + 14


def _draw_cycle(sheet: Drawing, one: CycleOutcome, top: float, hatch: str) -> None:
    """Given in time, given late (hatched), not given (only its outline); and the same in words."""
    sheet.text(0, top + 16, one.title, size=SIZE, font_weight="bold")
    start = 0.0
    parts = (("given", one.in_time, BRAND), ("late", one.late, hatch), ("missing", one.missing, PAPER))
    for kind, count, fill in parts:
        length = WIDTH * count / one.expected
        edge = {} if kind == "given" else {"stroke": AMBER if kind == "late" else EDGE, "stroke_width": 1}
        if count:
            sheet.rect(start + 0.5, top + 24.5, max(length - 1, 1), 12, kind, fill=fill, **edge)
        start += length
    sheet.text(0, top + 54, _cycle_in_words(one), size=SMALL, kind="soft", fill=SOFT)


def _cycle_in_words(one: CycleOutcome) -> str:
    words = {"given": one.received, "asked": one.expected, "late": one.late}
    if one.late:
        return _("%(given)s of %(asked)s given, %(late)s of them late") % words
    return (_("%(given)s of %(asked)s given") if one.is_due else _("%(given)s of %(asked)s given so far")) % words


def _in_words(told: Reporting) -> str:
    parts = [f"{year.year}: {year.count}." for year in told.years]
    parts += [f"{one.title}: {_cycle_in_words(one)}." for one in told.cycles]
    return " ".join(parts) or _("No report has been published.")


def _table(told: Reporting) -> list[list[Cell]]:
    years: list[list[Cell]] = [[str(year.year), year.count, year.expected, "", "", "", ""] for year in told.years]
    return years + [[one.title, "", "", one.expected, one.in_time, one.late, one.missing] for one in told.cycles]
