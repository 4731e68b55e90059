from datetime import date

import pytest
import time_machine
from django.http import QueryDict

from commitments.models import Commitment
from register.filtering.commitment_filters import CommitmentFilter
from tests.support.factories import (
    AgencyFactory,
    AgendaPointFactory,
    AssessmentFactory,
    CommitmentFactory,
    EvidenceFactory,
    ProgressReportFactory,
    RecommendationFactory,
    WorkGroupFactory,
    published_report,
    run_deferred_triggers,
)

pytestmark = pytest.mark.django_db


def filterset_of(query: str) -> CommitmentFilter:
    return CommitmentFilter(QueryDict(query))


def titles_of(query: str) -> set[str]:
    filterset = filterset_of(query)
    assert filterset.is_valid(), filterset.errors
    return {commitment.title for commitment in filterset.qs}


@pytest.fixture(scope="module")
def register(module_db):
    """Four published commitments that differ in every word of the register, and a draft that is like the first."""
    with module_db.unblock():
        make_register()


def make_register():
    ilo, iom, ohchr = (AgencyFactory(code=code) for code in ("ilo", "iom", "ohchr"))
    data_and_research = WorkGroupFactory(slug="data-and-research")
    points = [AgendaPointFactory(number=number) for number in range(1, 9)]
    whole = RecommendationFactory(code="P15-1", level="post_2015")
    part = RecommendationFactory(code="P15-1a", level="post_2015", parent=whole)
    policy = RecommendationFactory(code="POL-1", level="policy")
    shared = {"title": "draft", "lead_agency": ilo, "agenda_points": [points[1]], "recommendations": [part]}
    fair = CommitmentFactory(
        **shared | {"title": "fair"},
        kind="programme",
        partners=[ohchr],
        scope="national",
        places=["Bangladesh", "Nepal"],
        deadline_on=date(2015, 12, 31),
        deadline_precision="year",
    )
    CommitmentFactory(
        title="handbook",
        lead_agency=None,
        workgroup=data_and_research,
        kind="publication",
        agenda_points=[points[6]],
        recommendations=[policy],
        scope="global",
        deadline_on=date(2017, 12, 18),
    )
    CommitmentFactory(title="silent", lead_agency=iom, kind="event", recommendations=[whole])
    finished = CommitmentFactory(title="finished", lead_agency=iom, kind="norm", scope="regional", places=["Asia"])
    published_report(fair, status="in_progress", outlook="at_risk", achieved="Recruiters were trained in Dhaka.")
    published_report(finished, on="2015-03", status="completed")
    AssessmentFactory(commitment=fair, public=True, finding="disagrees")
    CommitmentFactory(draft=True, **shared, kind="programme", scope="national", places=["Bangladesh"])
    run_deferred_triggers()


@pytest.mark.database
@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("", {"fair", "handbook", "silent", "finished"}),
        ("lead=ilo", {"fair"}),
        ("lead=data-and-research", {"handbook"}),
        ("lead=ilo&lead=iom", {"fair", "silent", "finished"}),
        ("agency=ohchr", {"fair"}),
        ("agency=ilo", {"fair"}),
        ("workgroup=data-and-research", {"handbook"}),
        ("agenda_point=2", {"fair"}),
        ("agenda_point=2&agenda_point=7", {"fair", "handbook"}),
        ("recommendation=P15-1a", {"fair"}),
        ("recommendation=P15-1", {"fair", "silent"}),
        ("level=policy", {"handbook"}),
        ("level=post_2015", {"fair", "silent"}),
        ("kind=programme", {"fair"}),
        ("status=in_progress", {"fair"}),
        ("status=in_progress&status=completed", {"fair", "finished"}),
        ("outlook=at_risk", {"fair"}),
        ("freshness=current", {"finished"}),
        ("freshness=not_yet_due", {"fair", "handbook", "silent"}),
        ("verification=disputed", {"fair"}),
        ("verification=self_reported", {"handbook", "silent", "finished"}),
        ("scope=regional", {"finished"}),
        ("place=Nepal", {"fair"}),
        ("place=Nepal&place=Asia", {"fair", "finished"}),
        ("due_before=2015-12-31", {"fair"}),
        ("due_after=2016-01-01", {"handbook"}),
        ("updated_since=2999-01-01", set()),
        ("updated_since=2817-10-15T23:45:52%2B21:35", set()),
        ("updated_since=9999-12-31T23:00:00-05:00", set()),
        ("updated_since=0001-01-01T00:00:00%2B05:00", {"fair", "handbook", "silent", "finished"}),
        ("updated_since=2014-01-01T00:00:00Z", {"fair", "handbook", "silent", "finished"}),
        ("q=recruiter", {"fair"}),
        ("q=recruiters+-Dhaka", set()),
        ("lead=iom&status=completed", {"finished"}),
        ("lead=ilo&status=completed", set()),
        ("agenda_point=", {"fair", "handbook", "silent", "finished"}),
    ],
)
def test_filter_keeps_just_its_rows(register, query, titles):
    assert titles_of(query) == titles


