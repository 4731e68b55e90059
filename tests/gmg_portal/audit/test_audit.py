"""The audit log: entries written by triggers and by the application, tagged with their request, and the admin page."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import InternalError, connection, transaction
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.models import User
from agencies.models import Agency
from commitments.models import Commitment
from gmg_portal.audit.entries import dependent_models, kind_choices, subject_condition
from gmg_portal.audit.request_context import (
    RequestContext,
    current_request_context,
    origin_of,
    set_command_context,
    use_request_context,
)
from gmg_portal.models import AuditEntry
from reporting import actions
from tests.browser.signing_in import code_of
from tests.support.factories import (
    PASSWORD,
    AgencyFactory,
    AuditEntryFactory,
    CommitmentFactory,
    EvidenceFactory,
    MilestoneFactory,
    PartnerFactory,
    ProgressReportFactory,
    UserFactory,
    corrected,
    in_group,
    published_report,
)
from tests.support.form_filling import filled

pytestmark = pytest.mark.django_db

LIST = "/admin/gmg_portal/auditentry/"
SECRET = "not yet public"


def entries(**filters):
    return list(AuditEntry.objects.filter(**filters).order_by("pk"))


def summaries(**filters):
    return [(entry.what, entry.person, entry.reason) for entry in entries(**filters)]


# What the database writes by itself


@pytest.mark.database
def test_each_history_row_is_an_entry(administrator):
    agency = AgencyFactory()
    key = agency.pk
    agency._history_user, agency._change_reason = administrator, "moved"
    corrected(agency, headquarters="Geneva")
    line = agency.history.latest().pk
    agency.delete()

    assert summaries(kind="agencies.agency", row=key) == [
        ("created", None, ""),
        ("changed", administrator, "moved"),
        ("deleted", administrator, "moved"),
    ]
    assert entries(what="changed", row=key)[0].line == line


@pytest.mark.database
def test_workflow_actions_are_named_in_entries(ilo, ilo_focal_point, secretariat):
    draft = CommitmentFactory(draft=True, lead_agency=ilo)

    actions.publish(actions.submit(draft, by=ilo_focal_point), by=secretariat)

    assert summaries(kind="commitments.commitment", row=draft.pk) == [
        ("created", None, ""),
        ("changed", ilo_focal_point, "submit"),
        ("changed", secretariat, "publish"),
    ]


@pytest.mark.database
def test_lines_written_in_bulk_are_entries_too(commitment, cycle, secretariat):
    corrected(cycle, opened_on=None)

    actions.open_cycle(cycle, by=secretariat)

    (report,) = commitment.reports.all()
    assert summaries(kind="reporting.progressreport", row=report.pk) == [("created", secretariat, "expected")]


@pytest.mark.database
def test_new_password_and_roles_are_entries(outsider):
    group = Group.objects.create(name="secretariat")
    outsider.groups.add(group)
    outsider.groups.remove(group)
    outsider.set_password("another long password")
    outsider.save()
    outsider.save()

    events = [
        (entry.what, entry.reason)
        for entry in entries(kind="accounts.user", row=outsider.pk, what__in=["role_given", "role_taken"])
        + entries(kind="accounts.user", row=outsider.pk, what="password_changed")
    ]
    assert events == [("role_given", "secretariat"), ("role_taken", "secretariat"), ("password_changed", "")]


@pytest.mark.database
@pytest.mark.parametrize("statement", ["UPDATE audit_entry SET person_id = NULL", "DELETE FROM audit_entry"])
def test_entry_is_never_changed_or_deleted(statement, outsider):
    AuditEntryFactory(person=outsider)

    with pytest.raises(InternalError, match="never changed or deleted"), transaction.atomic():
        connection.cursor().execute(statement)

    assert AuditEntry.objects.filter(person=outsider).count() == 1


# From which request


@pytest.fixture
def save(client, secretariat, ilo):
    """Return a function that saves ILO's row in the admin and returns the response."""

    def save(**headers):
        client.force_login(secretariat)
        page = reverse("admin:agencies_agency_change", args=[ilo.pk])
        return client.post(
            f"{page}?_changelist_filters=q", filled(client.get(page), headquarters="Geneva"), headers=headers
        )

    return save


