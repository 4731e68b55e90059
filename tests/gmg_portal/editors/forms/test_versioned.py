"""Two editors on one form: both wordings side by side, and whose stands is said field by field, without a script."""

from copy import deepcopy

import pytest
from concurrency.forms import VersionFieldSigner
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from commitments.models import Commitment
from reporting.models import Evidence
from tests.support import shared_cast
from tests.support.exhaustive import first_fast
from tests.support.factories import CommitmentFactory, EvidenceFactory, ProgressReportFactory
from tests.support.form_filling import conflict_choices, error_summary, field_conflicts, filled, problems


def address(row):
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


pytestmark = pytest.mark.django_db

ilo, iom, decent_work, points = shared_cast.ilo, shared_cast.iom, shared_cast.decent_work, shared_cast.points
ilo_focal_point, ilo_alternate = shared_cast.ilo_focal_point, shared_cast.ilo_alternate
secretariat, administrator = shared_cast.secretariat, shared_cast.administrator


@pytest.fixture(scope="module")
def shared_commitment(module_db, ilo):
    with module_db.unblock():
        return CommitmentFactory(lead_agency=ilo, title="Fair recruitment of migrant workers")


@pytest.fixture
def as_user(client):
    def as_user(user):
        client.force_login(user)
        return client

    return as_user


def form_of(user, row) -> dict:
    """Return what the form of a row holds as this person opens it."""
    client = Client()
    client.force_login(user)
    return filled(client.get(address(row)))


@pytest.fixture(scope="module")
def shared_report(module_db, shared_commitment):
    with module_db.unblock():
        return ProgressReportFactory(
            commitment=shared_commitment, achieved="First", barriers="None yet", next_steps="To begin"
        )


@pytest.fixture
def report(shared_report):
    return deepcopy(shared_report)


@pytest.fixture(scope="module")
def shared_form(module_db, ilo_focal_point, shared_report):
    with module_db.unblock():
        return form_of(ilo_focal_point, shared_report)


@pytest.fixture(scope="module")
def shared_late(module_db, ilo_focal_point, ilo_alternate, shared_commitment):
    """A report, and the form of one who opened it before somebody else saved three of its fields."""
    with module_db.unblock():
        row = ProgressReportFactory(
            commitment=shared_commitment, achieved="First", barriers="None yet", next_steps="To begin"
        )
        data = form_of(ilo_alternate, row)
        client = Client()
        client.force_login(ilo_focal_point)
        typed = {"achieved": "Theirs, in full", "barriers": "Their barriers", "outlook": "at_risk"}
        client.post(address(row), filled(client.get(address(row))) | typed)
        return row, data


@pytest.fixture
def changed(shared_late):
    """A report of which somebody else saved three fields."""
    return deepcopy(shared_late[0])


@pytest.fixture
def late(shared_late):
    """The form of one who opened it before that."""
    return dict(shared_late[1])


def test_both_wordings_stand_side_by_side(as_user, ilo_alternate, changed, late):
    page = as_user(ilo_alternate).post(
        address(changed), late | {"achieved": "Mine, in full", "next_steps": "Mine alone"}
    )

    assert field_conflicts(page) == {
        ("Achieved", "Theirs, in full", "Mine, in full", True),
        ("Barriers", "Their barriers", "None yet", False),
        ("Outlook", "At risk", "Not assessed", False),
    }
    assertContains(page, "Theirs, in full")
    assertContains(page, "Mine, in full")
    assertContains(page, "<del>")
    assert error_summary(page) == {(problems(page)[""][0], "")}
    changed.refresh_from_db()
    assert (changed.achieved, changed.next_steps) == ("Theirs, in full", "To begin")


def test_what_only_the_other_changed_is_laid_into_the_form(as_user, ilo_alternate, changed, late):
    page = as_user(ilo_alternate).post(address(changed), late | {"achieved": "Mine", "next_steps": "Mine alone"})

    form = page.context["adminform"].form
    assert [form[name].value() for name in ("achieved", "barriers", "outlook", "next_steps")] == [
        "Mine",
        "Their barriers",
        "at_risk",
        "Mine alone",
    ]


@pytest.mark.parametrize(("choice", "stands"), [("theirs", "Theirs, in full"), ("yours", "Mine")])
def test_choice_is_saved_upon_the_newest_version(choice, stands, as_user, ilo_alternate, changed, late):
    client = as_user(ilo_alternate)
    page = client.post(address(changed), late | {"achieved": "Mine", "next_steps": "Mine alone"})

    answer = client.post(address(changed), filled(page) | conflict_choices(page, achieved=choice))

    changed.refresh_from_db()
    assert answer.status_code == 302
    assert (changed.achieved, changed.barriers, changed.outlook, changed.next_steps) == (
        stands,
        "Their barriers",
        "at_risk",
        "Mine alone",
    )


