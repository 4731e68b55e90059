"""Check pages against the WCAG rules that a machine can check, each kind of element once.

`looks.js` lists for a page the shapes of its elements (role, attributes, where a name comes from, where it stands) and
the looks of its texts (their colours). The rules are run on the elements of shapes and looks that no page without a
fault had before. `test_accessibility` shows that a fault on a page that was checked before is still found.
"""

from collections import defaultdict
from functools import cache
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
CONTRAST = "color-contrast"
# What a mirrored sheet, a narrow screen or another language can change beside contrast. Names and roles stay the same.
LAYOUT_RULES = [
    "html-has-lang",
    "html-lang-valid",
    "scrollable-region-focusable",
    "target-size",
    "valid-lang",
]
# What was audited and found to be without a fault: shapes by the rules, direction and width; looks in their colours.
SHAPES, LOOKS = defaultdict(set), set()


def violations(page):
    """Return what can be found by machine against WCAG 2.2 A and AA on the page as it stands.

    Contrast takes most of an audit's time, so it is checked on its own, in places of each look.
    """
    survey = survey_of(page, needs_shapes=True)
    everything = {"run_only": WCAG, "rules": {CONTRAST: {"enabled": False}}}
    return of_new_shapes(page, survey, "all", **everything) + of_new_looks(page, survey)


def layout_violations(page):
    """Return what can be found on a page that was audited whole in another direction, width or colour scheme.

    Contrast is not checked again from right to left, as a direction changes no colour.
    """
    survey = survey_of(page, needs_shapes=True)
    mirrored = page.evaluate("getComputedStyle(document.documentElement).direction === 'rtl'")
    faults = of_new_shapes(page, survey, "layout", run_only=LAYOUT_RULES)
    return faults + ([] if mirrored else of_new_looks(page, survey))


def dim(page):
    """Return what cannot be told from its ground in the colours that the page has now."""
    return of_new_looks(page, survey_of(page, needs_shapes=False))


@cache
def script():
    return (Path(__file__).parent / "looks.js").read_text()


def survey_of(page, needs_shapes):
    """Survey the page once it is loaded; a click returns as soon as the next page begins, before it has a document."""
    page.wait_for_load_state()
    return page.evaluate(script(), needs_shapes)


def of_new_shapes(page, survey, extent, **options):
    """Audit elements of shapes that were not audited in this direction and at this width: three of each shape."""
    audited = SHAPES[extent, page.evaluate("getComputedStyle(document.documentElement).direction + innerWidth")]
    shapes = [shape for shape in survey["shapes"] if shape not in audited]
    faults = audit(page, places=places_of(shapes), **options) if shapes else []
    if not faults:
        audited.update(shapes)
    return faults


def of_new_looks(page, survey):
    """Check the contrast of words in colours that were not checked: three of each look."""
    looks = [look for look in survey["looks"] if look not in LOOKS]
    faults = audit(page, [CONTRAST], places_of(looks)) if looks else []
    if not faults:
        LOOKS.update(looks)
    return faults


def places_of(names):
    return f"{{include: {names}.flatMap(name => window.placesOf.get(name))}}"


def audit(page, run_only, places, **options):
    """Return the rules that the page, or some places of it, do not meet, each with its elements."""
    if page.evaluate("!window.axe"):
        page.evaluate(Axe().axe_script)
    # Sheets are not fetched anew: no rule asked for here reads them, and the page's policy refuses what comes of it.
    options = {"runOnly": run_only, "resultTypes": ["violations"], "preload": False, **options}
    rows = page.evaluate(f"async options => (await axe.run({places}, options)).violations", options)
    return [(rule["id"], [node["target"] for node in rule["nodes"]]) for rule in rows]
