"""The colours of charts in files, on white. In a page, CSS gives the same shapes the colours of the design tokens."""

from commitments.choices import Freshness, Status

# The colour ramps of static/css/tokens.css.
RAMPS = {
    "slate-1": "#f5f7f9",
    "slate-2": "#e8edf1",
    "slate-3": "#cfd8df",
    "slate-4": "#a9b7c2",
    "slate-5": "#7b8d9a",
    "slate-6": "#566875",
    "slate-7": "#3b4c58",
    "slate-8": "#22313c",
    "slate-9": "#111c24",
    "slate-10": "#0b1319",
    "sea-1": "#e4f1f5",
    "sea-2": "#c2dfe8",
    "sea-3": "#8dc4d5",
    "sea-4": "#4a9fb8",
    "sea-5": "#1f7c99",
    "sea-6": "#0b5f7c",
    "sea-7": "#094a63",
    "sea-8": "#0a364a",
    "sea-9": "#0a2735",
    "leaf-2": "#cfe8d6",
    "leaf-3": "#86d3a2",
    "leaf-4": "#4fae74",
    "leaf-6": "#1c6a3b",
    "leaf-8": "#12351f",
    "amber-2": "#f8e3bf",
    "amber-3": "#f2bd6c",
    "amber-4": "#d6912b",
    "amber-6": "#864a00",
    "amber-8": "#3d2708",
    "rust-2": "#f9d9d5",
    "rust-3": "#ffa59b",
    "rust-4": "#d9604f",
    "rust-6": "#a3262a",
    "rust-8": "#451417",
    "plum-3": "#cbb2ec",
    "plum-4": "#a286cc",
    "plum-6": "#67439a",
}
BRAND, PALE, AMBER, BAD, EDGE = RAMPS["sea-6"], RAMPS["sea-3"], RAMPS["amber-6"], RAMPS["rust-6"], "#697b88"
GROUND, NOTHING = RAMPS["slate-2"], RAMPS["slate-3"]
POINTS: dict[str | int, str] = {
    1: "#a3204f",
    2: "#6b5a00",
    3: "#a1400c",
    4: "#1c5fae",
    5: "#6f3fb0",
    6: "#1f6b35",
    7: "#05696b",
    8: "#3c4b9c",
}
FILLS: dict[str | int, str] = {
    **{value.value: RAMPS[value.meaning.fill.light] for value in [*Status, *Freshness]},
    "": NOTHING,
    **POINTS,
}
HEAT = ("#f5f7f9", "#e8f3f6", "#c2dfe8", "#8dc4d5", "#1f7c99", "#094a63")
WHITE_TEXT_FROM = 4  # the first index in HEAT on which numbers are white


def fill_style(code: str | int) -> tuple[str, str]:
    """Return the CSS class and the colour for a status, a freshness or the number of an agenda point."""
    suffix = f"point-{code}" if isinstance(code, int) else code or "nothing"
    return f"fill-{suffix}", FILLS.get(code, BRAND)
