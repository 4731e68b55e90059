"""Rows in each state of the workflow, for the tests of actions."""

from reporting import actions
from tests.support.factories import (
    AnswerFactory,
    AssessmentFactory,
    CommitmentFactory,
    ProgressReportFactory,
    published_report,
)


def commitment_in(state):
    return CommitmentFactory(**({} if state == "published" else {state: True}))


def report_in(state):
    return published_report() if state == "published" else ProgressReportFactory(**{state: True})


def assessment_in(state):
    return AssessmentFactory(**({"public": True} if state == "published" else {state: True}))


def answer_in(state):
    return AnswerFactory(**({"public": True} if state == "published" else {state: True}))


SUBMITTED = [commitment_in, report_in, assessment_in, answer_in]


def state_of(row):
    return type(row).objects.values_list("state", flat=True).get(pk=row.pk)


CHANGED_SINCE = "Somebody changed this since you opened it: look at it again before you decide."


VERBS = {
    "submit": lambda row, by: actions.submit(row, by=by),
    "send_back": lambda row, by: actions.send_back(row, note="Name the source.", by=by),
    "publish": lambda row, by: actions.publish(row, by=by),
    "withdraw": lambda row, by: actions.withdraw(row, reason="Entered twice.", by=by),
    "restore": lambda row, by: actions.restore(row, reason="It was not.", by=by),
}
