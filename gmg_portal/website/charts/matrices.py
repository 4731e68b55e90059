"""The matrix as a heat map: a row for each lead; the larger the number, the darker the cell."""

from django.utils.translation import gettext as _

from gmg_portal.website.charts.drawing import INK, PAPER, SOFT, Drawing, wrap_text
from gmg_portal.website.charts.figures import Figure
from gmg_portal.website.charts.palette import HEAT, WHITE_TEXT_FROM
from register.statistics.counts import Count
from register.statistics.matrix import Matrix, MatrixCell, MatrixRow

SIDE, CELL, ROW, SIZE = 240, 92, 30, 13


def matrix(name: str, title: str, table: Matrix, *, rtl: bool = False) -> Figure:
    """Draw the matrix. A row is as high as the name of its lead needs."""
    headings = [wrap_text(head, 12, CELL - 8) for head in (*(head.label for head in table.heads), _("All"))]
    names = [wrap_text(row.label, SIZE, SIDE - 12) for row in table.rows]
    row_heights = [max(ROW, 17 * len(lines) + 10) for lines in names]
    top = 16 * max(len(lines) for lines in headings) + 10
    drawing = Drawing(SIDE + CELL * len(headings), top + sum(row_heights) + 2, rtl)
    for index, lines in enumerate(headings):
        middle, first = SIDE + CELL * (index + 0.5), top - 10 - 16 * (len(lines) - 1)
        drawing.lines(middle, first, lines, size=12, step=16, anchor="middle", font_weight="bold")
    y = float(top)
    for row, lines, height in zip(table.rows, names, row_heights, strict=True):
        drawing.lines(0, y + height / 2 + 5 - 8.5 * (len(lines) - 1), lines, size=SIZE, step=17)
        _draw_row(drawing, row, y, height)
        y += height
    return Figure(
        name,
        title,
        "matrix",
        _("%(rows)s leads in rows, and %(columns)s columns; %(total)s commitments.")
        % {"rows": len(table.rows), "columns": len(table.heads), "total": table.total},
        {"": drawing},
        [_("Lead"), *(head.label for head in table.heads), _("All")],
        [[row.label, *(count.count for count in row.cells), row.total.count] for row in table.rows],
        _("A commitment may stand in several columns; under “All” it counts once.") if table.points else "",
    )


def _draw_row(drawing: Drawing, row: MatrixRow, y: float, height: float) -> None:
    for index, count in enumerate((*row.cells, row.total)):
        x = SIDE + CELL * index
        with drawing.link(count.url if count.count else "", _label(row, count)):
            css_class, fill, ink = "", PAPER, INK
            if isinstance(count, MatrixCell):
                css_class, fill = f"heat-{count.shade}", HEAT[count.shade]
                ink = PAPER if count.shade >= WHITE_TEXT_FROM else INK if count.count else SOFT
            drawing.rect(x + 1, y + 1, CELL - 2, height - 2, f"cell {css_class}".strip(), fill=fill)
            weight = {} if css_class else {"font_weight": "bold"}
            middle, line = x + CELL / 2, y + height / 2 + 5
            drawing.text(
                middle, line, str(count.count), anchor="middle", classes=f"on-{css_class or 'cell'}", fill=ink, **weight
            )


def _label(row: MatrixRow, count: Count) -> str:
    return f"{row.label}, {count.label or _('All')}: {count.count}"
