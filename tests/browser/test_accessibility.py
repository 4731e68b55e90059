"""That one audit for each look hides nothing: whatever breaks on a page that was audited is found there."""

import pytest

from tests.browser.accessibility import layout_violations, violations

pytestmark = pytest.mark.django_db

ADDRESS = "/commitments/HLD-0018/mistake/"
# What breaks on this page, and the rule that must see it.
BREAKS = {
    "field without a label": ("document.querySelector('main label[for]').removeAttribute('for')", "label"),
    "label without words": ("document.querySelector('main label[for]').textContent = ' '", "label"),
    "button without words": ("document.querySelector('main button').textContent = ''", "button-name"),
    "link without words": ("document.querySelector('main a').textContent = ''", "link-name"),
    "role that is none": ("document.querySelector('main p').setAttribute('role', 'chapter')", "aria-roles"),
    "role without its attributes": (
        "document.querySelector('main p').setAttribute('role', 'slider')",
        "aria-required-attr",
    ),
    "attribute that is none": ("document.querySelector('main p').setAttribute('aria-labeled', 'x')", "aria-valid-attr"),
    "value that is none": (
        "document.querySelector('main button').setAttribute('aria-expanded', 'perhaps')",
        "aria-valid-attr-value",
    ),
    "something else in a list": (
        "document.querySelector('footer ul').append(document.createElement('div'))",
        "list",
    ),
    "hidden from listeners, but not from Tab": (
        "document.querySelector('main a').parentElement.setAttribute('aria-hidden', 'true')",
        "aria-hidden-focus",
    ),
    "button in a button": (
        "document.querySelector('main button').innerHTML += '<a href=\"/\">Home</a>'",
        "nested-interactive",
    ),
    "picture without words": ("document.querySelector('main').append(new Image())", "image-alt"),
    "page without a title": ("document.title = ''", "document-title"),
    "page without a language": ("document.documentElement.removeAttribute('lang')", "html-has-lang"),
    "language that is none": ("document.querySelector('main p').lang = 'xx-what'", "valid-lang"),
}

# Rules of a sheet: what breaks by them, and the rule that must see it.
STYLES = {
    "words as pale as their ground": ("main p { color: #ccc !important }", "color-contrast"),
    "targets that are too small": (
        "header ul { gap: 1px !important } header a { padding: 0 !important; font-size: 6px !important }",
        "target-size",
    ),
}
STYLE = """rule => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(rule);
    document.adoptedStyleSheets = [sheet];
}"""


def rules(faults):
    return {rule for rule, _places in faults}


def test_whatever_breaks_on_an_audited_page_is_found(open_page, site):
    page = open_page(reduced_motion="reduce")
    page.goto(site + ADDRESS)
    assert violations(page) == layout_violations(page) == []
    missed = []

    for name, (script, rule) in BREAKS.items():
        page.goto(site + ADDRESS)
        page.evaluate(f"() => {{ {script} }}")
        missed += [] if rule in rules(violations(page)) else [name]
    for name, (style, rule) in STYLES.items():
        page.goto(site + ADDRESS)
        page.evaluate(STYLE, style)
        missed += [] if rule in rules(layout_violations(page)) else [name]

    assert missed == []


def test_page_that_was_audited_is_not_audited_again(open_page, site):
    page = open_page(reduced_motion="reduce")
    page.goto(site + ADDRESS)
    violations(page)

    page.goto(site + ADDRESS)

    assert violations(page) == []
    assert page.evaluate("window.axe === undefined")
