import re
from datetime import UTC, date, datetime
from html import unescape
from xml.etree import ElementTree

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from agenda.models import Event
from gmg_portal.models import Revision
from gmg_portal.syndication.atom import identifier
from gmg_portal.syndication.feeds import ENTRIES_PER_PAGE
from reporting import actions
from tests.gmg_portal.syndication.atom_rules import feed_errors
from tests.support.exhaustive import first_fast
from tests.support.factories import (
    AgencyFactory,
    AnswerFactory,
    AssessmentFactory,
    CommitmentFactory,
    EventFactory,
    EvidenceFactory,
    ProgressReportFactory,
    RecommendationFactory,
    corrected,
    many,
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


def pages(feed):
    links = {link.get("rel"): link.get("href") for link in feed.findall("atom:link", ATOM)}
    return {rel: href for rel, href in links.items() if rel not in ("self", "alternate", "license")}


def test_feed_says_what_is_published_reported_and_withdrawn(client, ilo, commitment):
    published_report(commitment, on="2014-06", status="in_progress", achieved="A < B & C")
    published_report(commitment, on="2014-12-31", status="in_progress")
    withdrawn = CommitmentFactory(withdrawn=True, lead_agency=ilo, title="Twice")

    response = client.get("/feeds/changes.atom")
    feed = ElementTree.fromstring(response.content)

    page, other = f"{HOST}/commitments/{commitment.reference}/", f"{HOST}/commitments/{withdrawn.reference}/"
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    rows = zip(texts(feed, "atom:entry/atom:title"), links(feed), texts(feed, "atom:entry/atom:published"), strict=True)
    assert set(rows) == {
        (
            f"{commitment.reference}: Report published – Fair recruitment of migrant workers",
            f"{page}#report-2",
            "2014-12-31T00:00:00Z",
        ),
        (f"{withdrawn.reference}: Commitment withdrawn – Twice", other, "2014-09-01T00:00:00Z"),
        (
            f"{commitment.reference}: Report published, status now ‘In progress’ – Fair recruitment of migrant workers",
            f"{page}#report-1",
            "2014-06-30T00:00:00Z",
        ),
        (f"{withdrawn.reference}: Commitment published – Twice", other, "2014-02-20T00:00:00Z"),
        (
            f"{commitment.reference}: Commitment published – Fair recruitment of migrant workers",
            page,
            "2014-02-20T00:00:00Z",
        ),
    }
    assert {
        "<p>The first courses were held.</p>",
        "<p>Entered twice.</p>",
        "<p>A &lt; B &amp; C</p>",
    } < set(texts(feed, "atom:entry/atom:summary"))
    assert set(texts(feed, "atom:entry/atom:author/atom:name")) == {"ILO"}


def test_feed_has_what_atom_requires(client, commitment):
    feed = read(client)

    assert texts(feed, "atom:id") == [identifier("feeds/changes.atom")]
    assert texts(feed, "atom:title") == ["Changes of the register – GMG HLD follow-up portal"]
    assert parse_datetime(*texts(feed, "atom:updated")) == commitment.history.get().history_date
    assert texts(feed, "atom:author/atom:name") == ["GMG HLD follow-up portal"]
    assert {(link.get("rel"), link.get("href")) for link in feed.findall("atom:link", ATOM)} == {
        ("self", f"{HOST}/feeds/changes.atom"),
        ("alternate", f"{HOST}/timeline/"),
        ("license", "https://creativecommons.org/licenses/by/4.0/"),
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
    assert set(after) - set(before) == {identifier(f"{commitment.reference}/report-2")}


def test_report_published_here_is_dated_by_the_moment_of_its_review(client, ilo_focal_point, secretariat, commitment):
    report = ProgressReportFactory(commitment=commitment, author=ilo_focal_point)
    EvidenceFactory(report=report)
    actions.submit(report, by=ilo_focal_point)
    report = actions.publish(report, by=secretariat)

    updated = texts(read(client), "atom:entry/atom:updated")

    assert parse_datetime(updated[0]) == report.reviewed_at


def test_feed_shows_the_newest(client, ilo):
    for number in range(ENTRIES_PER_PAGE + 2):
        CommitmentFactory(lead_agency=ilo, title=str(number), published_on=date.fromordinal(735_000 + number))

    titles = texts(read(client), "atom:entry/atom:title")

    assert [title.rpartition(" ")[2] for title in titles] == [str(n) for n in range(ENTRIES_PER_PAGE + 1, 1, -1)]


@pytest.fixture
def in_february(time_machine, db):
    """Record the rows of later fixtures on 20 February 2014, when the revision last changed."""
    time_machine.move_to("2014-02-20T12:00:00Z", tick=False)
    Revision.objects.update(moved_at=timezone.now())


def test_what_was_just_recorded_comes_first_however_old(in_february, client, ilo, commitment, time_machine):
    for number in range(ENTRIES_PER_PAGE + 2):
        CommitmentFactory(lead_agency=ilo, title=str(number), published_on=date(2014, 2, 19))
    time_machine.move_to("2014-10-01T08:00:00Z", tick=False)
    published_report(commitment, on="2014-01-31", status="in_progress")
    old = CommitmentFactory(lead_agency=ilo, published_on=date(2013, 11, 1))

    for address in ("/feeds/changes.atom", "/feeds/agencies/ilo.atom", "/commitments.atom?lead=ilo"):
        feed = read(client, address)

        assert ids(feed)[:2] == [
            identifier(f"{commitment.reference}/report-1"),
            identifier(f"{old.reference}/published"),
        ]
        assert texts(feed, "atom:entry/atom:published")[:2] == ["2014-01-31T00:00:00Z", "2013-11-01T00:00:00Z"]
        assert texts(feed, "atom:entry/atom:updated")[:3] == [*["2014-10-01T08:00:00Z"] * 2, "2014-02-20T12:00:00Z"]


def test_of_one_day_what_was_published_last_comes_first(in_february, client, secretariat, commitment, time_machine):
    rows = [ProgressReportFactory(commitment=commitment, submitted=True), CommitmentFactory(submitted=True)]
    for hour, row in enumerate(rows, start=9):
        time_machine.move_to(f"2014-10-01T{hour:02}:00:00Z", tick=False)
        actions.publish(row, by=secretariat)

    feed = read(client)

    assert texts(feed, "atom:entry/atom:updated")[:2] == ["2014-10-01T10:00:00Z", "2014-10-01T09:00:00Z"]


def test_feed_is_as_new_as_the_record(client, commitment):
    moved_at = datetime(2035, 7, 1, 9, 30, tzinfo=UTC)
    Revision.objects.update_or_create(pk=1, defaults={"number": 7, "moved_at": moved_at})

    response = client.get("/feeds/changes.atom")

    assert parse_datetime(*texts(ElementTree.fromstring(response.content), "atom:updated")) == moved_at
    assert feed_errors(response) == []


def test_feed_without_entries_is_dated_by_the_record(client, ilo):
    moved_at = datetime(2014, 7, 1, 9, 30, tzinfo=UTC)
    Revision.objects.update_or_create(pk=1, defaults={"number": 7, "moved_at": moved_at})

    feed = read(client)

    assert ids(feed) == []
    assert parse_datetime(*texts(feed, "atom:updated")) == moved_at


def test_feed_of_a_record_that_never_moved_is_dated_by_the_dialogue(client, db):
    Revision.objects.all().delete()

    assert texts(read(client), "atom:updated") == ["2013-10-03T00:00:00Z"]


def test_feed_as_of_a_day_ends_with_it(client, commitment):
    published_report(commitment, on="2014-06-30")

    assert ids(read(client, "/feeds/changes.atom?as_of=2014-06-29")) == [
        identifier(f"{commitment.reference}/published")
    ]


def test_text_that_xml_refuses_is_still_a_feed(client, ilo):
    CommitmentFactory(lead_agency=ilo, title="Page\x0bbreak", summary="And\x1f")

    feed = read(client)

    assert texts(feed, "atom:entry/atom:title")[0].endswith("Page\ufffdbreak")


def test_agency_feed_holds_what_it_leads_or_takes_part_in(client, ilo, iom, commitment):
    part = CommitmentFactory(lead_agency=iom, partners=[ilo])
    CommitmentFactory(lead_agency=iom)

    feed = read(client, reverse("agency-feed", args=["ilo"]))

    assert ids(feed) == [identifier(f"{row.reference}/published") for row in (part, commitment)]
    assert texts(feed, "atom:title") == ["ILO: changes of the register – GMG HLD follow-up portal"]
    assert texts(feed, "atom:id") == [identifier("feeds/agencies/ilo.atom")]


def test_agency_feed_holds_what_its_constituents_do(client, ilo):
    own = CommitmentFactory(lead_agency=AgencyFactory(code="ilo-geneva", parent=ilo))

    assert ids(read(client, "/feeds/agencies/ilo.atom")) == [identifier(f"{own.reference}/published")]


def test_feed_of_a_group_a_point_or_a_recommendation_holds_its_commitments(client, ilo, points, decent_work):
    whole = RecommendationFactory(code="P15-1")
    part = RecommendationFactory(code="P15-1a", parent=whole)
    of_group = CommitmentFactory(lead_agency=None, workgroup=decent_work)
    on_point = CommitmentFactory(lead_agency=ilo, agenda_points=points[2:3])
    answers = CommitmentFactory(lead_agency=ilo, recommendations=[part])
    for state in ("draft", "submitted", "sent_back"):
        hidden = {"agenda_points": points, "recommendations": [whole, part], state: True}
        CommitmentFactory(lead_agency=None, workgroup=decent_work, title="Quetzalcoatlus", **hidden)

    ids_by_feed = {
        name: ids(read(client, f"/feeds/{name}.atom"))
        for name in (
            "workgroups/decent-work",
            "agenda/3",
            "agenda/4",
            "recommendations/P15-1",
            "recommendations/P15-1a",
        )
    }

    key = {row: [identifier(f"{row.reference}/published")] for row in (of_group, on_point, answers)}
    assert ids_by_feed == {
        "workgroups/decent-work": key[of_group],
        "agenda/3": key[on_point],
        "agenda/4": [],
        "recommendations/P15-1": key[answers],
        "recommendations/P15-1a": key[answers],
    }


@pytest.mark.parametrize("of", ["workgroups/nobody", "agenda/99", "recommendations/X-1"])
def test_feed_of_what_is_not_known_is_not_found(client, db, of):
    assert client.get(f"/feeds/{of}.atom").status_code == 404


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("?status=completed", "‘status’ is not a parameter here. Allowed: as_of, page."),
        ("?page=first", "page: page is a whole number from 1."),
        ("?as_of=2014-13-01", "as_of: ‘2014-13-01’ is not a day. Write it as 2014-03-05 or 5 March 2014."),
        ("?page=1&page=2", "‘page’ is given more than once: give it once."),
    ],
)
def test_feed_of_a_subject_refuses_what_it_does_not_know(client, ilo, words, says):
    response = client.get(f"/feeds/agencies/ilo.atom{words}")

    assert (response.status_code, response.content.decode().strip()) == (400, says)


