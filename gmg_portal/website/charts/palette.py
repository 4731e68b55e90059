"""The colours of charts in files, on white. In a page, CSS gives the same shapes the colours of the design tokens."""

BRAND, PALE, AMBER, BAD, EDGE = "#0b5f7c", "#8dc4d5", "#864a00", "#a3262a", "#697b88"
GROUND, NOTHING = "#e8edf1", "#cfd8df"
FILLS = {
    "not_started": "#a9b7c2",
    "planning": "#d6912b",
    "in_progress": "#4a9fb8",
    "substantially_complete": "#0b5f7c",
    "completed": "#1c6a3b",
    "ongoing": "#4fae74",
    "discontinued": "#a3262a",
    "superseded": "#a286cc",
    "current": "#1c6a3b",
    "due": "#d6912b",
    "overdue": "#d9604f",
    "never_reported": "#a3262a",
    "not_yet_due": NOTHING,
    "": NOTHING,
    1: "#a3204f",
    2: "#6b5a00",
    3: "#a1400c",
    4: "#1c5fae",
    5: "#6f3fb0",
    6: "#1f6b35",
    7: "#05696b",
    8: "#3c4b9c",
}
HEAT = ("#f5f7f9", "#e8f3f6", "#c2dfe8", "#8dc4d5", "#1f7c99", "#094a63")
WHITE_TEXT_FROM = 4  # the first index in HEAT on which numbers are white


def fill_style(code: str | int) -> tuple[str, str]:
    """Return the CSS class and the colour for a status, a freshness or the number of an agenda point."""
    suffix = f"point-{code}" if isinstance(code, int) else code or "nothing"
    return f"fill-{suffix}", FILLS.get(code, BRAND)
