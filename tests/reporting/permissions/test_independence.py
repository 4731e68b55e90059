"""Independence by agency: who has a stake in a row decides nothing about it, by no way, and the past stays as it was.

The table of `permission_table` has the relations; here is what changes them, and what the database refuses by itself.
"""

from datetime import date, timedelta

import pytest
from django.contrib.admin import site
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains

from accounts.actions.invitations import accept_invitation, token_digest
from accounts.actions.memberships import hand_over
from accounts.models import Invitation, User
from accounts.permissions import limited_to_agency
from commitments.models import Commitment
from commitments.workflow import ReviewingBody
from foundation.clock import today
from gmg_portal.editors.spreadsheets.resources import CommitmentResource, ReportResource
from reporting import actions
from reporting.models import Assessment, ProgressReport
from tests.gmg_portal.editors.spreadsheets.importing import changed_by
from tests.support.exhaustive import first_fast
from tests.support.factories import (
    PASSWORD,
    AgencyFactory,
    AgendaPointFactory,
    AnswerFactory,
    AssessmentFactory,
    CommitmentFactory,
    ContributionFactory,
    EvidenceFactory,
    InvitationFactory,
    MembershipFactory,
    PartnerFactory,
    ProgressReportFactory,
    RecommendationFactory,
    StakeholderFactory,
    UserFactory,
    corrected,
    focal_point,
    in_group,
    published_report,
    run_deferred_triggers,
)
from tests.support.form_filling import filled, problems

pytestmark = pytest.mark.django_db

YESTERDAY = timedelta(days=-1)


@pytest.fixture
def secretary(db):
    """Makes somebody of the secretariat who also acts for an agency."""

    def secretary(agency, **membership):
        person = in_group(UserFactory(), "secretariat")
        MembershipFactory(user=person, agency=agency, **membership)
        return person

    return secretary


@pytest.fixture
def group_report(data_and_research, undesa_focal_point):
    """Return a row of the group that UN DESA and IOM co-chair, just submitted by UN DESA's focal point."""
    commitment = CommitmentFactory(workgroup=data_and_research)
    report = ProgressReportFactory(commitment=commitment, author=undesa_focal_point)
    return actions.submit(report, by=undesa_focal_point)


def publish_by_sql(row, person):
    """Publish a submitted row as who knows the tables would, and nothing else."""
    number = ", number = 1" if isinstance(row, ProgressReport) else ""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {row._meta.db_table} SET state = 'published', published_on = '2026-01-01', "  # noqa: S608
            f"published_precision = 'day', reviewed_by_id = %s, reviewed_at = now(){number} WHERE id = %s",
            [person.pk, row.pk],
        )
        transaction.set_rollback(True)


def refused_everywhere(row, person) -> bool:
    """Return whether querysets, actions and database all refuse every decision of this person."""
    allowed = {type(row).objects.reviewable_by(person).filter(pk=row.pk).exists()}
    for decide in (actions.publish, lambda row, by: actions.send_back(row, note="Name the source.", by=by)):
        with transaction.atomic():
            try:
                decide(row, by=person)
                allowed.add(True)
            except PermissionDenied:
                allowed.add(False)
            transaction.set_rollback(True)
    try:
        publish_by_sql(row, person)
        allowed.add(True)
    except IntegrityError as refusal:
        assert refusal.__cause__.diag.constraint_name == "independent_review"
        allowed.add(False)
    assert len(allowed) == 1
    return allowed == {False}


def test_alternate_does_not_decide_on_what_the_focal_point_of_the_same_co_chair_wrote(
    group_report, undesa, iom_focal_point
):
    alternate = focal_point(undesa, "undesa_alternate", role="alternate")

    assert refused_everywhere(group_report, alternate)
    assert not refused_everywhere(group_report, iom_focal_point)


def test_agency_whose_person_added_to_a_draft_does_not_decide_on_it(
    data_and_research, iom, iom_focal_point, undesa_focal_point, secretariat
):
    """IOM's focal point backs a report that UN DESA's submits: both agencies wrote it."""
    report = ProgressReportFactory(commitment=CommitmentFactory(workgroup=data_and_research))
    actions.add_evidence(report, EvidenceFactory.build(report=None), by=iom_focal_point)
    actions.submit(report, by=undesa_focal_point)

    assert refused_everywhere(report, focal_point(iom, "iom_alternate", role="alternate"))
    assert not refused_everywhere(report, secretariat)


