"""Reports by year and by cycle: what the public may know, and no more."""

from datetime import date

import pytest

from register.querysets import register_commitments
from register.statistics.freshness import freshness
from register.statistics.reporting_cycles import Year, reporting
from tests.support.factories import CommitmentFactory, ProgressReportFactory, ReportingCycleFactory, published_report

pytestmark = pytest.mark.django_db


def reporting_of(day=None, **filters):
    return reporting(register_commitments().published(day).filter(**filters), day)


def cycle_counts(day=None):
    return [
        (cycle.title, cycle.expected, cycle.in_time, cycle.late, cycle.missing) for cycle in reporting_of(day).cycles
    ]


@pytest.fixture
def expected(commitment, cycle):
    return ProgressReportFactory(commitment=commitment, cycle=cycle, blank=True)


def test_years_run_from_the_first_report_to_the_day_of_the_record(ilo, iom, cycle):
    early, requested, other = (
        CommitmentFactory(lead_agency=lead, published_on=date(2013, 1, 1)) for lead in (ilo, ilo, iom)
    )
    published_report(early, on="2013")
    published_report(requested, on="2015-03", cycle=cycle)
    published_report(other, on="2015-04-01")

    assert reporting_of(date(2017, 1, 1)).years == [
        Year(2013, 1),
        Year(2014, 0),
        Year(2015, 2, 1),
        Year(2016, 0),
        Year(2017, 0),
    ]
    assert reporting_of(date(2014, 1, 1)).years == [Year(2013, 1), Year(2014, 0)]
    assert reporting_of(date(2015, 12, 31), lead_agency=iom).years == [Year(2015, 1)]
    assert reporting_of(date(2013, 12, 30)).years == []


def test_year_that_is_not_over_counts_its_report_that_is_known_by_the_year_alone(ilo):
    published_report(CommitmentFactory(lead_agency=ilo), on="2014")

    assert reporting_of(date(2014, 12, 30)).years == []
    assert reporting_of(date(2014, 12, 31)).years == [Year(2014, 1)]


@pytest.mark.parametrize(
    ("on", "outcome"),
    [
        ("2014-06-30", (1, 0, 0, 1)),
        ("2014-07-01", (1, 1, 0, 0)),
        ("2014-08-31", (1, 1, 0, 0)),
        ("2014-09-01", (1, 0, 1, 0)),
    ],
)
def test_cycle_is_answered_by_any_report_since_it_opened(commitment, cycle, expected, on, outcome):
    published_report(commitment, on=on)

    assert cycle_counts() == [("Second half of 2014", *outcome)]


def test_cycle_is_not_answered_once_the_next_has_opened(commitment, cycle, expected):
    ReportingCycleFactory(
        title="2015",
        opens_on=date(2015, 1, 1),
        opened_on=date(2015, 1, 1),
        due_on=date(2015, 2, 28),
        closes_on=date(2015, 3, 31),
    )
    published_report(commitment, on="2015-01-15")

    assert cycle_counts() == [("Second half of 2014", 1, 0, 0, 1)]


def test_report_of_its_cycle_answers_it_even_after_the_next_has_opened(commitment, cycle):
    ReportingCycleFactory(
        title="2015",
        opens_on=date(2015, 1, 1),
        opened_on=date(2015, 1, 1),
        due_on=date(2015, 2, 28),
        closes_on=date(2015, 3, 31),
    )
    published_report(commitment, on="2015-01-15", cycle=cycle)

    assert cycle_counts() == [("Second half of 2014", 1, 0, 1, 0)]


@pytest.mark.parametrize("state", ["blank", "draft", "submitted", "sent_back"])
def test_draft_counts_as_nothing_yet(commitment, cycle, state):
    ProgressReportFactory(commitment=commitment, cycle=cycle, **{state: True})

    reports = reporting_of()

    assert reports.years == []
    assert cycle_counts() == [("Second half of 2014", 1, 0, 0, 1)]


@pytest.mark.parametrize("state", ["draft", "submitted", "sent_back", "withdrawn"])
def test_what_is_not_published_is_not_asked(ilo, cycle, state):
    ProgressReportFactory(commitment=CommitmentFactory(**{state: True}, lead_agency=ilo), cycle=cycle, blank=True)

    assert cycle_counts() == []


def test_cycle_of_a_past_day_is_shown_as_it_was(commitment, cycle, expected):
    published_report(commitment, on="2014-08-01")

    assert cycle_counts(date(2014, 6, 30)) == []
    assert cycle_counts(date(2014, 7, 31)) == [("Second half of 2014", 1, 0, 0, 1)]
    assert [cycle.is_due for day in (date(2014, 8, 31), date(2014, 9, 1)) for cycle in reporting_of(day).cycles] == [
        False,
        True,
    ]


def test_newest_cycle_misses_exactly_the_reports_due_by_freshness(ilo, cycle):
    commitments = CommitmentFactory.create_batch(4, lead_agency=ilo)
    published_report(commitments[0], on="2014-03-01")
    for commitment in commitments:
        ProgressReportFactory(commitment=commitment, cycle=cycle, blank=True)
    published_report(commitments[0], on="2014-07-15")
    published_report(commitments[1], on="2014-10-01")

    for day in (date(2014, 7, 1), date(2014, 7, 31), date(2014, 10, 1), None):
        assert [cycle.missing for cycle in reporting_of(day).cycles] == [freshness(day).owed.count]