def test_long_feed_goes_on_from_page_to_page(client, ilo):
    many(CommitmentFactory, ENTRIES_PER_PAGE + 1, lead_agency=ilo)
    address = "/feeds/agencies/ilo.atom?as_of=2020-01-01"

    first, second = read(client, address), read(client, f"{address}&page=2")
    beyond = client.get(f"{address}&page=3")

    assert len({*ids(first), *ids(second)}) == ENTRIES_PER_PAGE + 1
    assert (
        texts(first, "atom:id")
        == texts(second, "atom:id")
        == texts(read(client, "/feeds/agencies/ilo.atom"), "atom:id")
    )
    assert pages(first) == {
        "first": f"{HOST}{address}&page=1",
        "next": f"{HOST}{address}&page=2",
        "last": f"{HOST}{address}&page=2",
    }
    assert pages(second) == {
        "first": f"{HOST}{address}&page=1",
        "previous": f"{HOST}{address}&page=1",
        "last": f"{HOST}{address}&page=2",
    }
    assert (beyond.status_code, beyond.content.decode()) == (404, "There is no page 3: the last page is 2.\n")


def test_identifiers_are_the_same_under_every_host_and_scheme(client, settings, commitment):
    settings.ALLOWED_HOSTS = ["*"]
    published_report(commitment)

    feeds = [
        ElementTree.fromstring(client.get("/feeds/agencies/ilo.atom", secure=secure, headers={"Host": host}).content)
        for host, secure in [("testserver", False), ("testserver:8000", False), ("gmg.example", True)]
    ]

    assert len({tuple(texts(feed, "atom:id") + ids(feed)) for feed in feeds}) == 1
    assert {links(feed)[0].partition("/commitments/")[0] for feed in feeds} == {
        "http://testserver",
        "http://testserver:8000",
        "https://gmg.example",
    }


