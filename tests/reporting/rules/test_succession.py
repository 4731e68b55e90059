"""A chain of successors never leads back, whoever writes it; a withdrawn successor leaves its predecessor running."""

from datetime import date
from threading import Barrier, Thread

import pytest
from django.core.exceptions import ValidationError
from django.db import InternalError, connection, transaction
from django.urls import reverse

from commitments.models import Commitment
from gmg_portal.editors.dashboard.building import build_dashboard
from gmg_portal.editors.spreadsheets.importing import import_file
from gmg_portal.editors.spreadsheets.resources import ReportResource
from reporting import actions, rules
from reporting.models import ProgressReport
from tests.gmg_portal.api.agency_systems import system_for
from tests.gmg_portal.editors.spreadsheets.test_problems import workbook_of
from tests.support.factories import (
    CommitmentFactory,
    ProgressReportFactory,
    ReportingCycleFactory,
    UserFactory,
    in_group,
    published_report,
    run_deferred_triggers,
)
from tests.support.form_filling import filled

pytestmark = pytest.mark.django_db

SUPERSEDED = {"status": "superseded", "status_reason": "Renewed."}


def superseded(commitment, by, **state):
    return ProgressReportFactory(commitment=commitment, superseded_by=by, **SUPERSEDED, **state)


@pytest.fixture
def chain(ilo):
    """Three commitments of ILO's; the first was superseded by the second, and that by the third."""
    rows = [CommitmentFactory(lead_agency=ilo, title=f"Programme {number}") for number in (1, 2, 3)]
    published_report(rows[0], superseded_by=rows[1], **SUPERSEDED)
    published_report(rows[1], superseded_by=rows[2], **SUPERSEDED)
    for row in rows:
        row.refresh_from_db()
    return rows


def sentence(chain, first):
    """Return the message that refuses a circular chain of successors."""
    references = " → ".join(row.reference for row in chain[first:])
    return (
        f"{chain[first].reference} cannot take the place of {chain[2].reference}, which takes its place already "
        f"({references}). Choose a commitment that was not superseded by this one."
    )


@pytest.mark.database
@pytest.mark.parametrize("first", [0, 1], ids=["of three", "of two"])
@pytest.mark.parametrize("verb", ["submit", "publish"])
def test_circle_of_successors_is_neither_submitted_nor_published(chain, first, verb, ilo_focal_point, secretariat):
    report = superseded(chain[2], chain[first], **({"submitted": True} if verb == "publish" else {}))
    person = {"submit": ilo_focal_point, "publish": secretariat}[verb]

    with pytest.raises(ValidationError) as refusal:
        getattr(actions, verb)(report, by=person)

    assert refusal.value.message_dict["superseded_by"] == [sentence(chain, first)]


def test_form_refuses_a_circle_while_it_is_written(chain, client, ilo_focal_point):
    client.force_login(ilo_focal_point)
    report = ProgressReportFactory(commitment=chain[2])
    address = reverse("admin:reporting_progressreport_change", args=[report.pk])

    answer = client.post(address, filled(client.get(address), superseded_by=chain[0].pk, **SUPERSEDED))

    assert answer.context["adminform"].form.errors["superseded_by"] == [sentence(chain, 0)]
    assert ProgressReport.objects.get(pk=report.pk).superseded_by is None


def test_draft_by_a_token_refuses_a_circle(chain, client, ilo, ilo_focal_point):
    system = system_for(client, ilo_focal_point, ilo)

    answer = system.begin(chain[2], superseded_by=chain[0].reference, **SUPERSEDED)

    assert answer.status_code == 422
    assert sentence(chain, 0) in answer.content.decode()
    assert not chain[2].reports.exists()


def test_import_refuses_a_circle(chain, ilo_focal_point):
    row = {"commitment": chain[2].reference, "superseded_by": chain[0].reference, "outlook": "not_assessed"}
    content = workbook_of(ReportResource(ilo_focal_point), row | SUPERSEDED)

    outcome = import_file(ReportResource(ilo_focal_point), content, dry_run=False)

    assert list(map(str, outcome.problems)) == [f"Row 2, superseded_by: {sentence(chain, 0)}"]
    assert not chain[2].reports.exists()


def test_report_that_supersedes_nothing_names_no_successor(chain, ilo_focal_point):
    report = ProgressReportFactory(commitment=chain[2], superseded_by=CommitmentFactory())

    with pytest.raises(ValidationError) as refusal:
        actions.submit(report, by=ilo_focal_point)

    assert refusal.value.message_dict["superseded_by"] == [
        "Leave this empty: only a report of the status ‘Superseded’ names what takes the place of this one."
    ]


@pytest.mark.database
def test_second_of_two_that_would_close_a_circle_is_refused(chain, secretariat):
    other = CommitmentFactory()
    there, back = superseded(chain[2], other, submitted=True), superseded(other, chain[0], submitted=True)
    actions.publish(there, by=secretariat)

    with pytest.raises(ValidationError, match="takes its place already"):
        actions.publish(back, by=secretariat)

    assert Commitment.objects.get(pk=other.pk).status == ""