def test_nothing_is_saved_while_nothing_is_chosen(as_user, ilo_alternate, changed, late):
    client = as_user(ilo_alternate)
    page = client.post(address(changed), late | {"achieved": "Mine"})

    again = client.post(address(changed), filled(page) | conflict_choices(page))

    changed.refresh_from_db()
    assert changed.achieved == "Theirs, in full"
    assert field_conflicts(again) == {("Achieved", "Theirs, in full", "Mine", True)}


def test_third_who_saves_meanwhile_is_not_overwritten_by_a_choice(
    as_user, ilo_focal_point, ilo_alternate, changed, late
):
    page = as_user(ilo_alternate).post(address(changed), late | {"achieved": "Mine"})
    client = as_user(ilo_focal_point)
    client.post(address(changed), filled(client.get(address(changed)), achieved="Newest"))

    again = as_user(ilo_alternate).post(address(changed), filled(page) | conflict_choices(page, achieved="yours"))

    changed.refresh_from_db()
    assert changed.achieved == "Newest"
    assert field_conflicts(again) == {("Achieved", "Newest", "Mine", True)}


def test_rows_under_a_form_are_settled_too(as_user, ilo_focal_point, ilo_alternate, report):
    piece = EvidenceFactory(report=report, title="First title", symbol="A/1")
    client = as_user(ilo_alternate)
    data = filled(client.get(address(report))) | {"evidence-0-title": "My title", "evidence-0-issued": "2014-05"}
    piece.title, piece.symbol = "Their title", "A/2"
    piece._history_user = ilo_focal_point
    piece.save()

    page = client.post(address(report), data)
    client.post(address(report), filled(page) | conflict_choices(page, **{"evidence-0-title": "yours"}))

    piece = Evidence.objects.get(report=report)
    assert field_conflicts(page) == {
        ("Title", "Their title", "My title", True),
        ("Document symbol", "A/2", "A/1", False),
    }
    assert (piece.title, piece.symbol, str(piece.issued)) == ("My title", "A/2", "May 2014")


def test_choices_of_several_are_compared_in_words(as_user, administrator, secretariat, shared_commitment, points):
    commitment = deepcopy(shared_commitment)
    client = as_user(secretariat)
    data = filled(client.get(address(commitment))) | {"agenda_points": [points[0].pk], "scope": "global"}
    client = as_user(administrator)
    client.post(address(commitment), filled(client.get(address(commitment)), agenda_points=[points[1].pk]))

    page = as_user(secretariat).post(address(commitment), data)
    as_user(secretariat).post(address(commitment), filled(page) | conflict_choices(page, agenda_points="theirs"))

    commitment.refresh_from_db()
    assert field_conflicts(page) == {("Agenda points", str(points[1]), str(points[0]), True)}
    assert (list(commitment.agenda_points.all()), commitment.scope) == ([points[1]], "global")


def test_choice_names_no_row_that_the_person_may_not_choose(as_user, ilo_focal_point, ilo_alternate, report, iom):
    hidden = CommitmentFactory(draft=True, lead_agency=iom, title="Confidential wording")
    data = filled(as_user(ilo_alternate).get(address(report)))
    client = as_user(ilo_focal_point)
    client.post(address(report), filled(client.get(address(report)), achieved="Theirs"))

    page = as_user(ilo_alternate).post(address(report), data | {"superseded_by": hidden.pk})

    assertContains(page, "Theirs")
    assertNotContains(page, "Confidential wording")


def test_what_was_sent_off_meanwhile_offers_no_choice(as_user, ilo_focal_point, ilo_alternate, changed, late):
    client = as_user(ilo_focal_point)
    client.post(reverse("admin:reporting_progressreport_submit", args=[changed.pk]), {})

    page = as_user(ilo_alternate).post(address(changed), late | {"achieved": "Mine"})
    forced = as_user(ilo_alternate).post(address(changed), filled(page) | conflict_choices(page, achieved="yours"))

    changed.refresh_from_db()
    assert ("Achieved", "Theirs, in full", "Mine", True) in field_conflicts(page)
    assertNotContains(page, 'type="radio"')
    assert forced.status_code in (200, 403)
    assert (changed.state, changed.achieved) == ("submitted", "Theirs, in full")