def test_membership_that_ended_yesterday_leaves_the_row_its_agencies(group_report, undesa, undesa_focal_point):
    undesa_focal_point.memberships.update(starts_on=date(2014, 1, 1), ends_on=today() + YESTERDAY)

    assert refused_everywhere(group_report, focal_point(undesa, "undesa_successor"))


@pytest.mark.database
def test_membership_that_was_handed_over_leaves_the_row_its_agencies(group_report, secretariat, undesa_focal_point):
    successor = UserFactory()
    hand_over(undesa_focal_point.memberships.get(), to=successor, on=today(), by=secretariat)

    assert refused_everywhere(group_report, successor)


def test_account_that_was_closed_leaves_the_row_its_agencies(group_report, undesa, undesa_focal_point):
    undesa_focal_point.is_active = False
    undesa_focal_point.save()

    assert refused_everywhere(group_report, focal_point(undesa, "undesa_successor"))


@pytest.mark.parametrize("way", ["ended", "deleted", "moved"])
def test_membership_of_the_reviewer_that_changed_since_the_row_was_submitted_still_counts(
    way, commitment, ilo, ilo_focal_point, iom, secretary
):
    person = secretary(ilo)
    report = actions.submit(ProgressReportFactory(commitment=commitment), by=ilo_focal_point)
    membership = person.memberships.get()
    if way == "deleted":
        membership.delete()
    else:
        corrected(membership, **({"agency": iom} if way == "moved" else {"ends_on": today() + YESTERDAY}))

    assert refused_everywhere(report, person)


def test_reviewer_who_had_left_the_agency_before_it_was_submitted_decides(commitment, ilo, ilo_focal_point, secretary):
    person = secretary(ilo, ends_on=today() + 2 * YESTERDAY)
    report = actions.submit(ProgressReportFactory(commitment=commitment), by=ilo_focal_point)

    assert not refused_everywhere(report, person)


def test_all_agencies_of_a_writer_count_and_a_token_hides_none(
    data_and_research, undesa, undesa_focal_point, iom_focal_point, iom
):
    MembershipFactory(user=undesa_focal_point, agency=iom)
    report = ProgressReportFactory(commitment=CommitmentFactory(workgroup=data_and_research))
    actions.submit(report, by=limited_to_agency(undesa_focal_point, undesa))

    assert refused_everywhere(report, iom_focal_point)


def test_partner_has_a_stake_until_the_row_is_decided(commitment, ilo_focal_point, ohchr, undesa, secretary):
    """OHCHR was a partner when the report was submitted, UN DESA became one afterwards."""
    leaving = PartnerFactory(commitment=commitment, agency=ohchr)
    report = actions.submit(ProgressReportFactory(commitment=commitment), by=ilo_focal_point)
    leaving.delete()
    PartnerFactory(commitment=commitment, agency=undesa)

    assert refused_everywhere(report, secretary(ohchr))
    assert refused_everywhere(report, secretary(undesa))


def test_partner_that_wrote_its_part_and_left_has_a_stake(data_and_research, undesa_focal_point, ohchr, secretary):
    report = ProgressReportFactory(commitment=CommitmentFactory(workgroup=data_and_research))
    ContributionFactory(report=report, agency=ohchr)
    report.commitment.partners.get().delete()
    report = actions.submit(report, by=undesa_focal_point)

    assert refused_everywhere(report, secretary(ohchr))


def test_lead_that_changed_has_a_stake_before_and_after(commitment, ilo, ilo_focal_point, ohchr, secretary):
    report = actions.submit(ProgressReportFactory(commitment=commitment), by=ilo_focal_point)
    corrected(commitment, lead_agency=ohchr)

    assert refused_everywhere(report, secretary(ilo))
    assert refused_everywhere(report, secretary(ohchr))


def test_co_chair_on_whose_behalf_a_report_is_written_does_not_decide(
    data_and_research, iom, iom_focal_point, undesa_focal_point
):
    report = ProgressReportFactory(commitment=CommitmentFactory(workgroup=data_and_research), on_behalf_of=iom)
    actions.submit(report, by=undesa_focal_point)

    assert refused_everywhere(report, iom_focal_point)


