"""Tests of the rows that `load_reference` writes, and that it never overwrites an edit."""

from collections import Counter
from datetime import date
from functools import partial

import pytest

from agencies.models import Agency, ChairTerm, FormerName
from agenda.models import AgendaPoint, Alignment, Event, Framework, Statement
from commitments.models import Stakeholder
from recommendations.models import Recommendation
from tests.reporting.importers.reference import FORMER_NAME, MODELS, SOURCE, histories, load, write_changed
from workgroups.models import WorkGroup, WorkPlan

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture(scope="module")
def loaded(module_db):
    """Return the output of the command for the file, whose rows every test has."""
    with module_db.unblock():
        return load()


@pytest.fixture
def changed(tmp_path):
    return partial(write_changed, tmp_path)


# The whole file


def test_the_file_is_loaded_whole(loaded):
    assert loaded == [
        "Agencies: 21 added, 0 updated, 0 kept, 0 left.",
        "Former names: 0 added, 0 updated, 0 kept, 0 left.",
        "Chair terms: 4 added, 0 updated, 0 kept, 0 left.",
        "Agenda points: 8 added, 0 updated, 0 kept, 0 left.",
        "Frameworks: 5 added, 0 updated, 0 kept, 0 left.",
        "Alignments: 32 added, 0 updated, 0 kept, 0 left.",
        "Statements: 18 added, 0 updated, 0 kept, 0 left.",
        "Events: 11 added, 0 updated, 0 kept, 0 left.",
        "Work groups: 5 added, 0 updated, 0 kept, 0 left.",
        "Participations: 11 added, 0 updated, 0 kept, 0 left.",
        "Work plans: 1 added, 0 updated, 0 kept, 0 left.",
        "Recommendations: 14 added, 0 updated, 0 kept, 0 left.",
        "Stakeholders: 5 added, 0 updated, 0 kept, 0 left.",
    ]
    assert [model.objects.count() for model in MODELS] == [21, 4, 8, 5, 32, 18, 11, 5, 11, 1, 14, 5]


def test_sixteen_members_in_the_order_of_the_file_and_five_constituents_after_them(loaded):
    members = Agency.objects.filter(parent=None)
    constituents = Agency.objects.filter(parent__code="unrc")

    assert [agency.code for agency in members] == [entry["code"] for entry in SOURCE["agencies"]]
    assert len(members) == 16
    assert [agency.code for agency in constituents] == ["eca", "ece", "eclac", "escap", "escwa"]
    assert list(Agency.objects.values_list("position", flat=True)) == list(range(1, 22))


def test_an_agency_has_what_the_file_says_and_no_day_that_it_does_not(loaded):
    ilo = Agency.objects.get(code="ilo")
    commissions = Agency.objects.get(code="unrc")

    assert (ilo.acronym, ilo.headquarters, ilo.website) == ("ILO", "Geneva", "https://ilo.org")
    assert (commissions.headquarters, commissions.website) == ("", "")
    assert set(Agency.objects.values_list("joined", "left")) == {(None, None)}


def test_four_chair_terms_keep_their_source_and_its_caveat(loaded):
    assert list(ChairTerm.objects.values_list("agency__code", "starts_on", "ends_on", "source")) == [
        ("unrc", date(2013, 1, 1), date(2013, 6, 30), "unsceb.org"),
        (
            "iom",
            date(2013, 7, 1),
            date(2013, 12, 31),
            "IOM statement at the HLD, October 2013; the starting day is not confirmed",
        ),
        ("ilo", date(2014, 1, 1), date(2014, 12, 31), "ilo.org"),
        ("unwomen", date(2016, 1, 1), date(2016, 12, 31), "unwomen.org"),
    ]


def test_points_and_frameworks_have_the_wording_of_the_file(loaded):
    assert list(AgendaPoint.objects.values("number", "title")) == SOURCE["agenda"]
    assert list(Framework.objects.values_list("code", "symbol", "adopted_on", "link", "is_base")) == [
        ("sg-agenda", "A/68/190", None, "", True),
        ("gmg-position-paper", "", None, "", False),
        ("hld-declaration", "A/RES/68/4", date(2013, 10, 3), "", False),
        ("civil-society-plan", "", None, "", False),
        ("srsg", "", None, "", False),
    ]


