"""A figure: a chart in one or several sizes, with title, description, and its numbers as a table."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.safestring import SafeString

from gmg_portal.website.charts.drawing import Drawing

Cell = str | int


@dataclass(frozen=True)
class SizedSvg:
    """The SVG of a figure in one size: 'wide', 'narrow', or '' for any width."""

    size: str
    svg: SafeString


@dataclass(frozen=True)
class Figure:
    """Drawings of one set of numbers by size ('wide', 'narrow', or '' for any width); the first is also the file.

    `note` explains how to read the numbers, and is also part of the description for screen readers. `kind` is the
    suffix of CSS classes.
    """

    name: str
    title: str
    kind: str
    description: str
    drawings: dict[str, Drawing]
    header: list[str]
    rows: list[list[Cell]]
    note: str = ""

    @property
    def sized_svgs(self) -> list[SizedSvg]:
        return [SizedSvg(size, self._svg(size, drawing)) for size, drawing in self.drawings.items()]

    def file(self, source: Iterable[str], origin: str) -> SafeString:
        """Return the SVG for use outside of the page, with title, note and source, its links starting with `origin`."""
        size, drawing = next(iter(self.drawings.items()))
        return self._svg(size, drawing.framed(self.title, [*([self.note] if self.note else []), *source], origin))

    def _svg(self, size: str, drawing: Drawing) -> SafeString:
        kind, name = (f"{self.kind}-{size}", f"{self.name}-{size}") if size else (self.kind, self.name)
        return drawing.svg(name, self.title, f"{self.description} {self.note}".strip(), classes=f"chart--{kind}")