@pytest.mark.parametrize("role", ["lead", "partner"])
@pytest.mark.parametrize("factory", [CommitmentFactory, ProgressReportFactory, AssessmentFactory, AnswerFactory])
def test_secretary_who_acts_for_lead_or_partner_decides_on_nothing_of_it(factory, role, ilo, secretary, administrator):
    person = secretary(ilo)
    MembershipFactory(user=administrator, agency=ilo)
    facts = {"lead_agency": ilo} if role == "lead" else {"partners": [ilo]}
    prefix = {CommitmentFactory: "", AnswerFactory: "assessment__commitment__"}.get(factory, "commitment__")
    row = factory(submitted=True, **{f"{prefix}{name}": value for name, value in facts.items()})

    assert refused_everywhere(row, person)
    assert refused_everywhere(row, administrator)


def test_assessor_decides_neither_on_its_assessment_nor_on_the_answer(ohchr, secretary):
    person = secretary(ohchr)

    assert refused_everywhere(AssessmentFactory(submitted=True, agency=ohchr), person)
    assert refused_everywhere(AnswerFactory(submitted=True, assessment__agency=ohchr), person)


def test_secretary_who_acts_for_a_co_chair_publishes_no_assessment_of_the_group(data_and_research, iom, secretary):
    assessment = AssessmentFactory(submitted=True, commitment__workgroup=data_and_research)

    assert refused_everywhere(assessment, secretary(iom))


@pytest.mark.database
def test_reviewer_involved_in_a_row_is_refused_by_the_database(ilo, commitment, secretariat, ilo_focal_point):
    report = ProgressReportFactory(commitment=commitment)
    piece = EvidenceFactory.build(report=report)
    piece._history_user = secretariat
    piece.save()
    report = actions.submit(report, by=ilo_focal_point)

    assert refused_everywhere(report, secretariat)


@pytest.mark.database
def test_row_of_an_author_is_published_by_nobody_nameless():
    assessment = AssessmentFactory(submitted=True)

    with pytest.raises(IntegrityError) as refusal, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE reporting_assessment SET state = 'published', published_on = '2026-01-01',"
            " published_precision = 'day' WHERE id = %s",
            [assessment.pk],
        )
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    assert refusal.value.__cause__.diag.constraint_name == "reviewed_by_somebody"


@pytest.mark.database
def test_agencies_of_a_row_are_kept_whatever_is_written_over_them(group_report, undesa):
    ProgressReport.objects.filter(pk=group_report.pk).update(involved_agencies=[])
    group_report.refresh_from_db()

    assert group_report.involved_agencies == [undesa.pk]


@pytest.mark.database
def test_published_row_stays_when_its_reviewer_comes_to_act_for_the_lead(commitment, ilo, secretariat):
    draft = CommitmentFactory(submitted=True, lead_agency=ilo)
    published = actions.publish(draft, by=secretariat)
    MembershipFactory(user=secretariat, agency=ilo)

    actions.withdraw(published, reason="Entered twice.", by=secretariat)

    assert Commitment.objects.get(pk=draft.pk).reviewed_by == secretariat


def test_secretary_who_acts_for_a_lead_restores_nothing_of_it(ilo, secretary, secretariat, client):
    withdrawn = CommitmentFactory(withdrawn=True, lead_agency=ilo)
    person = secretary(ilo)
    client.force_login(person)
    address = reverse("admin:commitments_commitment_restore", args=[withdrawn.pk])

    with pytest.raises(PermissionDenied):
        actions.restore(withdrawn, reason="It was not.", by=person)
    page = client.post(address, {"seen": withdrawn.version, "reason": "It was not."})

    assert page.status_code == 403
    assert actions.restore(withdrawn, reason="It was not.", by=secretariat).state == "published"


# Assessors


