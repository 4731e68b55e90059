"""The style rules of the values of status, outlook, freshness and verification, made from their declarations.

They end `static/css/components.css`, as a sheet of their own would cost every page a request.
`python -m gmg_portal.website.value_styles` rewrites them; a test compares the two.
"""

from collections.abc import Iterator
from pathlib import Path

from commitments.choices import Fill, Freshness, Outlook, Status, TaggedMeaning, Verification

SHEET = Path(__file__).resolve().parents[2] / "static" / "css" / "components.css"
HEAD = "/* The colours of values, made from commitments/choices.py by website/value_styles.py. Edit nothing below. */\n"
NOTHING = Fill("slate-3", "slate-7")  # a commitment without any report
TAGS = {value.value: value.meaning.tone for choices in (Status, Outlook, Freshness, Verification) for value in choices}


def value_rules() -> str:
    """Return the rules of all values."""
    return "\n".join([*tag_rules(), *fill_rules()])


def written_rules() -> str:
    """Return the rules of values that the style sheet holds."""
    return SHEET.read_text().partition(f"{HEAD}\n")[2]


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
    written_by_hand = SHEET.read_text().partition(HEAD)[0]
    SHEET.write_text(f"{written_by_hand}{HEAD}\n{value_rules()}")
