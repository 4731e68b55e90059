"""Bulk factories create the same rows as single ones."""

import pytest

from commitments.models import Commitment
from reporting.models import Evidence, ProgressReport, StatusChange
from tests.support.factories import (
    CommitmentFactory,
    Each,
    RecommendationFactory,
    many,
    many_published_reports,
    published_report,
)

pytestmark = [pytest.mark.database, pytest.mark.django_db]

# Fields that differ between rows: keys, texts, and those that change with each save.
DIFFERING_FIELDS = {
    *("id", "reference", "title", "url", "draft_code", "commitment", "report", "search"),
    *("version", "updated_at", "recorded_at", "history_id", "history_date"),
}


def common_values(model, **filters):
    """Return the values of rows without `DIFFERING_FIELDS`, in the order of their creation."""
    fields = [field.attname for field in model._meta.fields if field.name not in DIFFERING_FIELDS]
    return list(model.objects.filter(**filters).order_by("pk").values(*fields))


def test_many_published_reports_equal_single_ones(ilo, points):
    one = published_report(CommitmentFactory(lead_agency=ilo, agenda_points=points)).commitment
    two = many(CommitmentFactory, 2, lead_agency=ilo, agenda_points=points)

    many_published_reports(two)

    assert common_values(Commitment, pk__in=[row.pk for row in two]) == common_values(Commitment, pk=one.pk) * 2
    for model, link in {ProgressReport: "", StatusChange: "", Evidence: "report__"}.items():
        values = common_values(model, **{f"{link}commitment": one})
        assert common_values(model, **{f"{link}commitment__in": two}) == values * 2
        assert len(values) == 1
    assert [list(commitment.agenda_points.all()) for commitment in two] == [points, points]
    newest = [commitment.reports.get().history.latest() for commitment in (one, *two)]
    assert {(row.state, row.history_type, row.history_change_reason) for row in newest} == {("published", "~", "load")}


def test_many_rows_each_have_their_own(ilo):
    first, second = many(RecommendationFactory, 2)

    made = many(CommitmentFactory, 2, lead_agency=ilo, recommendations=Each([[first], [first, second]]))

    assert [set(commitment.recommendations.all()) for commitment in made] == [{first}, {first, second}]
    assert len({commitment.reference for commitment in made}) == 2
    assert [commitment.history.get().reference for commitment in made] == [commitment.reference for commitment in made]


def test_many_rows_need_their_related_rows():
    with pytest.raises(ValueError, match="unsaved related object"):
        many(CommitmentFactory, 2)