@pytest.mark.database
@pytest.mark.parametrize("assessor", ["agency", "group"])
@pytest.mark.parametrize("stake", ["lead", "co_chair", "partner"])
def test_assessor_with_a_stake_is_refused_by_the_database(assessor, stake, ilo, iom, data_and_research, decent_work):
    """IOM co-leads both groups, so that neither assesses what it has a stake in."""
    facts = {
        "lead": {"lead_agency": iom},
        "co_chair": {"workgroup": data_and_research},
        "partner": {"partners": [iom]},
    }[stake]
    commitment = CommitmentFactory(**facts)
    kind = {"agency": iom} if assessor == "agency" else {"assessor_kind": "group_lead", "agency": None}
    if assessor == "group":
        kind["workgroup"] = decent_work

    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        AssessmentFactory(commitment=commitment, **kind)

    assert refusal.value.__cause__.diag.constraint_name == "independent_assessor"


@pytest.mark.database
def test_assessor_that_became_partner_is_refused_when_the_assessment_is_published(secretariat):
    assessment = AssessmentFactory(submitted=True)
    PartnerFactory(commitment=assessment.commitment, agency=assessment.agency)

    with pytest.raises(ValidationError) as refusal:
        actions.publish(assessment, by=secretariat)
    with pytest.raises(IntegrityError):
        publish_by_sql(assessment, secretariat)

    assert set(refusal.value.message_dict) == {"agency"}
    assert actions.send_back(assessment, note="You are a partner now.", by=secretariat).state == "sent_back"


def test_secretary_who_acts_for_the_lead_submits_no_independent_assessment_of_it(commitment, ilo, secretary):
    person = secretary(ilo)
    draft = AssessmentFactory(
        commitment=commitment, assessor_kind="independent", agency=None, assessor_name="A university", author=person
    )

    with pytest.raises(ValidationError) as refusal:
        actions.submit(draft, by=person)
    with pytest.raises(IntegrityError), transaction.atomic():
        Assessment.objects.filter(pk=draft.pk).update(
            state="submitted", submitted_by=person, submitted_at=timezone.now()
        )

    assert set(refusal.value.message_dict) == {"commitment"}


# Who reviewed, as readers are told


def test_reviewing_body_is_the_agency_of_the_co_chair(group_report, iom, iom_focal_point):
    published = actions.publish(group_report, by=iom_focal_point)

    assert published.reviewing_body == ReviewingBody("co_chair", iom)
    assert published.reviewing_body.sentence == "Reviewed by IOM, co-chair of the group"


def test_reviewing_body_is_the_secretariat_or_the_administrators(ilo, secretariat, administrator):
    by_secretariat = actions.publish(CommitmentFactory(submitted=True), by=secretariat)
    by_administrator = actions.publish(AnswerFactory(submitted=True), by=administrator)

    assert by_secretariat.reviewing_body.sentence == "Reviewed by the secretariat"
    assert by_administrator.reviewing_body.sentence == "Reviewed by the administrators of the portal"


def test_secretary_who_acts_for_a_co_chair_reviews_as_that(group_report, iom, secretary):
    published = actions.publish(group_report, by=secretary(iom))

    assert published.reviewing_body == ReviewingBody("co_chair", iom)


def test_what_was_loaded_names_no_reviewing_body(commitment):
    assert published_report(commitment).reviewing_body is None


def test_reviewing_body_goes_when_it_is_sent_off_again(group_report, iom_focal_point, undesa_focal_point):
    sent_back = actions.send_back(group_report, note="Name the source.", by=iom_focal_point)

    submitted = actions.submit(sent_back, by=undesa_focal_point)

    assert submitted.reviewing_body is None


# Amendments of what is public


def test_administrator_who_acts_for_an_agency_with_a_stake_amends_nothing(
    commitment, ilo, data_and_research, iom, administrator
):
    partnered = CommitmentFactory(partners=[ilo])
    co_led = CommitmentFactory(workgroup=data_and_research)
    free = CommitmentFactory()
    MembershipFactory(user=administrator, agency=ilo)
    MembershipFactory(user=administrator, agency=iom)

    admin = site.get_model_admin(Commitment)

    assert set(admin.changeable(administrator)) == {free}
    assert set(Commitment.objects.all()) == {commitment, partnered, co_led, free}


@pytest.mark.database
def test_amendment_by_an_agency_with_a_stake_is_refused_by_the_database(commitment, ilo, administrator):
    """Giving the lead away in the same change makes nobody independent."""
    MembershipFactory(user=administrator, agency=ilo)
    commitment._history_user = administrator

    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        corrected(commitment, lead_agency=AgencyFactory())
        run_deferred_triggers()

    assert refusal.value.__cause__.diag.constraint_name == "independent_amendment"


