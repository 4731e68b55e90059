"""Two editors on one form: both wordings side by side, and whose stands is said field by field, without a script."""

import pytest
from concurrency.forms import VersionFieldSigner
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from commitments.models import Commitment, Evidence
from tests.factories import CommitmentFactory, EvidenceFactory, ProgressReportFactory
from tests.filling import contested, filled, problems, settled, to_mend


def address(row):
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


@pytest.fixture
def as_user(client):
    def as_user(user):
        client.force_login(user)
        return client

    return as_user


@pytest.fixture
def report(commitment):
    return ProgressReportFactory(commitment=commitment, achieved="First", barriers="None yet", next_steps="To begin")


@pytest.fixture
def late(as_user, ilo_focal_point, ilo_alternate, report):
    """The form of one who opened the report before somebody else saved three of its fields."""
    data = filled(as_user(ilo_alternate).get(address(report)))
    first = filled(as_user(ilo_focal_point).get(address(report)))
    typed = {"achieved": "Theirs, in full", "barriers": "Their barriers", "outlook": "at_risk"}
    as_user(ilo_focal_point).post(address(report), first | typed)
    return data


def test_both_wordings_stand_side_by_side(as_user, ilo_alternate, report, late):
    page = as_user(ilo_alternate).post(
        address(report), late | {"achieved": "Mine, in full", "next_steps": "Mine alone"}
    )

    assert contested(page) == {
        ("Achieved", "Theirs, in full", "Mine, in full", True),
        ("Barriers", "Their barriers", "None yet", False),
        ("Outlook", "At risk", "Not assessed", False),
    }
    assertContains(page, "Theirs, in full")
    assertContains(page, "Mine, in full")
    assertContains(page, "<del>")
    assert to_mend(page) == {(problems(page)[""][0], "")}
    report.refresh_from_db()
    assert (report.achieved, report.next_steps) == ("Theirs, in full", "To begin")


def test_what_only_the_other_changed_is_laid_into_the_form(as_user, ilo_alternate, report, late):
    page = as_user(ilo_alternate).post(address(report), late | {"achieved": "Mine", "next_steps": "Mine alone"})

    form = page.context["adminform"].form
    assert [form[name].value() for name in ("achieved", "barriers", "outlook", "next_steps")] == [
        "Mine",
        "Their barriers",
        "at_risk",
        "Mine alone",
    ]


@pytest.mark.parametrize(("choice", "stands"), [("theirs", "Theirs, in full"), ("yours", "Mine")])
def test_choice_is_saved_upon_the_newest_version(choice, stands, as_user, ilo_alternate, report, late):
    client = as_user(ilo_alternate)
    page = client.post(address(report), late | {"achieved": "Mine", "next_steps": "Mine alone"})

    answer = client.post(address(report), filled(page) | settled(page, achieved=choice))

    report.refresh_from_db()
    assert answer.status_code == 302
    assert (report.achieved, report.barriers, report.outlook, report.next_steps) == (
        stands,
        "Their barriers",
        "at_risk",
        "Mine alone",
    )


def test_nothing_is_saved_while_nothing_is_chosen(as_user, ilo_alternate, report, late):
    client = as_user(ilo_alternate)
    page = client.post(address(report), late | {"achieved": "Mine"})

    again = client.post(address(report), filled(page) | settled(page))

    report.refresh_from_db()
    assert report.achieved == "Theirs, in full"
    assert contested(again) == {("Achieved", "Theirs, in full", "Mine", True)}


def test_third_who_saves_meanwhile_is_not_overwritten_by_a_choice(
    as_user, ilo_focal_point, ilo_alternate, report, late
):
    page = as_user(ilo_alternate).post(address(report), late | {"achieved": "Mine"})
    client = as_user(ilo_focal_point)
    client.post(address(report), filled(client.get(address(report)), achieved="Newest"))

    again = as_user(ilo_alternate).post(address(report), filled(page) | settled(page, achieved="yours"))

    report.refresh_from_db()
    assert report.achieved == "Newest"
    assert contested(again) == {("Achieved", "Newest", "Mine", True)}


def test_rows_under_a_form_are_settled_too(as_user, ilo_focal_point, ilo_alternate, report):
    piece = EvidenceFactory(report=report, title="First title", symbol="A/1")
    client = as_user(ilo_alternate)
    data = filled(client.get(address(report))) | {"evidence-0-title": "My title", "evidence-0-issued": "2014-05"}
    piece.title, piece.symbol = "Their title", "A/2"
    piece._history_user = ilo_focal_point
    piece.save()

    page = client.post(address(report), data)
    client.post(address(report), filled(page) | settled(page, **{"evidence-0-title": "yours"}))

    piece = Evidence.objects.get()
    assert contested(page) == {
        ("Title", "Their title", "My title", True),
        ("Document symbol", "A/2", "A/1", False),
    }
    assert (piece.title, piece.symbol, str(piece.issued)) == ("My title", "A/2", "May 2014")


