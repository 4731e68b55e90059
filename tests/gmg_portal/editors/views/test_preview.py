"""A draft as the public page that publishing would make of it, for those who may see the draft, and for nobody else."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from gmg_portal.revision.current import CurrentRevision
from reporting import actions
from reporting.models import ProgressReport, StatusChange
from tests.support.factories import (
    AssessmentFactory,
    CommitmentFactory,
    EvidenceFactory,
    ProgressReportFactory,
    published_report,
)
from tests.support.form_filling import filled

SECRET = "Confidential wording"


def address(row, page="preview"):
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{page}", args=[row.pk])


@pytest.fixture
def as_user(client):
    def as_user(user):
        client.force_login(user)
        return client

    return as_user


def record(page) -> str:
    """The page's main part, without what only a preview says."""
    text = page.content.decode().split("<main", 1)[1].split("</main>", 1)[0]
    return " ".join(re.sub(r'<div class="preview".*?</div>', "", text, flags=re.DOTALL).split())


@pytest.mark.django_db(transaction=True)
def test_preview_is_the_page_that_is_published(as_user, ilo_focal_point, secretariat, commitment):
    published_report(commitment, achieved="Said last time", status="planning")
    report = ProgressReportFactory(commitment=commitment, achieved=SECRET, status="in_progress", outlook="at_risk")
    EvidenceFactory(report=report, title="Public piece")
    EvidenceFactory(report=report, title="Private piece", is_public=False)
    before = CurrentRevision.read()

    preview = as_user(ilo_focal_point).get(address(report))

    assert CurrentRevision.read() == before
    assert (ProgressReport.objects.get(pk=report.pk).state, StatusChange.objects.count()) == ("draft", 1)
    actions.submit(report, by=ilo_focal_point)
    actions.publish(report, by=secretariat)
    public = Client().get(f"/commitments/{commitment.reference}/")
    assert SECRET in record(preview)
    assert "Private piece" not in record(preview)
    assert record(preview) == record(public).replace(" <li>Reviewed by the secretariat</li>", "")


def test_preview_is_marked_kept_nowhere_and_named_to_no_search_engine(as_user, ilo_focal_point, commitment):
    report = ProgressReportFactory(commitment=commitment)

    page = as_user(ilo_focal_point).get(address(report))

    assertContains(page, "Preview: nothing of this is public")
    assertContains(page, '<meta name="robots" content="noindex, nofollow">')
    assertNotContains(page, "+oembed")
    assertContains(page, f'href="{address(report, "change")}"')
    assert {"no-store", "private"} <= set(page.headers["Cache-Control"].split(", "))
    assert page.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert "ETag" not in page.headers


def test_nothing_of_a_preview_is_left(as_user, client, ilo_focal_point, commitment):
    report = ProgressReportFactory(commitment=commitment, achieved=SECRET)
    lines = report.history.count(), commitment.history.count()
    as_user(ilo_focal_point).get(address(report))
    client.logout()

    for page in (f"/commitments/{commitment.reference}/", "/timeline/", "/api/v1/reports/", "/feeds/changes.atom"):
        assertNotContains(client.get(page), SECRET)
    assertNotContains(client.get("/commitments/", {"q": "Confidential wording"}), commitment.title)
    report.refresh_from_db()
    assert (report.state, report.number, report.version) == ("draft", None, report.version)
    assert (report.history.count(), commitment.history.count()) == lines


@pytest.mark.parametrize(
    ("state", "who"),
    [
        ("draft", "iom_focal_point"),
        ("draft", "secretariat"),
        ("submitted", "iom_focal_point"),
        ("submitted", "undesa_focal_point"),
    ],
)
def test_preview_is_for_those_who_may_see_the_draft(state, who, as_user, request, commitment):
    traits = {"submitted": True} if state == "submitted" else {}
    report = ProgressReportFactory(commitment=commitment, achieved=SECRET, **traits)

    answer = as_user(request.getfixturevalue(who)).get(address(report), follow=True)

    assertNotContains(answer, SECRET, status_code=answer.status_code)


def test_preview_asks_to_sign_in(client, commitment):
    report = ProgressReportFactory(commitment=commitment, achieved=SECRET)

    answer = client.get(address(report))

    assert answer.status_code == 302
    assert "login" in answer.url


def test_reviewer_sees_the_preview_of_what_was_submitted(as_user, secretariat, commitment):
    report = ProgressReportFactory(submitted=True, commitment=commitment, achieved=SECRET)
    client = as_user(secretariat)

    assertContains(client.get(address(report, "change")), address(report))
    assertContains(client.get(address(report)), SECRET)


def test_preview_of_an_unfinished_draft_says_what_is_missing(as_user, ilo_focal_point, commitment, cycle):
    report = ProgressReportFactory(commitment=commitment, cycle=cycle, blank=True)

    page = as_user(ilo_focal_point).get(address(report))

    assertContains(page, "No status is chosen yet: the page shows ‘Not started’ in its place.")
    assertContains(page, "Say what was achieved, or that nothing was.")


def test_preview_of_a_commitment_and_of_an_assessment(as_user, ilo_focal_point, ilo, draft):
    assessment = AssessmentFactory(agency=ilo, text="Seen with our own eyes.")
    client = as_user(ilo_focal_point)

    assertContains(client.get(address(draft)), draft.title)
    assertContains(client.get(address(assessment)), "Seen with our own eyes.")
    assert client.get(f"/commitments/{draft.reference}/").status_code == 404


def test_preview_of_what_is_published_is_its_page(as_user, ilo_focal_point, commitment):
    report = published_report(commitment)

    answer = as_user(ilo_focal_point).get(address(report))

    assertRedirects(answer, f"/commitments/{commitment.reference}/")


def test_report_on_what_has_no_page_has_no_preview(as_user, ilo_focal_point, ilo):
    report = ProgressReportFactory(commitment=CommitmentFactory(draft=True, lead_agency=ilo), achieved=SECRET)

    page = as_user(ilo_focal_point).get(address(report))

    assertContains(page, "no public page on which this could stand")


def test_button_saves_the_draft_and_leads_to_its_preview(as_user, ilo_focal_point, commitment):
    report = ProgressReportFactory(commitment=commitment)
    client = as_user(ilo_focal_point)
    form = client.get(address(report, "change"))

    answer = client.post(address(report, "change"), filled(form, achieved="Typed with care", _preview="1"), follow=True)

    assertRedirects(answer, address(report))
    assertContains(answer, "Typed with care")