SETS = {
    "agenda_points": AgendaPointFactory,
    "recommendations": RecommendationFactory,
    "stakeholders": StakeholderFactory,
}


@pytest.mark.database
@pytest.mark.parametrize("change", ["add", "remove"])
@pytest.mark.parametrize("stake", ["lead", "co_chair", "partner"])
@pytest.mark.parametrize("name", first_fast(SETS))
def test_set_changed_by_an_agency_with_a_stake_is_refused_by_the_database(
    name, stake, change, iom, data_and_research, administrator
):
    facts = {
        "lead": {"lead_agency": iom},
        "co_chair": {"workgroup": data_and_research},
        "partner": {"partners": [iom]},
    }[stake]
    member = SETS[name]()
    commitment = CommitmentFactory(**facts, **({name: [member]} if change == "remove" else {}))
    run_deferred_triggers()
    MembershipFactory(user=administrator, agency=iom)
    commitment._history_user = administrator

    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        getattr(getattr(commitment, name), change)(member)
        run_deferred_triggers()

    assert refusal.value.__cause__.diag.constraint_name == "independent_amendment"


@pytest.mark.database
@pytest.mark.parametrize("name", first_fast(SETS))
def test_set_is_changed_by_the_independent_and_by_the_load(name, commitment, ilo, administrator, secretariat):
    members = [SETS[name]() for _number in range(2)]
    commitment._history_user = secretariat
    getattr(commitment, name).add(members[0])
    run_deferred_triggers()
    MembershipFactory(user=administrator, agency=ilo)
    commitment._history_user, commitment._change_reason = administrator, actions.LOAD
    getattr(commitment, name).add(members[1])
    run_deferred_triggers()

    assert set(getattr(commitment, name).all()) == set(members)


@pytest.mark.database
@pytest.mark.parametrize("name", first_fast(SETS))
def test_set_of_a_draft_is_changed_by_its_own_agency(name, draft, ilo_focal_point):
    draft._history_user = ilo_focal_point

    getattr(draft, name).add(SETS[name]())
    run_deferred_triggers()

    assert getattr(draft, name).count() == 1


def test_secretary_who_acts_for_the_lead_adds_no_point_on_the_page(client, commitment, ilo, points, secretary):
    person = secretary(ilo)
    client.force_login(person)
    address = reverse("admin:commitments_commitment_change", args=[commitment.pk])

    page = client.post(address, {"agenda_points": [str(points[0].pk)]})

    assert page.status_code == 403
    assert commitment.agenda_points.count() == 0


@pytest.mark.database
def test_partner_that_amends_its_own_part_is_refused_by_the_database(ilo, administrator):
    part = PartnerFactory(agency=ilo)
    run_deferred_triggers()
    MembershipFactory(user=administrator, agency=ilo)
    part._history_user = administrator

    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        corrected(part, part="It did everything.")
        run_deferred_triggers()

    assert refusal.value.__cause__.diag.constraint_name == "independent_amendment"


def test_administrator_brings_no_agency_of_their_own_into_what_is_public(client, ilo, administrator, commitment, iom):
    """Neither as lead nor as partner: the form does not offer it, and the database would refuse it."""
    MembershipFactory(user=administrator, agency=iom)
    client.force_login(administrator)
    address = reverse("admin:commitments_commitment_change", args=[commitment.pk])
    page = client.get(address)

    partner = {"partners-TOTAL_FORMS": "1", "partners-0-agency": str(iom.pk), "partners-0-part": ""}
    answers = [client.post(address, filled(page, **typed)) for typed in ({"lead_agency": str(iom.pk)}, partner)]

    assert [answer.status_code for answer in answers] == [200, 200]
    commitment.refresh_from_db()
    assert (commitment.lead_agency, commitment.partners.count()) == (ilo, 0)


# Invitations and files as ways round

TOKEN = "what only the mail knows"


def accepted(**invitation):
    """Accept an invitation; return the person."""
    InvitationFactory(digest=token_digest(TOKEN), **invitation)
    return accept_invitation(TOKEN, username="invited", password=PASSWORD)


