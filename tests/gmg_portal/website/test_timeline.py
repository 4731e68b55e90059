"""The timeline and its filters, on the page and in the feed."""

import re
from datetime import date
from urllib.parse import urlencode
from uuid import uuid5

import pytest
from django.urls import reverse

from gmg_portal.syndication.atom import NAMESPACE_UUID
from gmg_portal.website.timeline import build_timeline, periods
from gmg_portal.website.views import TimelineView
from tests.support.exhaustive import first_fast
from tests.support.factories import (
    AgencyFactory,
    AssessmentFactory,
    CommitmentFactory,
    Each,
    EventFactory,
    ProgressReportFactory,
    many,
    published_report,
)

pytestmark = pytest.mark.django_db

MARK = "Quetzalcoatlus"


@pytest.fixture
def year(ilo):
    EventFactory(title="Stockholm", starts_on=date(2014, 5, 14))
    commitment = CommitmentFactory(lead_agency=ilo, published_on=date(2014, 5, 2))
    published_report(commitment, on="2014-12-03")
    published_report(commitment, on="2014")
    return commitment.reference


@pytest.fixture
def two(ilo, iom, decent_work, points):
    """Create a commitment of ILO and IOM on points 1 and 3, one of the task force on point 3, and an event between.

    IOM, which no longer co-convenes the task force, has assessed the task force's commitment.
    """
    first = CommitmentFactory(lead_agency=ilo, partners=[iom], agenda_points=[points[0], points[2]])
    published_report(first, on="2015-03-01", status="completed")
    second = CommitmentFactory(workgroup=decent_work, agenda_points=[points[2]], published_on=date(2014, 6, 1))
    decent_work.participations.filter(agency=iom).delete()
    AssessmentFactory(public=True, commitment=second, agency=iom, finding="disagrees")
    EventFactory(slug="stockholm", title="Stockholm", starts_on=date(2014, 5, 14))
    return first.reference, second.reference


def identifier(key):
    return f"urn:uuid:{uuid5(NAMESPACE_UUID, key)}"


def names(period_list):
    return [
        (period.label, [entry.event.title if entry.event else entry.change.key for entry in period.entries])
        for period in period_list
    ]


def entry_names(client, **words):
    response = client.get(reverse("timeline"), words)
    assert response.status_code == 200
    return {name for _label, entries in names(response.context["periods"]) for name in entries}


def test_timeline_groups_events_and_changes_by_month_newest_first(year):
    assert names(periods(build_timeline())) == [
        ("2014, month not known", [f"{year}/report-2"]),
        ("December 2014", [f"{year}/report-1"]),
        ("May 2014", ["Stockholm", f"{year}/published"]),
    ]


def test_timeline_as_of_a_day_ends_with_it(year):
    assert names(periods(build_timeline(date(2014, 5, 13)))) == [("May 2014", [f"{year}/published"])]


def test_filters_of_the_timeline(client, two):
    first, second = two
    of_first, of_second = (
        {f"{first}/published", f"{first}/report-1"},
        {f"{second}/published", f"{second}/assessment-iom-2014-10-01"},
    )

    assert entry_names(client) == {*of_first, *of_second, "Stockholm"}
    assert (
        entry_names(client, agency="ilo")
        == entry_names(client, agency="iom")
        == entry_names(client, agenda_point="1")
        == of_first
    )
    assert entry_names(client, workgroup="decent-work") == of_second
    assert entry_names(client, agenda_point="3") == of_first | of_second
    assert entry_names(client, kind="event") == {"Stockholm"}
    assert entry_names(client, kind="assessment") == {f"{second}/assessment-iom-2014-10-01"}
    assert entry_names(client, kind="report", year="2015") == {f"{first}/report-1"}
    assert entry_names(client, year="2014", agenda_point="1") == {f"{first}/published"}
    assert entry_names(client, agency="ilo", kind="event") == set()
    assert entry_names(client, agency="", kind="", year="2015") == {f"{first}/report-1"}
    assert entry_names(client, agency="ilo", as_of="2015-02-28") == {f"{first}/published"}


def test_repeated_values_and_comma_lists_are_equal_on_page_and_feed(client, ilo, iom, ohchr):
    for agency in (ilo, iom, ohchr):
        CommitmentFactory(lead_agency=agency, title=f"Led by {agency.acronym}")
    EventFactory()

    for query in ("agency=ilo&agency=iom&agency=", "agency=ilo,iom", "agency=iom,ilo&agency=ilo"):
        page = client.get(f"/timeline/?{query}")
        feed = client.get(f"/feeds/changes.atom?{query}").content.decode()

        html = page.content.decode()
        assert set(re.findall(r"Led by \w+", html)) == {"Led by ILO", "Led by IOM"}, query
        assert set(re.findall(r"Led by \w+", feed)) == {"Led by ILO", "Led by IOM"}, query
        assert re.findall(r'<option value="(\w+)" selected>', html) == ["ilo", "iom"], query
        assert set(page.context["query_form"].filter_labels) == {"Agency: ILO", "Agency: IOM"}, query
        assert re.search(r"<id>([^<]+)</id>", feed)[1] == identifier("feeds/changes.atom?agency=ilo&agency=iom"), query