@pytest.mark.database
def test_entry_names_the_request_without_its_query(save, ilo, secretariat):
    answer = save()

    (entry,) = entries(kind="agencies.agency", what="changed")
    assert entry.person == secretariat
    assert entry.via == f"POST /admin/agencies/agency/{ilo.pk}/change/"
    assert entry.request_id == answer["X-Request-ID"]
    assert len(entry.request_id) == 32
    assert entry.origin == origin_of(answer.wsgi_request)


def test_request_id_is_only_accepted_from_the_own_proxy(save, settings):
    save(x_request_id="from-somebody-else")
    settings.BEHIND_PROXY = True
    Agency.objects.update(headquarters="")
    save(x_request_id="of-our-proxy-1")
    Agency.objects.update(headquarters="")
    save(x_request_id="<script>'%s")

    names = [entry.request_id for entry in entries(kind="agencies.agency", what="changed")]
    assert names[1] == "of-our-proxy-1"
    assert {len(names[0]), len(names[2])} == {32}


@pytest.mark.database
@pytest.mark.parametrize("path", ["/admin/a'b%c/\x00\ud800", "/admin/%(x)s';DROP TABLE audit_entry;--"])
def test_any_path_can_be_logged(path, ilo):
    request = RequestFactory().post("/admin/")
    request.path = path

    with use_request_context(RequestContext(request)):
        corrected(ilo, headquarters="50% ‘Geneva’")

    (entry,) = entries(kind="agencies.agency", what="changed")
    assert entry.via == f"POST {path}".replace("\x00\ud800", "")


def test_path_outside_the_admin_is_logged_as_its_pattern(client, outsider):
    client.force_login(outsider)
    change = {"oldpassword": PASSWORD, "password1": "quite another one", "password2": "quite another one"}
    client.post(f"{reverse('accounts:password')}?token=secret", change)

    (entry,) = entries(what="password_changed")
    assert (entry.via, entry.row) == ("POST /accounts/password/", outsider.pk)
    assert entry.person == outsider


def test_origin_distinguishes_addresses_within_a_month_without_naming_them(settings):
    def origin(address, on="2014-06-30", **more):
        from time_machine import travel

        with travel(f"{on}T12:00Z", tick=False):
            return origin_of(RequestFactory().post("/", REMOTE_ADDR=address, **more))

    here, there = origin("192.0.2.1"), origin("192.0.2.2")

    assert here == origin("192.0.2.1", on="2014-06-01") != origin("192.0.2.1", on="2014-07-01")
    assert here != there
    assert "192" not in here
    assert origin("192.0.2.1", HTTP_X_FORWARDED_FOR="192.0.2.2") == here
    settings.BEHIND_PROXY = True
    assert origin("127.0.0.1", HTTP_X_FORWARDED_FOR="10.0.0.1, 192.0.2.2") == there
    settings.SECRET_KEY = "another"
    assert origin("192.0.2.1") != here


@pytest.mark.django_db(transaction=True)
def test_request_context_does_not_leak_to_the_next_write(client):
    in_group(person := UserFactory(), "secretariat")
    agency = AgencyFactory()
    client.force_login(person)
    page = reverse("admin:agencies_agency_change", args=[agency.pk])
    client.post(page, filled(client.get(page), headquarters="Geneva"))

    agency.refresh_from_db()
    corrected(agency, headquarters="Bern")
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('portal.request', true)")
        (left,) = cursor.fetchone()

    assert [bool(entry.via) for entry in entries(kind="agencies.agency", what="changed")] == [True, False]
    assert not left
    assert current_request_context() is None


def test_request_context_ends_with_a_failing_request(rf):
    def fail(_request):
        raise ValueError

    from gmg_portal.http.middleware import RequestContextMiddleware

    with pytest.raises(ValueError):
        RequestContextMiddleware(fail)(rf.post("/"))

    assert current_request_context() is None


def test_reads_set_no_request_context(client, commitment, django_assert_num_queries):
    with django_assert_num_queries(1) as queries:
        client.get("/embed/missing/")

    assert "portal.request" not in queries.captured_queries[0]["sql"]


