"""`load_reference`: the whole file, once, and never over an editor's work."""

import re
from collections import Counter
from datetime import date
from io import StringIO

import pytest
import yaml
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agencies.models import Agency, ChairTerm, FormerName
from agenda.models import AgendaPoint, Alignment, Event, Framework, Statement
from commitments.models import Stakeholder
from gmg_portal.revision import Standing
from recommendations.models import Recommendation
from workgroups.models import Participation, WorkGroup, WorkPlan

FILE = settings.BASE_DIR / "data" / "reference.yaml"
SOURCE = yaml.safe_load(FILE.read_text(encoding="utf-8"))
MODELS = [
    Agency,
    ChairTerm,
    AgendaPoint,
    Framework,
    Alignment,
    Statement,
    Event,
    WorkGroup,
    Participation,
    WorkPlan,
    Recommendation,
    Stakeholder,
]
NUMBERS = re.compile(r"(\d+) added, 0 updated, 0 kept")


def load(*args) -> list[str]:
    """Run the command; answer the lines that it says."""
    said = StringIO()
    call_command("load_reference", *args, stdout=said)
    return said.getvalue().splitlines()


def histories() -> dict[str, int]:
    return {model.__name__: model.history.count() for model in MODELS}


@pytest.fixture
def loaded(db):
    return load()


@pytest.fixture
def changed(tmp_path):
    """Write a copy of the file with one text in another's place."""

    def changed(old: str, new: str):
        text = FILE.read_text(encoding="utf-8")
        assert text.count(old) == 1
        copy = tmp_path / "reference.yaml"
        copy.write_text(text.replace(old, new), encoding="utf-8")
        return copy

    return changed


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


def test_two_events_of_one_title_have_two_slugs(db, changed):
    file = changed("{title: Thirteenth Coordination Meeting", "{title: Twelfth Coordination Meeting")

    load(file)

    assert list(Event.objects.filter(slug__startswith="twelfth").values_list("slug", flat=True)) == [
        "twelfth-coordination-meeting-on-international-migration",
        "twelfth-coordination-meeting-on-international-migration-2015-02-12",
    ]


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


def test_history_says_that_the_load_wrote_it_and_nobody_in_person(loaded):
    for model in MODELS:
        lines = model.history.values_list("history_change_reason", "history_user")
        assert set(lines) == {("load", None)}, model


@pytest.mark.django_db(transaction=True)
def test_the_revision_moves_once_for_the_whole_file():
    before = Standing.read().number

    load()

    assert Standing.read().number == before + 1


@pytest.mark.django_db(transaction=True)
def test_a_second_run_writes_nothing():
    first = load()
    before, revision = histories(), Standing.read()

    with CaptureQueriesContext(connection) as queries:
        second = load()

    assert second == [NUMBERS.sub(r"0 added, 0 updated, \1 kept", line) for line in first]
    assert histories() == before
    assert Standing.read() == revision
    assert [query["sql"] for query in queries if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))] == []
    assert len(queries) < 40


# An editor's work


def test_an_edited_row_is_left_alone(loaded):
    ilo = Agency.objects.get(code="ilo")
    ilo.mandate, ilo.headquarters = "Decent work for all.", "Geneva, Switzerland"
    ilo.save()
    before = histories()

    said = load()

    ilo.refresh_from_db()
    assert (ilo.mandate, ilo.headquarters) == ("Decent work for all.", "Geneva, Switzerland")
    assert said[:3] == [
        "Agencies: 0 added, 0 updated, 20 kept, 1 left.",
        "  Left as somebody edited them here: ilo.",
        "Former names: 0 added, 0 updated, 0 kept, 0 left.",
    ]
    assert histories() == before


def test_edited_points_of_a_recommendation_are_left_alone(loaded):
    recommendation = Recommendation.objects.get(code="POL-1")
    recommendation.agenda_points.add(AgendaPoint.objects.get(number=1))

    said = load()

    assert set(recommendation.agenda_points.values_list("number", flat=True)) == {1, 7}
    assert "  Left as somebody edited them here: POL-1." in said


def test_a_deleted_row_is_not_brought_back(loaded):
    Event.objects.get(slug="first-meeting-of-the-global-migration-group").delete()

    said = load()

    assert Event.objects.count() == 10
    assert "Events: 0 added, 0 updated, 10 kept, 1 left." in said