def test_list_filters_match_any_of_their_values(client, two):
    first, second = two

    def keys(query):
        periods = client.get(f"/timeline/?{query}").context["periods"]
        return {name for _label, entries in names(periods) for name in entries}

    assert keys("agenda_point=1,2") == {f"{first}/published", f"{first}/report-1"}
    assert keys("workgroup=decent-work,decent-work&kind=published") == {f"{second}/published"}
    assert keys("kind=report,event") == {f"{first}/report-1", "Stockholm"}
    assert keys("kind=report&kind=assessment&agenda_point=3") == {
        f"{first}/report-1",
        f"{second}/assessment-iom-2014-10-01",
    }


def test_unknown_value_of_a_list_is_named_alone(client, two):
    html = client.get("/timeline/?agency=ilo,imo").content.decode()

    assert "agency: ‘imo’ is not a valid value. Did you mean ‘iom’? Allowed: ilo, iom." in html


def test_page_shows_its_filters_and_the_number_of_entries(client, two):
    html = client.get(reverse("timeline"), {"agency": "ilo", "year": "2015"}).content.decode()

    assert "<title>Agency: ILO, Year: 2015 – Timeline –" in html
    assert "1 entry" in html
    assert 'href="/feeds/changes.atom?agency=ilo&amp;year=2015"' in html


REFUSALS = {
    "agency=nobody": "agency: ‘nobody’ is not a valid value. Allowed: ilo, iom.",
    "workgroup=ilo": "workgroup: ‘ilo’ is not a valid value. Allowed: decent-work.",
    "agenda_point=9": "Allowed: 1, 2, 3, 4, 5, 6, 7, 8.",
    "kind=draft": "Allowed: answer, assessment, event, published, report, restored, withdrawn.",
    "year=1999": "year: This is not a year from 2000 to 2099.",
    "year=soon": "year: This is not a year from 2000 to 2099.",
    "page=0": "page is a whole number from 1.",
    "status=completed": "‘status’ is not a parameter here. Allowed: agency, agenda_point, as_of,",
    "year=2014&year=2015": "‘year’ is given more than once: give it once.",
}


@pytest.mark.parametrize(("address", "kind"), [("/timeline/", "html"), ("/feeds/changes.atom", "plain")])
def test_invalid_query_is_refused(client, two, address, kind):
    for query, sentence in REFUSALS.items():
        response = client.get(f"{address}?{query}")

        assert (response.status_code, response["Content-Type"]) == (400, f"text/{kind}; charset=utf-8"), query
        assert sentence in response.content.decode()


def test_pages_contain_each_entry_once(client, ilo, monkeypatch):
    monkeypatch.setattr(TimelineView, "paginate_by", 3)
    for month in range(1, 8):
        CommitmentFactory(lead_agency=ilo, published_on=date(2014, month, 1))
    first = EventFactory(slug="first", starts_on=date(2013, 10, 3))

    pages = [client.get(reverse("timeline"), {"page": page}) for page in (1, 2, 3)]

    labels = [label for page in pages for label, _entries in names(page.context["periods"])]
    assert labels == [
        *(f"{month} 2014" for month in ["July", "June", "May", "April", "March", "February", "January"]),
        "October 2013",
    ]
    assert [(year.year, year.count, page) for year, page in pages[1].context["year_pages"]] == [
        (2014, 7, 1),
        (2013, 1, 3),
    ]
    assert client.get(reverse("timeline"), {"page": 4}).status_code == 404
    assert f'id="{first.slug}"' in pages[2].content.decode()


def test_event_on_a_later_page_is_linked_from_the_first(client, ilo, monkeypatch):
    monkeypatch.setattr(TimelineView, "paginate_by", 1)
    CommitmentFactory(lead_agency=ilo)
    event = EventFactory(slug="first", starts_on=date(2013, 10, 3))

    html = client.get(reverse("timeline")).content.decode()

    assert event.get_absolute_url() == "/timeline/#first"
    assert 'id="first"' in html
    assert 'href="?page=2#first"' in html


def test_timeline_shows_no_draft(client, ilo, commitment):
    for state in ("draft", "submitted", "sent_back"):
        CommitmentFactory(**{state: True}, lead_agency=ilo, title=MARK, summary=MARK)
        ProgressReportFactory(**{state: True}, commitment=commitment, achieved=MARK)
        AssessmentFactory(**{state: True}, commitment=commitment, agency=AgencyFactory(name=MARK), text=MARK)

    for address in ("/timeline/", "/feeds/changes.atom", "/feeds/agencies/ilo.atom"):
        text = client.get(address).content.decode()

        assert text.count(f"/commitments/{commitment.reference}/") == 1
        assert "in_progress" not in text
    assert [len(client.get("/timeline/", {"kind": kind}).context["periods"]) for kind in ("report", "assessment")] == [
        0,
        0,
    ]


@pytest.mark.parametrize("rows", first_fast([1, 12]))
def test_timeline_takes_the_same_queries_however_many_rows(client, ilo, points, django_assert_num_queries, rows):
    EventFactory(starts_on=date(2016, 1, 1))
    commitments = many(CommitmentFactory, rows, lead_agency=ilo, agenda_points=points[:1])
    fields = {"public": True, "published_on": date(2014, 2, 20)}
    many(AssessmentFactory, rows, **fields, commitment=Each(commitments), agency=Each(many(AgencyFactory, rows)))
    published_report(commitments[-1], on="2016-01-01")

    for params, queries in (({}, 10), ({"agency": "ilo", "agenda_point": "1"}, 9)):
        with django_assert_num_queries(queries, info=str(params)):
            client.get(f"/timeline/?{urlencode(params)}")
