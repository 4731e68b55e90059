from datetime import date

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied, ValidationError

from commitments.models import Commitment
from register.querysets import register_commitments
from reporting import actions
from reporting.models import ProgressReport, ReportingCycle
from tests.reporting.actions.rows import CHANGED_SINCE, commitment_in, state_of
from tests.support.factories import CommitmentFactory, ProgressReportFactory, ReportingCycleFactory, published_report

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def running(ilo, decent_work):
    """Commitments that owe a word."""
    unheard = CommitmentFactory(lead_agency=ilo)
    of_group = CommitmentFactory(workgroup=decent_work)
    ongoing = published_report(status="ongoing").commitment
    return [unheard, of_group, ongoing]


@pytest.fixture
def silent():
    """Commitments that owe nothing: finished ones, and ones that are not in the register."""
    finished = [
        published_report(status="completed").commitment,
        published_report(status="discontinued", status_reason="No funds.").commitment,
        published_report(status="superseded", superseded_by=CommitmentFactory()).commitment,
    ]
    return finished + [commitment_in(state) for state in ("draft", "submitted", "sent_back", "withdrawn")]


def test_opening_expects_one_report_of_each_running_commitment(running, silent, secretariat, time_machine):
    time_machine.move_to("2014-07-02T12:00:00+00:00", tick=False)
    successors = list(Commitment.objects.filter(supersedes__isnull=False))
    cycle = ReportingCycleFactory()

    count = actions.open_cycle(cycle, by=secretariat)

    cycle.refresh_from_db()
    expected = ProgressReport.objects.filter(cycle=cycle)
    assert {report.commitment for report in expected} == {*running, *successors}
    assert count == expected.count() == len(running) + len(successors)
    assert cycle.opened_on == date(2014, 7, 2)
    assert {(report.state, report.author) for report in expected} == {("draft", None)}
    assert set(ProgressReport.objects.blank()) == set(expected)
    assert {report.on_behalf_of for report in expected} == {report.commitment.lead_agency for report in expected}


def test_opening_leaves_lines_in_the_history(commitment, cycle, secretariat):
    cycle = ReportingCycleFactory()

    actions.open_cycle(cycle, by=secretariat)

    lines = [row.history.get(history_user=secretariat) for row in (cycle, commitment.reports.get())]
    assert [line.history_change_reason for line in lines] == ["open", "expected"]


def test_cycle_is_opened_once(commitment, secretariat):
    cycle = ReportingCycleFactory()
    actions.open_cycle(cycle, by=secretariat)

    with pytest.raises(ValidationError) as refusal:
        actions.open_cycle(cycle, by=secretariat)

    assert refusal.value.messages == ["This cycle is already open."]
    assert commitment.reports.count() == 1


def test_cycle_is_not_opened_before_its_day(commitment, secretariat, time_machine):
    cycle = ReportingCycleFactory()
    time_machine.move_to("2014-06-30T23:59:59+00:00", tick=False)

    with pytest.raises(ValidationError) as refusal:
        actions.open_cycle(cycle, by=secretariat)

    assert refusal.value.messages == ["This cycle opens on 1 July 2014, not before."]
    assert commitment.reports.count() == 0


CLOSED = {"opened": True, "closed_on": date(2014, 12, 31)}


# Each verb of a cycle, and a cycle that it could be done with.
OF_CYCLES = {
    "open": (lambda cycle, **by: actions.open_cycle(cycle, **by), {}),
    "remind": (lambda cycle, **by: actions.remind_cycle(cycle, **by), {"opened": True}),
    "close": (lambda cycle, **by: actions.close_cycle(cycle, **by), {"opened": True}),
    "reopen": (lambda cycle, **by: actions.reopen_cycle(cycle, reason="Floods.", **by), CLOSED),
}


@pytest.mark.parametrize("verb", OF_CYCLES)
@pytest.mark.parametrize("person", ["ilo_focal_point", "iom_focal_point", "outsider"])
def test_cycles_are_for_the_secretariat(verb, person, commitment, request):
    person = request.getfixturevalue(person)
    act, state = OF_CYCLES[verb]
    cycle = ReportingCycleFactory(**state)

    with pytest.raises(PermissionDenied):
        act(cycle, by=person)

    assert commitment.reports.count() == 0
    assert cycle.history.count() == 1