def test_choices_of_several_are_compared_in_words(as_user, administrator, secretariat, commitment, points):
    client = as_user(secretariat)
    data = filled(client.get(address(commitment))) | {"agenda_points": [points[0].pk], "scope": "global"}
    client = as_user(administrator)
    client.post(address(commitment), filled(client.get(address(commitment)), agenda_points=[points[1].pk]))

    page = as_user(secretariat).post(address(commitment), data)
    as_user(secretariat).post(address(commitment), filled(page) | settled(page, agenda_points="theirs"))

    commitment.refresh_from_db()
    assert contested(page) == {("Agenda points", str(points[1]), str(points[0]), True)}
    assert (list(commitment.agenda_points.all()), commitment.scope) == ([points[1]], "global")


def test_choice_names_no_row_that_the_person_may_not_choose(as_user, ilo_focal_point, ilo_alternate, report, iom):
    hidden = CommitmentFactory(draft=True, lead_agency=iom, title="Confidential wording")
    data = filled(as_user(ilo_alternate).get(address(report)))
    client = as_user(ilo_focal_point)
    client.post(address(report), filled(client.get(address(report)), achieved="Theirs"))

    page = as_user(ilo_alternate).post(address(report), data | {"superseded_by": hidden.pk})

    assertContains(page, "Theirs")
    assertNotContains(page, "Confidential wording")


def test_what_was_sent_off_meanwhile_offers_no_choice(as_user, ilo_focal_point, ilo_alternate, report, late):
    client = as_user(ilo_focal_point)
    client.post(reverse("admin:commitments_progressreport_submit", args=[report.pk]), {})

    page = as_user(ilo_alternate).post(address(report), late | {"achieved": "Mine"})
    forced = as_user(ilo_alternate).post(address(report), filled(page) | settled(page, achieved="yours"))

    report.refresh_from_db()
    assert ("Achieved", "Theirs, in full", "Mine", True) in contested(page)
    assertNotContains(page, 'type="radio"')
    assert forced.status_code in (200, 403)
    assert (report.state, report.achieved) == ("submitted", "Theirs, in full")


def test_reference_data_are_compared_by_the_same_means(as_user, secretariat, administrator, ilo):
    mine = filled(as_user(administrator).get(address(ilo)))
    client = as_user(secretariat)
    client.post(address(ilo), filled(client.get(address(ilo)), headquarters="Geneva", mandate="Decent work"))

    page = as_user(administrator).post(address(ilo), mine | {"headquarters": "Bern"})
    as_user(administrator).post(address(ilo), filled(page) | settled(page, headquarters="theirs"))

    ilo.refresh_from_db()
    assert contested(page) == {("Headquarters", "Geneva", "Bern", True), ("Mandate", "Decent work", "–", False)}
    assert (ilo.headquarters, ilo.mandate) == ("Geneva", "Decent work")


def test_summary_leads_to_each_field_that_is_wrong(as_user, ilo_focal_point, draft):
    client = as_user(ilo_focal_point)
    page = client.get(address(draft))

    answer = client.post(address(draft), filled(page, title="", start="spring 2014"))

    assert {target for _sentence, target in to_mend(answer)} == {"id_title", "id_start"}
    assertContains(answer, 'href="#id_start"')
    assert Commitment.objects.get().title == draft.title


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


@pytest.mark.parametrize("marks", MARKS.values(), ids=MARKS)
def test_mark_that_was_changed_on_its_way_saves_nothing_and_loses_nothing(as_user, ilo_focal_point, report, marks):
    client = as_user(ilo_focal_point)
    data = filled(client.get(address(report)), achieved="Second")

    page = client.post(address(report), sent(data, **marks))
    report.refresh_from_db()
    kept = report.achieved
    answer = client.post(address(report), filled(page) | settled(page, achieved="yours"))

    report.refresh_from_db()
    [sentence] = problems(page)[""]
    assert sentence.startswith(MARK)
    assert page.context["adminform"].form["achieved"].value() == "Second"
    assert (kept, answer.status_code, report.achieved) == ("First", 302, "Second")


@pytest.mark.parametrize("marks", MARKS.values(), ids=MARKS)
@pytest.mark.parametrize("more", [{}, {"evidence-0-DELETE": "on"}], ids=["changed", "deleted"])
def test_mark_of_a_row_that_was_changed_on_its_way_saves_nothing(as_user, ilo_focal_point, report, marks, more):
    EvidenceFactory(report=report, title="First title")
    client = as_user(ilo_focal_point)
    typed = {"achieved": "Second", "evidence-0-title": "Second title"} | more

    page = client.post(address(report), sent(filled(client.get(address(report)), **typed), "evidence-0-", **marks))

    report.refresh_from_db()
    assertContains(page, MARK)
    assertContains(page, "Second title")
    assert (report.achieved, Evidence.objects.get().title) == ("First", "First title")


def test_mark_of_another_row_opens_nothing(as_user, ilo_focal_point, ilo_alternate, report, late):
    other = ProgressReportFactory(achieved="Other")

    page = as_user(ilo_alternate).post(address(report), sent(late, version=VersionFieldSigner().sign(other.version)))

    report.refresh_from_db()
    assert other.version != report.version
    assert len(problems(page)[""]) == 1
    assert report.achieved == "Theirs, in full"


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

    assert [piece.version for piece in Evidence.objects.all()] == [EvidenceFactory().version]