def test_every_framework_beside_the_base_is_ticked_on_every_point_and_four_passages_are_read(loaded):
    ticked = Alignment.objects.filter(strength="ticked", quote="", paragraph="")
    read = Alignment.objects.exclude(strength="ticked")

    assert Counter(Alignment.objects.values_list("framework__code", flat=True)) == {
        "gmg-position-paper": 8,
        "hld-declaration": 8,
        "civil-society-plan": 8,
        "srsg": 8,
    }
    assert ticked.count() == 28
    assert [
        {
            "framework": cell.framework.code,
            "point": cell.point.number,
            "strength": cell.strength,
            "paragraph": cell.paragraph,
            "quote": cell.quote,
        }
        for cell in read.order_by("point__number")
    ] == SOURCE["passages"]


def test_statements_stand_in_their_sections_word_for_word(loaded):
    lines = {
        section.replace("-", "_"): list(enumerate(texts, start=1)) for section, texts in SOURCE["statements"].items()
    }

    assert {section: len(texts) for section, texts in lines.items()} == {
        "mandate": 2,
        "vision_2014": 1,
        "objectives_2014": 5,
        "gmg_and_the_hld": 4,
        "ongoing_work": 3,
        "road_ahead": 3,
    }
    for section, texts in lines.items():
        assert list(Statement.objects.filter(section=section).values_list("position", "text")) == texts


def test_events_have_their_days_and_a_slug_from_their_title(loaded):
    forum = Event.objects.get(slug="global-forum-on-migration-and-development")

    assert list(Event.objects.values_list("title", "starts_on")) == [
        (entry["title"], entry["starts"]) for entry in SOURCE["events"]
    ]
    assert (forum.starts_on, forum.ends_on, forum.place) == (date(2014, 5, 14), date(2014, 5, 16), "Stockholm")


def test_five_groups_have_exactly_their_leads(loaded):
    assert {
        (group.slug, group.kind): [(part.agency.code, part.role) for part in group.participations.all()]
        for group in WorkGroup.objects.all()
    } == {
        ("mainstreaming", "working_group"): [("undp", "co_chair"), ("iom", "co_chair")],
        ("data-and-research", "working_group"): [("undesa", "co_chair"), ("iom", "co_chair")],
        ("human-rights-gender", "working_group"): [
            ("ohchr", "co_chair"),
            ("unwomen", "co_chair"),
            ("unicef", "co_chair"),
        ],
        ("capacity-development", "task_force"): [("unitar", "co_convener"), ("iom", "co_convener")],
        ("decent-work", "task_force"): [("ilo", "co_convener"), ("iom", "co_convener")],
    }


def test_the_work_plan(loaded):
    assert list(WorkPlan.objects.values_list("slug", "title", "acronym", "starts_on", "ends_on")) == [
        ("mawp-2013-2015", "Multi-Annual Work Plan 2013-2015", "MAWP", date(2013, 1, 1), date(2015, 12, 31))
    ]


def test_recommendations_have_their_official_wording_in_the_order_of_the_document(loaded):
    wanted = []
    for entry in SOURCE["recommendations"]:
        level = entry["level"].replace("-", "_")
        wanted.append((entry["code"], level, None, entry["text"], entry["agenda_points"]))
        for part in entry.get("parts", []):
            wanted.append((part["code"], level, entry["code"], part["text"], part["agenda_points"]))

    rows = Recommendation.objects.select_related("parent")
    assert [
        (
            row.code,
            row.level,
            row.parent and row.parent.code,
            row.text,
            [point.number for point in row.agenda_points.all()],
        )
        for row in rows
    ] == wanted
    assert len(wanted) == 14
    assert [row.position for row in rows] == list(range(1, 15))


def test_stakeholders_have_their_kinds(loaded):
    assert set(Stakeholder.objects.values_list("acronym", "kind")) == {
        ("CEB", "un_entity"),
        ("UNDG", "un_entity"),
        ("ECOSOC", "un_entity"),
        ("JMDI", "platform"),
        ("UNCTs", "un_entity"),
    }


# A second time


def test_history_names_the_import_as_author(loaded):
    for model in MODELS:
        lines = model.history.values_list("history_change_reason", "history_user")
        assert set(lines) == {("load", None)}, model


# An editor's work


def test_an_edited_row_is_left_alone(loaded):
    ilo = Agency.objects.get(code="ilo")
    ilo.mandate, ilo.headquarters = "Decent work for all.", "Geneva, Switzerland"
    ilo.save()
    before = histories()

    lines = load()

    ilo.refresh_from_db()
    assert (ilo.mandate, ilo.headquarters) == ("Decent work for all.", "Geneva, Switzerland")
    assert lines[:3] == [
        "Agencies: 0 added, 0 updated, 20 kept, 1 left.",
        "  Left as somebody edited them here: ilo.",
        "Former names: 0 added, 0 updated, 0 kept, 0 left.",
    ]
    assert histories() == before


