"""Every page of the editor area: nothing that a machine can find against WCAG, and nothing wider than a phone."""

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.test import RequestFactory
from django.urls import reverse
from playwright.sync_api import expect

from agencies.models import Agency
from commitments.models import Commitment
from reporting.models import ProgressReport, ReportingCycle
from tests.browser.accessibility import dim, layout_violations, violations
from tests.browser.chromium import PHONE, WIDE, resize
from tests.browser.signing_in import admit, sign_in
from tests.support import factories

# Which databases are set up is read off the marks; `site` fills this one for the whole file, which only reads.
pytestmark = pytest.mark.django_db

WIDTH = "document.documentElement.scrollWidth"
OFFERED = {  # on a row in this state, these steps have a page of their own
    "draft report": ["change", "submit", "preview"],
    "submitted report": ["change", "review", "publish", "send-back", "preview"],
    "draft commitment": ["change", "submit", "preview"],
    "submitted commitment": ["change", "review", "publish", "send-back"],
    "published commitment": ["change", "withdraw", "history"],
    "submitted assessment": ["review", "publish", "send-back"],
    "submitted answer": ["review", "publish", "send-back"],
    "planned cycle": ["open"],
    "open cycle": ["remind", "close"],
    "closed cycle": ["reopen"],
    "mistake": ["answer", "close"],
    "invitation": ["change"],
    "membership": ["change", "hand-over"],
}
ABOVE_THE_TABLES = [
    "/admin/",
    "/admin/queue/",
    "/admin/rates/",
    "/admin/handover/ilo/",
    "/admin/commitments/",
    "/admin/commitments/commitment/import/",
    "/admin/commitments/milestone/import/",
    "/admin/reporting/progressreport/import/",
    "/admin/commitments/commitment/?q=recruitment&status__exact=ongoing",
    "/admin/agenda/event/?starts_on__year=2013",
]


def every_state():
    """A row in every table that the register leaves empty, and in every state that has pages of its own."""
    ilo = factories.focal_point(Agency.objects.get(code="ilo"), "ilo")
    cycle = ReportingCycle.objects.get()
    led = list(Commitment.objects.published().filter(lead_agency__code="ilo").order_by("reference"))
    submitted, draft = ProgressReport.objects.filter(cycle=cycle, commitment__in=led).order_by("pk")[:2]
    ProgressReport.objects.filter(pk=submitted.pk).update(
        state="submitted", status="ongoing", achieved="Four more corridors.", author=ilo
    )
    ProgressReport.objects.filter(pk=submitted.pk).update(submitted_by=ilo, submitted_at=factories.SUBMITTED_AT)
    factories.EvidenceFactory(report=draft)
    factories.ContributionFactory(report=draft, agency=Agency.objects.get(code="iom"))
    factories.MilestoneFactory(commitment=led[0])
    factories.AssessmentFactory(public=True, commitment=led[0], finding="disagrees")
    factories.NotificationFactory(recipient=ilo, commitment=led[0])
    factories.DigestFactory(user=ilo)
    factories.AutosavedFormFactory(user=ilo)
    factories.IdempotencyRecordFactory(token__made_by=ilo, token__agency=Agency.objects.get(code="ilo"))
    factories.EditionFactory()
    factories.FormerNameFactory(agency=led[0].lead_agency)
    by_ilo = {"lead_agency": led[0].lead_agency}
    return {
        "submitted report": submitted,
        "draft report": draft,
        "draft commitment": factories.CommitmentFactory(draft=True, **by_ilo),
        "submitted commitment": factories.CommitmentFactory(submitted=True, **by_ilo),
        "published commitment": led[0],
        "submitted assessment": factories.AssessmentFactory(submitted=True, commitment=led[0]),
        "submitted answer": factories.AnswerFactory(submitted=True, assessment__commitment=led[1]),
        "planned cycle": factories.ReportingCycleFactory(title="A half-year to come"),
        "open cycle": cycle,
        "closed cycle": factories.ReportingCycleFactory(opened=True, closed_on="2014-12-31"),
        "mistake": factories.CorrectionFactory(commitment=led[0]),
        "invitation": factories.InvitationFactory(agency=led[0].lead_agency),
        "membership": ilo.memberships.get(),
    }


@pytest.fixture(scope="module")
def rows(site, django_db_blocker):
    with django_db_blocker.unblock():
        return every_state()


@pytest.fixture(scope="module")
def signed_in(site, rows, chromium, django_db_blocker):
    """Return the cookies of each person who signed in."""
    with django_db_blocker.unblock():
        factories.in_group(factories.UserFactory(username="secretariat"), "secretariat")
        factories.UserFactory(username="administrator", is_superuser=True)
        states = {}
        for username in ("administrator", "secretariat", "ilo"):
            context = chromium.new_context()
            page = context.new_page()
            if username == "ilo":
                fail_to_sign_in(page, site)
                sign_in(page, site, username)
            else:
                admit(page, site, username)
            states[username] = context.storage_state()
            context.close()
        return states


def fail_to_sign_in(page, site):
    """So that the table of failed attempts has a row."""
    page.goto(f"{site}/accounts/login/")
    page.get_by_label("User name or mail address").fill("nobody")
    page.get_by_label("Password").fill("what nobody knows")
    page.get_by_role("button", name="Sign in", exact=True).click()


