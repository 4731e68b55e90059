import pytest

from foundation.rest.sparse_fields import field_tree, keep_fields, leaf_paths, prune, select_fields, values_at
from register.serializers import CommitmentSerializer

WHOLE = {
    "reference": None,
    "lead": {"code": None, "title": None},
    "reports": {"code": None, "evidence": {"title": None}},
}
ROW = {
    "reference": "HLD-0001",
    "lead": {"code": "ilo", "title": "International Labour Organization"},
    "reports": [
        {"code": "HLD-0001-2", "evidence": [{"title": "A"}, {"title": "B"}]},
        {"code": "HLD-0001-1", "evidence": []},
    ],
}


def test_all_fields_of_a_commitment_are_offered_to_any_depth():
    tree = field_tree(CommitmentSerializer())

    assert list(tree)[:2] == ["reference", "url"]
    assert tree["title"] is None
    assert list(tree["lead"]) == ["kind", "code", "title", "url"]
    assert tree["superseded_by"].keys() == {"code", "title", "state", "url"}
    assert tree["reports"]["evidence"]["title"] is None


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("", {}),
        ("lead.code,reference", {"reference": None, "lead": {"code": None}}),
        ("lead,lead.code", {"lead": None}),
        ("lead.code,lead", {"lead": None}),
        ("lead.title,lead.code", {"lead": {"code": None, "title": None}}),
        ("reports.evidence.title", {"reports": {"evidence": {"title": None}}}),
        (",reference,", {"reference": None}),
    ],
)
def test_names_choose_a_part_in_its_own_order(text, tree):
    selected, unknown = select_fields([text], WHOLE)

    assert (selected, unknown) == (tree, [])
    assert str(selected) == str(tree)


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("name", ("reference", "lead", "reports")),
        ("lead.name", ("lead.code", "lead.title")),
        ("reports.evidence.url", ("reports.evidence.title",)),
        ("reference.code", ("reference",)),
        ("lead.code.code", ("lead.code",)),
        ("lead.", ("lead.code", "lead.title")),
        ("lead,lead.name", ("lead.code", "lead.title")),
    ],
)
def test_unknown_field_is_refused_with_the_allowed_ones(text, allowed):
    _selected, (unknown,) = select_fields(["reference", text], WHOLE)

    assert (unknown.name, unknown.allowed) == (text.rpartition(",")[2], allowed)


def test_only_the_fields_chosen_are_left():
    tree, _unknown = select_fields(["lead.code,reports.evidence"], WHOLE)

    assert keep_fields(tree, [ROW]) == [
        {"lead": {"code": "ilo"}, "reports": [{"evidence": [{"title": "A"}, {"title": "B"}]}, {"evidence": []}]}
    ]
    assert keep_fields(tree, ROW | {"lead": None})["lead"] is None


def test_leaves_are_the_columns_of_a_table():
    tree, _unknown = select_fields(["lead.code,reports"], WHOLE)

    assert list(leaf_paths(WHOLE, WHOLE)) == [
        *("reference", "lead.code", "lead.title", "reports.code", "reports.evidence.title")
    ]
    assert list(leaf_paths(tree, WHOLE)) == ["lead.code", "reports.code", "reports.evidence.title"]


def test_values_within_several_are_several():
    assert values_at("lead.code", ROW) == "ilo"
    assert values_at("lead.code", ROW | {"lead": None}) is None
    assert values_at("reports.code", ROW) == ["HLD-0001-2", "HLD-0001-1"]
    assert values_at("reports.evidence.title", ROW) == ["A", "B"]


def test_what_is_missing_keeps_its_place_among_several():
    row = {"reports": [{"superseded_by": None}, {"superseded_by": {"code": "HLD-0002"}}]}

    assert values_at("reports.superseded_by.code", row) == [None, "HLD-0002"]


def test_pruned_serializer_has_the_chosen_fields_alone():
    serializer = CommitmentSerializer()

    prune(serializer, {"reference": None, "lead": {"code": None}, "reports": {"evidence": {"title": None}}})

    assert field_tree(serializer) == {
        "reference": None,
        "lead": {"code": None},
        "reports": {"evidence": {"title": None}},
    }


def test_serializer_without_chosen_fields_stays_whole():
    serializer = CommitmentSerializer()

    prune(serializer, {})

    assert field_tree(serializer) == field_tree(CommitmentSerializer())
