from datetime import UTC, date, datetime
from xml.etree import ElementTree

import pytest
from django.urls import reverse
from django.utils.dateparse import parse_datetime

from commitments import actions
from gmg_portal.feeds import ENTRIES
from gmg_portal.models import Revision
from tests.factories import (
    AgencyFactory,
    AnswerFactory,
    AssessmentFactory,
    CommitmentFactory,
    EventFactory,
    EvidenceFactory,
    ProgressReportFactory,
    corrected,
    published_report,
)

pytestmark = pytest.mark.django_db

ATOM = {"atom": "http://www.w3.org/2005/Atom"}
HOST = "http://testserver"


def read(client, address="/feeds/changes.atom"):
    response = client.get(address)
    assert response.status_code == 200
    return ElementTree.fromstring(response.content)


def texts(feed, path):
    return [element.text for element in feed.findall(path, ATOM)]


def ids(feed):
    return texts(feed, "atom:entry/atom:id")


def links(feed):
    return [link.get("href") for link in feed.findall("atom:entry/atom:link", ATOM)]


def test_feed_says_what_is_published_reported_and_withdrawn(client, ilo, commitment):
    published_report(commitment, on="2014-06", status="in_progress", achieved="A < B & C")
    published_report(commitment, on="2014-12-31", status="in_progress")
    withdrawn = CommitmentFactory(withdrawn=True, lead_agency=ilo, title="Twice")

    response = client.get("/feeds/changes.atom")
    feed = ElementTree.fromstring(response.content)

    page, other = f"{HOST}/commitments/{commitment.reference}/", f"{HOST}/commitments/{withdrawn.reference}/"
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert texts(feed, "atom:entry/atom:title") == [
        f"{commitment.reference}: Report published – Fair recruitment of migrant workers",
        f"{withdrawn.reference}: Commitment withdrawn – Twice",
        f"{commitment.reference}: Report published, status now ‘In progress’ – Fair recruitment of migrant workers",
        f"{withdrawn.reference}: Commitment published – Twice",
        f"{commitment.reference}: Commitment published – Fair recruitment of migrant workers",
    ]
    assert links(feed) == [f"{page}#report-2", other, f"{page}#report-1", other, page]
    assert texts(feed, "atom:entry/atom:updated") == [
        "2014-12-31T00:00:00+00:00",
        "2014-09-01T00:00:00+00:00",
        "2014-06-30T00:00:00+00:00",
        "2014-02-20T00:00:00+00:00",
        "2014-02-20T00:00:00+00:00",
    ]
    assert texts(feed, "atom:entry/atom:summary")[:3] == [
        "<p>The first courses were held.</p>",
        "<p>Entered twice.</p>",
        "<p>A &lt; B &amp; C</p>",
    ]
    assert set(texts(feed, "atom:entry/atom:author/atom:name")) == {"ILO"}


def test_feed_has_what_atom_requires(client, commitment):
    feed = read(client)

    assert texts(feed, "atom:id") == ["tag:testserver,2014:feeds/changes.atom"]
    assert texts(feed, "atom:title") == ["Changes of the register – GMG HLD follow-up portal"]
    assert texts(feed, "atom:updated") == ["2014-02-20T00:00:00+00:00"]
    assert texts(feed, "atom:author/atom:name") == ["GMG HLD follow-up portal"]
    assert {(link.get("rel"), link.get("href")) for link in feed.findall("atom:link", ATOM)} == {
        ("self", f"{HOST}/feeds/changes.atom"),
        ("alternate", f"{HOST}/timeline/"),
    }


def test_identifiers_are_unique_and_stay(client, ilo, commitment):
    published_report(commitment, on="2014-06-30")
    CommitmentFactory(withdrawn=True, lead_agency=ilo)
    before = ids(read(client))

    published_report(commitment, on="2014-12-31", status="completed")
    commitment.refresh_from_db()
    corrected(commitment, title="Corrected title")
    after = ids(read(client))

    assert len(set(after)) == len(after) == len(before) + 1
    assert after[1:] == before
    assert after[0] == f"tag:testserver,2014:{commitment.reference}/report-2"


def test_report_published_here_is_dated_by_the_moment_of_its_review(client, ilo_focal_point, secretariat, commitment):
    report = ProgressReportFactory(commitment=commitment, author=ilo_focal_point)
    EvidenceFactory(report=report)
    actions.submit(report, by=ilo_focal_point)
    report = actions.publish(report, by=secretariat)

    updated = texts(read(client), "atom:entry/atom:updated")

    assert parse_datetime(updated[0]) == report.reviewed_at


def test_feed_shows_the_newest(client, ilo):
    for number in range(ENTRIES + 2):
        CommitmentFactory(lead_agency=ilo, title=str(number), published_on=date.fromordinal(735_000 + number))

    titles = texts(read(client), "atom:entry/atom:title")

    assert [title.rpartition(" ")[2] for title in titles] == [str(n) for n in range(ENTRIES + 1, 1, -1)]


def test_feed_without_entries_is_dated_by_the_record(client, ilo):
    moved_at = datetime(2014, 7, 1, 9, 30, tzinfo=UTC)
    Revision.objects.update_or_create(pk=1, defaults={"number": 7, "moved_at": moved_at})

    feed = read(client)

    assert ids(feed) == []
    assert parse_datetime(*texts(feed, "atom:updated")) == moved_at


def test_feed_of_a_record_that_never_moved_is_dated_by_the_dialogue(client, db):
    Revision.objects.all().delete()

    assert texts(read(client), "atom:updated") == ["2013-10-03T00:00:00+00:00"]


