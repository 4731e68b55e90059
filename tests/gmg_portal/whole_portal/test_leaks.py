"""Test that private rows appear nowhere: no page, answer, file, feed, header or refusal."""

import io
import zipfile
from datetime import date
from urllib.parse import urlencode, urljoin, urlsplit

import pytest
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.urls import URLPattern, get_resolver, reverse

from commitments.models import Commitment
from reporting.models import Evidence
from tests.gmg_portal.whole_portal.test_links import SITE, Page
from tests.support import shared_cast
from tests.support.factories import (
    AnswerFactory,
    AssessmentFactory,
    AutosavedFormFactory,
    CommitmentFactory,
    ContributionFactory,
    CorrectionFactory,
    DigestFactory,
    EventFactory,
    EvidenceFactory,
    FrameworkFactory,
    InvitationFactory,
    MilestoneFactory,
    NotificationFactory,
    PartnerFactory,
    ProgressReportFactory,
    RecommendationFactory,
    StakeholderFactory,
    UserFactory,
    WorkPlanFactory,
    corrected,
    published_report,
    run_deferred_triggers,
)

# SECRET is in every text of every private row; SHOWN is in a public row, to prove that the test would see it.
SECRET = "zzsecret"
SHOWN = "zzshown"
STATES = ["draft", "submitted", "sent_back"]
# Fields without free text: choices, identifiers, and values that the database computes.
CONSTRAINED_FIELDS = {
    "state",
    "reference",
    "load_key",
    "username",
    "password",
    "email",
    "via",
    "request_id",
    "token",
    "form",
}
# Not for readers: the editor area, and files that are no part of the record.
EXCLUDED_PREFIXES = ("/admin/", "/accounts/", "/static/")


def secret_texts(model):
    """Return a value with the secret for every free text of a model."""
    texts = {}
    for field in model._meta.concrete_fields:
        if (
            field.name in CONSTRAINED_FIELDS
            or field.choices
            or getattr(field, "db_returning", False)
            or field.generated
        ):
            continue
        if isinstance(field, models.URLField):
            texts[field.name] = f"https://example.org/{SECRET}"
        elif isinstance(field, models.CharField | models.TextField) and (field.max_length or 99) > 20:
            texts[field.name] = f"{SECRET} {field.name}"
        elif isinstance(field, ArrayField) and isinstance(field.base_field, models.CharField):
            texts[field.name] = [f"{SECRET} {field.name}"]
    return texts


def create_hidden(factory, /, without=(), **fields):
    """Create a row whose every free text contains the secret."""
    texts = {name: text for name, text in secret_texts(factory._meta.model).items() if name not in without}
    return factory(**texts | fields)


pytestmark = [pytest.mark.django_db, pytest.mark.exhaustive]

ilo, iom, points = shared_cast.ilo, shared_cast.iom, shared_cast.points
decent_work, secretariat = shared_cast.decent_work, shared_cast.secretariat


@pytest.fixture(scope="module")
def record(module_db, ilo, iom, points, decent_work, secretariat):
    """Create a public row of each kind, beside a database full of private rows; return the addresses."""
    with module_db.unblock():
        return names_of_record(ilo, iom, points)


def names_of_record(ilo, iom, points):
    group = {"lead_agency": ilo, "agenda_points": points[:2], "recommendations": [RecommendationFactory(code="GOV-1")]}
    commitment = CommitmentFactory(title=f"Fair {SHOWN}", **group, work_plan=WorkPlanFactory(slug="mawp"))
    file = EvidenceFactory.build(report=None, url="", file="evidence/0f0d7a4e-5c55-4c0e-8a55-0f4f6a1f6a11.pdf")
    private = EvidenceFactory.build(report=None, **without_address(secret_texts(Evidence)), is_public=False)
    published_report(commitment, status="in_progress", evidence=[file, private])
    MilestoneFactory(commitment=commitment)
    withdrawn = CommitmentFactory(lead_agency=iom)
    corrected(withdrawn, state="withdrawn", withdrawn_on=date(2014, 9, 1), withdrawn_reason="Entered twice.")
    FrameworkFactory(code="hld")
    EventFactory(slug="forum", starts_on=date(2014, 5, 14))
    not_public(commitment, iom, group)
    run_deferred_triggers()
    drafts = Commitment.objects.filter(state="draft").values_list("reference", flat=True)
    return {
        "references": [commitment.reference, withdrawn.reference, *drafts],
        "file": Evidence.objects.exclude(file="").get().file_name,
    }


def without_address(texts):
    """Return the texts without address and file: evidence has an address, a symbol or a file."""
    return {name: text for name, text in texts.items() if name not in ("url", "file", "file_digest")} | {"url": ""}