def test_rows_under_a_deleted_row_are_not_brought_back(loaded):
    Framework.objects.get(code="srsg").delete()

    said = load()

    assert (Framework.objects.count(), Alignment.objects.count()) == (4, 24)
    assert "Frameworks: 0 added, 0 updated, 4 kept, 1 left." in said
    assert "Alignments: 0 added, 0 updated, 24 kept, 8 left." in said


def test_a_deleted_point_is_missed_by_nothing(loaded):
    AgendaPoint.objects.get(number=7).delete()

    said = load()

    assert AgendaPoint.objects.count() == 7
    assert "Recommendations: 0 added, 0 updated, 14 kept, 0 left." in said


def test_a_row_whose_key_an_editor_corrected_is_not_loaded_a_second_time(loaded):
    term = ChairTerm.objects.get(agency__code="iom")
    term.starts_on = date(2013, 7, 15)
    term.save()

    said = load()

    assert ChairTerm.objects.count() == 4
    assert "Chair terms: 0 added, 0 updated, 3 kept, 1 left." in said


# A file that changed


def test_an_untouched_row_is_updated(loaded, changed):
    before = histories()
    file = changed(
        "acronym: IOM, name: International Organization for Migration", "acronym: IOM, name: The Organization"
    )

    said = load(file)

    assert Agency.objects.get(code="iom").name == "The Organization"
    assert said[0] == "Agencies: 0 added, 1 updated, 20 kept, 0 left."
    assert histories() == before | {"Agency": before["Agency"] + 1}


def test_untouched_points_of_a_recommendation_are_updated(loaded, changed):
    file = changed("POL-1, level: policy, agenda_points: [7]", "POL-1, level: policy, agenda_points: [6, 7]")

    said = load(file)

    row = Recommendation.objects.get(code="POL-1")
    assert set(row.agenda_points.values_list("number", flat=True)) == {6, 7}
    assert set(row.history.values_list("history_change_reason", flat=True)) == {"load"}
    assert "Recommendations: 0 added, 1 updated, 13 kept, 0 left." in said


def test_a_row_that_the_file_no_longer_names_stays(loaded, changed):
    file = changed(
        "{name: United Nations Development Group, acronym: UNDG, kind: un-entity}", "{name: UNDG, kind: un-entity}"
    )

    said = load(file)

    assert Stakeholder.objects.count() == 6
    assert "Stakeholders: 1 added, 0 updated, 4 kept, 0 left." in said


FORMER_NAME = (
    "former_names:\n"
    "  - {agency: who, acronym: OLD, name: Office of Old, until: 1999-12-31, source: Resolution 1}\n"
    "chairs:  "
)


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


