"""The permission table of the review workflow, worked out by hand for each role, lead and state."""

from datetime import date

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from commitments import actions, permissions
from commitments.models import Assessment, Commitment, ProgressReport
from tests.factories import (
    AssessmentFactory,
    CommitmentFactory,
    ParticipationFactory,
    ProgressReportFactory,
    focal_point,
    published_report,
)

pytestmark = pytest.mark.django_db

# What a person may do with a row that others wrote: read, write, submit, publish, send back (b), withdraw (x).
POLICY = """
role           whose           draft   submitted  sent_back  published  withdrawn
anonymous      other_agency    -       -          -          r          r
anonymous      other_group     -       -          -          r          r
outsider       other_agency    -       -          -          r          r
outsider       other_group     -       -          -          r          r
focal_point    own_agency      rws     r          rws        r          r
focal_point    other_agency    -       -          -          r          r
focal_point    joined_group    -       -          -          r          r
focal_point    other_group     -       -          -          r          r
alternate      own_agency      rws     r          rws        r          r
alternate      other_agency    -       -          -          r          r
alternate      other_group     -       -          -          r          r
former         other_agency    -       -          -          r          r
group_lead     own_agency      rws     r          rws        r          r
group_lead     other_agency    -       -          -          r          r
group_lead     co_leader       -       -          -          r          r
group_lead     own_group       rws     rpb        rws        r          r
group_lead     other_group     -       -          -          r          r
secretariat    other_agency    -       rpb        r          rx         r
secretariat    other_group     -       rpb        r          rx         r
administrator  other_agency    rws     rpb        rws        rx         r
administrator  other_group     rws     rpb        rws        rx         r
"""
# Assessments: what an agency or a group wrote is its own, and nobody reviews for the group.
POLICY_OF_ASSESSMENTS = """
role           whose           draft   submitted  sent_back  published
anonymous      other_agency    -       -          -          r
anonymous      independent     -       -          -          r
outsider       other_agency    -       -          -          r
focal_point    own_agency      rws     r          rws        r
focal_point    other_agency    -       -          -          r
focal_point    joined_group    -       -          -          r
focal_point    independent     -       -          -          r
group_lead     own_agency      rws     r          rws        r
group_lead     own_group       rws     r          rws        r
group_lead     other_group     -       -          -          r
group_lead     co_leader       -       -          -          r
group_lead     independent     -       -          -          r
secretariat    other_agency    -       rpb        r          r
secretariat    other_group     -       rpb        r          r
secretariat    independent     rws     rpb        rws        r
administrator  other_agency    rws     rpb        rws        r
administrator  independent     rws     rpb        rws        r
"""


def read(table):
    """The lines of a table: role, whose, and the letters of each state."""
    header, *lines = (line.split() for line in table.strip().splitlines())
    return [
        (role, whose, dict(zip(header[2:], (set(letters) - {"-"} for letters in cells), strict=True)))
        for role, whose, *cells in lines
    ]


LINES = read(POLICY)
LINES_OF_ASSESSMENTS = read(POLICY_OF_ASSESSMENTS)
ROLES = sorted({role for role, _, _ in LINES})


@pytest.fixture
def person(request, ohchr):
    """Somebody in a role."""

    def person(role):
        if role == "anonymous":
            return AnonymousUser()
        if role == "alternate":
            return focal_point(ohchr, "ohchr_alternate", role="alternate")
        if role == "former":
            former = focal_point(request.getfixturevalue("ilo"), "former")
            former.memberships.update(ends_on=date(2014, 1, 1))
            return former
        fixtures = {"focal_point": "ohchr_focal_point", "group_lead": "undesa_focal_point"}
        return request.getfixturevalue(fixtures.get(role, role))

    return person


