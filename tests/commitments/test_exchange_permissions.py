"""Whose rows an import may write: the table of the workflow, asked through files."""

import pytest

from commitments.exchange.resources import CommitmentResource, MilestoneResource, ReportResource
from commitments.models import Commitment, ProgressReport
from tests.commitments.importing import changed_by, sent
from tests.commitments.policy import LINES
from tests.factories import CommitmentFactory, MilestoneFactory, ProgressReportFactory, published_report

pytestmark = pytest.mark.django_db

MARK = "Quetzalcoatlus"
CASES = [
    (role, whose, {state: "w" in letters for state, letters in cells.items()})
    for role, whose, cells in LINES["commitment"]
    if role != "anonymous" and "draft" in cells  # other roles of the table only decide
]
EACH_CASE = pytest.mark.parametrize(
    ("role", "whose", "states"), CASES, ids=[f"{role} {whose}" for role, whose, _states in CASES]
)


def made(factory, state, **fields):
    return factory(**({} if state == "published" else {state: True}), **fields)


NEW = {"reference": "", "id": "", "version": "", "state": ""}


@EACH_CASE
def test_import_changes_a_commitment_only_where_the_table_says_so(person, leads, role, whose, states):
    somebody = person(role)

    for state, allowed in states.items():
        row = made(CommitmentFactory, state, title=f"{MARK} {state}", **leads(role, whose))
        problems = changed_by(somebody, CommitmentResource, row, summary="Changed by import")

        row.refresh_from_db()
        assert (row.summary == "Changed by import", problems == {}) == (allowed, allowed), state
        assert (row.state, row.title) == (state, f"{MARK} {state}")
        assert allowed or "reference" in problems


@EACH_CASE
def test_import_changes_and_adds_a_milestone_only_where_the_table_says_so(person, leads, role, whose, states):
    somebody = person(role)

    for state, allowed in states.items():
        step = MilestoneFactory(commitment=made(CommitmentFactory, state, **leads(role, whose)), title="First")
        changed_by(somebody, MilestoneResource, step, title="Changed by import")
        changed_by(somebody, MilestoneResource, step, **NEW, title="Added by import")

        titles = {each.title for each in step.commitment.milestones.all()}
        assert titles == ({"Changed by import", "Added by import"} if allowed else {"First"}), state


@EACH_CASE
def test_import_changes_a_report_only_where_the_table_says_so(person, leads, role, whose, states):
    somebody = person(role)

    for state in ("draft", "submitted", "sent_back", "published"):
        commitment = CommitmentFactory(**leads(role, whose))
        published = state == "published"
        row = published_report(commitment) if published else made(ProgressReportFactory, state, commitment=commitment)
        problems = changed_by(somebody, ReportResource, row, achieved="Changed by import")

        row.refresh_from_db()
        assert (row.achieved == "Changed by import", problems == {}) == (states[state], states[state]), state
        assert row.state == state


@EACH_CASE
def test_import_begins_rows_only_where_the_table_says_so(person, leads, role, whose, states):
    somebody, allowed = person(role), states["draft"]
    existing = CommitmentFactory(**leads(role, whose))

    changed_by(somebody, CommitmentResource, existing, **NEW, title="Begun by import")
    sent(somebody, ReportResource, {"commitment": existing.reference, "achieved": "Begun by import"})

    begun = Commitment.objects.filter(title="Begun by import")
    assert [(row.state, row.author, row.lead) for row in begun] == (
        [("draft", somebody, existing.lead)] if allowed else []
    )
    assert [row.author for row in ProgressReport.objects.all()] == ([somebody] if allowed else [])


@pytest.mark.parametrize("state", ["draft", "submitted", "sent_back"])
def test_strangers_row_is_refused_in_the_words_of_one_that_is_not_there(ohchr_focal_point, ilo, state):
    row = made(CommitmentFactory, state, lead_agency=ilo, title=MARK)
    there = changed_by(ohchr_focal_point, CommitmentResource, row, lead="ohchr")
    reference = row.reference
    nowhere = changed_by(ohchr_focal_point, CommitmentResource, row, lead="ohchr", reference="HLD-9999")

    assert {column: text.replace(reference, "HLD-9999") for column, text in there.items()} == nowhere
    assert MARK not in str(there)


@pytest.mark.parametrize("state", ["draft", "submitted", "sent_back"])
def test_strangers_report_and_step_are_refused_in_the_words_of_ones_that_are_not_there(ohchr_focal_point, ilo, state):
    step = MilestoneFactory(commitment=made(CommitmentFactory, state, lead_agency=ilo), title=MARK)
    report = made(ProgressReportFactory, state, commitment=CommitmentFactory(lead_agency=ilo), achieved=MARK)

    for resource, row in ((MilestoneResource, step), (ReportResource, report)):
        there = changed_by(ohchr_focal_point, resource, row)
        nowhere = changed_by(ohchr_focal_point, resource, row, id="999999")

        assert {column: text.replace(f"‘{row.pk}’", "‘999999’") for column, text in there.items()} == nowhere
        assert MARK not in str(there)


def test_strangers_title_does_not_show_by_what_is_refused_as_double(ohchr_focal_point, ilo, ohchr):
    CommitmentFactory(draft=True, lead_agency=ilo, title=MARK)
    own = CommitmentFactory(draft=True, lead_agency=ohchr, title="Own")

    problems = changed_by(ohchr_focal_point, CommitmentResource, own, **NEW, title=MARK)

    assert problems == {}


def test_draft_cannot_be_given_to_another_agency(ilo, iom, draft, ilo_focal_point):
    problems = changed_by(ilo_focal_point, CommitmentResource, draft, lead="iom")

    draft.refresh_from_db()
    assert (problems.keys(), draft.lead) == ({"lead"}, ilo)


def test_draft_may_be_given_to_a_group_that_the_agency_leads(decent_work, draft, ilo_focal_point):
    problems = changed_by(ilo_focal_point, CommitmentResource, draft, lead="decent-work")

    draft.refresh_from_db()
    assert (problems, draft.lead, draft.lead_agency) == ({}, decent_work, None)


def test_membership_that_ended_since_the_trial_takes_nothing_in(draft, ilo_focal_point):
    ilo_focal_point.memberships.update(ends_on="2014-01-01")

    problems = changed_by(ilo_focal_point, CommitmentResource, draft, summary="Late")

    draft.refresh_from_db()
    assert "reference" in problems
    assert draft.summary != "Late"