def pages_of_tables():
    """List, new row and row of each table that the administrator is offered; history and deletion of each third one.

    A history and a deletion look the same for all tables, as they show the names of rows alone.
    """
    request = RequestFactory().get("/admin/")
    request.user = get_user_model().objects.get(username="administrator")
    for place, (model, table) in enumerate(admin.site._registry.items()):
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        row = table.get_queryset(request).order_by("pk").first()
        assert row, f"{model} has no row to look at"
        yield reverse(f"{name}_changelist")
        if table.has_add_permission(request):
            yield reverse(f"{name}_add")
        yield reverse(f"{name}_change", args=[row.pk])
        if place % 3:
            continue
        yield reverse(f"{name}_history", args=[row.pk])
        if table.has_delete_permission(request, row):
            yield reverse(f"{name}_delete", args=[row.pk])


def pages_of_steps(rows):
    for name, steps in OFFERED.items():
        row = rows[name]
        for step in steps:
            yield f"/admin/{row._meta.app_label}/{row._meta.model_name}/{row.pk}/{step}/"
    yield f"/admin/reporting/contribution/write/{rows['draft report'].pk}/iom/"


def barriers(page, dark=False, audited=violations):
    """Return the barriers of the page as it is: on a wide screen, on a phone, in the dark if asked for."""
    violations_found = [("light", rule) for rule in audited(page)]
    if dark:
        page.emulate_media(color_scheme="dark")
        violations_found += [("dark", rule) for rule in dim(page)]
        page.emulate_media(color_scheme="light")
    resize(page, PHONE)
    assert page.evaluate("innerWidth") == PHONE["width"]
    violations_found += [("phone", width) for width in [page.evaluate(WIDTH)] if width > PHONE["width"]]
    resize(page, WIDE)
    return violations_found


def walk(page, site, addresses, dark=lambda place: place % 3 == 0, audited=violations):
    violations_found = []
    for place, address in enumerate(addresses):
        assert (page.goto(site + address).status, address) == (200, address)
        violations_found += [(address, *barrier) for barrier in barriers(page, dark(place), audited)]
    return violations_found


@pytest.fixture
def look(open_page, signed_in):
    """A page of somebody who has signed in; without motion, as colours are read while they change otherwise."""
    return lambda username, **options: open_page(storage_state=signed_in[username], reduced_motion="reduce", **options)


def test_every_table_is_without_barrier(look, site, complaints):
    page = look("administrator")

    assert walk(page, site, pages_of_tables()) == []
    # Not of what a page does: the audit has the focus where stock admin's form of a new account wants it.
    assert [text for text in complaints if not text.startswith("Autofocus processing was blocked")] == []


def test_every_step_is_without_barrier(look, site, rows, complaints):
    page = look("administrator")

    assert walk(page, site, [*ABOVE_THE_TABLES, *pages_of_steps(rows)], dark=lambda _place: True) == []
    assert complaints == []


@pytest.mark.parametrize("username", ["ilo", "secretariat"])
def test_desks_and_forms_are_without_barrier(look, site, rows, username):
    report = reverse("admin:reporting_progressreport_change", args=[rows["draft report"].pk])
    addresses = ["/admin/", "/admin/reporting/progressreport/", report]

    assert walk(look(username), site, addresses, dark=lambda _place: True) == []


def test_pages_from_right_to_left_are_without_barrier(look, site, rows):
    page = look("administrator", locale="ar")
    addresses = [*ABOVE_THE_TABLES, *pages_of_tables(), *pages_of_steps(rows)][::6]

    assert walk(page, site, addresses, audited=layout_violations) == []
    assert page.evaluate("document.documentElement.dir") == "rtl"


def test_refused_forms_are_without_barrier(look, site, rows):
    page = look("administrator")
    change = reverse("admin:commitments_commitment_change", args=[rows["draft commitment"].pk])

    page.goto(site + change)
    page.get_by_label("Title").first.fill("")
    page.get_by_role("button", name="Save draft").click()
    expect(page.locator("#problems")).to_be_visible()
    assert barriers(page, dark=True) == []

    page.goto(site + change)
    colleague = look("ilo")
    colleague.goto(site + change)
    for at, title in ((colleague, "The title of the one"), (page, "The title of the other")):
        at.get_by_label("Title").first.fill(title)
        at.get_by_role("button", name="Save draft").click()
    expect(page.get_by_role("region", name="Both wordings")).to_be_visible()
    assert barriers(page, dark=True) == []

    page.goto(f"{site}/admin/queue/")
    page.get_by_role("checkbox").first.check()
    page.get_by_role("button", name="Publish what is ticked…").click()
    expect(page.get_by_role("button", name="Publish")).to_be_visible()
    assert barriers(page, dark=True) == []


def test_searched_choice_has_its_name_closed_and_open(look, site):
    page = look("administrator")
    page.goto(f"{site}/admin/reporting/assessment/add/")

    page.get_by_role("combobox", name="Commitment").click()

    expect(page.get_by_role("searchbox", name="Commitment")).to_be_visible()
    expect(page.get_by_role("listbox", name="Commitment").get_by_role("option").first).to_be_visible()
    assert violations(page) == []


def test_refusal_is_a_page_of_the_portal_without_barrier(look, site):
    page = look("secretariat")

    answer = page.goto(f"{site}/admin/reporting/progressreport/import/")

    assert answer.status == 403
    expect(page.get_by_role("heading", name="Not open to your account")).to_be_visible()
    assert barriers(page, dark=True) == []
    page.get_by_role("link", name="To your dashboard").click()
    expect(page.get_by_role("heading", name="Your dashboard")).to_be_visible()