@pytest.mark.database
@pytest.mark.django_db(transaction=True)
def test_of_two_that_close_a_circle_in_the_same_moment_one_is_published():
    one, other = CommitmentFactory(), CommitmentFactory()
    reports = [superseded(one, other, submitted=True), superseded(other, one, submitted=True)]
    reviewers = [in_group(UserFactory(), "secretariat") for _report in reports]
    start, outcomes = Barrier(2), []

    def run(report, reviewer):
        try:
            start.wait(timeout=30)
            actions.publish(report, by=reviewer)
            outcomes.append("published")
        except ValidationError as refusal:
            outcomes.append("refused" if "superseded_by" in refusal.message_dict else str(refusal))
        finally:
            connection.close()

    threads = [Thread(target=run, args=pair) for pair in zip(reports, reviewers, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    assert sorted(outcomes) == ["published", "refused"]
    assert Commitment.objects.filter(status="superseded").count() == 1


@pytest.mark.database
@pytest.mark.parametrize("first", [0, 1], ids=["of three", "of two"])
def test_database_refuses_a_circle(chain, first, monkeypatch):
    monkeypatch.setattr(rules, "check", lambda row: None)

    with pytest.raises(InternalError, match="superseded by none that it takes the place of"), transaction.atomic():
        published_report(chain[2], superseded_by=chain[first], **SUPERSEDED)
        run_deferred_triggers()


@pytest.mark.database
def test_commitment_that_runs_again_may_take_the_place_of_its_successor(chain, secretariat):
    published_report(chain[1], on="2015-06-30", status="in_progress")

    actions.publish(superseded(chain[2], chain[1], submitted=True), by=secretariat)

    assert Commitment.objects.get(pk=chain[2].pk).superseded_by == chain[1]


# A successor that was withdrawn


@pytest.fixture
def left(chain, secretariat, time_machine):
    """The second of the chain, after the third, its successor, was withdrawn on 1 September 2014."""
    cycle = ReportingCycleFactory(opened=True)
    ProgressReportFactory(commitment=chain[1], cycle=cycle, blank=True)
    time_machine.move_to("2014-09-01T12:00:00Z", tick=False)
    actions.withdraw(chain[2], reason="Entered twice.", by=secretariat)
    return chain[1]


def freshness(client, row, day=None):
    query = {"as_of": day} if day else {}
    return client.get(f"/api/v1/commitments/{row.reference}/", query).json()["freshness"]


def test_page_and_api_say_that_the_successor_was_withdrawn(left, chain, client):
    words = f"superseded by {chain[2].reference}, which was withdrawn on 1 September 2014."

    assert words in client.get(left.get_absolute_url()).content.decode()
    assert words not in client.get(left.get_absolute_url(), {"as_of": "2014-08-31"}).content.decode()
    for day, state in ((None, "withdrawn"), ("2014-08-31", "published")):
        row = client.get(f"/api/v1/commitments/{left.reference}/", {"as_of": day} if day else {}).json()
        assert (row["status"], row["superseded_by"]["code"]) == ("superseded", chain[2].reference)
        assert (row["superseded_by"]["state"], row["reports"][0]["superseded_by"]["state"]) == (state, state)


@pytest.mark.database
def test_what_its_withdrawn_successor_leaves_runs_again(left, chain, client, secretariat, time_machine):
    before, then = freshness(client, left, "2014-08-31"), freshness(client, left)
    running = set(Commitment.objects.running())
    owed = list(ProgressReport.objects.owed())
    time_machine.move_to("2014-10-01T12:00:00Z", tick=False)
    actions.restore(chain[2], reason="It was not.", by=secretariat)

    assert (before, then, freshness(client, left)) == ("current", "overdue", "current")
    assert (freshness(client, left, "2014-09-15"), freshness(client, left, "2014-10-01")) == ("overdue", "current")
    assert running == {left}
    assert [report.commitment for report in owed] == [left]
    assert set(Commitment.objects.running()) == {chain[2]}


@pytest.mark.database
def test_next_cycle_asks_for_a_report_on_it(left, secretariat):
    cycle = ReportingCycleFactory(opens_on=date(2014, 9, 1), due_on=date(2014, 10, 1))

    assert actions.open_cycle(cycle, by=secretariat) == 1
    assert cycle.reports.get().commitment == left


def test_lead_and_secretariat_have_it_on_their_dashboard(left, chain, ilo_focal_point, ohchr_focal_point, secretariat):
    def tasks(user):
        task_lists = [task_list for task_list in build_dashboard(user).task_lists if task_list.key == "successors"]
        return [(item.reference, item.action.label, item.facts) for task_list in task_lists for item in task_list.tasks]

    fact = f"Superseded by {chain[2].reference}, which was withdrawn on 1 September 2014: Entered twice."
    assert tasks(ilo_focal_point) == [(left.reference, "Report the present status", [fact])]
    assert tasks(secretariat) == [(left.reference, f"Look at {chain[2].reference}", [fact])]
    assert tasks(ohchr_focal_point) == []

    actions.restore(chain[2], reason="It was not.", by=secretariat)

    assert tasks(ilo_focal_point) == tasks(secretariat) == []


def test_withdrawing_names_what_loses_its_successor(chain, client, secretariat):
    client.force_login(secretariat)

    page = client.get(reverse("admin:commitments_commitment_withdraw", args=[chain[2].pk])).content.decode()

    assert chain[1].title in page
    assert chain[0].title not in page