def test_command_is_logged_by_its_name_only(ilo):
    from contextvars import copy_context

    def run():
        set_command_context(["manage.py", "load_reference", "--secret", "x"])
        corrected(ilo, headquarters="Geneva")

    copy_context().run(run)

    (entry,) = entries(kind="agencies.agency", what="changed")
    assert entry.via == "manage.py load_reference"
    assert (entry.person, entry.origin) == (None, "")


# What guards the door


def test_signing_in_and_out_are_entries(client, outsider):
    client.post(reverse("accounts:login"), {"login": "outsider", "password": PASSWORD})
    client.post(reverse("accounts:logout"))

    events = [(entry.what, entry.person, entry.via) for entry in entries(what__startswith="signed")]
    assert events == [
        ("signed_in", outsider, "POST /accounts/login/"),
        ("signed_out", outsider, "POST /accounts/logout/"),
    ]


@pytest.mark.parametrize(("typed", "known"), [("Outsider", True), (PASSWORD, False), ("a\0b", False)])
def test_failed_sign_in_keeps_the_account_and_nothing_that_was_typed(client, outsider, typed, known):
    client.post(reverse("accounts:login"), {"login": typed, "password": "a wrong long password"})

    failures = entries(what="sign_in_failed")
    assert [entry.person for entry in failures] == ([] if "\0" in typed else [outsider if known else None])
    kept = str(list(AuditEntry.objects.values()))
    assert "wrong" not in kept
    assert PASSWORD not in kept


def test_wrong_codes_and_the_delay_they_lead_to_are_entries(client, secretariat):
    client.post(reverse("accounts:login"), {"login": "secretariat", "password": PASSWORD})
    for _try in range(5):
        client.post(reverse("mfa_authenticate"), {"code": "000000"})

    wrong = ("sign_in_failed", secretariat, "code")
    assert summaries(person=secretariat) == [*[wrong] * 4, ("locked_out", secretariat, ""), wrong]


def test_second_steps_are_entries_without_their_secret(
    client, outsider, administrator, django_capture_on_commit_callbacks
):
    client.post(reverse("accounts:login"), {"login": "outsider", "password": PASSWORD})
    client.get(reverse("mfa_activate_totp"))
    secret = client.session["mfa.totp.secret"]
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})
    client.force_login(administrator)
    client.post(reverse("admin:accounts_user_press", args=[outsider.pk, "no_second_step"]))

    done = {(entry.what, entry.person, entry.reason) for entry in entries(what__startswith="second_step")}
    assert done >= {("second_step_added", outsider, "totp"), ("second_step_removed", outsider, "totp")}
    assert secret not in str(list(AuditEntry.objects.values()))


def test_signing_in_leaves_no_line_in_the_history_of_the_account(client, outsider):
    client.force_login(outsider)

    outsider.refresh_from_db()
    assert outsider.last_login is not None
    assert outsider.history.count() == 1


def test_refusal_on_the_editors_side_is_an_entry(client, ilo_focal_point, iom):
    foreign = CommitmentFactory(lead_agency=iom)
    page = reverse("admin:commitments_commitment_history", args=[foreign.pk])
    client.force_login(ilo_focal_point)

    assert client.get(page).status_code == 403
    assert client.post(LIST).status_code == 403

    assert [(entry.person, entry.via) for entry in entries(what="refused")] == [
        (ilo_focal_point, f"GET {page}"),
        (ilo_focal_point, f"POST {LIST}"),
    ]


# The page


@pytest.fixture
def as_secretariat(client, secretariat):
    client.force_login(secretariat)
    return client


def keys(answer):
    return [one.entry.pk for one in answer.context["entries"]]


@pytest.mark.parametrize(
    ("role", "status"),
    [("administrator", 200), ("secretariat", 200), ("ilo_focal_point", 403), ("outsider", 302)],
)
def test_audit_opens_for_these_roles_alone(client, request, role, status):
    client.force_login(request.getfixturevalue(role))

    answers = [client.get(LIST), client.post(f"{LIST}export/"), client.get(f"{LIST}1/change/")]

    assert [answer.status_code for answer in answers[:2]] == [status, status]
    assert answers[2].status_code in ({302} if status != 403 else {403})