@pytest.mark.parametrize("verb", OF_CYCLES)
def test_step_of_a_cycle_that_has_changed_since_is_refused(verb, secretariat):
    act, state = OF_CYCLES[verb]
    cycle = ReportingCycleFactory(**state)
    if state:  # nothing is asked for before it opens
        ProgressReportFactory(cycle=cycle, blank=True)

    with pytest.raises(ValidationError) as refusal:
        act(cycle, by=secretariat, seen=cycle.version - 1)

    assert refusal.value.messages == [CHANGED_SINCE]
    assert act(cycle, by=secretariat, seen=cycle.version) is not None


def test_anonymous_user_opens_no_cycle(commitment):
    with pytest.raises(PermissionDenied):
        actions.open_cycle(ReportingCycleFactory(), by=AnonymousUser())

    assert commitment.reports.count() == 0


def test_installation_itself_opens_a_cycle(commitment):
    count = actions.open_cycle(ReportingCycleFactory(), by=None)

    line = commitment.reports.get().history.get()
    assert (count, line.history_change_reason, line.history_user) == (1, "expected", None)


def test_closing_notes_the_day(cycle, secretariat, time_machine):
    time_machine.move_to("2014-12-31T12:00:00+00:00", tick=False)

    actions.close_cycle(cycle, by=secretariat)

    cycle.refresh_from_db()
    assert cycle.closed_on == date(2014, 12, 31)
    assert cycle.history.latest("history_id").history_change_reason == "close"


def test_cycle_that_is_not_open_is_not_closed(secretariat):
    never_opened = ReportingCycleFactory()
    closed = ReportingCycleFactory(opened=True, closed_on=date(2014, 12, 31))

    for cycle in (never_opened, closed):
        with pytest.raises(ValidationError) as refusal:
            actions.close_cycle(cycle, by=secretariat)
        assert refusal.value.messages == ["Only a cycle that is open can be closed."]


def test_reminding_names_expected_reports_and_leaves_a_line(cycle, secretariat):
    untouched = ProgressReportFactory(cycle=cycle, blank=True)
    begun = ProgressReportFactory(cycle=cycle)
    sent_back = ProgressReportFactory(cycle=cycle, sent_back=True)
    ProgressReportFactory(cycle=cycle, submitted=True)
    published_report(cycle=cycle, on="2014-07-15")
    ProgressReportFactory(cycle=cycle, commitment=published_report(on="2014-07-01").commitment, blank=True)
    ProgressReportFactory(cycle=cycle, commitment=published_report(status="completed").commitment, blank=True)
    ProgressReportFactory(cycle=cycle, commitment=CommitmentFactory(withdrawn=True), blank=True)
    ProgressReportFactory(cycle=ReportingCycleFactory(opened=True), blank=True)
    earlier = published_report(on="2014-06-30").commitment
    reported_before = ProgressReportFactory(cycle=cycle, commitment=earlier, blank=True)

    owed = actions.remind_cycle(cycle, by=secretariat)

    assert owed == [untouched, begun, sent_back, reported_before]
    line = cycle.history.latest("history_id")
    assert (line.history_change_reason, line.history_user) == ("remind", secretariat)


@pytest.mark.parametrize("state", [{}, CLOSED])
def test_only_an_open_cycle_is_reminded_of(state, secretariat):
    cycle = ReportingCycleFactory(**state)
    ProgressReportFactory(cycle=cycle, blank=True)

    with pytest.raises(ValidationError) as refusal:
        actions.remind_cycle(cycle, by=secretariat)

    assert refusal.value.messages == ["Only a cycle that is open can be reminded of."]


def test_no_reminder_where_no_report_is_expected(cycle, secretariat):
    ProgressReportFactory(cycle=cycle, submitted=True)

    with pytest.raises(ValidationError) as refusal:
        actions.remind_cycle(cycle, by=secretariat)

    assert refusal.value.messages == ["Nothing is owed in this cycle any more: there is nobody to remind."]
    assert not cycle.history.filter(history_change_reason="remind").exists()