def test_commitment_that_was_amended_comes_first_and_says_when(client, ilo, commitment):
    published_report(commitment, on="2014-06-30", status="in_progress")
    commitment.refresh_from_db()
    other = CommitmentFactory(lead_agency=ilo, published_on=date(2014, 5, 1))
    before = read(client, "/feeds/agencies/ilo.atom")
    corrected(commitment, title="Fair recruitment, corrected")
    at = commitment.history.latest("history_id").history_date

    feed = read(client, "/feeds/agencies/ilo.atom")

    key = {name: identifier(f"{commitment.reference}/{name}") for name in ("published", "report-1")}
    of_other = identifier(f"{other.reference}/published")
    assert ids(before) == [of_other, key["report-1"], key["published"]]
    assert ids(feed) == [key["published"], of_other, key["report-1"]]
    assert texts(feed, "atom:entry/atom:title")[0] == (
        f"{commitment.reference}: Commitment amended – Fair recruitment, corrected"
    )
    assert (
        f"Amended on {at.day} {at:%B %Y}: the history on its page says how."
        in texts(feed, "atom:entry/atom:summary")[0]
    )
    assert texts(feed, "atom:entry/atom:published")[0] == "2014-02-20T00:00:00Z"
    assert parse_datetime(texts(feed, "atom:entry/atom:updated")[0]) == at
    assert parse_datetime(*texts(feed, "atom:updated")) == at


