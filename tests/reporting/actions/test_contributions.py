"""Joint commitments: each partner's own part in the lead's report, from its writing to its reading."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import InternalError, connection, transaction
from django.db.models import ProtectedError
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from gmg_portal.editors.dashboard.building import build_dashboard
from gmg_portal.editors.dashboard.tasks import due_text
from gmg_portal.revision.current import CurrentRevision
from register.querysets import register_commitments
from register.statistics import matrix
from reporting import actions
from reporting.models import Contribution, ProgressReport
from tests.support.factories import (
    AgencyFactory,
    CommitmentFactory,
    ContributionFactory,
    PartnerFactory,
    ProgressReportFactory,
    ReportingCycleFactory,
    focal_point,
    in_group,
    published_report,
)
from tests.support.form_filling import messages_on

pytestmark = pytest.mark.django_db

LEADS_DRAFT = "What the lead has not sent off"
WORDS = "Forty trainers were trained in Geneva."
CLOSED = "The lead has sent this report off, or its cycle is closed: it takes no more parts."


@pytest.fixture
def joint(ilo, ohchr, iom):
    """Published, led by ILO; OHCHR and IOM are partners."""
    commitment = CommitmentFactory(lead_agency=ilo, title="Fair recruitment, together")
    PartnerFactory(commitment=commitment, agency=ohchr, part="Trains the trainers.")
    PartnerFactory(commitment=commitment, agency=iom, part="Runs the pilots.")
    return commitment


@pytest.fixture
def report(joint):
    """ILO's draft on it."""
    return ProgressReportFactory(commitment=joint, achieved=LEADS_DRAFT)


