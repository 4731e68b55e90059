"""Drawing in SVG: shapes, words and links on a sheet, for a page and for a file alike. It knows no figure and no table.

Shapes carry a class, by which a page's sheet gives them the colours of light and dark, and presentation attributes,
by which a file stands alone: no style element and no style attribute, which the site's policy would refuse.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from unicodedata import east_asian_width

from django.utils.html import escape as escape_html
from django.utils.safestring import SafeString, mark_safe

from foundation.text.spreadsheet_cells import replace_unprintable

FONT = "system-ui, sans-serif"
INK, SOFT, LINE, PAPER = "#14212b", "#465763", "#cfd8df", "#ffffff"
# What a letter takes of the size of its face, as wide as faces of the system come; a Chinese one takes all of it.
LETTER = 0.62
# A word with the space before it (one that does not break is part of it); Chinese breaks after any character.
WORD = re.compile(r"[ \t\n]*(?:[\u2e80-\u9fff\uff00-\uffef]|[^ \t\n\u2e80-\u9fff\uff00-\uffef]+)")
MARGIN = 20


def escape(text) -> SafeString:
    """Return a text as it stands in SVG, which is XML: some characters that a title may hold are refused there."""
    return escape_html(replace_unprintable(str(text)))


def number(value: float) -> str:
    """A coordinate to a tenth of a unit: finer is not seen and only weighs."""
    return f"{round(value, 1):g}"


def width_of(words: str, size: float) -> float:
    """How wide some words come at most, roughly."""
    return size * sum(1 if east_asian_width(letter) in "WF" else LETTER for letter in words)


def wrapped(words: str, size: float, width: float) -> list[str]:
    """The words in lines that are not wider than this, as far as single words allow."""
    lines: list[str] = []
    for word in WORD.findall(words):
        if lines and width_of(lines[-1] + word, size) <= width:
            lines[-1] += word
        else:
            lines.append(word.strip())
    return lines


@dataclass
class Drawing:
    """A sheet of `width` × `height` units, the origin at its upper start; written from right to left it is mirrored."""

    width: float
    height: float
    rtl: bool = False
    parts: list[str] = field(default_factory=list)

    def rect(self, x: float, y: float, width: float, height: float, kind: str, *, fill: str = PAPER, **more) -> None:
        start = self.width - x - width if self.rtl else x
        self._add("rect", x=start, y=y, width=width, height=height, **self._look(kind, fill=fill, **more))

    def line(self, x1: float, y1: float, x2: float, y2: float, kind: str, *, stroke: str = LINE, **more) -> None:
        look = self._look(kind, stroke=stroke, **more)
        self._add("line", x1=self._x(x1), y1=y1, x2=self._x(x2), y2=y2, **look)

    def circle(self, x: float, y: float, radius: float, kind: str, *, fill: str = INK, **more) -> None:
        self._add("circle", cx=self._x(x), cy=y, r=radius, **self._look(kind, fill=fill, **more))

    def diamond(self, x: float, y: float, radius: float, kind: str, *, fill: str = INK, **more) -> None:
        corners = ((x, y - radius), (x + radius, y), (x, y + radius), (x - radius, y))
        points = " ".join(f"{number(self._x(a))},{number(b)}" for a, b in corners)
        self._add("polygon", points=points, **self._look(kind, fill=fill, **more))

    def band(
        self, x1: float, upper1: float, x2: float, upper2: float, thickness: float, kind: str, *, fill: str, **more
    ) -> None:
        """A stream that flows from one side to the other and keeps its thickness."""
        a, b, half = self._x(x1), self._x(x2), self._x((x1 + x2) / 2)
        n = number
        path = (
            f"M{n(a)} {n(upper1)}C{n(half)} {n(upper1)} {n(half)} {n(upper2)} {n(b)} {n(upper2)}"
            f"V{n(upper2 + thickness)}C{n(half)} {n(upper2 + thickness)} {n(half)} {n(upper1 + thickness)} "
            f"{n(a)} {n(upper1 + thickness)}z"
        )
        title = more.pop("title", "")
        self._add("path", title, d=path, **self._look(kind, fill=fill, **more))

    def text(
        self, x: float, y: float, words: str, *, size: float = 13, anchor: str = "start", kind: str = "", **more
    ) -> None:
        """Words on a line; `start` and `end` are those of the writing direction."""
        look = self._look(f"text {kind}".strip(), **{"fill": INK, **more})
        attributes = {"x": self._x(x), "y": y, "font-size": size, "text-anchor": anchor, **look}
        self.parts.append(f"<text{_written(attributes)}>{escape(words)}</text>")

    @contextmanager
    def link(self, address: str, label: str) -> Iterator[None]:
        """What is drawn inside leads somewhere; without an address it does not."""
        if address:
            self.parts.append(f'<a href="{escape(address)}" aria-label="{escape(label)}">')
        yield
        if address:
            self.parts.append("</a>")

    def hatch(self, name: str, stroke: str) -> str:
        """A pattern of slanting lines beside a colour; answers what to give as `fill`."""
        self.parts.append(
            f'<pattern id="{escape(name)}" width="6" height="6" patternUnits="userSpaceOnUse" '
            f'patternTransform="rotate(45)"><rect width="6" height="6" class="chart__ground" fill="{PAPER}"/>'
            f'<rect width="3" height="6" class="chart__hatch" fill="{stroke}"/></pattern>'
        )
        return f"url(#{name})"

    def lines(self, x: float, y: float, lines: Iterable[str], *, size: float = 13, step: float = 0, **more) -> None:
        """Lines of words, each below the one before; `y` is that of the first."""
        for place, line in enumerate(lines):
            self.text(x, y + place * (step or size * 1.25), line, size=size, **more)

    def framed(self, title: str, foot: Iterable[str], origin: str) -> "Drawing":
        """The same on white, to be read away from its page: its title above, lines below, links with their site."""
        heads = wrapped(title, 17, self.width)
        feet = [part for said in foot for line in wrapped(said, 12, self.width) for part in _cut(line, 12, self.width)]
        top = MARGIN + 23 * len(heads) + 8
        low = top + self.height + 24
        sheet = Drawing(self.width + 2 * MARGIN, low + 17 * len(feet) + 4, self.rtl)
        sheet.rect(0, 0, sheet.width, sheet.height, "paper", fill=PAPER)
        sheet.lines(MARGIN, MARGIN + 14, heads, size=17, step=23, font_weight="bold")
        own, whole = '<a href="/', f'<a href="{escape(origin)}/'
        inner = (whole + part.removeprefix(own) if part.startswith(own) else part for part in self.parts)
        sheet.parts += [f'<g transform="translate({number(MARGIN)} {number(top)})">', *inner, "</g>"]
        sheet.lines(MARGIN, low, feet, size=12, step=17, kind="soft", fill=SOFT)
        return sheet

    def svg(self, name: str, title: str, description: str, *, kind: str = "") -> SafeString:
        """The whole, named and described for those who do not see it; `name` is unique on its page."""
        frame = {
            "xmlns": "http://www.w3.org/2000/svg",
            "class": f"chart {kind}".strip(),
            "viewBox": f"0 0 {number(self.width)} {number(self.height)}",
            "width": self.width,
            "height": self.height,
            "role": "group" if any(part.startswith("<a ") for part in self.parts) else "img",
            "aria-labelledby": f"{name}-title",
            "aria-describedby": f"{name}-desc",
            "direction": "rtl" if self.rtl else "ltr",
            "font-family": FONT,
        }
        told = (
            f'<title id="{escape(name)}-title">{escape(title)}</title>'
            f'<desc id="{escape(name)}-desc">{escape(description)}</desc>'
        )
        return mark_safe(f"<svg{_written(frame)}>{told}{''.join(self.parts)}</svg>")  # noqa: S308 - all of it escaped

    def _x(self, x: float) -> float:
        return self.width - x if self.rtl else x

    def _look(self, kind: str, **attributes) -> dict:
        classes = " ".join(f"chart__{word}" for word in kind.split())
        return {"class": classes} | {name.replace("_", "-"): value for name, value in attributes.items()}

    def _add(self, tag: str, title: str = "", /, **attributes) -> None:
        told = f"<title>{escape(title)}</title>" if title else ""
        written = _written({name.replace("_", "-"): value for name, value in attributes.items()})
        self.parts.append(f"<{tag}{written}>{told}</{tag}>" if told else f"<{tag}{written}/>")


def _cut(line: str, size: float, width: float) -> list[str]:
    """A line in as many as it needs, even within a word: addresses can be of any length."""
    fits = max(int(width / (size * LETTER)), 1)
    return [line[start : start + fits] for start in range(0, len(line), fits)]


def _written(attributes: dict) -> str:
    return "".join(
        f' {name}="{number(value) if isinstance(value, int | float) else escape(value)}"'
        for name, value in attributes.items()
    )
