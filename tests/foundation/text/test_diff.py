import pytest

from foundation.text.diff import diff_words


def marked(before, after):
    """Return the pieces as one line: [-removed-], {+added+}."""
    signs = {"same": "%s", "removed": "[-%s-]", "added": "{+%s+}"}
    return "".join(signs[piece.kind] % piece.text for piece in diff_words(before, after))


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("Costs fall by half.", "Costs fall by half.", "Costs fall by half."),
        ("Costs fall by half.", "Costs fall by a third.", "Costs fall by[- half-]{+ a third+}."),
        ("Costs fall.", "Costs fall by half.", "Costs fall{+ by half+}."),
        ("", "Costs fall.", "{+Costs fall.+}"),
        ("Costs fall.", "", "[-Costs fall.-]"),
        ("One, two and three.", "Two governments withdrew.", "[-One, two and three.-]\n{+Two governments withdrew.+}"),
        ("حماية حقوق العمال", "حماية حقوق المهاجرين", "حماية حقوق[- العمال-]{+ المهاجرين+}"),
        ("移民人权的保护", "移民劳工的保护", "移民[-人权-]{+劳工+}的保护"),
        ("First line.\nSecond line.", "First line.\nThird line.", "First line.[-\nSecond-]{+\nThird+} line."),
    ],
)
def test_wordings_are_compared_word_by_word(before, after, expected):
    assert marked(before, after) == expected


def test_word_that_stays_alone_between_two_changes_goes_with_them():
    expected = marked(
        "We train nurses and teachers in four towns now", "We train doctors and lawyers in four towns now"
    )

    assert expected == "We train[- nurses and teachers-]{+ doctors and lawyers+} in four towns now"


def test_long_wordings_are_compared_sentence_by_sentence():
    before = "Courses were held in towns. " * 400 + "Costs fell."
    after = "Courses were held in towns. " * 400 + "Costs rose."

    pieces = diff_words(before, after)

    assert [(piece.kind, piece.text) for piece in pieces[1:]] == [
        ("removed", " Costs fell."),
        ("added", " Costs rose."),
    ]


@pytest.mark.parametrize("after", ["Costs fall, by half, soon.", "Something else.", "", "Costs\n\nfall"])
def test_pieces_that_stay_or_come_are_the_later_wording(after):
    kept = "".join(piece.text for piece in diff_words("Costs fall by half.", after) if piece.kind != "removed")

    assert kept.strip() == after
