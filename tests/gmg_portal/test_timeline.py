from datetime import date

import pytest

from gmg_portal.timeline import timeline
from tests.factories import CommitmentFactory, EventFactory, published_report

pytestmark = pytest.mark.django_db


@pytest.fixture
def year(ilo):
    EventFactory(title="Stockholm", starts_on=date(2014, 5, 14))
    commitment = CommitmentFactory(lead_agency=ilo, published_on=date(2014, 5, 2))
    published_report(commitment, on="2014-12-03")
    published_report(commitment, on="2014")
    return commitment.reference


def told(day=None):
    return [
        (period.label, [entry.event.title if entry.event else entry.change.key for entry in period.entries])
        for period in timeline(day)
    ]


def test_timeline_parts_events_and_changes_by_month_newest_first(year):
    assert told() == [
        ("2014, month not known", [f"{year}/report-2"]),
        ("December 2014", [f"{year}/report-1"]),
        ("May 2014", ["Stockholm", f"{year}/published"]),
    ]


def test_timeline_as_of_a_day_ends_with_it(year):
    assert told(date(2014, 5, 13)) == [("May 2014", [f"{year}/published"])]