def test_reopening_notes_day_and_reason_and_takes_reports_again(commitment, secretariat, administrator, time_machine):
    cycle = ReportingCycleFactory(**CLOSED)
    report = ProgressReportFactory(commitment=commitment, cycle=cycle)
    time_machine.move_to("2015-02-03T12:00:00+00:00", tick=False)

    actions.reopen_cycle(cycle, reason=" Two agencies were cut off. ", by=secretariat)
    actions.submit(report, by=administrator)

    cycle.refresh_from_db()
    assert (cycle.closed_on, cycle.reopened_on) == (None, date(2015, 2, 3))
    assert cycle.reopened_reason == "Two agencies were cut off."
    assert (cycle.opened_on, cycle.due_on) == (date(2014, 7, 1), date(2014, 8, 31))
    assert state_of(report) == "submitted"


def test_history_keeps_every_reopening(secretariat, time_machine):
    cycle = ReportingCycleFactory(opened=True)
    for day, reason in (("2015-01-05", "Floods."), ("2015-02-05", "A strike.")):
        time_machine.move_to(f"{day}T12:00:00+00:00", tick=False)
        actions.close_cycle(cycle, by=secretariat)
        actions.reopen_cycle(cycle, reason=reason, by=secretariat)

    lines = cycle.history.filter(history_change_reason="reopen").order_by("history_id")
    assert [(line.reopened_on, line.reopened_reason) for line in lines] == [
        (date(2015, 1, 5), "Floods."),
        (date(2015, 2, 5), "A strike."),
    ]


@pytest.mark.parametrize("reason", ["", "  "])
def test_reopening_needs_a_reason(reason, secretariat):
    cycle = ReportingCycleFactory(**CLOSED)

    with pytest.raises(ValidationError) as refusal:
        actions.reopen_cycle(cycle, reason=reason, by=secretariat)

    cycle.refresh_from_db()
    assert refusal.value.message_dict == {"reason": ["Say why the cycle is reopened."]}
    assert cycle.closed_on == date(2014, 12, 31)


@pytest.mark.parametrize("state", [{}, {"opened": True}])
def test_cycle_that_is_not_closed_is_not_reopened(state, secretariat):
    cycle = ReportingCycleFactory(**state)

    with pytest.raises(ValidationError) as refusal:
        actions.reopen_cycle(cycle, reason="Floods.", by=secretariat)

    assert refusal.value.messages == ["Only a cycle that was closed can be reopened."]


def test_reopening_leaves_freshness_of_every_day_as_it_was(commitment, secretariat, time_machine):
    cycle = ReportingCycleFactory(opened=True)
    ProgressReportFactory(commitment=commitment, cycle=cycle, blank=True)
    days = [date(2014, 6, 30), date(2014, 8, 31), date(2014, 9, 1), date(2015, 1, 31)]
    time_machine.move_to("2015-01-15T12:00:00+00:00", tick=False)
    actions.close_cycle(cycle, by=secretariat)
    before = [register_commitments().with_standing(day).get().standing_freshness for day in days]
    time_machine.move_to("2015-02-03T12:00:00+00:00", tick=False)

    actions.reopen_cycle(cycle, reason="Floods.", by=secretariat)

    assert before == ["not_yet_due", "due", "never_reported", "never_reported"]
    assert [register_commitments().with_standing(day).get().standing_freshness for day in days] == before
    assert register_commitments().with_standing().get().standing_freshness == "never_reported"
    stood_closed = {day: ReportingCycle.objects.closed(date.fromisoformat(day)).exists() for day in CLOSED_BY}
    assert stood_closed == CLOSED_BY


CLOSED_BY = {"2015-01-14": False, "2015-01-15": True, "2015-02-02": True, "2015-02-03": False}


def test_closed_cycle_takes_no_more_reports(commitment, cycle, secretariat, administrator):
    report = ProgressReportFactory(commitment=commitment, cycle=cycle)
    actions.close_cycle(cycle, by=secretariat)

    with pytest.raises(ValidationError):
        actions.submit(report, by=administrator)

    assert state_of(report) == "draft"
