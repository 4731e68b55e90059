"""The style sheet of the values of status, outlook, freshness and verification, made from their declarations.

`python -m gmg_portal.website.value_styles` writes `static/css/values.css` anew; a test compares the two.
"""

from collections.abc import Iterator
from pathlib import Path

from commitments.choices import Fill, Freshness, Outlook, Status, TaggedMeaning, Verification

SHEET = Path(__file__).resolve().parents[2] / "static" / "css" / "values.css"
HEAD = "/* The colours of values, made from commitments/choices.py by website/value_styles.py. Do not edit. */\n"
NOTHING = Fill("slate-3", "slate-7")  # a commitment without any report
TAGS = {value.value: value.meaning.tone for choices in (Status, Outlook, Freshness, Verification) for value in choices}


def stylesheet() -> str:
    """Return the whole style sheet."""
    return "\n".join([HEAD, *tag_rules(), *fill_rules()])


def tag_rules() -> Iterator[str]:
    """Yield one rule for each tone, with the tags of its values. Neutral is the colour of all other tags."""
    for tone in TaggedMeaning.TONES:
        selectors = [f".tag--{value}" for value, its_tone in TAGS.items() if its_tone == tone]
        if selectors and tone != "neutral":
            yield rule(selectors, "color", f"var(--{tone})")


def fill_rules() -> Iterator[str]:
    """Yield one rule for each status, wherever it is shown, and for each freshness in charts."""
    fills = {status.value: status.meaning.fill for status in Status} | {"nothing": NOTHING}
    for value, fill in fills.items():
        yield rule([f'[data-status="{value}"]', f".chart__fill-{value}"], "--status-colour", colour(fill))
    for freshness in Freshness:
        yield rule([f".chart__fill-{freshness.value}"], "--status-colour", colour(freshness.meaning.fill))


def colour(fill: Fill) -> str:
    """Return the CSS colour of a fill in both colour schemes."""
    return f"light-dark(var(--{fill.light}), var(--{fill.dark}))"


def rule(selectors: list[str], name: str, value: str) -> str:
    """Return a CSS rule with one declaration."""
    return f"{(',' + chr(10)).join(selectors)} {{\n  {name}: {value};\n}}\n"


if __name__ == "__main__":
    SHEET.write_text(stylesheet())
