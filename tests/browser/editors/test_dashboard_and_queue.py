"""Test the dashboards in a browser: accessible in light, dark, right to left and on the narrowest phone."""

import pytest

from commitments.models import Commitment
from reporting import actions
from reporting.models import Assessment, ProgressReport
from tests.browser.accessibility import dim, layout_violations, violations
from tests.browser.signing_in import admit
from tests.support.factories import AnswerFactory, AssessmentFactory, ProgressReportFactory

pytestmark = pytest.mark.django_db(transaction=True)

WIDTH = "document.documentElement.scrollWidth"
SMALLEST = {"width": 320, "height": 800}


@pytest.fixture
def busy(portal, django_user_model):
    """Something in every task list of ILO's dashboard and in the reviewers' queue."""
    ilo, secretariat = (django_user_model.objects.get(username=name) for name in ("ilo", "secretariat"))
    owed = list(ProgressReport.objects.owned_by(ilo).filter(cycle__isnull=False).order_by("pk")[:3])
    for report in owed[:2]:
        ProgressReport.objects.filter(pk=report.pk).update(
            status="ongoing", achieved="Four more corridors.", author=ilo
        )
        report.refresh_from_db()
        actions.submit(report, by=ilo)
    actions.send_back(owed[0], note="Name the corridors.", by=secretariat)
    owed[0].refresh_from_db()
    owed[0].achieved = "Four more corridors: two in Asia, two in Africa."
    owed[0].save()
    actions.submit(owed[0], by=ilo)
    commitments = Commitment.objects.owned_by(ilo).published().filter(lead_agency__code="ilo").order_by("reference")
    AssessmentFactory(public=True, commitment=commitments[0], finding="disagrees")
    AnswerFactory(submitted=True, assessment__commitment=commitments[1], author=ilo)
    ProgressReportFactory(sent_back=True, commitment=commitments[0], review_note="Name the source.")
    ProgressReportFactory(commitment=commitments[0], author=ilo)
    return owed[0]


def pages_of(username, report, cycle):
    step = f"/admin/reporting/reportingcycle/{cycle}"
    return {
        "ilo": ["/admin/", "/admin/handover/ilo/", "/admin/reporting/answer/add/"],
        "secretariat": [
            "/admin/",
            "/admin/queue/",
            f"/admin/reporting/progressreport/{report}/review/",
            "/admin/rates/",
            f"{step}/remind/",
        ],
    }[username]


@pytest.mark.parametrize("username", ["ilo", "secretariat"])
def test_desks_are_without_barrier(open_page, portal, busy, complaints, username):
    page = open_page(reduced_motion="reduce")
    admit(page, portal, username)
    all_violations, console_messages = [], []

    for address in pages_of(username, busy.pk, busy.cycle_id):
        page.set_viewport_size({"width": 1280, "height": 900})
        page.emulate_media(color_scheme="light")
        page.goto(portal + address)
        console_messages += complaints
        all_violations += [(address, "light", rule) for rule in violations(page)]
        page.emulate_media(color_scheme="dark")
        all_violations += [(address, "dark", rule) for rule in dim(page)]
        page.set_viewport_size(SMALLEST)
        page.evaluate("document.documentElement.dir = 'rtl'")
        all_violations += [(address, "narrow, from right to left", rule) for rule in layout_violations(page)]
        assert (address, page.evaluate(WIDTH)) == (address, SMALLEST["width"])
        complaints.clear()  # the audit itself tries inline styles where one sheet imports another

    assert all_violations == []
    assert console_messages == []


def test_reviewer_publishes_from_the_queue_with_the_keyboard(page, portal, busy, complaints):
    admit(page, portal, "secretariat")
    page.get_by_role("link", name="Open the whole queue").click()
    box = page.get_by_role("checkbox", name=busy.commitment.title).first
    box.focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Publish what is ticked…").press("Enter")
    page.get_by_role("button", name="Publish").press("Enter")

    assert page.get_by_text("1 was published.").is_visible()
    busy.refresh_from_db()
    assert busy.state == "published"
    assert complaints == []


def test_lead_answers_an_assessment_from_the_dashboard(page, portal, busy):
    admit(page, portal, "ilo")
    assessment = Assessment.objects.unanswered().get()

    page.get_by_role("link", name="Answer").first.click()
    page.get_by_role("textbox", name="Answer").fill("It was in another place.")
    page.get_by_role("button", name="Save and submit").click()

    answer = assessment.answers.get()
    assert (answer.state, answer.text) == ("submitted", "It was in another place.")
