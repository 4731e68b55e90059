"""Leads down, columns across: the larger the number, the darker its field."""

from django.utils.translation import gettext as _

from commitments.statistics.counts import Count
from commitments.statistics.matrix import Matrix, MatrixCell, MatrixRow
from gmg_portal.website.charts.drawing import INK, PAPER, SOFT, Drawing, wrapped
from gmg_portal.website.charts.figures import Figure
from gmg_portal.website.charts.palette import HEAT, WHITE_FROM

SIDE, CELL, ROW, SIZE = 240, 92, 30, 13


def matrix(name: str, title: str, table: Matrix, *, rtl: bool = False) -> Figure:
    heads = [wrapped(head, 12, CELL - 8) for head in (*(head.label for head in table.heads), _("All"))]
    names = [wrapped(of_lead.label, SIZE, SIDE - 12) for of_lead in table.rows]
    rows = [max(ROW, 17 * len(lines) + 10) for lines in names]
    top = 16 * max(len(lines) for lines in heads) + 10
    sheet = Drawing(SIDE + CELL * len(heads), top + sum(rows) + 2, rtl)
    for place, lines in enumerate(heads):
        middle, first = SIDE + CELL * (place + 0.5), top - 10 - 16 * (len(lines) - 1)
        sheet.lines(middle, first, lines, size=12, step=16, anchor="middle", font_weight="bold")
    y = float(top)
    for of_lead, lines, height in zip(table.rows, names, rows, strict=True):
        sheet.lines(0, y + height / 2 + 5 - 8.5 * (len(lines) - 1), lines, size=SIZE, step=17)
        _draw_row(sheet, of_lead, y, height)
        y += height
    return Figure(
        name,
        title,
        "matrix",
        _("%(rows)s leads in rows, and %(columns)s columns; %(total)s commitments.")
        % {"rows": len(table.rows), "columns": len(table.heads), "total": table.total},
        {"": sheet},
        [_("Lead"), *(head.label for head in table.heads), _("All")],
        [[one.label, *(count.count for count in one.cells), one.total.count] for one in table.rows],
        _("A commitment may stand in several columns; under “All” it counts once.") if table.points else "",
    )


def _draw_row(sheet: Drawing, of_lead: MatrixRow, y: float, height: float) -> None:
    for place, count in enumerate((*of_lead.cells, of_lead.total)):
        x = SIDE + CELL * place
        with sheet.link(count.url if count.count else "", _label(of_lead, count)):
            kind, fill, ink = "", PAPER, INK
            if isinstance(count, MatrixCell):
                kind, fill = f"heat-{count.shade}", HEAT[count.shade]
                ink = PAPER if count.shade >= WHITE_FROM else INK if count.count else SOFT
            sheet.rect(x + 1, y + 1, CELL - 2, height - 2, f"cell {kind}".strip(), fill=fill)
            weight = {} if kind else {"font_weight": "bold"}
            middle, line = x + CELL / 2, y + height / 2 + 5
            sheet.text(middle, line, str(count.count), anchor="middle", kind=f"on-{kind or 'cell'}", fill=ink, **weight)


def _label(of_lead: MatrixRow, count: Count) -> str:
    return f"{of_lead.label}, {count.label or _('All')}: {count.count}"
