import pytest
from django.http import QueryDict

from agenda.models import AgendaPoint
from register.filtering.facets import FACETS, Facet, Option, count_facets
from register.filtering.query import RegisterQuery
from tests.support.exhaustive import first_fast
from tests.support.factories import (
    AgencyFactory,
    AgendaPointFactory,
    CommitmentFactory,
    RecommendationFactory,
    WorkGroupFactory,
    many,
    published_report,
)

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def facet_counts_of(query: str):
    register_query = RegisterQuery.parse(QueryDict(query))
    assert not register_query.errors
    return count_facets(register_query)


def counted(query: str) -> dict[str, dict[str, int]]:
    return {
        facet.name: {option.value: option.count for option in facet.options} for facet in facet_counts_of(query).facets
    }


@pytest.fixture(scope="module")
def register(module_db):
    with module_db.unblock():
        make_register()


def make_register():
    ilo, iom = AgencyFactory(code="ilo"), AgencyFactory(code="iom")
    decent_work = WorkGroupFactory(slug="decent-work")
    points = [AgendaPointFactory(number=number) for number in range(1, 9)]
    whole = RecommendationFactory(code="P15-1", level="post_2015")
    part = RecommendationFactory(code="P15-1a", level="post_2015", parent=whole)
    first = CommitmentFactory(
        lead_agency=ilo,
        kind="norm",
        agenda_points=points[:2],
        recommendations=[whole, part],
        partners=[iom],
        places=["Nepal", "Qatar"],
        scope="national",
    )
    second = CommitmentFactory(lead_agency=iom, kind="norm", agenda_points=points[:1], recommendations=[part])
    CommitmentFactory(lead_agency=None, workgroup=decent_work, kind="event", partners=[ilo, iom])
    published_report(first, status="completed")
    published_report(second, status="ongoing", outlook="on_track")
    CommitmentFactory(draft=True, lead_agency=ilo, kind="campaign", agenda_points=points, places=["Atlantis"])


def test_facets_count_the_rows_of_every_word(register):
    counts = counted("")

    assert counts == {
        "status": {"completed": 1, "ongoing": 1},
        "freshness": {"current": 1, "not_yet_due": 2},
        "agenda_point": {"1": 2, "2": 1},
        "agency": {"ilo": 2, "iom": 3},
        "lead": {"ilo": 1, "iom": 1, "decent-work": 1},
        "workgroup": {"decent-work": 1},
        "level": {"post_2015": 2},
        "recommendation": {"P15-1": 2, "P15-1a": 2},
        "kind": {"norm": 2, "event": 1},
        "outlook": {"on_track": 1, "not_assessed": 2},
        "verification": {"self_reported": 3},
        "scope": {"national": 1},
        "place": {"Nepal": 1, "Qatar": 1},
    }


def test_facet_respects_the_other_filters_and_not_its_own(register):
    counts = counted("kind=norm&lead=iom")

    assert counts["lead"] == {"ilo": 1, "iom": 1}
    assert counts["kind"] == {"norm": 1}
    assert counts["status"] == {"ongoing": 1}


def test_chosen_value_stays_in_its_facet_at_nought(register):
    counts = counted("kind=event&status=completed")

    assert counts["status"] == {"completed": 0}


def test_place_that_is_named_most_comes_first(register):
    CommitmentFactory(places=["Qatar"])

    assert list(counted("")["place"].items()) == [("Qatar", 2), ("Nepal", 1)]


QUESTIONS = [
    "",
    "kind=norm&lead=iom",
    "kind=norm&status=completed&status=ongoing",
    "q=undertaking&recommendation=P15-1",
    "q=undertaking&kind=event&as_of=2014-12-31",
    "agency=iom&due_before=2014-01-01",
    "updated_since=2014-01-01&place=Nepal",
    "kind=event&status=completed&scope=national",
]


@pytest.mark.parametrize("query", QUESTIONS)
def test_facet_counts_have_the_count_of_the_query_and_without_each_parameter(register, query):
    words = QueryDict(query)
    without = {}
    for word in words:
        rest = words.copy()
        del rest[word]
        if word != "as_of":
            without[word] = RegisterQuery.parse(rest).rows().count()

    counts = facet_counts_of(query)

    assert counts.total == 3
    assert counts.count == RegisterQuery.parse(words).rows().count()
    assert counts.without == without


@pytest.mark.parametrize("word", first_fast(FACETS))
def test_each_count_is_the_number_of_rows_that_its_word_gives(register, word):
    for value, count in counted("")[word].items():
        query = QueryDict(mutable=True)
        query[word] = value

        rows = RegisterQuery.parse(query).rows()

        assert rows.count() == count, (word, value)


@pytest.mark.parametrize(("options", "first", "more"), [(10, 10, 0), (11, 8, 3), (0, 0, 0)])
def test_long_facet_shows_its_first_options_and_the_rest_under_more(options, first, more):
    facet = Facet("place", "Place", [Option(str(number), str(number), 1, number == 9) for number in range(options)])

    assert (len(facet.first), len(facet.more)) == (first, more)
    assert facet.chosen_in_more == (more > 0)


@pytest.mark.parametrize("rows", first_fast([1, 20]))
def test_facets_take_the_same_queries_however_many_rows(register, django_assert_num_queries, rows):
    many(CommitmentFactory, rows, lead_agency=AgencyFactory(), agenda_points=AgendaPoint.objects.all())
    register_query = RegisterQuery.parse(QueryDict("status=completed"))

    with django_assert_num_queries(FACET_QUERIES):
        count_facets(register_query)


# The cycle, the walk over the rows, and the names of agencies, groups, points and recommendations.
FACET_QUERIES = 6
