"""The style rules of the values of status, outlook, freshness and verification, made from their declarations.

They end `static/css/components.css`, as a sheet of their own would cost every page a request. The tags of statuses also
end `static/css/embed.css`, which frames in other sites load without the other sheets.
`python -m gmg_portal.website.value_styles` rewrites them; a test compares both sheets with the declarations.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from commitments.choices import Fill, Freshness, Outlook, Status, TaggedMeaning, Verification

STYLES = Path(__file__).resolve().parents[2] / "static" / "css"
COMPONENTS, EMBED = STYLES / "components.css", STYLES / "embed.css"
HEAD = "/* The colours of values, made from commitments/choices.py by website/value_styles.py. Edit nothing below. */\n"
NOTHING = Fill("slate-3", "slate-7")  # a commitment without any report


def value_rules() -> dict[Path, str]:
    """Return the rules of values that each style sheet should hold."""
    return {
        COMPONENTS: "\n".join([*tag_rules([*Status, *Outlook, *Freshness, *Verification]), *fill_rules()]),
        EMBED: "\n".join(tag_rules(Status)),
    }


def written_rules(sheet: Path) -> str:
    """Return the rules of values that a style sheet holds."""
    return sheet.read_text().partition(f"{HEAD}\n")[2]


def tag_rules(values: Iterable[Status | Outlook | Freshness | Verification]) -> Iterator[str]:
    """Yield one rule for each tone, with the tags of its values. Neutral is the colour of all other tags."""
    values = list(values)
    for tone in TaggedMeaning.TONES:
        selectors = [f".tag--{value.value}" for value in values if value.meaning.tone == tone]
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
    for sheet, rules in value_rules().items():
        written_by_hand = sheet.read_text().partition(HEAD)[0]
        sheet.write_text(f"{written_by_hand}{HEAD}\n{rules}")
