"""What is not published is found nowhere: not on a page, in an answer, a file, a feed, a header or a refusal."""

import io
import zipfile
from datetime import date
from urllib.parse import urlencode, urljoin, urlsplit

import pytest
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.urls import URLPattern, get_resolver, reverse

from commitments.models import Commitment, Evidence
from tests import shared_cast
from tests.factories import (
    AnswerFactory,
    AssessmentFactory,
    CommitmentFactory,
    ContributionFactory,
    DigestFactory,
    EventFactory,
    EvidenceFactory,
    FrameworkFactory,
    InvitationFactory,
    MilestoneFactory,
    MistakeFactory,
    NoticeFactory,
    PartnerFactory,
    ProgressReportFactory,
    RecommendationFactory,
    StakeholderFactory,
    UserFactory,
    WorkingCopyFactory,
    WorkPlanFactory,
    as_committed,
    corrected,
    published_report,
)
from tests.gmg_portal.test_links import SITE, Page

# Stands in every text of every row that is not public; and in one that is, to show that it would be seen.
SECRET = "zzsecret"
SHOWN = "zzshown"
STATES = ["draft", "submitted", "sent_back"]
# Columns whose text is not free: words of their own, identifiers, and what the database makes.
BOUND = {"state", "reference", "load_key", "username", "password", "email", "via", "request_id", "token", "form"}
# Not for readers: the editors' side, and what says nothing of the record.
EXCEPTED = ("/admin/", "/accounts/", "/static/")


def marked(model):
    """Every free text of a model, holding the secret."""
    texts = {}
    for field in model._meta.concrete_fields:
        if field.name in BOUND or field.choices or getattr(field, "db_returning", False) or field.generated:
            continue
        if isinstance(field, models.URLField):
            texts[field.name] = f"https://example.org/{SECRET}"
        elif isinstance(field, models.CharField | models.TextField) and (field.max_length or 99) > 20:
            texts[field.name] = f"{SECRET} {field.name}"
        elif isinstance(field, ArrayField) and isinstance(field.base_field, models.CharField):
            texts[field.name] = [f"{SECRET} {field.name}"]
    return texts


def hidden(factory, /, without=(), **fields):
    """A row whose every free text holds the secret."""
    texts = {name: text for name, text in marked(factory._meta.model).items() if name not in without}
    return factory(**texts | fields)


pytestmark = pytest.mark.django_db

ilo, iom, points = shared_cast.ilo, shared_cast.iom, shared_cast.points
decent_work, secretariat = shared_cast.decent_work, shared_cast.secretariat


@pytest.fixture(scope="module")
def record(module_db, ilo, iom, points, decent_work, secretariat):
    """A published row of each kind with its address, beside a database full of what is not published."""
    with module_db.unblock():
        return names_of_record(ilo, iom, points)


def names_of_record(ilo, iom, points):
    group = {"lead_agency": ilo, "agenda_points": points[:2], "recommendations": [RecommendationFactory(code="GOV-1")]}
    commitment = CommitmentFactory(title=f"Fair {SHOWN}", **group, work_plan=WorkPlanFactory(slug="mawp"))
    file = EvidenceFactory.build(report=None, url="", file="evidence/0f0d7a4e-5c55-4c0e-8a55-0f4f6a1f6a11.pdf")
    private = EvidenceFactory.build(report=None, **without_address(marked(Evidence)), is_public=False)
    published_report(commitment, status="in_progress", evidence=[file, private])
    MilestoneFactory(commitment=commitment)
    withdrawn = CommitmentFactory(lead_agency=iom)
    corrected(withdrawn, state="withdrawn", withdrawn_on=date(2014, 9, 1), withdrawn_reason="Entered twice.")
    FrameworkFactory(code="hld")
    EventFactory(slug="forum", starts_on=date(2014, 5, 14))
    not_public(commitment, iom, group)
    as_committed()
    drafts = Commitment.objects.filter(state="draft").values_list("reference", flat=True)
    return {
        "references": [commitment.reference, withdrawn.reference, *drafts],
        "file": Evidence.objects.exclude(file="").get().file_name,
    }


def without_address(texts):
    """A piece of evidence has an address or a symbol or a file."""
    return {name: text for name, text in texts.items() if name not in ("url", "file", "file_digest")} | {"url": ""}


def not_public(commitment, iom, group):
    person = UserFactory(username="writer")
    unwanted = ("withdrawn_reason", "status_reason", "review_note")
    for state in STATES:
        trait = {state: True}
        whole = hidden(CommitmentFactory, without=unwanted, **trait, **group)
        PartnerFactory(commitment=whole, agency=iom, part=SECRET)
        hidden(MilestoneFactory, commitment=whole)
        whole.stakeholders.add(StakeholderFactory())
        for row in (whole, commitment):
            report = hidden(ProgressReportFactory, without=unwanted, **trait, commitment=row)
            EvidenceFactory(report=report, title=SECRET, url=f"https://example.org/{SECRET}")
            ContributionFactory(report=report, agency=iom, text=SECRET)
        judged = AssessmentFactory(commitment=commitment, public=True, finding="disagrees")
        hidden(AssessmentFactory, without=unwanted, **trait, commitment=commitment, assessor_name="")
        hidden(AnswerFactory, without=unwanted, **trait, assessment=judged)
    hidden(MistakeFactory, without=("answer",), commitment=commitment)
    hidden(NoticeFactory, recipient=person, commitment=commitment)
    DigestFactory(user=person)
    InvitationFactory()
    WorkingCopyFactory(user=person, commitment=commitment, fields={"achieved": [SECRET]})