def test_secretariat_invites_nobody_as_focal_point_who_has_an_account(client, secretariat, ilo):
    """A second account would hide that the reviewer acts for the agency."""
    User.objects.filter(pk=secretariat.pk).update(email="me@example.org")
    client.force_login(secretariat)
    address = reverse("admin:accounts_invitation_add")
    typed = {"email": "Me@Example.org", "role": "focal_point", "agency": str(ilo.pk)}

    page = client.post(address, filled(client.get(address), **typed))

    assert set(problems(page)) == {"email"}
    assert Invitation.objects.count() == 0


def test_account_of_the_secretariat_is_made_no_second_time_by_an_older_invitation(secretariat, ilo):
    User.objects.filter(pk=secretariat.pk).update(email="me@example.org")

    with pytest.raises(ValidationError) as refusal:
        accepted(email="me@example.org", agency=ilo)

    assert refusal.value.messages == ["Somebody has an account with this mail address already."]
    assert User.objects.filter(username="invited").count() == 0


@pytest.mark.parametrize("role", ["focal_point", "alternate"])
@pytest.mark.parametrize("submitted", ["before", "after"])
def test_invited_person_who_joins_the_secretariat_decides_on_nothing_of_the_agency(
    commitment, ilo, ilo_focal_point, submitted, role
):
    report = ProgressReportFactory(commitment=commitment)
    if submitted == "before":
        report = actions.submit(report, by=ilo_focal_point)
    person = in_group(accepted(agency=ilo, role=role), "secretariat")
    if submitted == "after":
        report = actions.submit(report, by=ilo_focal_point)

    assert refused_everywhere(report, person)


def test_person_invited_to_the_secretariat_who_comes_to_act_for_an_agency_decides_on_nothing_of_it(
    commitment, ilo, ilo_focal_point
):
    report = actions.submit(ProgressReportFactory(commitment=commitment), by=ilo_focal_point)
    person = accepted(role="secretariat", agency=None)
    decided_before = not refused_everywhere(report, person)
    MembershipFactory(user=person, agency=ilo)

    assert decided_before
    assert refused_everywhere(report, person)


@pytest.mark.parametrize("lead", ["decent-work", "ohchr"])
def test_import_that_changes_the_lead_of_a_submitted_row_is_refused(
    ilo, ilo_focal_point, ohchr, decent_work, secretary, lead
):
    MembershipFactory(user=ilo_focal_point, agency=ohchr)
    row = CommitmentFactory(submitted=True, lead_agency=ilo)

    faults = changed_by(ilo_focal_point, CommitmentResource, row, lead=lead)

    row.refresh_from_db()
    assert set(faults) == {"reference", "state"}
    assert (row.lead, row.state) == (ilo, "submitted")
    assert refused_everywhere(row, secretary(ilo))


@pytest.mark.database
def test_lead_and_partner_that_an_import_took_out_of_a_returned_row_keep_their_stake(
    ilo, ilo_focal_point, ilo_alternate, ohchr, iom_focal_point, decent_work, secretariat, secretary
):
    """ILO gives the lead to a group that it co-convenes with IOM, and lets OHCHR go."""
    row = CommitmentFactory(draft=True, lead_agency=ilo, partners=[ohchr], author=ilo_focal_point)
    row = actions.submit(row, by=ilo_focal_point)
    row = actions.send_back(row, note="Name the source.", by=secretariat)
    faults = changed_by(ilo_focal_point, CommitmentResource, row, lead="decent-work", partners="")
    row.refresh_from_db()
    row = actions.submit(row, by=ilo_focal_point)

    assert (faults, row.lead, row.partners.count()) == ({}, decent_work, 0)
    assert refused_everywhere(row, ilo_alternate)
    assert refused_everywhere(row, secretary(ilo))
    assert refused_everywhere(row, secretary(ohchr))
    assert not refused_everywhere(row, iom_focal_point)


def test_importer_who_left_the_agency_before_it_submitted_decides_on_nothing_that_they_wrote(
    ilo, ilo_focal_point, secretary
):
    person = secretary(ilo)
    row = CommitmentFactory(draft=True, lead_agency=ilo)
    faults = changed_by(person, CommitmentResource, row, summary="Written by import")
    corrected(person.memberships.get(), starts_on=date(2014, 1, 1), ends_on=today() + YESTERDAY)
    row.refresh_from_db()
    row = actions.submit(row, by=ilo_focal_point)

    assert (faults, row.summary) == ({}, "Written by import")
    assert refused_everywhere(row, person)