def test_reference_data_are_compared_by_the_same_means(as_user, secretariat, administrator, ilo):
    mine = filled(as_user(administrator).get(address(ilo)))
    client = as_user(secretariat)
    client.post(address(ilo), filled(client.get(address(ilo)), headquarters="Geneva", mandate="Decent work"))

    ilo = deepcopy(ilo)
    page = as_user(administrator).post(address(ilo), mine | {"headquarters": "Bern"})
    as_user(administrator).post(address(ilo), filled(page) | conflict_choices(page, headquarters="theirs"))

    ilo.refresh_from_db()
    assert field_conflicts(page) == {("Headquarters", "Geneva", "Bern", True), ("Mandate", "Decent work", "–", False)}
    assert (ilo.headquarters, ilo.mandate) == ("Geneva", "Decent work")


def test_summary_leads_to_each_field_that_is_wrong(as_user, ilo_focal_point, draft):
    client = as_user(ilo_focal_point)
    page = client.get(address(draft))

    answer = client.post(address(draft), filled(page, title="", start="spring 2014"))

    assert {target for _sentence, target in error_summary(answer)} == {"id_title", "id_start"}
    assertContains(answer, 'href="#id_start"')
    assert Commitment.objects.get(pk=draft.pk).title == draft.title


# What a page was made of, changed on its way

MARK = "The mark by which this page knows what it was made of was changed or lost on its way"
MARKS = {
    "nonsense": {"version": "x"},
    "without its signature": {"version": "7"},
    "empty": {"version": ""},
    "absent": {"version": None},
    "line that is no number": {"opened": "x"},
    "line beyond all numbers": {"opened": "9" * 5000},
    "line beyond the database": {"opened": "9" * 30},
}


def sent(data, prefix="", **marks):
    """The data with other marks; without those that are None."""
    changed = data | {f"{prefix}{name}": value for name, value in marks.items()}
    return {name: value for name, value in changed.items() if value is not None}


@pytest.mark.parametrize("marks", first_fast(MARKS.values()), ids=MARKS)
def test_mark_that_was_changed_on_its_way_saves_nothing_and_loses_nothing(
    as_user, ilo_focal_point, report, shared_form, marks
):
    client = as_user(ilo_focal_point)
    data = shared_form | {"achieved": "Second"}

    page = client.post(address(report), sent(data, **marks))
    report.refresh_from_db()
    kept = report.achieved
    answer = client.post(address(report), filled(page) | conflict_choices(page, achieved="yours"))

    report.refresh_from_db()
    [sentence] = problems(page)[""]
    assert sentence.startswith(MARK)
    assert page.context["adminform"].form["achieved"].value() == "Second"
    assert (kept, answer.status_code, report.achieved) == ("First", 302, "Second")


@pytest.fixture(scope="module")
def form_with_row(module_db, ilo_focal_point, shared_commitment):
    """A report with a piece of evidence under it, and its form."""
    with module_db.unblock():
        report = ProgressReportFactory(commitment=shared_commitment, achieved="First")
        EvidenceFactory(report=report, title="First title")
        return report, form_of(ilo_focal_point, report)


SENT_OF_ROW = {"changed": {}, "deleted": {"evidence-0-DELETE": "on"}}


@pytest.mark.parametrize(
    ("done", "name"),
    first_fast(
        [
            *(("changed", name) for name in MARKS),
            *(("deleted", name) for name in ("nonsense", "absent", "line that is no number")),
        ]
    ),
)
def test_mark_of_a_row_that_was_changed_on_its_way_saves_nothing(as_user, ilo_focal_point, form_with_row, done, name):
    report, data = form_with_row
    typed = {"achieved": "Second", "evidence-0-title": "Second title"} | SENT_OF_ROW[done]

    page = as_user(ilo_focal_point).post(address(report), sent(data | typed, "evidence-0-", **MARKS[name]))

    assertContains(page, MARK)
    assertContains(page, "Second title")
    assert [(piece.report.achieved, piece.title) for piece in Evidence.objects.filter(report=report)] == [
        ("First", "First title")
    ]


def test_mark_of_another_row_opens_nothing(as_user, ilo_focal_point, ilo_alternate, changed, late):
    other = ProgressReportFactory(achieved="Other")

    page = as_user(ilo_alternate).post(address(changed), sent(late, version=VersionFieldSigner().sign(other.version)))

    changed.refresh_from_db()
    assert other.version != changed.version
    assert len(problems(page)[""]) == 1
    assert changed.achieved == "Theirs, in full"


def test_new_row_takes_no_mark(as_user, ilo_focal_point, report):
    client = as_user(ilo_focal_point)
    page = client.get(address(report))
    rows = {
        "evidence-TOTAL_FORMS": "1",
        "evidence-0-title": "New",
        "evidence-0-kind": "publication",
        "evidence-0-url": "https://example.org/new",
        "evidence-0-report": report.pk,
    }

    client.post(address(report), filled(page) | rows | {"evidence-0-version": "x", "evidence-0-opened": "x"})

    assert [piece.version for piece in report.evidence.all()] == [EvidenceFactory().version]