def not_public(commitment, iom, group):
    person = UserFactory(username="writer")
    unwanted = ("withdrawn_reason", "status_reason", "review_note")
    for state in STATES:
        trait = {state: True}
        whole = create_hidden(CommitmentFactory, without=unwanted, **trait, **group)
        PartnerFactory(commitment=whole, agency=iom, part=SECRET)
        create_hidden(MilestoneFactory, commitment=whole)
        whole.stakeholders.add(StakeholderFactory(name=f"{SECRET} {state}"))
        for row in (whole, commitment):
            report = create_hidden(ProgressReportFactory, without=unwanted, **trait, commitment=row)
            EvidenceFactory(report=report, title=SECRET, url=f"https://example.org/{SECRET}")
            ContributionFactory(report=report, agency=iom, text=SECRET)
        assessment = AssessmentFactory(commitment=commitment, public=True, finding="disagrees")
        create_hidden(AssessmentFactory, without=unwanted, **trait, commitment=commitment, assessor_name="")
        create_hidden(AnswerFactory, without=unwanted, **trait, assessment=assessment)
    create_hidden(CorrectionFactory, without=("answer",), commitment=commitment)
    create_hidden(NotificationFactory, recipient=person, commitment=commitment)
    DigestFactory(user=person)
    InvitationFactory()
    AutosavedFormFactory(user=person, commitment=commitment, fields={"achieved": [SECRET]})


# Crawling


def public_routes(resolver=None, prefix=""):
    """Yield the names of all public routes, with their parameters."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLPattern):
            if pattern.name:
                yield (
                    f"{prefix}{pattern.name}",
                    tuple(pattern.pattern.regex.groupindex) or tuple(getattr(pattern.pattern, "converters", ())),
                )
        elif not str(pattern.pattern).startswith(("admin/", "accounts/")):
            yield from public_routes(pattern, f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix)


PARAM_VALUES = {
    "number": ["1"],
    "slug": ["decent-work", "forum", "mawp"],
    "code": ["ilo", "hld", "GOV-1"],
    "level": ["governance"],
    "form": ["csv", "json", "ndjson", "xlsx", "svg", "ris", "bib"],
    "table": ["commitments", "reports", "agencies", "recommendations"],
    "name": ["members", "points", "matrix", "status"],
    "section": ["commitments"],
}


def fill_route(names, record):
    """Yield every address of a route, filled in with public and with private values."""
    combinations = [{}]
    for name in names:
        values = PARAM_VALUES.get(name) or ([record["file"]] if name == "file_name" else record["references"])
        combinations = [kwargs | {name: value} for kwargs in combinations for value in values]
    return combinations


def seeds(record):
    for name, parts in public_routes():
        if name in ("api:unknown",):
            continue
        for kwargs in fill_route(parts, record):
            try:
                address = reverse(name, kwargs=kwargs)
            except Exception:  # noqa: BLE001, S112 - a value of another kind of row
                continue
            yield address
    api = [reverse(name) for name, parts in public_routes() if name.startswith("api:") and name.endswith("-list")]
    for address in api:
        yield from (f"{address}?{urlencode(words)}" for words in QUERIES)
    yield from (f"/commitments/?{urlencode(words)}" for words in [*QUERIES[3:], {"view": "table"}])
    refused = ("api/v1/commitments/?place=Nowhere", "api/v1/reports/?commitment=HLD-9999", "commitments/?place=Nowhere")
    yield from (f"/{address}" for address in refused)


QUERIES = [
    {"format": "csv"},
    {"format": "ndjson"},
    {"cursor": "*"},
    {"ordering": "nonsense"},
    {"as_of": "2014-12-31"},
    {"updated_since": "2010-01-01"},
]


def crawl(client, record):
    """Yield every address that readers can name or reach by links, with its response; queries only as listed above."""
    waiting, seen = list(seeds(record)), set()
    while waiting:
        address = waiting.pop()
        if address in seen or address.startswith(EXCLUDED_PREFIXES):
            continue
        seen.add(address)
        response = client.get(address)
        body = response.getvalue()
        yield address, response, body
        if response["Content-Type"].startswith("text/html") and response.status_code == 200:
            links = (urlsplit(urljoin(f"{SITE}{address}", link)) for link in Page(body.decode()).links)
            waiting += [link.path for link in links if link.netloc == "testserver"]


def text_of(response, body):
    """Return all text of a response, with its headers and the content of a workbook."""
    headers = "\n".join(f"{name}: {value}" for name, value in response.headers.items())
    if response["Content-Type"].endswith("spreadsheetml.sheet"):
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            body = b"\n".join(book.read(name) for name in book.namelist())
    return f"{headers}\n{body.decode(errors='replace')}".lower()


def test_nothing_that_is_not_published_is_found_anywhere(client, record):
    secret = {row.reference.lower() for row in Commitment.objects.filter(state__in=STATES)}
    leaks, shown, answered = [], 0, 0
    for address, response, body in crawl(client, record):
        text = text_of(response, body)
        answered += response.status_code == 200
        shown += SHOWN in text
        leaks += [address] if SECRET in text else []
        named = [reference for reference in secret if reference in text.replace(address.lower(), "")]
        leaks += [f"{address} names {reference}" for reference in named if reference not in address.lower()]

    assert leaks == []
    assert len(secret) == len(STATES)
    # The public text is found on very many addresses, so the private one would be too.
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
