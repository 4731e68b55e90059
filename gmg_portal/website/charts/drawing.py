"""SVG drawings: shapes, text and links, for pages and files. This module does not depend on charts or their data.

Shapes have CSS classes, for the colours of light and dark pages, and presentation attributes, for files. There is no
style element and no style attribute, because the site's Content Security Policy refuses them.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unicodedata import east_asian_width

from django.utils.html import escape as escape_html
from django.utils.safestring import SafeString, mark_safe

from foundation.text.spreadsheet_cells import replace_unprintable

FONT = "system-ui, sans-serif"
INK, SOFT, LINE, PAPER = "#14212b", "#465763", "#cfd8df", "#ffffff"
# The width of a letter in ems, for the widest system fonts; a Chinese character is 1 em wide.
LETTER_WIDTH = 0.62
# A word with the white space before it, but not with a no-break space; Chinese text breaks after any character.
WORD_PATTERN = re.compile(r"[ \t\n]*(?:[\u2e80-\u9fff\uff00-\uffef]|[^ \t\n\u2e80-\u9fff\uff00-\uffef]+)")
MARGIN = 20


def escape(text: object) -> SafeString:
    """Return a text escaped for SVG, without control characters, which XML does not allow."""
    return escape_html(replace_unprintable(str(text)))


def format_number(value: float) -> str:
    """Return a coordinate rounded to a tenth of a unit, because more digits are not visible."""
    return f"{round(value, 1):g}"


def text_width(text: str, size: float) -> float:
    """Return an upper estimate of a text's width; `size` is the font size."""
    return size * sum(1 if east_asian_width(letter) in "WF" else LETTER_WIDTH for letter in text)


def wrap_text(text: str, size: float, width: float) -> list[str]:
    """Return the text broken into lines of at most this width; a single word may be wider."""
    lines: list[str] = []
    for word in WORD_PATTERN.findall(text):
        if lines and text_width(lines[-1] + word, size) <= width:
            lines[-1] += word
        else:
            lines.append(word.strip())
    return lines