@pytest.mark.database
def test_entries_are_filtered_by_person_kind_event_and_period(as_secretariat, ilo, outsider):
    corrected(ilo, headquarters="Geneva")
    AuditEntryFactory(person=outsider, occurred_at=datetime(2014, 6, 30, 23, 59, tzinfo=UTC))
    AuditEntryFactory(person=outsider, what="signed_out", occurred_at=datetime(2014, 7, 1, tzinfo=UTC))

    def searched_entries(**words):
        answer = as_secretariat.get(LIST, words)
        return {(one.entry.what, one.entry.kind, one.entry.person_id) for one in answer.context["entries"]}

    assert searched_entries(person=outsider.pk) == {("signed_in", "", outsider.pk), ("signed_out", "", outsider.pk)}
    assert searched_entries(kind="agencies.agency") == {
        ("created", "agencies.agency", None),
        ("changed", "agencies.agency", None),
    }
    assert searched_entries(what="changed") == {("changed", "agencies.agency", None)}
    assert searched_entries(until="2014-06-30") == {("signed_in", "", outsider.pk)}
    assert searched_entries(since="2014-07-01", until="2014-07-01") == {("signed_out", "", outsider.pk)}


def test_entries_are_filtered_by_origin(as_secretariat):
    expected = AuditEntryFactory(origin="0123456789ab")
    AuditEntryFactory(origin="ba9876543210")

    assert keys(as_secretariat.get(LIST, {"origin": "0123456789ab"})) == [expected.pk]


@pytest.mark.database
def test_search_for_a_reference_finds_entries_on_dependent_rows(as_secretariat, ilo, iom):
    expected = CommitmentFactory(draft=True, lead_agency=ilo, title=SECRET)
    reference = expected.reference
    report = ProgressReportFactory(commitment=expected)
    parts = [report, EvidenceFactory(report=report), MilestoneFactory(commitment=expected)]
    parts.append(PartnerFactory(commitment=expected, agency=iom))
    other = CommitmentFactory(draft=True, lead_agency=ilo)
    MilestoneFactory(commitment=other)
    wanted_rows = {(part._meta.label_lower, part.pk) for part in [expected, *parts]}
    report.delete()
    expected.delete()

    answer = as_secretariat.get(LIST, {"search": reference.lower()})

    assert {(one.entry.kind, one.entry.row) for one in answer.context["entries"]} == wanted_rows
    assert {one.row_label.rpartition(" ")[2] for one in answer.context["entries"]} == {reference}
    assertNotContains(answer, SECRET)


def test_search_for_a_request_id_finds_its_entries(as_secretariat):
    expected = AuditEntryFactory(request_id="of-our-proxy-1")
    AuditEntryFactory(request_id="of-our-proxy-2")

    assert keys(as_secretariat.get(LIST, {"search": "of-our-proxy-1"})) == [expected.pk]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ({"since": "yesterday"}, "‘yesterday’ is not a day. Write it as 2014-03-05 or 5 March 2014."),
        ({"since": "2014-07-01", "until": "2014-06-30"}, "The last day cannot be before the first."),
        ({"what": "danced"}, "danced is not one of the available choices."),
        ({"person": "0"}, "That choice is not one of the available choices."),
        ({"before": "x"}, "Enter a whole number."),
    ],
)
def test_invalid_filter_shows_no_entries_and_the_error(as_secretariat, words, sentence):
    answer = as_secretariat.get(LIST, words)

    assertContains(answer, sentence, status_code=400)
    assert answer.context["entries"] == []
    (entry,) = entries(what="refused")
    assert entry.reason == f"parameter {list(words)[-1]}"
    assert as_secretariat.post(f"{LIST}export/", words).status_code == 400