@pytest.mark.database
def test_edited_points_of_a_recommendation_are_left_alone(loaded):
    recommendation = Recommendation.objects.get(code="POL-1")
    recommendation.agenda_points.add(AgendaPoint.objects.get(number=1))

    lines = load()

    assert set(recommendation.agenda_points.values_list("number", flat=True)) == {1, 7}
    assert "  Left as somebody edited them here: POL-1." in lines


def test_a_deleted_row_is_not_brought_back(loaded):
    Event.objects.get(slug="first-meeting-of-the-global-migration-group").delete()

    lines = load()

    assert Event.objects.count() == 10
    assert "Events: 0 added, 0 updated, 10 kept, 1 left." in lines


def test_rows_under_a_deleted_row_are_not_brought_back(loaded):
    Framework.objects.get(code="srsg").delete()

    lines = load()

    assert (Framework.objects.count(), Alignment.objects.count()) == (4, 24)
    assert "Frameworks: 0 added, 0 updated, 4 kept, 1 left." in lines
    assert "Alignments: 0 added, 0 updated, 24 kept, 8 left." in lines


def test_a_deleted_point_is_missed_by_nothing(loaded):
    AgendaPoint.objects.get(number=7).delete()

    lines = load()

    assert AgendaPoint.objects.count() == 7
    assert "Recommendations: 0 added, 0 updated, 14 kept, 0 left." in lines


def test_a_row_whose_key_an_editor_corrected_is_not_loaded_a_second_time(loaded):
    term = ChairTerm.objects.get(agency__code="iom")
    term.starts_on = date(2013, 7, 15)
    term.save()

    lines = load()

    assert ChairTerm.objects.count() == 4
    assert "Chair terms: 0 added, 0 updated, 3 kept, 1 left." in lines


# A file that changed


@pytest.mark.database
def test_an_untouched_row_is_updated(loaded, changed):
    before = histories()
    file = changed(
        "acronym: IOM, name: International Organization for Migration", "acronym: IOM, name: The Organization"
    )

    lines = load(file)

    assert Agency.objects.get(code="iom").name == "The Organization"
    assert lines[0] == "Agencies: 0 added, 1 updated, 20 kept, 0 left."
    assert histories() == before | {"Agency": before["Agency"] + 1}


@pytest.mark.database
def test_untouched_points_of_a_recommendation_are_updated(loaded, changed):
    file = changed("POL-1, level: policy, agenda_points: [7]", "POL-1, level: policy, agenda_points: [6, 7]")

    lines = load(file)

    row = Recommendation.objects.get(code="POL-1")
    assert set(row.agenda_points.values_list("number", flat=True)) == {6, 7}
    assert set(row.history.values_list("history_change_reason", flat=True)) == {"load"}
    assert "Recommendations: 0 added, 1 updated, 13 kept, 0 left." in lines


def test_a_row_that_the_file_no_longer_names_stays(loaded, changed):
    file = changed(
        "{name: United Nations Development Group, acronym: UNDG, kind: un-entity}", "{name: UNDG, kind: un-entity}"
    )

    lines = load(file)

    assert Stakeholder.objects.count() == 6
    assert "Stakeholders: 1 added, 0 updated, 4 kept, 0 left." in lines


def test_former_names_are_loaded_once_with_their_source(loaded, changed):
    file = changed("chairs:  ", FORMER_NAME)

    reports = [load(file), load(file)]

    assert "Former names: 1 added, 0 updated, 0 kept, 0 left." in reports[0]
    assert "Former names: 0 added, 0 updated, 1 kept, 0 left." in reports[1]
    former = FormerName.objects.get()
    assert (former.agency.code, former.acronym, former.name, former.until, former.source) == (
        "who",
        "OLD",
        "Office of Old",
        date(1999, 12, 31),
        "Resolution 1",
    )


def test_former_name_that_was_edited_here_is_left_alone(loaded, changed):
    file = changed("chairs:  ", FORMER_NAME)
    load(file)
    former = FormerName.objects.get()
    former.name = "Office of the Old"
    former.save()

    report = load(file)

    assert "Former names: 0 added, 0 updated, 0 kept, 1 left." in report
    assert FormerName.objects.get().name == "Office of the Old"