def sql(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def page_of(report, agency):
    return reverse("admin:reporting_contribution_write", args=[report.pk, agency.code])


@pytest.fixture
def as_user(client):
    def as_user(user):
        client.force_login(user)
        return client

    return as_user


# What the database refuses


@pytest.mark.database
@pytest.mark.parametrize(
    "write",
    [
        lambda part: Contribution.objects.filter(pk=part.pk).update(text="Other"),
        lambda part: part.save(),
        lambda part: part.delete(),
        lambda part: Contribution.objects.filter(pk=part.pk).update(report=ProgressReportFactory()),
        lambda part: ContributionFactory(report=part.report, agency=AgencyFactory()),
        lambda part: Contribution.objects.filter(
            pk=ContributionFactory(report__commitment=part.report.commitment, agency=AgencyFactory()).pk
        ).update(report=part.report),
        lambda part: sql("UPDATE reporting_contribution SET text = 'Other' WHERE id = %s", part.pk),
        lambda part: sql("DELETE FROM reporting_contribution WHERE id = %s", part.pk),
    ],
)
def test_part_of_a_published_report_is_never_added_changed_or_deleted(write, joint, ohchr):
    part = published_report(joint, parts={ohchr: WORDS}).contributions.get()

    with (
        pytest.raises(InternalError, match="pgtrigger: the parts of a published report are fixed"),
        transaction.atomic(),
    ):
        write(part)

    assert [(row.agency, row.text) for row in part.report.contributions.all()] == [(ohchr, WORDS)]


@pytest.mark.database
def test_only_a_partner_has_a_part(report, undesa, ohchr):
    part = ContributionFactory(report=report, agency=ohchr)

    for write in (
        lambda: Contribution.objects.create(report=report, agency=undesa, text=WORDS),
        lambda: Contribution.objects.filter(pk=part.pk).update(agency=undesa),
    ):
        with pytest.raises(InternalError, match="pgtrigger: only a partner"), transaction.atomic():
            write()

    assert [row.agency for row in Contribution.objects.all()] == [ohchr]


@pytest.mark.database
def test_draft_is_not_deleted_over_the_words_of_a_partner(report, ohchr):
    ContributionFactory(report=report, agency=ohchr)

    with pytest.raises(ProtectedError):
        report.delete()

    assert Contribution.objects.count() == 1


# Who reads (r) OHCHR's part, and who writes (w) it


POLICY = """
role           draft  submitted  sent_back  published
anonymous      -      -          -          r
outsider       -      -          -          r
other_agency   -      -          -          r
other_partner  -      -          -          r
partner        rw     r          rw         r
alternate      rw     r          rw         r
former         -      -          -          r
lead           r      r          r          r
secretariat    -      r          r          r
administrator  rw     r          rw         r
"""
STATES = ["draft", "submitted", "sent_back", "published"]
CASES = [
    (role, {state: set(letters) - {"-"} for state, letters in zip(STATES, cells, strict=True)})
    for role, *cells in (line.split() for line in POLICY.strip().splitlines()[1:])
]


@pytest.fixture
def person(request, ohchr):
    def person(role):
        if role == "anonymous":
            return AnonymousUser()
        if role == "alternate":
            return focal_point(ohchr, "ohchr_alternate", role="alternate")
        if role == "former":
            former = focal_point(ohchr, "former")
            former.memberships.update(ends_on="2014-01-01")
            return former
        fixtures = {
            "other_agency": "undesa_focal_point",
            "other_partner": "iom_focal_point",
            "partner": "ohchr_focal_point",
            "lead": "ilo_focal_point",
        }
        return request.getfixturevalue(fixtures.get(role, role))

    return person


@pytest.mark.parametrize(("role", "policy"), CASES, ids=[role for role, _policy in CASES])
def test_policy(role, policy, person, joint, ohchr):
    reports = {"published": published_report(joint, parts={ohchr: WORDS})}
    for state in policy.keys() - reports.keys():
        reports[state] = ProgressReportFactory(commitment=joint, **{state: True})
        ContributionFactory(report=reports[state], agency=ohchr, text=WORDS)
    user = person(role)

    visible = set(Contribution.objects.visible_to(user).values_list("report", flat=True))
    written = {state: contributes(report, ohchr, user) for state, report in reports.items()}

    assert {
        state: {letter for letter, may in (("r", report.pk in visible), ("w", written[state])) if may}
        for state, report in reports.items()
    } == policy
    texts = {state: report.contributions.get().text for state, report in reports.items()}
    assert texts == {state: "Anew." if written[state] else WORDS for state in policy}


def contributes(report, agency, user) -> bool:
    try:
        return bool(actions.contribute(report, agency=agency, text="Anew.", by=user))
    except (PermissionDenied, ValidationError):
        return False


def test_group_that_leads_reads_the_parts_and_writes_none(undesa_focal_point, data_and_research, ohchr):
    report = ProgressReportFactory(commitment=CommitmentFactory(workgroup=data_and_research))
    part = ContributionFactory(report=report, agency=ohchr)

    assert list(Contribution.objects.visible_to(undesa_focal_point)) == [part]
    with pytest.raises(PermissionDenied):
        actions.contribute(report, agency=ohchr, text="Anew.", by=undesa_focal_point)


def test_constituent_writes_its_part(joint, report):
    commissions = AgencyFactory(code="commissions")
    eca = AgencyFactory(code="eca", parent=commissions)
    PartnerFactory(commitment=joint, agency=eca)

    part = actions.contribute(report, agency=eca, text=WORDS, by=focal_point(eca, "eca_focal_point"))

    assert (part.agency, part.text) == (eca, WORDS)


def test_part_in_a_closed_cycle_or_on_a_withdrawn_commitment_is_refused(joint, ohchr, ohchr_focal_point):
    cycle = ReportingCycleFactory(opened=True, closed_on="2015-01-01")
    late = ProgressReportFactory(commitment=joint, cycle=cycle)
    withdrawn = ProgressReportFactory(commitment=CommitmentFactory(withdrawn=True, partners=[ohchr]))

    for report in (late, withdrawn):
        with pytest.raises(ValidationError) as refusal:
            actions.contribute(report, agency=ohchr, text=WORDS, by=ohchr_focal_point)
        assert refusal.value.messages == [CLOSED]


def test_former_partner_writes_no_more(joint, report, ohchr, ohchr_focal_point):
    ContributionFactory(report=report, agency=ohchr, text=WORDS)
    joint.partners.filter(agency=ohchr).delete()

    with pytest.raises(PermissionDenied):
        actions.contribute(report, agency=ohchr, text="Anew.", by=ohchr_focal_point)

    assert report.contributions.get().text == WORDS


def test_emptied_part_is_taken_back_and_an_empty_one_refused(report, ohchr, ohchr_focal_point):
    with pytest.raises(ValidationError) as refusal:
        actions.contribute(report, agency=ohchr, text="  ", by=ohchr_focal_point)
    actions.contribute(report, agency=ohchr, text=WORDS, by=ohchr_focal_point)

    assert actions.contribute(report, agency=ohchr, text=" ", by=ohchr_focal_point) is None

    assert refusal.value.message_dict == {"text": ["Write what your agency did, or that it did nothing."]}
    assert not Contribution.objects.exists()
    lines = Contribution.history.values_list("history_type", "history_user", "history_change_reason")
    assert set(lines) == {("+", ohchr_focal_point.pk, "contribute"), ("-", ohchr_focal_point.pk, "take back")}


@pytest.mark.database
def test_older_version_overwrites_nothing(report, ohchr, ohchr_focal_point):
    part = actions.contribute(report, agency=ohchr, text=WORDS, by=ohchr_focal_point, seen=0)

    for seen in (0, part.version + 1):
        with pytest.raises(ValidationError, match="Somebody else of your agency"):
            actions.contribute(report, agency=ohchr, text="Other", by=ohchr_focal_point, seen=seen)

    assert report.contributions.get().text == WORDS


@pytest.mark.database
@pytest.mark.parametrize("taken_back", [False, True])
def test_who_wrote_a_part_does_not_publish_the_report(
    taken_back, report, ohchr, ohchr_focal_point, ilo_focal_point, secretariat
):
    in_group(ohchr_focal_point, "secretariat")
    actions.contribute(report, agency=ohchr, text=WORDS, by=ohchr_focal_point)
    if taken_back:
        actions.contribute(report, agency=ohchr, text="", by=ohchr_focal_point)
    actions.submit(report, by=ilo_focal_point)

    for step in (actions.publish, lambda row, by: actions.send_back(row, note="x", by=by)):
        with pytest.raises(PermissionDenied):
            step(report, by=ohchr_focal_point)

    assert actions.publish(report, by=secretariat).state == "published"


# The partner's page


def test_partner_writes_its_part_and_sees_nothing_of_the_draft(as_user, ohchr_focal_point, ohchr, iom, joint, cycle):
    published_report(joint, parts={ohchr: "What we wrote last time."})
    report = ProgressReportFactory(commitment=joint, cycle=cycle, achieved=LEADS_DRAFT)
    ContributionFactory(report=report, agency=iom, text="What another partner writes")
    client = as_user(ohchr_focal_point)

    page = client.get(page_of(report, ohchr))
    answer = client.post(page_of(report, ohchr), posted(page, text=WORDS), follow=True)

    for shown in (joint.title, "ILO leads this", "31 August 2014", "Trains the trainers.", "What we wrote last time."):
        assertContains(page, shown)
    for hidden in (LEADS_DRAFT, "What another partner writes"):
        assertNotContains(page, hidden)
    assertRedirects(answer, reverse("admin:index"))
    assert messages_on(answer) == [f"Your part in {joint} is saved. ILO sends it off."]
    part = report.contributions.get(agency=ohchr)
    assert (part.text, part.author) == (WORDS, ohchr_focal_point)


def posted(page, **typed):
    form = page.context["form"]
    return {field.html_name: "" if field.value() is None else field.value() for field in form.hidden_fields()} | typed


def test_partner_reaches_nothing_else_of_the_report(as_user, ohchr_focal_point, ohchr, iom, report, ilo):
    ContributionFactory(report=report, agency=iom, text="What another partner writes")
    client = as_user(ohchr_focal_point)

    change = client.get(reverse("admin:reporting_progressreport_change", args=[report.pk]), follow=True)
    parts = client.get(reverse("admin:reporting_contribution_changelist"))

    assertNotContains(change, LEADS_DRAFT)
    assertNotContains(parts, "What another partner writes")
    assert client.get(page_of(report, iom)).status_code == 404
    assert client.get(page_of(report, ilo)).status_code == 404


@pytest.mark.parametrize("who", ["ilo_focal_point", "undesa_focal_point", "secretariat", "outsider"])
def test_page_is_for_the_partner_alone(who, as_user, request, report, ohchr):
    ContributionFactory(report=report, agency=ohchr, text=WORDS)
    client = as_user(request.getfixturevalue(who))

    for answer in (client.get(page_of(report, ohchr)), client.post(page_of(report, ohchr), {"text": "Anew."})):
        assert answer.status_code in (302, 404)
    assert report.contributions.get().text == WORDS


def test_report_on_a_commitment_that_is_not_public_has_no_page(as_user, ohchr_focal_point, ohchr):
    hidden = CommitmentFactory(draft=True, partners=[ohchr])
    report = ProgressReportFactory(commitment=hidden)
    client = as_user(ohchr_focal_point)

    assert client.get(page_of(report, ohchr)).status_code == 404
    assert hidden.title not in client.get("/admin/").content.decode()


def test_page_of_a_submitted_report_is_closed_and_keeps_what_was_typed(
    as_user, ohchr_focal_point, ohchr, report, ilo_focal_point
):
    client = as_user(ohchr_focal_point)
    page = client.get(page_of(report, ohchr))
    actions.submit(report, by=ilo_focal_point)

    answer = client.post(page_of(report, ohchr), posted(page, text=WORDS))
    closed = client.get(page_of(report, ohchr))

    assertContains(answer, CLOSED)
    assertContains(answer, WORDS)
    assertContains(closed, "The report takes no more parts")
    assertNotContains(closed, "<textarea")
    assert not Contribution.objects.exists()


def test_second_of_an_agency_to_save_overwrites_nothing(as_user, ohchr, ohchr_focal_point, report):
    colleague = focal_point(ohchr, "colleague", role="alternate")
    ContributionFactory(report=report, agency=ohchr, text="As it was.")
    client = as_user(ohchr_focal_point)
    page = client.get(page_of(report, ohchr))
    actions.contribute(report, agency=ohchr, text="As the colleague has it.", by=colleague)

    answer = client.post(page_of(report, ohchr), posted(page, text=WORDS))

    assertContains(answer, "colleague saved this on")
    assertContains(answer, "As the colleague has it.")
    assertContains(answer, WORDS)
    assert report.contributions.get().text == "As the colleague has it."

    conflict = answer.context["form"].edit_conflict
    choice = {
        conflict.version_input: conflict.version,
        conflict.history_id_input: conflict.history_id,
        conflict.field_conflicts[0].choice_name: "yours",
    }
    client.post(page_of(report, ohchr), posted(answer, text=WORDS) | choice)

    assert report.contributions.get().text == WORDS


def test_empty_part_is_refused_at_its_field(as_user, ohchr, ohchr_focal_point, report):
    client = as_user(ohchr_focal_point)
    page = client.get(page_of(report, ohchr))

    answer = client.post(page_of(report, ohchr), posted(page, text=" "))

    assert answer.context["form"].errors == {"text": ["Write what your agency did, or that it did nothing."]}


def test_history_of_a_part_is_for_its_partner_the_lead_and_reviewers(
    as_user, request, ohchr, joint, ohchr_focal_point, ilo_focal_point, secretariat
):
    report = ProgressReportFactory(commitment=joint)
    actions.contribute(report, agency=ohchr, text="A first wording", by=ohchr_focal_point)
    part = actions.contribute(report, agency=ohchr, text=WORDS, by=ohchr_focal_point)
    actions.submit(report, by=ilo_focal_point)
    actions.publish(report, by=secretariat)
    address = reverse("admin:reporting_contribution_history", args=[part.pk])

    for user in (ohchr_focal_point, ilo_focal_point, secretariat):
        assertContains(as_user(user).get(address), "A first wording")
    for name in ("iom_focal_point", "undesa_focal_point"):
        answer = as_user(request.getfixturevalue(name)).get(address)
        assert answer.status_code == 403


# The lead's page


def test_lead_sees_the_parts_and_who_has_written_none_and_alters_nothing(as_user, ilo_focal_point, ohchr, iom, report):
    part = ContributionFactory(report=report, agency=ohchr, text=WORDS)
    client = as_user(ilo_focal_point)
    change = reverse("admin:reporting_progressreport_change", args=[report.pk])

    page = client.get(change).content.decode()
    own = reverse("admin:reporting_contribution_change", args=[part.pk])
    answers = [
        client.post(own, {"text": "Altered", "version": part.version}),
        client.post(reverse("admin:reporting_contribution_delete", args=[part.pk]), {"post": "yes"}),
        client.post(reverse("admin:reporting_contribution_add"), {"report": report.pk, "text": "Altered"}),
    ]

    assert WORDS in page
    assert page.index("IOM</dt>") < page.index("has not written its part yet")
    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert report.contributions.get().text == WORDS


def test_lead_cannot_delete_a_draft_that_holds_the_words_of_a_partner(as_user, ilo_focal_point, ohchr, report):
    ContributionFactory(report=report, agency=ohchr, text=WORDS)
    client = as_user(ilo_focal_point)
    delete = reverse("admin:reporting_progressreport_delete", args=[report.pk])

    page = client.get(reverse("admin:reporting_progressreport_change", args=[report.pk]))

    assertContains(page, "this draft cannot be deleted")
    assertNotContains(page, delete)
    assert client.post(delete, {"post": "yes"}).status_code == 403
    assert ProgressReport.objects.filter(pk=report.pk).exists()


def test_commitment_without_partners_says_nothing_of_parts(as_user, ilo_focal_point, commitment):
    report = ProgressReportFactory(commitment=commitment)
    client = as_user(ilo_focal_point)

    page = client.get(reverse("admin:reporting_progressreport_change", args=[report.pk]))

    assertNotContains(page, "What the partners say")


# The dashboard


def test_desk_of_a_partner_holds_the_reports_that_wait_for_its_part(
    ohchr_focal_point, undesa_focal_point, secretariat, administrator, ohchr, joint, cycle
):
    due = ProgressReportFactory(commitment=joint, cycle=cycle, blank=True)
    written = ProgressReportFactory(commitment=CommitmentFactory(partners=[ohchr]))
    ContributionFactory(report=written, agency=ohchr)
    ProgressReportFactory(commitment=joint, submitted=True)
    ProgressReportFactory(commitment=CommitmentFactory())

    (task_list,) = [
        task_list for task_list in build_dashboard(ohchr_focal_point).nonempty_lists if task_list.key == "contributions"
    ]

    assert [(item.action.address, item.action.label, item.facts) for item in task_list.tasks] == [
        (
            page_of(due, ohchr),
            "Write your part",
            ["part of OHCHR", "ILO reports in Second half of 2014", due_text(cycle.due_on)[0]],
        ),
        (
            page_of(written, ohchr),
            "Change your part",
            ["part of OHCHR", f"written; it can be changed until {written.commitment.lead} sends the report off"],
        ),
    ]
    for other in (undesa_focal_point, secretariat, administrator):
        assert "contributions" not in {task_list.key for task_list in build_dashboard(other).nonempty_lists}


# Reading


def test_parts_stand_with_their_report_everywhere(client, joint, ohchr, iom):
    published_report(joint, parts={iom: "Three pilots ran.", ohchr: WORDS}, on="2014-06-30")
    draft = ProgressReportFactory(commitment=joint)
    ContributionFactory(report=draft, agency=ohchr, text="Not yet public")

    page = client.get(joint.get_absolute_url()).content.decode()
    contributions = client.get("/api/v1/reports/").json()["results"][0]["contributions"]
    within = client.get(f"/api/v1/commitments/{joint.reference}/").json()["reports"][0]["contributions"]
    agency = client.get(ohchr.get_absolute_url()).content.decode()

    assert page.index("Three pilots ran.") < page.index(WORDS)
    assert [(part["agency"]["code"], part["text"]) for part in contributions] == [
        ("iom", "Three pilots ran."),
        ("ohchr", WORDS),
    ]
    assert within == contributions
    assert WORDS in agency and "Three pilots ran." not in agency
    assert "Not yet public" not in page + agency


@pytest.mark.database
def test_parts_are_searched_once_they_are_public(client, joint, ohchr, ilo_focal_point, secretariat):
    report = ProgressReportFactory(commitment=joint)
    ContributionFactory(report=report, agency=ohchr, text="Trained forty paralegals.")
    before = set(register_commitments().search("paralegals"))
    actions.submit(report, by=ilo_focal_point)
    actions.publish(report, by=secretariat)

    assert before == set()
    assert set(register_commitments().search("paralegal")) == {joint}
    assert "<mark>paralegals</mark>" in client.get("/commitments/", {"q": "paralegals"}).content.decode()


def test_parts_are_of_their_day(client, joint, ohchr):
    published_report(joint, parts={ohchr: "Trained forty paralegals."}, on="2014-06-30")
    address = joint.get_absolute_url()

    for day, shown in (("2014-06-29", False), ("2014-06-30", True)):
        page = client.get(address, {"as_of": day}).content.decode()
        agency = client.get(ohchr.get_absolute_url(), {"as_of": day}).content.decode()
        count = client.get("/api/v1/commitments/", {"q": "paralegals", "as_of": day}).json()["count"]
        assert ["paralegals" in page, "paralegals" in agency, count == 1] == [shown] * 3


@pytest.mark.database
def test_joint_commitment_is_counted_once(joint, ohchr, iom):
    before = matrix(None)
    published_report(joint, parts={ohchr: WORDS, iom: WORDS})

    assert matrix(None) == before
    assert joint.reports.published().count() == 1


@pytest.mark.database
def test_part_moves_the_revision_with_its_report_alone(joint, ohchr, ohchr_focal_point):
    def moved_by(write):
        sql("SET CONSTRAINTS ALL IMMEDIATE")
        sql("SET CONSTRAINTS ALL DEFERRED")
        sql("SELECT set_config('portal.revision_moved_in', '', true)")
        before = CurrentRevision.read().number
        write()
        sql("SET CONSTRAINTS ALL IMMEDIATE")
        return CurrentRevision.read().number - before

    report = ProgressReportFactory(commitment=joint)

    assert moved_by(lambda: actions.contribute(report, agency=ohchr, text=WORDS, by=ohchr_focal_point)) == 0
    assert moved_by(lambda: published_report(joint, parts={ohchr: WORDS})) == 1


def test_page_takes_the_same_queries_however_many_parts(client, joint, ohchr, iom, django_assert_num_queries):
    published_report(joint, parts={ohchr: WORDS, iom: WORDS})
    with django_assert_num_queries(7):
        client.get("/api/v1/reports/")

    for number in range(5):
        published_report(CommitmentFactory(), parts={AgencyFactory(): f"Part {number}"})
    with django_assert_num_queries(7):
        client.get("/api/v1/reports/")