def test_commitment_that_comes_to_match_by_an_amendment_comes_first(client, ilo, points, commitment, time_machine):
    CommitmentFactory(lead_agency=ilo, agenda_points=points, published_on=date(2015, 1, 1))
    time_machine.move_to("2030-01-02T03:04:05Z", tick=False)

    commitment.agenda_points.add(points[2])
    corrected(commitment)

    for address in ("/feeds/agenda/3.atom", "/commitments.atom?agenda_point=3"):
        assert ids(read(client, address))[0] == identifier(f"{commitment.reference}/published")


def test_withdrawal_is_dated_by_its_moment(client, secretariat, commitment):
    actions.withdraw(commitment, reason="Entered twice.", by=secretariat)

    withdrawn = commitment.withdrawals.get().withdrawn_at
    assert parse_datetime(texts(read(client), "atom:entry/atom:updated")[0]) == withdrawn


@pytest.mark.exhaustive
def test_every_feed_is_valid(client, settings, ilo, iom, points, decent_work, cycle):
    settings.DATA_LICENCE_NAME, settings.DATA_LICENCE_URL = "CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/"
    recommendation = RecommendationFactory(code="P15-1")
    rows = [
        CommitmentFactory(
            lead_agency=ilo if number else None,
            workgroup=None if number else decent_work,
            agenda_points=points,
            recommendations=[recommendation],
            partners=[iom],
            title="A < B & “C” \x0b <script>alert(1)</script> \ufffe",
            summary="" if number else "<b onclick='x'>\x1f مرحبا 你好 \u2028 𝒜",
        )
        for number in range(3)
    ]
    published_report(rows[0], status="completed", achieved="]]> \x00".replace("\x00", ""))
    assessment = AssessmentFactory(public=True, commitment=rows[1], finding="disagrees")
    AnswerFactory(assessment=assessment, public=True)
    CommitmentFactory(withdrawn=True, lead_agency=ilo)
    EventFactory(slug="stockholm", starts_on=date(2014, 5, 14))
    ProgressReportFactory(commitment=rows[2], cycle=cycle)
    errors_by_address = {}

    for address in (
        "/feeds/changes.atom",
        "/feeds/changes.atom?agency=ilo&kind=report",
        "/feeds/changes.atom?year=2001",
        "/feeds/agencies/ilo.atom?as_of=2014-06-30",
        "/feeds/workgroups/decent-work.atom",
        "/feeds/agenda/3.atom",
        "/feeds/recommendations/P15-1.atom?page=1",
        "/commitments.atom",
        "/commitments.atom?page_size=2&page=2",
        "/commitments.atom?freshness=never_reported&freshness=overdue&q=script",
    ):
        errors_by_address[address] = feed_errors(client.get(address))

    assert errors_by_address == dict.fromkeys(errors_by_address, [])