# Where readers can go


def patterns(resolver=None, prefix=""):
    """The names of all addresses for readers, with the parts of each that are to be filled in."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLPattern):
            if pattern.name:
                yield (
                    f"{prefix}{pattern.name}",
                    tuple(pattern.pattern.regex.groupindex) or tuple(getattr(pattern.pattern, "converters", ())),
                )
        elif not str(pattern.pattern).startswith(("admin/", "accounts/")):
            yield from patterns(pattern, f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix)


KNOWN = {
    "number": ["1"],
    "slug": ["decent-work", "forum", "mawp"],
    "code": ["ilo", "hld", "GOV-1"],
    "level": ["governance"],
    "form": ["csv", "json", "ndjson", "xlsx", "svg", "ris", "bib"],
    "table": ["commitments", "reports", "agencies", "recommendations"],
    "name": ["members", "points", "matrix", "status"],
    "section": ["commitments"],
}


def filled(names, record):
    """Every way of filling in the parts of an address with what is public, and with what is not."""
    ways = [{}]
    for name in names:
        values = KNOWN.get(name) or ([record["file"]] if name == "file_name" else record["references"])
        ways = [way | {name: value} for way in ways for value in values]
    return ways


def seeds(record):
    for name, parts in patterns():
        if name in ("api:unknown",):
            continue
        for way in filled(parts, record):
            try:
                address = reverse(name, kwargs=way)
            except Exception:  # noqa: BLE001, S112 - a value of another kind of row
                continue
            yield address
    api = [reverse(name) for name, parts in patterns() if name.startswith("api:") and name.endswith("-list")]
    for address in api:
        yield from (f"{address}?{urlencode(words)}" for words in ASKED)
    yield from (f"/commitments/?{urlencode(words)}" for words in [*ASKED[3:], {"view": "table"}])
    refused = ("api/v1/commitments/?place=Nowhere", "api/v1/reports/?commitment=HLD-9999", "commitments/?place=Nowhere")
    yield from (f"/{address}" for address in refused)


ASKED = [
    {"format": "csv"},
    {"format": "ndjson"},
    {"cursor": "*"},
    {"ordering": "nonsense"},
    {"as_of": "2014-12-31"},
    {"updated_since": "2010-01-01"},
]


def crawled(client, record):
    """Every address that readers can name or reach by links, and its answer; questions only as they are named above."""
    waiting, seen = list(seeds(record)), set()
    while waiting:
        address = waiting.pop()
        if address in seen or address.startswith(EXCEPTED):
            continue
        seen.add(address)
        response = client.get(address)
        body = response.getvalue()
        yield address, response, body
        if response["Content-Type"].startswith("text/html") and response.status_code == 200:
            links = (urlsplit(urljoin(f"{SITE}{address}", link)) for link in Page(body.decode()).links)
            waiting += [link.path for link in links if link.netloc == "testserver"]


def text_of(response, body):
    """All that an answer says, its headers and the inside of a workbook included."""
    headers = "\n".join(f"{name}: {value}" for name, value in response.headers.items())
    if response["Content-Type"].endswith("spreadsheetml.sheet"):
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            body = b"\n".join(book.read(name) for name in book.namelist())
    return f"{headers}\n{body.decode(errors='replace')}".lower()


def test_nothing_that_is_not_published_is_found_anywhere(client, record):
    secret = {row.reference.lower() for row in Commitment.objects.filter(state__in=STATES)}
    leaks, shown, answered = [], 0, 0
    for address, response, body in crawled(client, record):
        said = text_of(response, body)
        answered += response.status_code == 200
        shown += SHOWN in said
        leaks += [address] if SECRET in said else []
        named = [reference for reference in secret if reference in said.replace(address.lower(), "")]
        leaks += [f"{address} names {reference}" for reference in named if reference not in address.lower()]

    assert leaks == []
    assert len(secret) == len(STATES)
    # What is published is seen by the same eyes, on very many addresses.
    assert answered > 150 and shown > 40


def test_words_of_what_is_not_published_are_neither_found_nor_suggested(client, record):
    for word in (SECRET, "zzsecre", "zzsecrets"):
        page = client.get("/commitments/", {"q": word})

        assert page.context["facet_counts"].count == 0
        assert page.context["spellings"] == []
        assert client.get("/api/v1/commitments/", {"q": word}).json()["count"] == 0
    assert client.get("/commitments/", {"q": "zzshowm"}).context["spellings"] != []


def test_unpublished_rows_count_nowhere(client, record):
    matrix = client.get("/api/v1/summary/matrix/").json()
    facets = {facet.name: facet for facet in client.get("/commitments/").context["facet_counts"].facets}

    assert matrix["total"] == 1
    assert sum(option.count for option in facets["agenda_point"].options) == 2
    assert facets["place"].options == []
