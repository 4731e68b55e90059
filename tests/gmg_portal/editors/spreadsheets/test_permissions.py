"""Whose rows an import may write, beside the table of `test_exchange_policy`: what strangers learn, and who leads."""

import pytest

from gmg_portal.editors.spreadsheets.resources import CommitmentResource, MilestoneResource, ReportResource
from tests.gmg_portal.editors.spreadsheets.importing import changed_by
from tests.support.factories import CommitmentFactory, MilestoneFactory, ProgressReportFactory

pytestmark = pytest.mark.django_db

MARK = "Quetzalcoatlus"
NEW = {"reference": "", "id": "", "version": "", "state": ""}


def made(factory, state, **fields):
    return factory(**({} if state == "published" else {state: True}), **fields)


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