# A file that is refused


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("convergence: all", "convergance: all", "The section convergance is not known; allowed: agencies, agenda, "),
        ("convergence: all", "convergence: some", "convergence: only ‘all’ is understood"),
        ("chairs:  ", "work_plan: []\nchairs:  ", "The section work_plan is not known; allowed: "),
        ("work_plans:", "group:", "The section work_plans is missing."),
        ("headquarters: Addis Ababa", "seat: Addis Ababa", "constituents, entry 1: seat is not known here; allowed: "),
        ("name: Economic Commission for Africa, ", "", "constituents, entry 1: name is missing."),
        ("  unrc:\n", "  un-rc:\n", "constituents: ‘un-rc’ stands nowhere else in the file; it has ilo, iom, "),
        ("chairs:  ", FORMER_NAME.replace("who", "itu"), "former_names: ‘itu’ stands nowhere else in the file"),
        ("chairs:  ", FORMER_NAME.replace(", source: Resolution 1", ""), "former_names, entry 1: source is missing."),
        ("chairs:  ", FORMER_NAME.replace("1999-12-31", "1989-12-31"), "Former names, who 1989-12-31: 31 December"),
        ("chairs:  ", FORMER_NAME.replace("1999-12-31", "2100-01-01"), "Former names, who 2100-01-01: 1 January"),
        ("chairs:  ", "former_names: {}\nchairs:  ", "former_names: a list of entries is expected here."),
        ("{agency: ilo, starts", "{agency: itu, starts", "chairs: ‘itu’ stands nowhere else in the file"),
        (
            "ends: 2013-06-30",
            "ends: 2013-07-30",
            "Chair terms, iom 2013-07-01: Another agency chairs the group in these",
        ),
        (
            "ends: 2013-06-30",
            "ends: 2012-06-30",
            "Chair terms, unrc 2013-01-01: A chair term cannot end before it starts.",
        ),
        ("ends: 2013-06-30", "ends: summer", "Chair terms, unrc 2013-01-01: “summer” value has an invalid date format"),
        ("ends: 2013-06-30", "ends: 2013", "Chair terms, unrc 2013-01-01: “2013” value has an invalid date format"),
        ("place: Stockholm", 'place: "Stock\\0holm"', "the database refuses it: A string literal cannot contain NUL"),
        ("ends: 2013-06-30", "ends: 2013-06-31", "cannot be read: it is not YAML: "),
        ("{number: 8, ", "{number: 7, ", "Agenda points, 7: this stands twice in the file."),
        ("point: 5, strength: explicit", "point: 9, strength: explicit", "passages: ‘9’ stands nowhere else"),
        (
            "point: 5, strength: explicit",
            "point: 5, strength: strong",
            "Alignments, hld-declaration × 5: Value 'strong'",
        ),
        ("framework: hld-declaration, point: 5", "framework: hld, point: 5", "passages: ‘hld’ stands nowhere else"),
        (
            "  vision-2014: [",
            "  vision-2015: [",
            "Statements, vision-2015 1: Value 'vision_2015' is not a valid choice.",
        ),
        (
            "level: operational, agenda_points: [6]",
            "level: field, agenda_points: [6]",
            "Recommendations, OPS-1: Value 'f",
        ),
        (
            "code: P15-1a, agenda_points: [8]",
            "code: P15-1a, agenda_points: 8",
            "agenda_points: a list is expected here.",
        ),
        (
            "kind: platform",
            "kind: website",
            "Stakeholders, Joint Migration and Development Initiative: Value 'website'",
        ),
        (
            "stakeholder_kinds: [",
            "stakeholder_kinds: [website, ",
            "stakeholder_kinds: website is not known here; allowed",
        ),
        ("starts: 2006-05-09", "starts: [2006-05-09]", "events, entry 1, starts: a plain value is expected here."),
        (
            "leads: [undesa, iom]",
            "leads: [undesa, itu]",
            "workgroups: ‘itu’ stands nowhere else in the file; it has ilo",
        ),
        (
            "leads: [undesa, iom]",
            "leads: [undesa, undesa]",
            "Participations, data-and-research: undesa: this stands twice",
        ),
        ("  mandate:\n", "  - mandate\n", "cannot be read: it is not YAML: "),
    ],
)
def test_a_bad_file_is_refused_with_a_sentence_and_nothing_of_it_is_loaded(changed, old, new, sentence):
    file = changed(old, new)

    with pytest.raises(CommandError) as refusal:
        load(file)

    assert sentence in str(refusal.value)
    assert {model.__name__: model.objects.count() for model in MODELS if model.objects.exists()} == {}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file has no sections; it needs agencies, agenda, "),
        (b"- a list", "The file has no sections; it needs agencies, agenda, "),
        (b"group: \xff", "cannot be read: it is not UTF-8."),
        (b"group: {", "cannot be read: it is not YAML: "),
    ],
)
def test_what_is_no_such_file_is_refused(db, tmp_path, content, sentence):
    file = tmp_path / "reference.yaml"
    file.write_bytes(content)

    with pytest.raises(CommandError) as refusal:
        load(file)

    assert sentence in str(refusal.value)


@pytest.mark.parametrize(
    ("section", "content", "sentence"),
    [
        ("agencies", "ilo", "agencies: a list of entries is expected here."),
        ("agencies", ["ilo"], "agencies, entry 1: it must have acronym, code, name."),
        ("constituents", [], "constituents: lists under names are expected here."),
        ("statements", {"mandate": "one line"}, "statements, mandate: a list is expected here."),
    ],
)
def test_a_section_of_another_shape_is_refused(db, tmp_path, section, content, sentence):
    file = tmp_path / "reference.yaml"
    file.write_text(yaml.safe_dump(SOURCE | {section: content}))

    with pytest.raises(CommandError) as refusal:
        load(file)

    assert str(refusal.value) == sentence


def test_a_file_that_is_not_there_is_refused(db, tmp_path):
    with pytest.raises(CommandError, match="cannot be read: No such file or directory."):
        load(tmp_path / "reference.yaml")