@pytest.fixture
def leads(ilo, iom, ohchr, undesa, data_and_research, decent_work):
    """Who leads a commitment, as the roles see it. OHCHR is a member of data-and-research without leading it."""
    ParticipationFactory(workgroup=data_and_research, agency=ohchr, role="member")

    def leads(role, whose):
        return {
            "own_agency": {"lead_agency": undesa if role == "group_lead" else ohchr},
            "other_agency": {"lead_agency": ilo},
            "co_leader": {"lead_agency": iom},
            "own_group": {"workgroup": data_and_research},
            "joined_group": {"workgroup": data_and_research},
            "other_group": {"workgroup": decent_work},
        }[whose]

    return leads


def commitment_in(state, lead):
    return CommitmentFactory(**lead, **({} if state == "published" else {state: True}))


def report_in(state, lead):
    commitment = CommitmentFactory(**lead)
    if state == "published":
        return published_report(commitment)
    return ProgressReportFactory(commitment=commitment, **{state: True})


def assessment_in(state, lead):
    if lead is None:
        assessor = {"assessor_kind": "independent", "agency": None, "assessor_name": "A university"}
    elif "workgroup" in lead:
        assessor = {"assessor_kind": "group_lead", "agency": None, **lead}
    else:
        assessor = {"agency": lead["lead_agency"]}
    return AssessmentFactory(**assessor, **({"public": True} if state == "published" else {state: True}))


VERBS = {
    "s": lambda row, by: actions.submit(row, by=by),
    "p": lambda row, by: actions.publish(row, by=by),
    "b": lambda row, by: actions.send_back(row, note="Name the source.", by=by),
    "x": lambda row, by: actions.withdraw(row, reason="Entered twice.", by=by),
}


def taken(row, by):
    """The verbs that the actions take from this person, each tried and undone."""
    letters = set()
    for letter, verb in VERBS.items():
        if letter == "x" and not isinstance(row, Commitment):
            continue
        try:
            with transaction.atomic():
                verb(row, by)
                transaction.set_rollback(True)
        except (PermissionDenied, ValidationError):
            continue
        letters.add(letter)
    return letters


def allowed(row, by):
    """The letters that querysets and actions grant, which must agree with each other."""
    rows = type(row).objects.filter(pk=row.pk)
    granted = taken(row, by)
    assert rows.reviewable_by(by).exists() is ("p" in granted)
    sets = {"r": rows.visible_to(by), "w": rows.editable_by(by)}
    return granted | {letter for letter, found in sets.items() if found.exists()}


@pytest.mark.parametrize(("role", "whose", "policy"), LINES)
def test_policy_of_commitments(role, whose, policy, person, leads):
    by = person(role)
    rows = {state: commitment_in(state, leads(role, whose)) for state in policy}

    assert {state: allowed(row, by) for state, row in rows.items()} == policy


@pytest.mark.parametrize(("role", "whose", "policy"), LINES)
def test_policy_of_reports(role, whose, policy, person, leads):
    by = person(role)
    policy = {state: letters - {"x"} for state, letters in policy.items() if state != "withdrawn"}
    rows = {state: report_in(state, leads(role, whose)) for state in policy}

    assert {state: allowed(row, by) for state, row in rows.items()} == policy


@pytest.mark.parametrize(("role", "whose", "policy"), LINES_OF_ASSESSMENTS)
def test_policy_of_assessments(role, whose, policy, person, leads):
    by = person(role)
    lead = None if whose == "independent" else leads(role, whose)
    rows = {state: assessment_in(state, lead) for state in policy}

    assert {state: allowed(row, by) for state, row in rows.items()} == policy


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("model", "make"), [(Commitment, commitment_in), (ProgressReport, report_in)])
def test_lists_hold_exactly_the_rows_of_the_table(role, model, make, person, leads):
    by = person(role)
    letters = {
        make(state, leads(role, whose)).pk: granted
        for of, whose, policy in LINES
        for state, granted in policy.items()
        if of == role and (model is Commitment or state != "withdrawn")
    }

    def listed(rows):
        return set(rows.filter(pk__in=letters).values_list("pk", flat=True))

    def expected(letter):
        return {pk for pk, granted in letters.items() if letter in granted}

    assert listed(model.objects.visible_to(by)) == expected("r")
    assert listed(model.objects.editable_by(by)) == expected("w")
    assert listed(model.objects.reviewable_by(by)) == expected("p")


