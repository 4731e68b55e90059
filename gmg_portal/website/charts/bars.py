"""Bar charts: the number of commitments by status or freshness."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gmg_portal.website.charts.drawing import Drawing
from gmg_portal.website.charts.figures import Figure
from gmg_portal.website.charts.palette import GROUND, fill_style
from register.statistics.counts import Count

WIDTH, ROW, SIZE = 340, 44, 15


def bars(name: str, title: str, column_heading: str, counts: list[Count], *, rtl: bool = False) -> Figure:
    """Return a chart with a bar for each count above 0; if all are 0, with all of them."""
    shown = [count for count in counts if count.count] or counts
    largest = max(count.count for count in shown) or 1
    drawing = Drawing(WIDTH, ROW * len(shown), rtl)
    for index, count in enumerate(shown):
        top = index * ROW
        with drawing.link(count.url if count.count else "", f"{count.label}: {count.count}"):
            drawing.text(0, top + 16, count.label, size=SIZE)
            drawing.text(WIDTH, top + 16, str(count.count), size=SIZE, anchor="end", font_weight="bold")
            drawing.rect(0, top + 24, WIDTH, 12, "ground", fill=GROUND)
            css_class, fill = fill_style(count.code)
            drawing.rect(0, top + 24, WIDTH * count.count / largest, 12, f"bar {css_class}", fill=fill)
    return Figure(
        name,
        title,
        "bars",
        _describe(shown, sum(count.count for count in counts)),
        {"": drawing},
        [column_heading, _("Commitments")],
        [[count.label, count.count] for count in counts],
    )


def _describe(shown: list[Count], total: int) -> str:
    values = {"total": total, "parts": ", ".join(f"{count.label} {count.count}" for count in shown)}
    return ngettext("%(total)s commitment: %(parts)s.", "%(total)s commitments: %(parts)s.", total) % values
