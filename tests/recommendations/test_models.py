import pytest
from django.core.exceptions import ValidationError
from django.db.models import F

from recommendations.models import Recommendation
from tests.support.factories import RecommendationFactory

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def part_of_itself():
    Recommendation.objects.filter(pk=RecommendationFactory().pk).update(parent=F("pk"))


REFUSED = [
    ("recommendation_level_known", lambda: RecommendationFactory(level="local")),
    ("recommendation_not_its_own_parent", part_of_itself),
]
UNIQUE = [(RecommendationFactory, "code", "GOV-1")]
CHOICES = [(Recommendation, "level", "recommendation_level_known")]


@pytest.mark.parametrize(("constraint", "write"), REFUSED)
def test_bad_row_is_refused_by_the_database(constraint, write, assert_refused_by):
    assert_refused_by(constraint, write)


@pytest.mark.parametrize(("factory", "field", "value"), UNIQUE)
def test_second_row_with_the_same_identifier_is_refused(factory, field, value, assert_unique):
    assert_unique(factory, field, value)


@pytest.mark.parametrize(("model", "field", "constraint"), CHOICES)
def test_choices_are_those_of_the_database(model, field, constraint, constraint_values):
    choices = {value for value, _ in model._meta.get_field(field).choices}

    assert constraint_values(constraint) == choices


def test_every_declared_rule_is_in_the_tables_above(assert_declared):
    assert_declared(
        "recommendations",
        constraints={constraint for constraint, _ in REFUSED},
        unique={(factory._meta.model, field) for factory, field, _ in UNIQUE},
        choices={(model, field) for model, field, _ in CHOICES},
    )


@pytest.mark.parametrize("code", ["GOV-1", "P15-1a", "OPS-12"])
def test_code_of_the_presentation_is_taken(code):
    recommendation = RecommendationFactory(code=code)

    recommendation.full_clean()

    assert recommendation.code == code


@pytest.mark.parametrize("code", ["gov-1", "GOV", "GOV-1ab", "GOV 1", "GOV-1\n"])
def test_code_of_another_form_is_refused(code):
    recommendation = RecommendationFactory.build(code=code)

    with pytest.raises(ValidationError) as refusal:
        recommendation.full_clean()

    assert set(refusal.value.message_dict) == {"code"}


def test_whole_recommendations_leave_out_parts():
    whole = RecommendationFactory(code="P15-1")
    part = RecommendationFactory(code="P15-1a", parent=whole)

    assert list(Recommendation.objects.whole()) == [whole]
    assert list(whole.parts.all()) == [part]


def test_history_keeps_the_related_points(points):
    recommendation = RecommendationFactory(agenda_points=points[:2])

    recommendation.agenda_points.set(points[2:3])

    newest = recommendation.history.first()
    assert [row.agendapoint.number for row in newest.agenda_points.all()] == [3]


def test_history_of_a_related_point_asks_for_keys_alone(points, django_assert_num_queries):
    """Each change adds a history row and its links, without reading the recommendation or its points."""
    with django_assert_num_queries(3):
        recommendation = RecommendationFactory()

    # Which are joined already, the joining; the state of the row, what is joined to it, the same beside that state.
    with django_assert_num_queries(5):
        recommendation.agenda_points.add(*points)

    created, joined = recommendation.history.order_by("history_id")
    assert (created.agenda_points.count(), joined.agenda_points.count()) == (0, 8)


def test_name_and_address():
    recommendation = RecommendationFactory(code="GOV-1")

    assert str(recommendation) == "GOV-1"
    assert recommendation.get_absolute_url() == "/recommendations/GOV-1/"