def test_partner_sees_no_draft_of_the_lead(ohchr, ohchr_focal_point):
    draft = CommitmentFactory(draft=True, partners=[ohchr])
    report = ProgressReportFactory(commitment=CommitmentFactory(partners=[ohchr]))

    assert list(Commitment.objects.visible_to(ohchr_focal_point).filter(pk=draft.pk)) == []
    assert list(ProgressReport.objects.visible_to(ohchr_focal_point).filter(pk=report.pk)) == []


def test_agency_of_a_report_written_on_its_behalf_gains_nothing_by_it(ohchr, ohchr_focal_point):
    report = ProgressReportFactory(on_behalf_of=ohchr)

    assert list(ProgressReport.objects.visible_to(ohchr_focal_point)) == []
    assert list(ProgressReport.objects.editable_by(ohchr_focal_point)) == []
    assert ProgressReport.objects.get() == report


def test_agency_that_is_judged_sees_no_draft_of_the_judgement(ohchr, ohchr_focal_point):
    AssessmentFactory(submitted=True, commitment=CommitmentFactory(lead_agency=ohchr))

    assert list(Assessment.objects.visible_to(ohchr_focal_point)) == []


def test_rows_of_a_person_with_two_agencies_come_once(ilo, iom, ilo_focal_point):
    ilo_focal_point.memberships.create(agency=iom, starts_on=date(2014, 1, 1))
    commitment = CommitmentFactory(draft=True, lead_agency=ilo)

    assert list(Commitment.objects.visible_to(ilo_focal_point)) == [commitment]
    assert list(Commitment.objects.editable_by(ilo_focal_point)) == [commitment]


PEOPLE = [
    "administrator",
    "secretariat",
    "ilo_focal_point",
    "ilo_alternate",
    "undesa_focal_point",
    "outsider",
    "anonymous",
]
ALLOWED = {
    permissions.may_start: {"administrator", "ilo_focal_point", "ilo_alternate", "undesa_focal_point"},
    permissions.may_assess: {
        "administrator",
        "secretariat",
        "ilo_focal_point",
        "ilo_alternate",
        "undesa_focal_point",
    },
    permissions.may_classify: {"administrator", "secretariat"},
    permissions.may_correct: {"administrator"},
    permissions.may_withdraw: {"administrator", "secretariat"},
    permissions.may_manage_cycles: {"administrator", "secretariat"},
}


@pytest.fixture
def anonymous():
    return AnonymousUser()


@pytest.mark.parametrize("may", ALLOWED, ids=lambda may: may.__name__)
def test_roles_that_may(may, request):
    people = {name: request.getfixturevalue(name) for name in PEOPLE}

    assert {name for name, someone in people.items() if may(someone)} == ALLOWED[may]


@pytest.mark.parametrize(
    ("lead", "allowed"),
    [
        ("ilo", {"administrator", "ilo_focal_point", "ilo_alternate"}),
        ("iom", {"administrator"}),
        ("decent_work", {"administrator", "ilo_focal_point", "ilo_alternate"}),
        ("data_and_research", {"administrator", "undesa_focal_point"}),
    ],
)
def test_people_who_may_lead_for_an_agency_or_a_group(lead, allowed, request):
    people = {name: request.getfixturevalue(name) for name in PEOPLE}
    lead = request.getfixturevalue(lead)

    leads = {
        name: {*permissions.agencies_for(someone), *permissions.groups_for(someone)} for name, someone in people.items()
    }
    assert {name for name, theirs in leads.items() if lead in theirs} == allowed