@dataclass
class Drawing:
    """A drawing of `width` × `height` units. Its origin is at the upper left; with `rtl`, at the upper right.

    Methods take `classes`, separated by spaces and without the prefix `chart__`, and presentation attributes.
    """

    width: float
    height: float
    rtl: bool = False
    parts: list[str] = field(default_factory=list)

    def rect(
        self, x: float, y: float, width: float, height: float, classes: str, *, fill: str = PAPER, **attributes: Any
    ) -> None:
        start = self.width - x - width if self.rtl else x
        self._add("rect", x=start, y=y, width=width, height=height, **self._look(classes, fill=fill, **attributes))

    def line(
        self, x1: float, y1: float, x2: float, y2: float, classes: str, *, stroke: str = LINE, **attributes: Any
    ) -> None:
        look = self._look(classes, stroke=stroke, **attributes)
        self._add("line", x1=self._x(x1), y1=y1, x2=self._x(x2), y2=y2, **look)

    def circle(self, x: float, y: float, radius: float, classes: str, *, fill: str = INK, **attributes: Any) -> None:
        self._add("circle", cx=self._x(x), cy=y, r=radius, **self._look(classes, fill=fill, **attributes))

    def diamond(self, x: float, y: float, radius: float, classes: str, *, fill: str = INK, **attributes: Any) -> None:
        corners = ((x, y - radius), (x + radius, y), (x, y + radius), (x - radius, y))
        points = " ".join(f"{format_number(self._x(a))},{format_number(b)}" for a, b in corners)
        self._add("polygon", points=points, **self._look(classes, fill=fill, **attributes))

    def band(
        self,
        x1: float,
        upper1: float,
        x2: float,
        upper2: float,
        thickness: float,
        classes: str,
        *,
        fill: str,
        **attributes: Any,
    ) -> None:
        """Add a curved band of constant thickness from (x1, upper1) to (x2, upper2), its upper corners."""
        a, b, half = self._x(x1), self._x(x2), self._x((x1 + x2) / 2)
        n = format_number
        path = (
            f"M{n(a)} {n(upper1)}C{n(half)} {n(upper1)} {n(half)} {n(upper2)} {n(b)} {n(upper2)}"
            f"V{n(upper2 + thickness)}C{n(half)} {n(upper2 + thickness)} {n(half)} {n(upper1 + thickness)} "
            f"{n(a)} {n(upper1 + thickness)}z"
        )
        title = attributes.pop("title", "")
        self._add("path", title, d=path, **self._look(classes, fill=fill, **attributes))

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float = 13,
        anchor: str = "start",
        classes: str = "",
        **attributes: Any,
    ) -> None:
        """Add a line of text; the anchors `start` and `end` follow the writing direction."""
        look = self._look(f"text {classes}".strip(), **{"fill": INK, **attributes})
        values = {"x": self._x(x), "y": y, "font-size": size, "text-anchor": anchor, **look}
        self.parts.append(f"<text{_attributes_xml(values)}>{escape(text)}</text>")

    @contextmanager
    def link(self, url: str, label: str) -> Iterator[None]:
        """Make everything that is drawn in the `with` block a link; no link if the URL is empty."""
        if url:
            self.parts.append(f'<a href="{escape(url)}" aria-label="{escape(label)}">')
        yield
        if url:
            self.parts.append("</a>")

    def hatch(self, name: str, stroke: str) -> str:
        """Define a pattern of diagonal lines, and return the value for `fill`. `name` must be unique on its page."""
        self.parts.append(
            f'<pattern id="{escape(name)}" width="6" height="6" patternUnits="userSpaceOnUse" '
            f'patternTransform="rotate(45)"><rect width="6" height="6" class="chart__ground" fill="{PAPER}"/>'
            f'<rect width="3" height="6" class="chart__hatch" fill="{stroke}"/></pattern>'
        )
        return f"url(#{name})"

    def lines(
        self, x: float, y: float, lines: Iterable[str], *, size: float = 13, step: float = 0, **attributes: Any
    ) -> None:
        """Add lines of text below each other, `step` units apart; `y` is the baseline of the first."""
        for index, line in enumerate(lines):
            self.text(x, y + index * (step or size * 1.25), line, size=size, **attributes)

    def framed(self, title: str, notes: Iterable[str], origin: str) -> "Drawing":
        """Return a copy for use outside of the page: on white, with title, notes below, and absolute links."""
        title_lines = wrap_text(title, 17, self.width)
        note_lines = [
            part
            for note in notes
            for line in wrap_text(note, 12, self.width)
            for part in _split_line(line, 12, self.width)
        ]
        top = MARGIN + 23 * len(title_lines) + 8
        notes_top = top + self.height + 24
        frame = Drawing(self.width + 2 * MARGIN, notes_top + 17 * len(note_lines) + 4, self.rtl)
        frame.rect(0, 0, frame.width, frame.height, "paper", fill=PAPER)
        frame.lines(MARGIN, MARGIN + 14, title_lines, size=17, step=23, font_weight="bold")
        relative, absolute = '<a href="/', f'<a href="{escape(origin)}/'
        inner = (absolute + part.removeprefix(relative) if part.startswith(relative) else part for part in self.parts)
        frame.parts += [f'<g transform="translate({format_number(MARGIN)} {format_number(top)})">', *inner, "</g>"]
        frame.lines(MARGIN, notes_top, note_lines, size=12, step=17, classes="soft", fill=SOFT)
        return frame

    def svg(self, name: str, title: str, description: str, *, classes: str = "") -> SafeString:
        """Return the SVG element, with title and description for screen readers; `name` must be unique on its page."""
        attributes = {
            "xmlns": "http://www.w3.org/2000/svg",
            "class": f"chart {classes}".strip(),
            "viewBox": f"0 0 {format_number(self.width)} {format_number(self.height)}",
            "width": self.width,
            "height": self.height,
            "role": "group" if any(part.startswith("<a ") for part in self.parts) else "img",
            "aria-labelledby": f"{name}-title",
            "aria-describedby": f"{name}-desc",
            "direction": "rtl" if self.rtl else "ltr",
            "font-family": FONT,
        }
        title_and_desc = (
            f'<title id="{escape(name)}-title">{escape(title)}</title>'
            f'<desc id="{escape(name)}-desc">{escape(description)}</desc>'
        )
        return mark_safe(f"<svg{_attributes_xml(attributes)}>{title_and_desc}{''.join(self.parts)}</svg>")  # noqa: S308 - all of it escaped

    def _x(self, x: float) -> float:
        return self.width - x if self.rtl else x

    def _look(self, classes: str, **attributes: Any) -> dict:
        classes = " ".join(f"chart__{word}" for word in classes.split())
        return {"class": classes} | {name.replace("_", "-"): value for name, value in attributes.items()}

    def _add(self, tag: str, title: str = "", /, **attributes: Any) -> None:
        title_xml = f"<title>{escape(title)}</title>" if title else ""
        attributes_xml = _attributes_xml({name.replace("_", "-"): value for name, value in attributes.items()})
        self.parts.append(f"<{tag}{attributes_xml}>{title_xml}</{tag}>" if title else f"<{tag}{attributes_xml}/>")


def _split_line(line: str, size: float, width: float) -> list[str]:
    """Return the line cut into parts of at most this width, even within a word, because URLs can be of any length."""
    length = max(int(width / (size * LETTER_WIDTH)), 1)
    return [line[start : start + length] for start in range(0, len(line), length)]


def _attributes_xml(attributes: dict) -> str:
    return "".join(
        f' {name}="{format_number(value) if isinstance(value, int | float) else escape(value)}"'
        for name, value in attributes.items()
    )