@pytest.mark.parametrize("state", ["submitted", "sent_back"])
def test_import_that_changes_on_whose_behalf_a_report_is_keeps_the_former_agency_s_stake(
    commitment, ilo, ilo_focal_point, ohchr, secretary, secretariat, state
):
    """The focal point acts for both agencies."""
    MembershipFactory(user=ilo_focal_point, agency=ohchr)
    row = ProgressReportFactory(commitment=commitment, on_behalf_of=ohchr)
    row = actions.submit(row, by=ilo_focal_point)
    if state == "sent_back":
        row = actions.send_back(row, note="Name the source.", by=secretariat)

    faults = changed_by(ilo_focal_point, ReportResource, row, on_behalf_of="ilo")

    row.refresh_from_db()
    assert (set(faults), row.on_behalf_of) == (({"id", "state"}, ohchr) if state == "submitted" else (set(), ilo))
    row = row if state == "submitted" else actions.submit(row, by=ilo_focal_point)
    assert refused_everywhere(row, secretary(ohchr))
    assert refused_everywhere(row, secretary(ilo))


# Pages of the editor area


ASSESSMENT = {"assessor_kind": "peer_agency", "finding": "agrees", "text": "The courses were visited."}


def test_form_of_an_assessment_names_why_an_assessor_is_refused(client, commitment, iom, ohchr, administrator):
    PartnerFactory(commitment=commitment, agency=iom)
    client.force_login(administrator)
    address = reverse("admin:reporting_assessment_add")
    typed = filled(client.get(address), commitment=str(commitment.pk), **ASSESSMENT)

    refused = client.post(address, typed | {"agency": str(iom.pk)})
    taken = client.post(address, typed | {"agency": str(ohchr.pk)})

    sentence = f"IOM leads, co-leads or is a partner in {commitment.reference} and cannot assess it: choose another."
    assert problems(refused) == {"agency": [sentence]}
    assert taken.status_code == 302
    assert Assessment.objects.get().agency == ohchr


def test_form_of_an_assessment_offers_no_assessor_with_a_stake(
    client, commitment, iom, ilo, ohchr, administrator, decent_work, data_and_research
):
    """ILO leads alone and co-convenes decent-work; UN DESA is a partner and co-chairs data-and-research."""
    PartnerFactory(commitment=commitment, agency=data_and_research.participations.first().agency)
    client.force_login(administrator)
    address = f"{reverse('admin:reporting_assessment_add')}?commitment={commitment.pk}"

    fields = client.get(address).context["adminform"].form.fields

    assert set(fields["agency"].queryset) == {iom, ohchr}
    assert set(fields["workgroup"].queryset) == set()


def test_form_of_an_assessment_refuses_a_writer_with_a_stake(client, commitment, ilo, secretary):
    client.force_login(secretary(ilo))
    address = reverse("admin:reporting_assessment_add")
    independent = {**ASSESSMENT, "assessor_kind": "independent", "assessor_name": "A university"}
    choices = f"{reverse('admin:autocomplete')}?app_label=reporting&model_name=assessment&field_name=commitment"

    page = client.post(address, filled(client.get(address), commitment=str(commitment.pk), **independent))
    offered = client.get(choices).json()["results"]

    sentence = f"Your agency leads, co-leads or is a partner in {commitment.reference}: somebody else has to assess it."
    assert problems(page) == {"commitment": [sentence]}
    assert offered == []


def test_draft_assessment_that_the_form_would_refuse_is_no_error_of_the_server(client, commitment, iom, administrator):
    """The agency became a partner since; whoever opens the draft reads why it cannot stay."""
    draft = AssessmentFactory(commitment=commitment, agency=iom)
    PartnerFactory(commitment=commitment, agency=iom)
    client.force_login(administrator)
    address = reverse("admin:reporting_assessment_change", args=[draft.pk])

    page = client.post(address, filled(client.get(address), text="Other words"))

    assert page.status_code == 200
    assert set(problems(page)) == {"agency"}


