import random
from datetime import date, timedelta

import pytest

from register.changes.comparison import CHANGES, compare
from register.querysets import register_commitments
from tests.support.exhaustive import first_fast
from tests.support.factories import (
    AssessmentFactory,
    CommitmentFactory,
    ProgressReportFactory,
    ReportingCycleFactory,
    corrected,
    many,
    published_report,
)

pytestmark = [pytest.mark.database, pytest.mark.django_db]

SINCE, UNTIL = date(2014, 6, 30), date(2015, 12, 31)
FINISHED = {"completed", "discontinued", "superseded"}


def lists(*args, **kwargs):
    comparison = compare(*(args or (SINCE, UNTIL)), **kwargs)
    return {word: [row.commitment for row in rows] for word, rows in comparison.lists.items() if rows}


def test_commitment_published_between_is_new(ilo):
    CommitmentFactory(lead_agency=ilo, published_on=SINCE)
    between = CommitmentFactory(lead_agency=ilo, published_on=SINCE + timedelta(days=1))
    CommitmentFactory(lead_agency=ilo, published_on=UNTIL + timedelta(days=1))
    CommitmentFactory(draft=True, lead_agency=ilo)

    assert lists() == {"new": [between]}


def test_report_that_moves_a_status_and_one_that_finishes(ilo):
    moving, finishing, still = CommitmentFactory.create_batch(3, lead_agency=ilo)
    for commitment in (moving, finishing, still):
        published_report(commitment, on="2014-03-01", status="planning")
    published_report(moving, on="2015-03-01", status="in_progress")
    published_report(finishing, on="2015-03-01", status="completed")
    published_report(still, on="2015-03-01", status="planning")
    published_report(still, on="2016-03-01", status="completed")

    assert lists() == {"moved": [moving, finishing], "finished": [finishing]}


def test_first_report_on_an_older_commitment_moves_it_from_nothing(commitment):
    published_report(commitment, on="2015-03-01", status="ongoing")

    (row,) = compare(SINCE, UNTIL).rows

    assert (row.then.status, row.now.status, row.changes) == ("", "ongoing", ["moved"])


def test_commitment_that_came_and_finished_between_is_new_and_finished(ilo):
    commitment = CommitmentFactory(lead_agency=ilo, published_on=date(2015, 1, 1))
    published_report(commitment, on="2015-03-01", status="completed")

    assert lists() == {"new": [commitment], "finished": [commitment]}


def test_withdrawn_between_is_listed_with_new_and_gone_commitments(ilo):
    stood = CommitmentFactory(lead_agency=ilo, withdrawn=True, withdrawn_on=date(2015, 1, 1))
    came = CommitmentFactory(lead_agency=ilo, withdrawn=True, withdrawn_on=UNTIL, published_on=date(2015, 1, 1))
    CommitmentFactory(lead_agency=ilo, withdrawn=True, withdrawn_on=SINCE)
    CommitmentFactory(lead_agency=ilo, withdrawn=True, withdrawn_on=UNTIL + timedelta(days=1))

    assert lists() == {"new": [came], "withdrawn": [stood, came]}


def test_silence_begins_when_a_report_is_asked_for_and_ends_when_it_comes(ilo):
    cycle = ReportingCycleFactory(opened=True)
    answering, silent, owing = CommitmentFactory.create_batch(3, lead_agency=ilo)
    for commitment in (answering, silent, owing):
        ProgressReportFactory(commitment=commitment, cycle=cycle, blank=True)
    published_report(answering, on="2015-03-01")

    assert set(lists(SINCE, date(2014, 9, 30))["fell_silent"]) == {answering, silent, owing}
    assert lists(date(2014, 9, 30), UNTIL) == {"moved": [answering], "reported_again": [answering]}
    assert set(lists(SINCE, UNTIL)["fell_silent"]) == {silent, owing}


def test_due_day_has_passed_when_its_own_end_has(ilo):
    on_first, between = (CommitmentFactory(lead_agency=ilo, deadline_on=day) for day in (SINCE, date(2015, 1, 1)))
    CommitmentFactory(lead_agency=ilo, deadline_on=SINCE - timedelta(days=1))
    CommitmentFactory(lead_agency=ilo, deadline_on=UNTIL)
    CommitmentFactory(lead_agency=ilo, deadline_on=date(2015, 1, 1), withdrawn=True)

    lists_by_change = lists()

    assert lists_by_change["deadline_passed"] == [on_first, between]


def test_totals_stand_side_by_side_and_lead_to_their_rows(ilo):
    moving = CommitmentFactory(lead_agency=ilo)
    published_report(moving, on="2014-03-01", status="planning")
    published_report(moving, on="2015-03-01", status="completed")
    CommitmentFactory(lead_agency=ilo)

    comparison = compare(SINCE, UNTIL, register_commitments().filter(lead_agency=ilo), {"agency": "ilo"})

    expected = {total.label: (total.then.count, total.now.count, total.difference) for total in comparison.totals}
    assert {label: counts for label, counts in expected.items() if any(counts)} == {
        "Planning": (1, 0, -1),
        "Completed": (0, 1, 1),
        "Nothing reported": (1, 1, 0),
        "All": (2, 2, 0),
    }
    assert [(total.then.query, total.now.query) for total in comparison.totals if total.label == "Planning"] == [
        ("agency=ilo&status=planning&as_of=2014-06-30", "agency=ilo&status=planning&as_of=2015-12-31")
    ]
    assert [total.then.url for total in comparison.totals if total.label == "Nothing reported"] == [""]