def test_pages_follow_each_other_without_gap_or_repeat(as_secretariat):
    moment = datetime(2014, 6, 30, tzinfo=UTC)
    made = [AuditEntryFactory(origin="here", occurred_at=moment + timedelta(seconds=n // 3)).pk for n in range(120)]
    shown, words = [], {"origin": "here"}

    while True:
        answer = as_secretariat.get(LIST, words)
        shown += keys(answer)
        if not answer.context["page"].next:
            break
        words["before"] = answer.context["page"].next

    assert shown == made[::-1]
    assertContains(answer, "120 entries")


def test_page_takes_as_many_queries_for_thirty_entries_as_for_one(
    as_secretariat, ilo, iom, django_assert_max_num_queries
):
    def page_of(number):
        for _ in range(number):
            EvidenceFactory(report=ProgressReportFactory(commitment=CommitmentFactory(lead_agency=ilo)))
        with django_assert_max_num_queries(25) as queries:
            answer = as_secretariat.get(LIST, {"kind": "reporting.evidence"})
        return len(answer.context["entries"]), len(queries)

    page_of(0)
    (one, few), (thirty, many) = page_of(1), page_of(29)

    assert (one, thirty) == (1, 30)
    assert few == many


def test_rows_are_named_and_lead_to_their_page_and_history(as_secretariat, commitment, ilo):
    report = published_report(commitment)

    answer = as_secretariat.get(LIST, {"search": commitment.reference})

    line = report.history.latest().pk
    assertContains(answer, f">Progress report {commitment.reference}</a>")
    assertContains(answer, reverse("admin:reporting_progressreport_change", args=[report.pk]))
    assertContains(answer, f"/admin/reporting/progressreport/{report.pk}/history/#progressreport-{line}")
    assertContains(as_secretariat.get(LIST, {"kind": "agencies.agency"}), ">Agency: ILO</a>")


def test_hidden_draft_is_named_by_its_reference_without_links(as_secretariat, draft):
    assert "not yet public" in draft.title

    answer = as_secretariat.get(LIST, {"search": draft.reference})

    assertContains(answer, f"Commitment {draft.reference}")
    assertNotContains(answer, "Portability")
    assertNotContains(answer, f"/admin/commitments/commitment/{draft.pk}/")


@pytest.mark.database
def test_every_row_of_the_register_is_found_by_its_reference():
    below = {model._meta.label_lower for model, _path in dependent_models(Commitment)}

    assert (
        {
            "reporting.progressreport",
            "reporting.evidence",
            "commitments.milestone",
            "commitments.partner",
            "reporting.assessment",
        }
        <= below
        <= {kind for kind, _name in kind_choices()}
    )
    assert "audit" not in str(subject_condition("HLD-0001"))


def test_export_has_all_entries_and_is_logged(as_secretariat, secretariat, commitment, draft):
    corrected(commitment, title="Corrected")
    AuditEntryFactory(reason="=HYPERLINK(1)", person=secretariat)
    count_before = AuditEntry.objects.count()

    answer = as_secretariat.post(f"{LIST}export/")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")

    rows = list(csv.DictReader(io.StringIO(text)))
    assert answer["Content-Disposition"].startswith('attachment; filename="audit-')
    assert len(rows) == count_before + 1
    assert (rows[0]["what"], rows[0]["person"]) == ("exported", "secretariat")
    assert rows[1]["reason"] == "'=HYPERLINK(1)"
    assert f"Commitment {draft.reference}" in {row["about"] for row in rows}
    assert "Portability" not in text
    assert as_secretariat.get(f"{LIST}export/").status_code == 405


def test_export_has_the_filtered_entries(as_secretariat, outsider):
    AuditEntryFactory(person=outsider)
    AuditEntryFactory()

    answer = as_secretariat.post(f"{LIST}export/", {"person": outsider.pk})

    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert [row["person"] for row in rows] == ["outsider"]
    assert entries(what="exported")[0].reason == f"person={outsider}"


# Accounts stay


def test_account_is_closed_and_never_deleted(client, administrator, outsider):
    client.force_login(administrator)
    page, stays = (reverse(f"admin:accounts_user_{name}", args=[outsider.pk]) for name in ("delete", "change"))

    answers = [client.get(page), client.post(page, {"post": "yes"})]

    for answer in answers:
        assertRedirects(answer, stays, fetch_redirect_response=False)
    assertContains(client.get(stays), "Accounts are not deleted")
    assert User.objects.filter(pk=outsider.pk).exists()


# The history of a row, as its editors read it


def history_lines(client, row):
    """Return the lines of a row's history as the admin shows them: (event, subject, differences by label)."""
    opts = row._meta
    answer = client.get(reverse(f"admin:{opts.app_label}_{opts.model_name}_history", args=[row.pk]))
    assert answer.status_code == 200
    return [
        (entry.action, entry.subject, {each.label: (each.old, each.new) for each in entry.changes})
        for entry in answer.context["entries"]
    ]


def test_history_of_a_commitment_holds_its_partners_milestones_and_sets(client, administrator, ilo, iom, points):
    commitment = CommitmentFactory(lead_agency=ilo, agenda_points=points[:1])
    partner = PartnerFactory(commitment=commitment, agency=iom, part="Trains.")
    milestone = MilestoneFactory(commitment=commitment, title="Guidance")
    corrected(milestone, deadline_on="2014-06-30", deadline_precision="month")
    commitment.agenda_points.set(points[1:2])
    corrected(partner, part="Trains trainers.")
    partner.delete()
    corrected(commitment, scope="global", places=["Ghana", "Togo"])
    client.force_login(administrator)

    lines = history_lines(client, commitment)

    subject = f"Partner: IOM – {commitment.reference}"
    assert lines[0] == ("Changed", "", {"Scope": ("", "Global"), "Places": ("", "Ghana; Togo")})
    assert lines[1] == ("Deleted", subject, {})
    assert lines[2] == ("Changed", subject, {"Part": ("Trains.", "Trains trainers.")})
    assert ("Changed", "", {"Agenda points": ("", str(points[1]))}) in lines
    assert ("Changed", "Milestone: Guidance", {"Deadline": ("", "June 2014")}) in lines
    assert ("Entered", "Milestone: Guidance", {}) in lines


def test_history_of_a_report_holds_its_evidence_and_its_way_through_review(
    client, commitment, ilo_focal_point, secretariat
):
    report = ProgressReportFactory(commitment=commitment, status="in_progress")
    EvidenceFactory(report=report, title="A handbook")
    report = actions.submit(report, by=ilo_focal_point)
    report = actions.publish(report, by=secretariat)
    client.force_login(ilo_focal_point)

    lines = history_lines(client, report)

    assert [(done, subject) for done, subject, _differences in lines] == [
        ("Published", ""),
        ("Submitted", ""),
        ("Entered", "Evidence: A handbook"),
        ("Entered", ""),
    ]
    assert lines[0][2]["State"] == ("Submitted", "Published")
    assert lines[1][2]["State"] == ("Draft", "Submitted")


def test_long_text_is_compared_word_by_word(client, administrator, commitment):
    before = "The agency trains labour inspectors in four corridors and publishes what it learns from them."
    corrected(commitment, summary=before)
    corrected(commitment, summary=before.replace("four", "six"))
    client.force_login(administrator)

    answer = client.get(reverse("admin:commitments_commitment_history", args=[commitment.pk]))

    (difference,) = answer.context["entries"][0].changes
    assert [(piece.kind, piece.text.strip()) for piece in difference.pieces] == [
        ("same", "The agency trains labour inspectors in"),
        ("removed", "four"),
        ("added", "six"),
        ("same", "corridors and publishes what it learns from them."),
    ]
    assertContains(answer, "<ins>")


def test_history_escapes_what_people_wrote(client, administrator, commitment):
    corrected(commitment, title="<script>alert(1)</script>", summary="<b>bold</b>")
    client.force_login(administrator)

    answer = client.get(reverse("admin:commitments_commitment_history", args=[commitment.pk]))

    assertContains(answer, "&lt;script&gt;")
    assertNotContains(answer, "<script>alert")


def test_history_names_what_was_deleted_since(client, administrator, ilo):
    parent = AgencyFactory(acronym="UNX")
    corrected(ilo, parent=parent)
    corrected(ilo, parent=None)
    number = parent.pk
    parent.delete()
    client.force_login(administrator)

    assert history_lines(client, ilo)[0] == (
        "Changed",
        "",
        {"Constituent of": (f"deleted since (number {number})", "")},
    )


def test_history_takes_as_many_queries_for_thirty_lines_as_for_one(client, administrator, ilo, iom, points):
    commitment = CommitmentFactory(lead_agency=ilo)
    MilestoneFactory(commitment=commitment)
    PartnerFactory(commitment=commitment, agency=iom)
    client.force_login(administrator)
    page = reverse("admin:commitments_commitment_history", args=[commitment.pk])

    def queries():
        with CaptureQueriesContext(connection) as captured:
            client.get(page)
        return len(captured)

    queries()
    few = queries()
    for number in range(10):
        commitment.agenda_points.set(points[number % 8 : number % 8 + 1])
        corrected(commitment, title=f"Title {number}", superseded_by=None)
        MilestoneFactory(commitment=commitment)

    assert queries() == few <= 30


def test_history_is_turned_page_by_page(client, administrator, ilo):
    for number in range(60):
        corrected(ilo, headquarters=f"Town {number}")
    client.force_login(administrator)
    page = reverse("admin:agencies_agency_history", args=[ilo.pk])

    first, second = client.get(page), client.get(page, {"p": 2})

    assert [len(answer.context["entries"]) for answer in (first, second)] == [50, 11]
    assert second.context["entries"][0].changes[0].new == "Town 9"
    assertContains(first, "?p=2")


@pytest.mark.parametrize(
    ("role", "status"),
    [("administrator", 200), ("secretariat", 404), ("ilo_focal_point", 404), ("iom_focal_point", 404)],
)
def test_history_of_a_deleted_draft_stays_with_administrators(client, request, ilo, role, status):
    person = request.getfixturevalue(role)
    draft = CommitmentFactory(draft=True, lead_agency=ilo, title=SECRET)
    milestone = MilestoneFactory(commitment=draft, title=SECRET)
    partner = PartnerFactory(commitment=draft, part=SECRET)
    corrected(partner, part=f"{SECRET}, or ever")
    evidence = EvidenceFactory(report=ProgressReportFactory(commitment=draft), title=SECRET)
    pages = [
        reverse("admin:commitments_partner_history", args=[partner.pk]),
        reverse("admin:reporting_evidence_history", args=[evidence.pk]),
        reverse("admin:commitments_commitment_history", args=[draft.pk]),
        reverse("admin:commitments_milestone_history", args=[milestone.pk]),
    ]
    evidence.report.delete()
    draft.delete()
    client.force_login(person)

    for page in pages:
        answer = client.get(page)
        assert answer.status_code == status
        assert (SECRET in answer.content.decode()) is (status == 200)


def test_deleted_row_is_found_by_the_audit_and_leads_to_its_history(as_secretariat, secretariat):
    agency = AgencyFactory(acronym="UNX")
    agency._history_user = secretariat
    page = reverse("admin:agencies_agency_history", args=[agency.pk])
    agency.delete()

    search_page = as_secretariat.get(LIST, {"what": "deleted"})
    answer = as_secretariat.get(page)

    assertContains(search_page, f'href="{page}#')
    assertContains(answer, "UNX")
    assertContains(answer, "its history is kept")


@pytest.mark.parametrize("key", ["0", "x", "999999999999999999999999"])
def test_history_of_nothing_is_not_found(as_secretariat, key):
    assert as_secretariat.get(f"/admin/agencies/agency/{key}/history/").status_code == 404


def test_history_row_of_a_deleted_parent_redirects_to_the_history(client, administrator, ilo):
    draft = CommitmentFactory(draft=True, lead_agency=ilo)
    partner = PartnerFactory(commitment=draft)
    line = partner.history.latest()
    draft.delete()
    client.force_login(administrator)

    answer = client.get(reverse("admin:commitments_partner_simple_history", args=[partner.pk, line.pk]), follow=True)

    assert answer.redirect_chain == [(reverse("admin:commitments_partner_history", args=[partner.pk]), 302)]
    assertContains(answer, "was deleted since")