def test_feed_as_of_a_day_ends_with_it(client, commitment):
    published_report(commitment, on="2014-06-30")

    assert ids(read(client, "/feeds/changes.atom?as_of=2014-06-29")) == [
        f"tag:testserver,2014:{commitment.reference}/published"
    ]


def test_text_that_xml_refuses_is_still_a_feed(client, ilo):
    CommitmentFactory(lead_agency=ilo, title="Page\x0bbreak", summary="And\x1f")

    feed = read(client)

    assert texts(feed, "atom:entry/atom:title")[0].endswith("Page\ufffdbreak")


def test_agency_feed_holds_what_it_leads_or_takes_part_in(client, ilo, iom, commitment):
    part = CommitmentFactory(lead_agency=iom, partners=[ilo])
    CommitmentFactory(lead_agency=iom)

    feed = read(client, reverse("agency-feed", args=["ilo"]))

    assert ids(feed) == [f"tag:testserver,2014:{row.reference}/published" for row in (part, commitment)]
    assert texts(feed, "atom:title") == ["ILO: changes of the register – GMG HLD follow-up portal"]
    assert texts(feed, "atom:id") == ["tag:testserver,2014:feeds/agencies/ilo.atom"]


def test_feed_of_an_unknown_agency_is_not_found(client, db):
    AgencyFactory(code="ilo")

    assert client.get("/feeds/agencies/nobody.atom").status_code == 404


@pytest.mark.parametrize("rows", [1, 30])
@pytest.mark.parametrize(("address", "queries"), [("/feeds/changes.atom", 6), ("/feeds/agencies/ilo.atom", 6)])
def test_feed_takes_as_many_queries_for_any_number_of_rows(
    client, ilo, django_assert_num_queries, rows, address, queries
):
    for _ in range(rows):
        published_report(CommitmentFactory(lead_agency=ilo))

    with django_assert_num_queries(queries):
        feed = read(client, address)

    assert len(ids(feed)) == min(2 * rows, ENTRIES)


def test_feed_takes_the_words_of_the_timeline(client, ilo, iom, points, commitment):
    commitment.agenda_points.add(points[2])
    published_report(commitment, on="2015-06-30")
    CommitmentFactory(lead_agency=iom, agenda_points=points)
    EventFactory(slug="stockholm", starts_on=date(2014, 5, 14))

    feed = read(client, "/feeds/changes.atom?agency=ilo&agenda_point=3&year=2015")

    assert ids(feed) == [f"tag:testserver,2014:{commitment.reference}/report-1"]
    assert texts(feed, "atom:id") == [
        "tag:testserver,2014:feeds/changes.atom?agency=ilo&agenda_point=3&year=2015",
    ]
    assert texts(feed, "atom:title") == [
        "Changes of the register (Agency: ILO, Agenda point: 3. Eliminate migrant exploitation, including human "
        "trafficking, Year: 2015) – GMG HLD follow-up portal"
    ]
    assert {link.get("href") for link in feed.findall("atom:link[@rel='alternate']", ATOM)} == {
        f"{HOST}/timeline/?agency=ilo&agenda_point=3&year=2015"
    }


def test_feed_tells_an_event_once_its_day_has_come(client, db):
    EventFactory(slug="stockholm", title="Stockholm", starts_on=date(2014, 5, 14), place="Stockholm")
    EventFactory(slug="to-come", starts_on=date(2999, 1, 1))

    feed = read(client)

    assert ids(feed) == ["tag:testserver,2014:event/stockholm"]
    assert links(feed) == [f"{HOST}/timeline/#stockholm"]
    assert texts(feed, "atom:entry/atom:updated") == ["2014-05-14T00:00:00+00:00"]


def test_feed_tells_an_assessment_in_the_assessors_name(client, iom, commitment):
    AssessmentFactory(public=True, commitment=commitment, agency=iom, finding="disagrees", text="Nothing was found.")

    feed = read(client, "/feeds/changes.atom?kind=assessment")

    assert ids(feed) == [f"tag:testserver,2014:{commitment.reference}/assessment-iom-2014-10-01"]
    assert texts(feed, "atom:entry/atom:author/atom:name") == [str(iom)]
    assert texts(feed, "atom:entry/atom:summary") == ["<p>Disagrees</p>\n\n<p>Nothing was found.</p>"]


def test_feed_tells_an_answer_in_the_leads_name(client, iom, commitment):
    judged = AssessmentFactory(public=True, commitment=commitment, agency=iom, finding="disagrees")
    AnswerFactory(assessment=judged, public=True, text="It was there.")
    AnswerFactory(assessment=judged, submitted=True, text="Whispered")

    feed = read(client, "/feeds/changes.atom?kind=answer")

    assert ids(feed) == [f"tag:testserver,2014:{commitment.reference}/answer-iom-2014-10-15"]
    assert links(feed) == [f"{HOST}{commitment.get_absolute_url()}#assessments"]
    assert texts(feed, "atom:entry/atom:author/atom:name") == ["ILO"]
    assert texts(feed, "atom:entry/atom:summary") == ["<p>It was there.</p>"]


def test_feed_refuses_in_plain_text_a_day_that_has_not_come(client, db):
    response = client.get("/feeds/changes.atom?as_of=2999-01-01")

    assert (response.status_code, response["Content-Type"]) == (400, "text/plain; charset=utf-8")
    assert "has not come" in response.content.decode()
