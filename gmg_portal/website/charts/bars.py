"""Bars, one for each word: how many commitments have which status, or how fresh their record is."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from commitments.statistics.counts import Count
from gmg_portal.website.charts.drawing import Drawing
from gmg_portal.website.charts.figures import Figure
from gmg_portal.website.charts.palette import GROUND, look

WIDTH, ROW, SIZE = 340, 44, 15


def bars(name: str, title: str, head: str, counts: list[Count], *, rtl: bool = False) -> Figure:
    """One bar for each word that occurs, with its label and its number; all of them where nothing occurs."""
    shown = [count for count in counts if count.count] or counts
    largest = max(count.count for count in shown) or 1
    sheet = Drawing(WIDTH, ROW * len(shown), rtl)
    for place, count in enumerate(shown):
        top = place * ROW
        with sheet.link(count.url if count.count else "", f"{count.label}: {count.count}"):
            sheet.text(0, top + 16, count.label, size=SIZE)
            sheet.text(WIDTH, top + 16, str(count.count), size=SIZE, anchor="end", font_weight="bold")
            sheet.rect(0, top + 24, WIDTH, 12, "ground", fill=GROUND)
            kind, fill = look(count.code)
            sheet.rect(0, top + 24, WIDTH * count.count / largest, 12, f"bar {kind}", fill=fill)
    return Figure(
        name,
        title,
        "bars",
        _in_words(shown, sum(count.count for count in counts)),
        {"": sheet},
        [head, _("Commitments")],
        [[count.label, count.count] for count in counts],
    )


def _in_words(shown: list[Count], total: int) -> str:
    words = {"total": total, "parts": ", ".join(f"{count.label} {count.count}" for count in shown)}
    return ngettext("%(total)s commitment: %(parts)s.", "%(total)s commitments: %(parts)s.", total) % words