def test_draft_is_found_by_no_word(register):
    words = ["lead=ilo", "agenda_point=2", "kind=programme", "scope=national", "place=Bangladesh", "q=draft"]

    assert all("draft" not in titles_of(word) for word in words)


def test_search_leaves_out_the_words_of_a_draft_report(register):
    commitment = Commitment.objects.get(title="silent")
    EvidenceFactory(report=ProgressReportFactory(commitment=commitment, achieved="Clandestine negotiations"))

    assert titles_of("q=clandestine") == set()


@pytest.mark.parametrize(
    ("query", "word", "says"),
    [
        ("lead=nobody", "lead", "data-and-research"),
        ("agency=data-and-research", "agency", "ilo"),
        ("agenda_point=9", "agenda_point", "1, 2, 3, 4, 5, 6, 7, 8"),
        ("recommendation=GOV-9", "recommendation", "P15-1a"),
        ("level=global", "level", "operational"),
        ("status=done", "status", "completed"),
        ("status=completed&status=done", "status", "‘done’"),
        ("freshness=stale", "freshness", "never_reported"),
        ("place=Atlantis", "place", "Bangladesh"),
        ("due_before=soon", "due_before", "2014-03-05"),
        ("updated_since=soon", "updated_since", "2014-06-30T12:00:00Z"),
        ("as_of=2999-01-01", "as_of", "up to today"),
        ("as_of=soon", "as_of", "2014-03-05"),
        ("ordering=size", "ordering", "-last_update"),
        ("statsu=completed", "__all__", "‘statsu’"),
    ],
)
def test_unknown_param_or_value_is_refused_by_name_with_the_allowed_ones(register, query, word, says):
    errors = filterset_of(query).errors

    assert set(errors) == {word}
    assert says in errors[word][0]


@pytest.mark.parametrize(
    ("query", "word", "says"),
    [
        ("statsu=completed", "__all__", "‘statsu’ is not a parameter here. Did you mean ‘status’? Allowed: "),
        ("status=complete", "status", "‘complete’ is not a valid value. Did you mean ‘completed’? Allowed: "),
        ("lead=ILO", "lead", "Did you mean ‘ilo’? Allowed: "),
        ("place=nepall", "place", "Did you mean ‘Nepal’? Allowed: "),
        ("status=zzz", "status", "‘zzz’ is not a valid value. Allowed: "),
        ("zzz=1", "__all__", "‘zzz’ is not a parameter here. Allowed: "),
    ],
)
def test_refusal_offers_the_nearest_word(register, query, word, says):
    assert says in filterset_of(query).errors[word][0]


def test_words_beside_the_filters_are_known_to_their_page_alone(register):
    page = CommitmentFilter(QueryDict("page=2&view=table"), extra_params=["page", "view"])

    assert page.errors == {}
    assert "‘view’" in " ".join(filterset_of("page=2&view=table").errors["__all__"])


def test_place_of_a_draft_is_not_offered_as_the_nearest_word(register):
    CommitmentFactory(draft=True, places=["Shangri-La"])

    assert "Shangri-La" not in filterset_of("place=Shangri-Lo").errors["place"][0]


