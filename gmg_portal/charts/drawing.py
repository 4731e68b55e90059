"""Drawing in SVG: shapes, words and links on a sheet, for a page and for a file alike. It knows no figure and no table.

Shapes carry a class, by which a page's sheet gives them the colours of light and dark, and presentation attributes,
by which a file stands alone: no style element and no style attribute, which the site's policy would refuse.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

FONT = "system-ui, sans-serif"
INK, SOFT, LINE, PAPER = "#14212b", "#465763", "#cfd8df", "#ffffff"
# What a letter takes of the size of its face, as wide as faces of the system come.
LETTER = 0.62


def number(value: float) -> str:
    """A coordinate to a tenth of a unit: finer is not seen and only weighs."""
    return f"{round(value, 1):g}"


def width_of(words: str, size: float) -> float:
    """How wide some words come at most, roughly."""
    return len(words) * size * LETTER


def wrapped(words: str, size: float, width: float) -> list[str]:
    """The words in lines that are not wider than this, as far as single words allow."""
    lines: list[str] = []
    for word in words.split():
        if lines and width_of(f"{lines[-1]} {word}", size) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
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


def _written(attributes: dict) -> str:
    return "".join(
        f' {name}="{number(value) if isinstance(value, int | float) else escape(value)}"'
        for name, value in attributes.items()
    )