def test_comparison_of_some_commitments_leaves_out_the_rest(ilo, iom):
    mine = CommitmentFactory(lead_agency=ilo, published_on=date(2015, 1, 1))
    CommitmentFactory(lead_agency=iom, published_on=date(2015, 1, 1))

    assert lists(SINCE, UNTIL, commitments=register_commitments().filter(lead_agency=ilo)) == {"new": [mine]}


def test_drafts_change_nothing(ilo, commitment):
    for state in ("draft", "submitted", "sent_back"):
        CommitmentFactory(**{state: True}, lead_agency=ilo, deadline_on=date(2015, 1, 1))
        ProgressReportFactory(**{state: True}, commitment=commitment, status="completed")
        AssessmentFactory(**{state: True}, commitment=commitment, finding="disagrees")

    assert lists() == {}


@pytest.mark.parametrize("rows", first_fast([1, 20]))
def test_comparison_takes_nine_queries(ilo, points, django_assert_num_queries, rows):
    many(CommitmentFactory, rows, lead_agency=ilo, published_on=date(2015, 1, 1), agenda_points=points)

    with django_assert_num_queries(9):
        comparison = compare(SINCE, UNTIL)
        expected = [(str(row.commitment.lead), list(row.commitment.agenda_points.all())) for row in comparison.rows]

    assert len(expected) == rows


# The same, replayed by hand


def history(chance, ilo):
    """A made-up history: each commitment's days and reports, as written down here and as the record keeps them."""
    cycle = ReportingCycleFactory(opened=True)
    expected = {}
    for _ in range(12):
        published = day_of(chance)
        deadline = chance.choice([None, day_of(chance)])
        commitment = CommitmentFactory(lead_agency=ilo, published_on=published, deadline_on=deadline)
        days = sorted({day_of(chance, published) for _ in range(chance.randrange(4))})
        reports = [(day, chance.choice(["planning", "ongoing", "completed", "in_progress"])) for day in days]
        for day, status in reports:
            published_report(commitment, on=day.isoformat(), status=status)
        expected_report = chance.random() < 0.7
        if expected_report:
            ProgressReportFactory(commitment=commitment, cycle=cycle, blank=True)
        withdrawn = chance.choice([None, None, day_of(chance, max(days, default=published))])
        if withdrawn:
            corrected(commitment, state="withdrawn", withdrawn_on=withdrawn, withdrawn_reason="Entered twice.")
        expected[commitment.reference] = (published, deadline, reports, expected_report, withdrawn)
    return cycle, expected


def day_of(chance, first=date(2014, 1, 1)):
    return first + timedelta(days=chance.randrange(500))


def stood(cycle, published, _deadline, reports, expected_report, withdrawn, on):
    """The status and freshness at the end of a day, told by the glossary; None where it was not in the record."""
    if published > on or (withdrawn and withdrawn <= on):
        return None
    reports_by_then = [(day, status) for day, status in reports if day <= on]
    status = reports_by_then[-1][1] if reports_by_then else ""
    if status in FINISHED:
        return status, "current"
    if cycle.opened_on > on:
        return status, "not_yet_due"
    if reports_by_then and reports_by_then[-1][0] >= cycle.opened_on:
        return status, "current"
    if not expected_report:
        return status, "not_yet_due"
    if on <= cycle.due_on:
        return status, "due"
    return status, "overdue" if reports_by_then else "never_reported"


def replayed(cycle, expected, since, until):
    lists_by_change = {word: [] for word in CHANGES}
    for reference, row in expected.items():
        published, deadline, _reports, _expected_report, withdrawn = row
        then, now = stood(cycle, *row, since), stood(cycle, *row, until)
        both = then is not None and now is not None
        silent = ("due", "overdue", "never_reported")
        holds = {
            "new": since < published <= until,
            "moved": both and then[0] != now[0],
            "finished": now is not None and now[0] in FINISHED and not (then and then[0] in FINISHED),
            "fell_silent": both and then[1] not in silent and now[1] in silent,
            "reported_again": both and then[1] in silent and now[1] == "current",
            "withdrawn": withdrawn is not None and since < withdrawn <= until and published <= until,
            "deadline_passed": now is not None and deadline is not None and since <= deadline < until,
        }
        for word, held in holds.items():
            lists_by_change[word] += [reference] if held else []
    return lists_by_change


@pytest.mark.parametrize("seed", range(6))
def test_comparison_agrees_with_a_replay_of_the_history(ilo, seed):
    chance = random.Random(seed)  # noqa: S311 - histories, not secrets
    cycle, expected = history(chance, ilo)

    for _ in range(12):
        since, until = sorted([day_of(chance), day_of(chance, date(2014, 6, 1))])
        comparison = compare(since, until)

        lists_by_change = {word: [row.commitment.reference for row in rows] for word, rows in comparison.lists.items()}
        assert lists_by_change == replayed(cycle, expected, since, until)
        counted = [sum(stood(cycle, *row, day) is not None for row in expected.values()) for day in (since, until)]
        assert [comparison.totals[-1].then.count, comparison.totals[-1].now.count] == counted