def test_validator_finds_what_is_wrong(client, commitment):
    response = client.get("/feeds/changes.atom")
    entry = response.content[response.content.index(b"<entry>") : response.content.index(b"</feed>")]
    sound = feed_errors(response)
    response.content = response.content.replace(b"</feed>", entry + b"</feed>").replace(
        b"<author><name>GMG HLD follow-up portal</name></author>", b"<author></author><foo/>", 1
    )

    response.content = re.sub(b"T[^<]*Z</updated>", b" 00:00</updated>", response.content, count=1)

    assert sound == []
    assert [fault.partition(":")[0] for fault in feed_errors(response)] == [
        "foo does not belong into {http",
        "no date",
        "an author without a name",
        "twice",
        "the feed is older than its newest entry",
    ]


def test_feeds_can_be_kept_and_read_from_other_sites(client, commitment):
    kept = client.get("/commitments.atom?agency=ilo", headers={"Origin": "https://elsewhere.example"})
    again = client.get("/commitments.atom?agency=ilo", headers={"If-None-Match": kept["ETag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert kept["Access-Control-Allow-Origin"] == "*"
    assert client.post("/commitments.atom").status_code == 405


FEEDS_OF_PAGES = {
    "/agencies/ilo/?as_of=2015-01-01": "/feeds/agencies/ilo.atom",
    "/workgroups/decent-work/": "/feeds/workgroups/decent-work.atom",
    "/agenda/3/": "/feeds/agenda/3.atom",
    "/recommendations/P15-1/": "/feeds/recommendations/P15-1.atom",
    "/recommendations/levels/post_2015/": "/commitments.atom?level=post_2015",
    "/commitments/": "/commitments.atom",
    "/commitments/?view=table&status=ongoing&lead=ilo&page=1&as_of=2015-01-01": (
        "/commitments.atom?lead=ilo&status=ongoing"
    ),
    "/commitments/?q=Quetzalcoatlus": "/commitments.atom?q=Quetzalcoatlus",
}


def test_page_offers_its_feed_to_programs_and_to_readers(client, ilo, decent_work, points):
    RecommendationFactory(code="P15-1", level="post_2015")
    published_report(CommitmentFactory(lead_agency=ilo), status="ongoing")
    offered, wrong = {}, {}

    for page, feed in FEEDS_OF_PAGES.items():
        html = client.get(page).content.decode()
        link = re.search(r'<link rel="alternate" type="application/atom\+xml" href="([^"]*)" title="[^"]+">', html)
        shown = re.findall(r'<a href="([^"]*)" type="application/atom\+xml">Follow by feed', html)
        offered[page] = [unescape(link[1]), *map(unescape, shown)]
        wrong[feed] = feed_errors(client.get(feed))

    assert offered == {page: [feed, feed] for page, feed in FEEDS_OF_PAGES.items()}
    assert wrong == dict.fromkeys(FEEDS_OF_PAGES.values(), [])


def test_refused_question_offers_no_feed(client, db):
    assert "application/atom+xml" not in client.get("/commitments/?statsu=done").content.decode()


# Feeds of searches


def test_feed_of_a_search_holds_the_changes_of_what_the_register_finds(client, ilo, iom, commitment):
    published_report(commitment, on="2014-06-30", status="in_progress")
    done = CommitmentFactory(lead_agency=iom, partners=[ilo], title="Done")
    published_report(done, on="2015-06-30", status="in_progress")
    published_report(done, on="2015-12-31", status="completed")
    of_another = CommitmentFactory(lead_agency=iom)
    published_report(of_another, status="completed")
    address = "/commitments.atom?status=completed&agency=ilo"

    feed = read(client, address)
    before = read(client, f"{address}&as_of=2015-07-01")

    assert set(ids(feed)) == {identifier(f"{done.reference}/{each}") for each in ("report-2", "report-1", "published")}
    assert ids(before) == []
    assert texts(feed, "atom:title") == [
        "Commitments found (Status: Completed, Agency (lead or partner): ILO) – GMG HLD follow-up portal"
    ]
    assert {link.get("href") for link in feed.findall("atom:link[@rel='alternate']", ATOM)} == {
        f"{HOST}/commitments/?status=completed&agency=ilo"
    }
    assert texts(feed, "atom:id") == texts(
        read(client, "/commitments.atom?agency=ilo&status=completed&ordering=due"), "atom:id"
    )


def test_entry_has_one_identifier_in_every_feed(client, commitment):
    published_report(commitment)

    id_lists = {
        tuple(ids(read(client, f"/{name}.atom"))) for name in ("feeds/changes", "feeds/agencies/ilo", "commitments")
    }

    assert id_lists == {tuple(identifier(f"{commitment.reference}/{suffix}") for suffix in ("report-1", "published"))}


def test_feed_of_a_search_has_the_withdrawal_of_a_result(client, ilo, secretariat, commitment):
    CommitmentFactory(withdrawn=True, lead_agency=AgencyFactory())
    actions.withdraw(commitment, reason="Entered twice.", by=secretariat)

    assert ids(read(client, "/commitments.atom?lead=ilo")) == [
        identifier(f"{commitment.reference}/{each}") for each in ("withdrawn", "published")
    ]


def test_feed_of_silent_commitments_has_each_newly_silent_one(
    in_february, client, ilo, cycle, commitment, time_machine
):
    ProgressReportFactory(commitment=commitment, cycle=cycle)
    reported_commitment = CommitmentFactory(lead_agency=ilo)
    ProgressReportFactory(commitment=reported_commitment, cycle=cycle)
    published_report(reported_commitment, on="2014-08-01")
    address = "/commitments.atom?freshness=due&freshness=never_reported"
    published = identifier(f"{commitment.reference}/published")

    time_machine.move_to("2014-08-31T23:59:00Z", tick=False)
    due = read(client, address)
    time_machine.move_to("2014-09-01T00:00:00Z", tick=False)
    never = read(client, address)

    assert ids(due) == [identifier(f"{commitment.reference}/due-2014-07-01"), published]
    assert ids(never) == [identifier(f"{commitment.reference}/never_reported-2014-09-01"), published]
    assert texts(never, "atom:entry/atom:title")[0] == f"{commitment.reference}: Never reported – {commitment.title}"
    assert (
        texts(never, "atom:entry/atom:summary")[0]
        == "<p>A report was asked for by 31 August 2014: Second half of 2014.</p>"
    )
    assert texts(never, "atom:updated") == ["2014-09-01T00:00:00Z"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("statsu=completed", "‘statsu’ is not a parameter here. Did you mean ‘status’? Allowed: "),
        ("status=done", "status: ‘done’ is not a valid value. Allowed: "),
        ("view=table", "‘view’ is not a parameter here."),
        ("page_size=201", "page_size: "),
        ("page=0", "page: "),
        ("as_of=2999-01-01", "in the future"),
    ],
)
def test_feed_of_a_search_refuses_what_the_register_does_not_know(client, db, words, says):
    response = client.get(f"/commitments.atom?{words}")

    assert (response.status_code, response["Content-Type"]) == (400, "text/plain; charset=utf-8")
    assert says in response.content.decode()


def test_feed_of_a_search_finds_no_drafts(client, ilo, commitment):
    for state in ("draft", "submitted", "sent_back"):
        CommitmentFactory(**{state: True}, lead_agency=ilo, title="Quetzalcoatlus")
        ProgressReportFactory(
            **({state: True} if state != "draft" else {}), commitment=commitment, achieved="Quetzalcoatlus"
        )

    assert ids(read(client, "/commitments.atom?q=Quetzalcoatlus")) == []
    assert ids(read(client, "/commitments.atom")) == [identifier(f"{commitment.reference}/published")]


def test_feed_of_an_unknown_agency_is_not_found(client, db):
    AgencyFactory(code="ilo")

    assert client.get("/feeds/agencies/nobody.atom").status_code == 404


@pytest.mark.parametrize("rows", first_fast([1, 6]))
def test_feed_takes_as_many_queries_for_any_number_of_rows(client, ilo, django_assert_num_queries, rows):
    for _ in range(rows):
        published_report(CommitmentFactory(lead_agency=ilo))

    for address, queries in {
        "/feeds/changes.atom": 10,
        "/feeds/agencies/ilo.atom": 11,
        "/commitments.atom?agency=ilo": 11,
    }.items():
        with django_assert_num_queries(queries, info=address):
            feed = read(client, address)
        assert len(ids(feed)) == 2 * rows, address


def test_feed_takes_the_params_of_the_timeline(client, ilo, iom, points, commitment):
    commitment.agenda_points.add(points[2])
    published_report(commitment, on="2015-06-30")
    CommitmentFactory(lead_agency=iom, agenda_points=points)
    EventFactory(slug="stockholm", starts_on=date(2014, 5, 14))

    feed = read(client, "/feeds/changes.atom?agency=ilo&agenda_point=3&year=2015")

    assert ids(feed) == [identifier(f"{commitment.reference}/report-1")]
    assert texts(feed, "atom:id") == [
        identifier("feeds/changes.atom?agency=ilo&agenda_point=3&year=2015"),
    ]
    assert texts(feed, "atom:title") == [
        "Changes of the register (Agency: ILO, Agenda point: 3. Eliminate migrant exploitation, including human "
        "trafficking, Year: 2015) – GMG HLD follow-up portal"
    ]
    assert {link.get("href") for link in feed.findall("atom:link[@rel='alternate']", ATOM)} == {
        f"{HOST}/timeline/?agency=ilo&agenda_point=3&year=2015"
    }


def test_feed_has_an_event_from_its_day_on(client, db):
    EventFactory(slug="stockholm", title="Stockholm", starts_on=date(2014, 5, 14), place="Stockholm")
    EventFactory(slug="to-come", starts_on=date(2099, 1, 1))

    feed = read(client)

    assert ids(feed) == [identifier("event/stockholm")]
    assert links(feed) == [f"{HOST}/timeline/#stockholm"]
    assert texts(feed, "atom:entry/atom:published") == ["2014-05-14T00:00:00Z"]
    event = Event.objects.get(slug="stockholm")
    assert parse_datetime(*texts(feed, "atom:entry/atom:updated")) == event.history.get().history_date


def test_feed_has_an_assessment_in_the_assessors_name(client, iom, commitment):
    AssessmentFactory(public=True, commitment=commitment, agency=iom, finding="disagrees", text="Nothing was found.")

    feed = read(client, "/feeds/changes.atom?kind=assessment")

    assert ids(feed) == [identifier(f"{commitment.reference}/assessment-iom-2014-10-01")]
    assert texts(feed, "atom:entry/atom:author/atom:name") == [str(iom)]
    assert texts(feed, "atom:entry/atom:summary") == ["<p>Disagrees</p>\n\n<p>Nothing was found.</p>"]


def test_feed_has_an_answer_in_the_leads_name(client, iom, commitment):
    assessment = AssessmentFactory(public=True, commitment=commitment, agency=iom, finding="disagrees")
    AnswerFactory(assessment=assessment, public=True, text="It was there.")
    AnswerFactory(assessment=assessment, submitted=True, text="Whispered")

    feed = read(client, "/feeds/changes.atom?kind=answer")

    assert ids(feed) == [identifier(f"{commitment.reference}/answer-iom-2014-10-15")]
    assert links(feed) == [f"{HOST}{commitment.get_absolute_url()}#assessments"]
    assert texts(feed, "atom:entry/atom:author/atom:name") == ["ILO"]
    assert texts(feed, "atom:entry/atom:summary") == ["<p>It was there.</p>"]


def test_feed_refuses_in_plain_text_a_day_that_has_not_come(client, db):
    response = client.get("/feeds/changes.atom?as_of=2999-01-01")

    assert (response.status_code, response["Content-Type"]) == (400, "text/plain; charset=utf-8")
    assert "in the future" in response.content.decode()
