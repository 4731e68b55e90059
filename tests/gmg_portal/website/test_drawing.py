"""The drawing module: shapes, words and links as SVG, for both writing directions."""

from xml.etree import ElementTree

import pytest

from gmg_portal.website.charts.drawing import Drawing, format_number, text_width, wrap_text

SVG = "{http://www.w3.org/2000/svg}"


def tree(drawing):
    return ElementTree.fromstring(drawing.svg("figure", "A title", "A description"))


def test_svg_has_title_and_description():
    root = tree(Drawing(100, 50))

    assert root.get("aria-labelledby") == root.find(f"{SVG}title").get("id") == "figure-title"
    assert root.get("aria-describedby") == root.find(f"{SVG}desc").get("id") == "figure-desc"
    assert (root.find(f"{SVG}title").text, root.find(f"{SVG}desc").text) == ("A title", "A description")
    assert (root.get("viewBox"), root.get("role")) == ("0 0 100 50", "img")


def test_texts_and_urls_are_escaped():
    drawing = Drawing(100, 50)
    title = '<script>"&'

    with drawing.link('/commitments/?q="><b', title):
        drawing.text(1, 2, title)
    root = ElementTree.fromstring(drawing.svg('a"b', title, title))

    link = root.find(f"{SVG}a")
    assert (link.get("href"), link.get("aria-label")) == ('/commitments/?q="><b', title)
    assert link.find(f"{SVG}text").text == title
    assert [child.tag for child in root] == [f"{SVG}title", f"{SVG}desc", f"{SVG}a"]


def test_characters_invalid_in_xml_are_replaced():
    title = "a\x0b\x1f\ufffeb"
    drawing = Drawing(100, 50)
    drawing.text(1, 1, title)

    root = ElementTree.fromstring(drawing.svg("figure", title, title))

    assert root.find(f"{SVG}title").text == "a\ufffd\ufffd\ufffdb"


def test_drawing_with_links_has_the_role_group():
    drawing = Drawing(100, 50)

    with drawing.link("/commitments/", "All"):
        drawing.rect(0, 0, 10, 10, "bar")
    with drawing.link("", "Nowhere"):
        drawing.rect(20, 0, 10, 10, "bar")

    root = tree(drawing)
    assert root.get("role") == "group"
    assert len(root.findall(f"{SVG}a")) == 1


@pytest.mark.parametrize(("rtl", "places"), [(False, ["10", "20", "30", "40"]), (True, ["60", "80", "70", "60"])])
def test_drawing_is_mirrored_for_right_to_left(rtl, places):
    drawing = Drawing(100, 50, rtl)

    drawing.rect(10, 0, 30, 5, "bar")
    drawing.text(20, 5, "Word")
    drawing.circle(30, 5, 2, "mark")
    drawing.line(40, 0, 40, 9, "grid")

    root = tree(drawing)
    shapes = [root.find(f"{SVG}{tag}").get(name) for tag, name in (("rect", "x"), ("text", "x"), ("circle", "cx"))]
    assert [*shapes, root.find(f"{SVG}line").get("x1")] == places
    assert root.get("direction") == ("rtl" if rtl else "ltr")


def test_shapes_have_presentation_attributes_and_no_style():
    drawing = Drawing(100, 50)
    drawing.rect(0, 0, 1, 1, "bar fill-completed", fill="#1c6a3b", stroke_width=2)
    drawing.band(0, 1, 50, 20, 4, "stream", fill="#1c6a3b", title="Two & three")

    text = drawing.svg("figure", "A title", "A description")

    rect = tree(drawing).find(f"{SVG}rect")
    assert (rect.get("class"), rect.get("fill"), rect.get("stroke-width")) == (
        "chart__bar chart__fill-completed",
        "#1c6a3b",
        "2",
    )
    assert tree(drawing).find(f"{SVG}path/{SVG}title").text == "Two & three"
    assert "style" not in text


def test_text_is_wrapped_to_its_width():
    lines = wrap_text("Strengthen the migration evidence base", 12, 90)

    assert " ".join(lines) == "Strengthen the migration evidence base"
    assert {text_width(line, 12) <= 90 or " " not in line for line in lines} == {True}
    assert len(lines) > 1


@pytest.mark.parametrize(("value", "written"), [(1.0, "1"), (1.26, "1.3"), (0.04, "0"), (1234.5, "1234.5")])
def test_coordinates_are_rounded(value, written):
    assert format_number(value) == written


def test_chinese_wraps_between_characters_and_no_break_space_does_not():
    assert wrap_text("保护移民人权", 10, 30) == ["保护移", "民人权"]
    assert wrap_text("Policy level:\N{NO-BREAK SPACE}32", 10, 60) == ["Policy", "level:\N{NO-BREAK SPACE}32"]


@pytest.mark.parametrize("rtl", [False, True])
def test_framed_drawing_has_title_source_and_absolute_links(rtl):
    drawing = Drawing(100, 50, rtl)
    with drawing.link("/commitments/?lead=ilo", "All"):
        drawing.rect(10, 0, 30, 5, "bar")

    framed = drawing.framed("A <title>", ["Source", "x" * 40], 'https://example.org/"')

    root = tree(framed)
    paper, *_rest = root.iter(f"{SVG}rect")
    assert (paper.get("width"), paper.get("height"), paper.get("fill")) == (
        root.get("width"),
        root.get("height"),
        "#ffffff",
    )
    assert [text.text for text in root.findall(f"{SVG}text")] == [
        "A <title>",
        "Source",
        "x" * 13,
        "x" * 13,
        "x" * 13,
        "x",
    ]
    assert root.find(f"{SVG}g/{SVG}a").get("href") == 'https://example.org/"/commitments/?lead=ilo'
    assert root.find(f"{SVG}g/{SVG}a/{SVG}rect").get("x") == ("60" if rtl else "10")
    assert float(root.findall(f"{SVG}text")[-1].get("y")) < framed.height
