"""What a figure is: its drawings, its words, and the same numbers as a table."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.safestring import SafeString

from gmg_portal.website.charts.drawing import Drawing

Cell = str | int


@dataclass(frozen=True)
class Sheet:
    """One drawing of a figure, ready for a page; `kind` says for how much room: 'wide', 'narrow', '' for any."""

    kind: str
    svg: SafeString


@dataclass(frozen=True)
class Figure:
    """Drawings of one set of numbers by the room they need; the first is the one to take away.

    `note` is what a reader must know not to misread it; the description, for those who do not see it, says it too.
    """

    name: str
    title: str
    look: str
    description: str
    drawings: dict[str, Drawing]
    header: list[str]
    rows: list[list[Cell]]
    note: str = ""

    @property
    def sheets(self) -> list[Sheet]:
        return [Sheet(kind, self._svg(kind, drawing)) for kind, drawing in self.drawings.items()]

    def file(self, source: Iterable[str], origin: str) -> SafeString:
        """The drawing to take away, with title and source, its links complete with the site's `origin`."""
        kind, drawing = next(iter(self.drawings.items()))
        return self._svg(kind, drawing.framed(self.title, [*([self.note] if self.note else []), *source], origin))

    def _svg(self, kind: str, drawing: Drawing) -> SafeString:
        look, name = (f"{self.look}-{kind}", f"{self.name}-{kind}") if kind else (self.look, self.name)
        return drawing.svg(name, self.title, f"{self.description} {self.note}".strip(), kind=f"chart--{look}")