def test_place_that_only_a_withdrawn_commitment_names_is_not_offered(register):
    CommitmentFactory(withdrawn=True, places=["Shangri-La"])

    (problem,) = filterset_of("place=Shangri-Lo").errors["place"]

    assert problem == "‘Shangri-Lo’ is not a valid value. Allowed: Asia, Bangladesh, Nepal."
    assert "Shangri-La" not in dict(filterset_of("").form.fields["place"].choices)


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("place=Shangri-La, Kingdom of", set()),
        ("place=Shangri-La, Kingdom of,Nepal", {"fair"}),
        ("place=Shangri-La, Kingdom of&as_of=2014-06-30", {"gone"}),
        ("place=Shangri-La, Kingdom of&updated_since=2014-01-01", {"gone"}),
    ],
)
def test_place_that_only_a_withdrawn_commitment_names_is_still_taken(register, query, titles):
    CommitmentFactory(withdrawn=True, title="gone", places=["Shangri-La, Kingdom of"])
    run_deferred_triggers()

    filterset = filterset_of(query)

    assert filterset.errors == {}
    assert {row.title for row in filterset.qs} == titles


def test_places_of_drafts_are_no_word(register):
    CommitmentFactory(draft=True, places=["Shangri-La"])

    assert "Shangri-La" not in filterset_of("place=x").errors["place"][0]


@pytest.mark.database
@pytest.mark.parametrize(
    ("ordering", "titles"),
    [
        ("", ["fair", "handbook", "silent", "finished"]),
        ("title", ["fair", "finished", "handbook", "silent"]),
        ("-title", ["silent", "handbook", "finished", "fair"]),
        ("due", ["fair", "handbook", "silent", "finished"]),
        ("-due", ["handbook", "fair", "silent", "finished"]),
        ("-last_update", ["finished", "fair", "handbook", "silent"]),
        ("reference", ["fair", "handbook", "silent", "finished"]),
    ],
)
def test_ordering_is_complete_and_puts_the_unknown_last(register, ordering, titles):
    rows = filterset_of(f"ordering={ordering}").qs

    assert [commitment.title for commitment in rows] == titles


def test_search_puts_the_best_fit_first(register):
    CommitmentFactory(title="Skills", summary="Also of remittances.")
    CommitmentFactory(title="Fair remittances")

    rows = filterset_of("q=remittances").qs

    assert [commitment.title for commitment in rows] == ["Fair remittances", "Skills"]


@pytest.mark.database
@pytest.mark.parametrize(
    ("day", "statuses"),
    [
        ("2014-02-19", {}),
        ("2014-02-20", {"fair": "", "handbook": "", "silent": "", "finished": ""}),
        ("2014-06-30", {"fair": "in_progress", "handbook": "", "silent": "", "finished": ""}),
        ("2015-03-31", {"fair": "in_progress", "handbook": "", "silent": "", "finished": "completed"}),
    ],
)
def test_as_of_answers_as_the_record_stood(register, day, statuses):
    rows = filterset_of(f"as_of={day}").qs

    assert {commitment.title: commitment.standing_status for commitment in rows} == statuses


def test_as_of_searches_the_texts_of_that_day(register):
    assert titles_of("q=Dhaka&as_of=2014-06-29") == set()
    assert titles_of("q=Dhaka&as_of=2014-06-30") == {"fair"}


def test_withdrawn_commitment_is_absent_from_its_day_on(register):
    commitment = CommitmentFactory(title="twice", withdrawn=True)
    lead = f"lead={commitment.lead_agency.code}"

    assert titles_of(lead) == set()
    assert titles_of(f"{lead}&as_of=2014-08-31") == {"twice"}
    assert titles_of(f"{lead}&as_of=2014-09-01") == set()


def test_today_may_be_asked_as_of(register):
    with time_machine.travel("2016-01-01T10:00:00Z", tick=False):
        assert titles_of("as_of=2016-01-01") == {"fair", "handbook", "silent", "finished"}
