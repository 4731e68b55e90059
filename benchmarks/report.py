"""A figure with its target, and how it is printed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """A measured value with its target, and the places to look at, worst first."""

    name: str
    value: float
    target: str = ""
    is_met: bool = True
    places: Sequence[str] = ()
    unit: str = ""


def at_most(name: str, value: float, limit: float, places: Sequence[str] = (), unit: str = "") -> Figure:
    return Figure(name, value, f"<= {limit}{unit}", value <= limit, places, unit)


def share(name: str, total: int, missing: Sequence[str], target: int) -> Figure:
    """Return the percentage of a total that is not missing. Of nothing, nothing is missing."""
    value = 100 * (total - len(missing)) / total if total else 100
    return Figure(name, value, f">= {target} %", value >= target, missing, " %")


def describe(figure: Figure, most: int) -> Iterator[str]:
    """Yield a figure's line, then its first places, each on a line of its own."""
    value = f"{figure.value:.1f}".removesuffix(".0") + figure.unit
    yield f"{'  ' if figure.is_met else '! '}{figure.name:<42}{value:>9}  {figure.target}".rstrip()
    yield from (f"      {place}" for place in figure.places[:most])
    if len(figure.places) > most:
        yield f"      and {len(figure.places) - most} more"