def test_dependent_reviewer_reads_why_another_decides(client, commitment, ilo, secretary):
    row = ProgressReportFactory(submitted=True, commitment=commitment)
    client.force_login(secretary(ilo))

    page = client.post(reverse("admin:reporting_progressreport_publish", args=[row.pk]), {"seen": row.version})

    assertContains(page, "or leads the commitment or is a partner in it: another reviewer decides.", status_code=403)


def test_draft_form_keeps_the_agencies_of_its_writer(
    client, data_and_research, iom, iom_focal_point, undesa_focal_point
):
    report = ProgressReportFactory(commitment=CommitmentFactory(workgroup=data_and_research))
    client.force_login(iom_focal_point)
    address = reverse("admin:reporting_progressreport_change", args=[report.pk])

    client.post(address, filled(client.get(address), achieved="Other words"))

    report.refresh_from_db()
    assert (report.achieved, report.involved_agencies) == ("Other words", [iom.pk])
    actions.submit(report, by=undesa_focal_point)
    assert refused_everywhere(report, focal_point(iom, "iom_alternate", role="alternate"))


def test_pages_and_api_name_the_reviewing_body_and_no_person(
    client, data_and_research, undesa_focal_point, iom_focal_point, administrator
):
    """A commitment and its report reviewed by IOM, an assessment by the secretariat, an answer by an administrator."""
    reviewer = in_group(UserFactory(username="reviewing-person", last_name="Secretariatson"), "secretariat")
    commitment = CommitmentFactory(submitted=True, workgroup=data_and_research)
    commitment = actions.publish(commitment, by=iom_focal_point)
    report = actions.submit(ProgressReportFactory(commitment=commitment), by=undesa_focal_point)
    actions.publish(report, by=iom_focal_point)
    assessment = actions.publish(AssessmentFactory(submitted=True, commitment=commitment), by=reviewer)
    actions.publish(AnswerFactory(submitted=True, assessment=assessment), by=administrator)

    page = client.get(commitment.get_absolute_url())
    row = client.get(f"/api/v1/commitments/{commitment.reference}/").json()
    listed = client.get("/api/v1/reports/").json()["results"]

    assertContains(page, "Reviewed by IOM, co-chair of the group", count=2)
    assertContains(page, "Reviewed by the secretariat", count=1)
    assertContains(page, "Reviewed by the administrators of the portal", count=1)
    by_iom = {"code": "iom", "name": "International Organization for Migration", "role": "co_chair"}
    (assessment,) = row["assessments"]
    assert row["reviewed_by"] == row["reports"][0]["reviewed_by"] == listed[0]["reviewed_by"] == by_iom
    assert assessment["reviewed_by"] == {"code": None, "name": "Secretariat", "role": "secretariat"}
    assert assessment["answers"][0]["reviewed_by"]["role"] == "administrator"
    people = {person.username for person in (reviewer, iom_focal_point, undesa_focal_point)} | {reviewer.last_name}
    assert not any(name in page.content.decode() or name in str(row) for name in people)


def test_api_names_no_reviewing_body_of_what_was_loaded(client, commitment):
    published_report(commitment)

    row = client.get(f"/api/v1/commitments/{commitment.reference}/").json()

    assert (row["reviewed_by"], row["reports"][0]["reviewed_by"]) == (None, None)


def test_preview_of_an_assessment_that_may_not_be_says_why(client, commitment, iom, administrator):
    draft = AssessmentFactory(commitment=commitment, agency=iom)
    PartnerFactory(commitment=commitment, agency=iom)
    client.force_login(administrator)

    page = client.get(reverse("admin:reporting_assessment_preview", args=[draft.pk]))

    assertContains(page, f"IOM leads, co-leads or is a partner in {commitment.reference} and cannot assess it")


def test_assessment_whose_author_came_to_act_for_the_lead_is_not_published(commitment, ilo, secretariat):
    assessment = AssessmentFactory(submitted=True, commitment=commitment)
    MembershipFactory(user=assessment.author, agency=ilo)

    with pytest.raises(ValidationError) as refusal:
        actions.publish(assessment, by=secretariat)

    sentence = f"Its author acts for an agency that leads, co-leads or is a partner in {commitment.reference}."
    assert refusal.value.message_dict == {"commitment": [sentence]}
