"""The editor area through the real client: who sees, writes and decides what, and two editors on one form."""

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from agencies.models import Agency
from commitments.models import Commitment, Milestone, Partner
from reporting import actions
from reporting.models import Answer, Assessment, Evidence, ProgressReport, ReportingCycle
from tests.support.evidence_files import PDF
from tests.support.factories import (
    AgencyFactory,
    AgendaPointFactory,
    AnswerFactory,
    AssessmentFactory,
    CommitmentFactory,
    EvidenceFactory,
    MilestoneFactory,
    PartnerFactory,
    ProgressReportFactory,
    ReportingCycleFactory,
    StakeholderFactory,
    WorkGroupFactory,
    published_report,
)
from tests.support.form_filling import error_summary, field_conflicts, filled, messages_on, problems

SECRET = "Confidential wording"


def address(row_or_model, page="changelist", *args):
    opts = row_or_model._meta
    if not isinstance(row_or_model, type):
        args = [row_or_model.pk]
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_{page}", args=args)


def listed(page) -> set:
    return set(page.context["cl"].result_list)


@pytest.fixture
def as_user(client):
    """A client signed in as somebody."""

    def as_user(user):
        client.force_login(user)
        return client

    return as_user


@pytest.fixture
def foreign_draft(iom):
    """IOM's draft, with rows of every kind under it."""
    commitment = CommitmentFactory(draft=True, lead_agency=iom, title=SECRET, summary=SECRET)
    PartnerFactory(commitment=commitment, part=SECRET)
    MilestoneFactory(commitment=commitment, title=SECRET)
    return commitment


@pytest.fixture
def foreign_report(iom):
    """IOM's draft report on what it has published, with evidence."""
    report = ProgressReportFactory(commitment=CommitmentFactory(lead_agency=iom), achieved=SECRET)
    EvidenceFactory(report=report, title=SECRET)
    return report


# What a focal point sees


def test_foreign_drafts_are_nowhere(as_user, ilo_focal_point, foreign_draft, foreign_report, draft, commitment):
    own_report = ProgressReportFactory(commitment=commitment)
    AssessmentFactory(commitment=commitment, text=SECRET)
    AnswerFactory(assessment__commitment=foreign_report.commitment, text=SECRET)
    own_answer = AnswerFactory(assessment__commitment=commitment)
    client = as_user(ilo_focal_point)

    assert listed(client.get(address(Commitment))) == {draft, commitment, foreign_report.commitment}
    assert listed(client.get(address(Commitment), {"q": SECRET})) == set()
    assert listed(client.get(address(ProgressReport))) == {own_report}
    assert listed(client.get(address(Assessment))) == {own_answer.assessment, *Assessment.objects.published()}
    assert listed(client.get(address(Answer))) == {own_answer}
    for model in (Partner, Milestone, Evidence):
        assertNotContains(client.get(address(model)), SECRET)


def test_pages_of_a_foreign_draft_are_refused(as_user, ilo_focal_point, foreign_draft, foreign_report):
    pages = ["change", "delete", "submit", "publish", "send_back"]
    client = as_user(ilo_focal_point)

    for row in (foreign_draft, foreign_report):
        for page in pages:
            assertRedirects(client.get(address(row, page)), reverse("admin:index"), fetch_redirect_response=False)
        history = client.get(address(row, "history"))  # as of a row that never was
        assert history.status_code == 404
        assertNotContains(history, SECRET, status_code=404)

    dashboard = client.get(reverse("admin:index"))
    assert ["doesn’t exist" in message for message in messages_on(dashboard)] == [True] * 2 * len(pages)
    assertNotContains(dashboard, SECRET)


def test_history_of_a_foreign_public_row_is_closed(as_user, ilo_focal_point, secretariat, iom):
    commitment = CommitmentFactory(draft=True, lead_agency=iom, title=SECRET)
    Commitment.objects.filter(pk=commitment.pk).update(state="submitted")
    commitment.refresh_from_db()
    commitment.title, commitment.state = "Public wording", "published"
    commitment.published_on, commitment.published_precision = "2014-01-01", "day"
    commitment.save()
    line = commitment.history.earliest()
    past = reverse("admin:commitments_commitment_simple_history", args=[commitment.pk, line.pk])

    client = as_user(ilo_focal_point)
    assert client.get(address(commitment, "change")).status_code == 200
    assert client.get(address(commitment, "history")).status_code == 403
    assert client.get(past).status_code == 403
    client = as_user(secretariat)
    assertContains(client.get(address(commitment, "history")), SECRET)


def test_review_of_a_foreign_public_row_is_hidden(as_user, ilo_focal_point, secretariat, iom):
    report = ProgressReportFactory(submitted=True, commitment=CommitmentFactory(lead_agency=iom), review_note=SECRET)
    actions.publish(report, by=secretariat)
    client = as_user(ilo_focal_point)

    page = client.get(address(report, "change"))

    assert page.status_code == 200
    assertNotContains(page, SECRET)
    assertNotContains(page, report.author.username)
    assert client.get(address(ProgressReport), {"review_note__icontains": SECRET}).status_code == 400
    assertContains(as_user(secretariat).get(address(report, "change")), SECRET)


def test_evidence_that_is_not_public_stays_with_writers_and_reviewers(
    as_user, ilo_focal_point, iom_focal_point, secretariat, iom
):
    piece = EvidenceFactory.build(report=None, title=SECRET, is_public=False)
    piece.file = SimpleUploadedFile("minutes.pdf", b"%PDF-1.7 minutes")
    report = published_report(CommitmentFactory(lead_agency=iom), evidence=[piece])
    piece = report.evidence.get()
    file = reverse("admin:reporting_evidence_file", args=[piece.pk])

    client = as_user(ilo_focal_point)
    assertNotContains(client.get(address(report, "change")), SECRET)
    assert listed(client.get(address(Evidence))) == set()
    assert client.get(file).status_code == 404
    for user in (iom_focal_point, secretariat):
        client = as_user(user)
        assertContains(client.get(address(report, "change")), SECRET)
        answer = client.get(file)
        assert answer.headers["Content-Disposition"].startswith("attachment; ")
        assert b"".join(answer.streaming_content) == b"%PDF-1.7 minutes"


def test_no_key_leads_to_a_row_past_the_permissions(as_user, ilo_focal_point, foreign_draft):
    kind = ContentType.objects.get_for_model(Commitment)
    client = as_user(ilo_focal_point)

    answer = client.get(f"/admin/r/{kind.pk}/{foreign_draft.pk}/")

    assert answer.status_code == 404


def test_autocomplete_offers_the_public_record_alone(as_user, ilo_focal_point, foreign_draft, draft, commitment):
    client = as_user(ilo_focal_point)

    answer = client.get(
        reverse("admin:autocomplete"),
        {"app_label": "reporting", "model_name": "progressreport", "field_name": "superseded_by", "term": ""},
    )

    assert [choice["text"] for choice in answer.json()["results"]] == [str(commitment)]


def test_choices_hold_what_the_person_may_use(
    as_user, ilo_focal_point, ilo, iom, ohchr, decent_work, data_and_research, commitment, draft
):
    CommitmentFactory(lead_agency=iom)
    led = CommitmentFactory(workgroup=decent_work)
    client = as_user(ilo_focal_point)

    enter = client.get(address(Commitment, "add")).context["adminform"].form
    report = client.get(address(ProgressReport, "add")).context["adminform"].form

    assert set(enter.fields["lead_agency"].queryset) == {ilo}
    assert set(enter.fields["workgroup"].queryset) == {decent_work}
    assert set(report.fields["commitment"].queryset) == {commitment, led}
    assert set(report.fields["on_behalf_of"].queryset) == {ilo}
    assert report.initial["on_behalf_of"] == ilo.pk


def test_choice_of_somebody_elses_is_refused(as_user, ilo_focal_point, iom, foreign_report):
    client = as_user(ilo_focal_point)
    add = client.get(address(Commitment, "add"))
    report = client.get(address(ProgressReport, "add"))

    entered = client.post(
        address(Commitment, "add"),
        filled(add, title="Taken", kind="programme", source_title="s", source_location="s", lead_agency=iom.pk),
    )
    written = client.post(
        address(ProgressReport, "add"), filled(report, commitment=foreign_report.commitment.pk, achieved="Taken")
    )

    assert set(problems(entered)) == {"lead_agency"}
    assert set(problems(written)) == {"commitment"}
    assert not Commitment.objects.filter(title="Taken").exists()
    assert ProgressReport.objects.get() == foreign_report


def test_focal_point_writes_neither_reference_data_nor_people(as_user, ilo_focal_point, commitment, cycle):
    StakeholderFactory()
    AgendaPointFactory()
    client = as_user(ilo_focal_point)

    assert client.get(address(ReportingCycle, "add")).status_code == 403
    assert client.get(address(Agency, "add")).status_code == 403
    assert client.get(reverse("admin:accounts_user_changelist")).status_code == 403
    assert client.get(reverse("admin:accounts_membership_changelist")).status_code == 403
    assert client.get(reverse("admin:auth_group_changelist")).status_code == 403
    assert client.get(address(cycle, "close")).status_code == 403


# Published rows


def test_published_commitment_is_read_only_for_its_focal_point(as_user, ilo_focal_point, commitment):
    client = as_user(ilo_focal_point)

    page = client.get(address(commitment, "change"))
    answer = client.post(address(commitment, "change"), {"title": "Rewritten"})

    assert page.context["adminform"].form.fields.keys() <= {"start", "deadline", "opened"}
    assert answer.status_code == 403
    assert Commitment.objects.get().title == commitment.title


def test_secretariat_changes_the_classification_alone(as_user, secretariat, commitment, points):
    PartnerFactory(commitment=commitment, part="As it was")
    client = as_user(secretariat)
    page = client.get(address(commitment, "change"))

    client.post(
        address(commitment, "change"),
        filled(page, agenda_points=[points[0].pk], scope="global", title="Rewritten", start="2001"),
    )

    commitment.refresh_from_db()
    assert list(commitment.agenda_points.all()) == [points[0]]
    assert (commitment.scope, commitment.start_on) == ("global", None)
    assert commitment.title == "Fair recruitment of migrant workers"
    assert commitment.partners.get().part == "As it was"
    assert commitment.author is None


def test_administrator_corrects_a_published_commitment(as_user, administrator, commitment):
    client = as_user(administrator)
    page = client.get(address(commitment, "change"))

    answer = client.post(
        address(commitment, "change"), filled(page, title="Corrected", start="2014-03", deadline="2015")
    )

    commitment.refresh_from_db()
    assert answer.status_code == 302
    assert (commitment.title, str(commitment.start), str(commitment.deadline)) == ("Corrected", "March 2014", "2015")
    assert commitment.history.latest().history_user == administrator


@pytest.mark.parametrize("who", ["administrator", "secretariat", "ilo_focal_point"])
def test_published_report_is_fixed_for_everybody(who, as_user, request, commitment):
    report = published_report(commitment, achieved="As published")
    client = as_user(request.getfixturevalue(who))

    changed = client.post(address(report, "change"), {"achieved": "Rewritten", "version": "1", "_continue": "1"})
    deleted = client.post(address(report, "delete"), {"post": "yes"})

    assert changed.status_code != 302  # which would say that it was saved
    assert deleted.status_code == 403
    assert ProgressReport.objects.get().achieved == "As published"


# Deleting


def test_only_a_draft_that_was_never_submitted_is_deleted(as_user, ilo_focal_point, commitment, cycle, draft):
    PartnerFactory(commitment=draft)
    fresh = ProgressReportFactory(commitment=commitment)
    EvidenceFactory(report=fresh)
    expected = ProgressReportFactory(commitment=commitment, cycle=cycle)
    returned = ProgressReportFactory(commitment=commitment, sent_back=True)
    client = as_user(ilo_focal_point)

    rows = (fresh, expected, returned, draft)
    answers = [client.post(address(row, "delete"), {"post": "yes"}) for row in rows]

    assert [answer.status_code for answer in answers] == [302, 403, 403, 302]
    assert set(ProgressReport.objects.all()) == {expected, returned}
    assert set(Commitment.objects.all()) == {commitment}


# Reporting in one form


def evidence(number=0, **fields) -> dict:
    return {f"evidence-{number}-{name}": value for name, value in fields.items()}


def test_report_with_evidence_is_written_and_submitted_in_one_form(as_user, ilo_focal_point, ilo, commitment):
    client = as_user(ilo_focal_point)
    form = client.get(address(ProgressReport, "add"), {"commitment": commitment.pk})
    data = filled(
        form,
        status="completed",
        outlook="on_track",
        achieved="All courses were held.",
        _submit="1",
        **evidence(kind="publication", title="Final report", issued="2014-11"),
        **evidence(file=SimpleUploadedFile("r.pdf", PDF)),
    )

    answer = client.post(address(ProgressReport, "add"), data, follow=True)

    report = ProgressReport.objects.get()
    piece = report.evidence.get()
    assertRedirects(answer, reverse("admin:index"))
    assert (report.state, report.author, report.submitted_by, report.on_behalf_of) == (
        "submitted", ilo_focal_point, ilo_focal_point, ilo,
    )  # fmt: skip
    assert (piece.title, str(piece.issued), piece.file.name[-4:]) == ("Final report", "November 2014", ".pdf")
    assert "was submitted" in messages_on(answer)[0]


def test_expected_report_gets_its_author_and_is_submitted(as_user, ilo_focal_point, ilo, commitment, cycle):
    report = ProgressReportFactory(commitment=commitment, cycle=cycle, on_behalf_of=ilo, blank=True)
    client = as_user(ilo_focal_point)
    form = client.get(address(report, "change"))

    client.post(address(report, "change"), filled(form, status="planning", achieved="Nothing yet.", _submit="1"))

    report.refresh_from_db()
    assert (report.state, report.author, report.cycle) == ("submitted", ilo_focal_point, cycle)


def test_missing_value_is_an_error_of_its_field_and_the_draft_is_kept(as_user, ilo_focal_point, commitment):
    client = as_user(ilo_focal_point)
    form = client.get(address(ProgressReport, "add"))
    data = filled(form, commitment=commitment.pk, status="completed", barriers="Funds came late.", _submit="1")

    page = client.post(address(ProgressReport, "add"), data, follow=True)

    report = ProgressReport.objects.get()
    assert (report.state, report.barriers) == ("draft", "Funds came late.")
    assert messages_on(page) == ["Your draft is saved. It cannot be submitted yet: see below."]
    assert error_summary(page) == {
        ("Say what was achieved, or that nothing was.", "id_achieved"),
        ("‘Completed’ needs at least one public piece of evidence.", "evidence-heading"),
    }
    assertContains(page, "Funds came late.")
    assertContains(page, "Say what was achieved, or that nothing was.", count=2)
    assertContains(page, "‘Completed’ needs at least one public piece of evidence.", count=2)


def test_announcement_alone_is_an_error_of_the_evidence(as_user, ilo_focal_point, commitment):
    report = ProgressReportFactory(commitment=commitment, status="in_progress")
    EvidenceFactory(report=report, kind="announcement")
    client = as_user(ilo_focal_point)
    sentence = "An announcement alone moves nothing past ‘Planning’: add other evidence."

    page = client.post(
        address(report, "change"), filled(client.get(address(report, "change")), _submit="1"), follow=True
    )

    report.refresh_from_db()
    assert (report.state, error_summary(page)) == ("draft", {(sentence, "evidence-heading")})
    assert page.context["inline_admin_formsets"][0].formset.non_form_errors() == [sentence]


def test_hints_stop_nothing(as_user, ilo_focal_point, commitment):
    published_report(commitment, achieved="The first courses were held.", barriers="Funds came late.")
    report = ProgressReportFactory(commitment=commitment, barriers="Funds came late.", next_steps="More courses.")
    hints = [
        "There is no evidence: readers will see ‘none given’.",
        "‘Achieved’ says word for word what report 1 said.",
        "‘Barriers’ says word for word what report 1 said.",
    ]
    client = as_user(ilo_focal_point)
    form = client.get(address(report, "change"))

    answer = client.post(address(report, "change"), filled(form, _submit="1"), follow=True)

    report.refresh_from_db()
    assert form.context["hints"] == hints
    assert messages_on(answer)[1:] == hints
    assert report.state == "submitted"


def test_refusal_of_the_database_is_an_error_of_its_field(as_user, ilo_focal_point, commitment):
    client = as_user(ilo_focal_point)
    form = client.get(address(ProgressReport, "add"), {"commitment": commitment.pk})
    typed = {"achieved": "Typed with care", "_submit": "1"}

    discontinued = client.post(address(ProgressReport, "add"), filled(form, status="discontinued", **typed))
    superseded = client.post(address(ProgressReport, "add"), filled(form, status="superseded", **typed))
    bare = client.post(address(ProgressReport, "add"), filled(form, **evidence(title="Nowhere to be found"), **typed))

    assert problems(discontinued) == {"status_reason": ["Say why the commitment is discontinued."]}
    assert problems(superseded) == {"superseded_by": ["Say which other commitment takes the place of this one."]}
    assertContains(bare, "Evidence needs an address, a document symbol or a file.")
    assertContains(bare, "Typed with care")
    assert not ProgressReport.objects.exists()


def test_partial_date_that_is_none_is_refused_in_a_sentence(as_user, ilo_focal_point, draft):
    client = as_user(ilo_focal_point)
    page = client.get(address(draft, "change"))

    answer = client.post(address(draft, "change"), filled(page, start="spring 2014"))
    later = client.post(address(draft, "change"), filled(page, start="2015", deadline="2014"))

    (sentence,) = problems(answer)["start"]
    assert sentence.startswith("‘spring 2014’ is not a date. Write it as 2014-03-05 or 5 March 2014;")
    assert problems(later) == {"deadline": ["A commitment cannot be due before it starts."]}


def test_secretariat_alone_writes_no_report(as_user, secretariat, commitment):
    waiting = ProgressReportFactory(commitment=commitment)
    client = as_user(secretariat)

    assert client.get(address(ProgressReport, "add")).status_code == 403
    assert client.get(address(waiting, "change")).status_code == 302
    ProgressReport.objects.filter(pk=waiting.pk).update(state="submitted")
    assert client.get(address(waiting, "submit")).status_code == 403


# Reviewing


@pytest.fixture
def waiting(commitment, ilo_focal_point):
    """ILO's report, submitted by its focal point."""
    return ProgressReportFactory(submitted=True, commitment=commitment, author=ilo_focal_point)


def test_reviewer_publishes(as_user, secretariat, waiting):
    client = as_user(secretariat)
    page = client.get(address(waiting, "change"))
    question = client.get(address(waiting, "publish"))

    answer = client.post(address(waiting, "publish"), {"seen": waiting.version}, follow=True)

    waiting.refresh_from_db()
    assert [button["verb"] for button in page.context["workflow_buttons"]] == ["review", "publish", "send-back"]
    assertContains(question, f'name="seen" value="{waiting.version - 1}"')
    assert (waiting.state, waiting.reviewed_by) == ("published", secretariat)
    assert "was published" in messages_on(answer)[0]


def test_reviewer_sends_back_with_a_note(as_user, secretariat, ilo_focal_point, waiting):
    client = as_user(secretariat)

    without = client.post(address(waiting, "send_back"), {"note": " "})
    client.post(address(waiting, "send_back"), {"note": "Name the source.", "seen": waiting.version})

    waiting.refresh_from_db()
    assert without.context["form"].errors.keys() == {"note"}
    assert (waiting.state, waiting.review_note) == ("sent_back", "Name the source.")
    client = as_user(ilo_focal_point)
    assertContains(client.get(address(waiting, "change")), "Name the source.")
    assertContains(client.get(reverse("admin:index")), "Name the source.")


def test_note_is_kept_when_the_row_changed_meanwhile(as_user, secretariat, waiting):
    client = as_user(secretariat)

    answer = client.post(address(waiting, "send_back"), {"note": "Written with care", "seen": waiting.version + 7})

    assertContains(answer, "Somebody changed this since you opened it")
    assertContains(answer, "Written with care")
    assert ProgressReport.objects.get().state == "submitted"


@pytest.mark.parametrize("step", ["publish", "send_back"])
def test_own_work_is_not_reviewed(step, as_user, administrator, commitment):
    mine = ProgressReportFactory(submitted=True, commitment=commitment, author=administrator)
    client = as_user(administrator)

    page = client.get(address(mine, "change"))
    confirmation = client.get(address(mine, step))
    forced = client.post(address(mine, step), {"seen": mine.version, "note": "Fine"})

    assert page.context["workflow_buttons"] == []
    assertContains(confirmation, "Nobody publishes", status_code=403)
    assert forced.status_code == 403
    assert ProgressReport.objects.get().state == "submitted"


def test_group_lead_reviews_the_groups_rows_alone(
    as_user, undesa_focal_point, iom_focal_point, data_and_research, waiting
):
    group_report = ProgressReportFactory(
        submitted=True, commitment=CommitmentFactory(workgroup=data_and_research), author=iom_focal_point
    )
    client = as_user(undesa_focal_point)

    assert client.get(address(waiting, "publish")).status_code == 302
    client.post(address(group_report, "publish"), {"seen": group_report.version})

    assert {row.pk: row.state for row in ProgressReport.objects.all()} == {
        waiting.pk: "submitted",
        group_report.pk: "published",
    }


def test_publishing_selected_rows_says_what_became_of_each(as_user, administrator, commitment, waiting):
    mine = ProgressReportFactory(submitted=True, commitment=CommitmentFactory(), author=administrator)
    empty = ProgressReportFactory(submitted=True, commitment=CommitmentFactory(), achieved="")
    chosen = {"action": "publish_selected", "_selected_action": [waiting.pk, mine.pk, empty.pk]}
    client = as_user(administrator)

    question = client.post(address(ProgressReport), chosen)
    seen = {f"seen_{row.pk}": row.version for row in (waiting, mine, empty)}
    answer = client.post(address(ProgressReport), chosen | seen | {"confirmed": "yes"}, follow=True)

    assertContains(question, "Put these into the public record?")
    assert set(messages_on(answer)) == {
        "1 was published.",
        f"{mine.commitment}: Nobody publishes or sends back what they wrote or submitted themselves.",
        f"{empty.commitment}: Say what was achieved, or that nothing was.",
    }
    assert ProgressReport.objects.get(pk=mine.pk).state == "submitted"


def test_bulk_publishing_is_not_offered_to_writers(as_user, ohchr_focal_point, ohchr, waiting):
    ProgressReportFactory(submitted=True, commitment=CommitmentFactory(lead_agency=ohchr))
    client = as_user(ohchr_focal_point)
    rows = list(ProgressReport.objects.values_list("pk", flat=True))

    page = client.get(address(ProgressReport))
    client.post(address(ProgressReport), {"action": "publish_selected", "_selected_action": rows, "confirmed": "yes"})

    assert page.context["action_form"] is None
    assert set(ProgressReport.objects.values_list("state", flat=True)) == {"submitted"}


def test_secretariat_withdraws_with_a_reason(as_user, secretariat, ilo_focal_point, commitment):
    assert as_user(ilo_focal_point).get(address(commitment, "withdraw")).status_code == 403

    as_user(secretariat).post(address(commitment, "withdraw"), {"reason": "Entered twice."})

    commitment.refresh_from_db()
    assert (commitment.state, commitment.withdrawn_reason) == ("withdrawn", "Entered twice.")


def test_cycle_is_opened_once_and_closed(as_user, secretariat, commitment):
    cycle = ReportingCycle.objects.create(
        title="First half of 2014", opens_on="2014-01-01", due_on="2014-06-30", closes_on="2014-07-31"
    )
    client = as_user(secretariat)

    opened = client.post(address(cycle, "open"), follow=True)
    again = client.post(address(cycle, "open"))
    client.post(address(cycle, "close"))

    cycle.refresh_from_db()
    assert messages_on(opened) == ["First half of 2014 is open: 1 report was asked for."]
    assert again.status_code == 403
    assert cycle.closed_on is not None
    assert ProgressReport.objects.get().commitment == commitment


def test_reminding_lists_whom_it_concerns_before_it_is_done(as_user, secretariat, ilo_focal_point, commitment, cycle):
    ProgressReportFactory(commitment=commitment, cycle=cycle, blank=True)
    ProgressReportFactory(cycle=cycle, submitted=True, commitment__title="Sent off already")
    client = as_user(secretariat)

    question = client.get(address(cycle, "remind"))
    assertContains(question, f"ILO: <bdi>{commitment}</bdi>")
    assertNotContains(question, "Sent off already")
    assert not cycle.history.filter(history_change_reason="remind").exists()
    answer = client.post(address(cycle, "remind"), {"seen": cycle.version}, follow=True)

    assert messages_on(answer) == [f"{cycle}: the reminder of 1 owed report is on record."]
    assert cycle.history.filter(history_change_reason="remind").count() == 1
    assert as_user(ilo_focal_point).get(address(cycle, "remind")).status_code == 403


def test_cycle_is_reopened_for_a_reason_alone(as_user, secretariat, cycle):
    actions.close_cycle(cycle, by=secretariat)
    cycle.refresh_from_db()
    client = as_user(secretariat)

    refusal = client.post(address(cycle, "reopen"), {"seen": cycle.version, "reason": " "})
    assertContains(refusal, "Fill this in: it becomes part of the record.")
    client.post(address(cycle, "reopen"), {"seen": cycle.version, "reason": "Floods."})

    cycle.refresh_from_db()
    assert (cycle.closed_on, cycle.reopened_reason) == (None, "Floods.")
    assertContains(client.get(address(cycle, "change")), "Floods.")


@pytest.mark.parametrize("verb", ["open", "close", "withdraw"])
def test_step_on_what_has_changed_since_is_refused(verb, as_user, secretariat, commitment):
    row = commitment if verb == "withdraw" else ReportingCycleFactory(opened=verb == "close")
    before = row.history.count()
    client = as_user(secretariat)

    page = client.post(address(row, verb), {"seen": row.version - 1, "reason": "Entered twice."})

    assertContains(page, "Somebody changed this since you opened it")
    assert row.history.count() == before


def test_lead_answers_a_published_assessment_and_no_other(as_user, ilo_focal_point, commitment, iom):
    assessment = AssessmentFactory(public=True, commitment=commitment, finding="disagrees")
    foreign = AssessmentFactory(public=True, commitment=CommitmentFactory(lead_agency=iom))
    draft = AssessmentFactory(commitment=commitment)
    client = as_user(ilo_focal_point)
    page = client.get(address(Answer, "add"))
    assert set(page.context["adminform"].form.fields["assessment"].queryset) == {assessment}

    for other in (foreign, draft):
        client.post(address(Answer, "add"), filled(page, assessment=other.pk, text="So it was.", _submit="1"))
    assert not Answer.objects.exists()
    client.post(address(Answer, "add"), filled(page, assessment=assessment.pk, text="So it was.", _submit="1"))

    answer = Answer.objects.get()
    assert (answer.assessment, answer.state, answer.submitted_by) == (assessment, "submitted", ilo_focal_point)


def test_second_answer_in_hand_is_refused_in_a_sentence(as_user, ilo_focal_point, commitment):
    first = AnswerFactory(submitted=True, assessment__commitment=commitment)
    client = as_user(ilo_focal_point)
    page = client.get(address(Answer, "add"))

    answer = client.post(address(Answer, "add"), filled(page, assessment=first.assessment_id, text="Again."))

    assert problems(answer) == {"": ["An answer to this assessment is already being written or reviewed."]}


def test_assessment_of_an_independent_assessor_is_kept_by_the_secretariat(as_user, secretariat, ilo_focal_point, iom):
    commitment = CommitmentFactory(lead_agency=iom)
    typed = {
        "commitment": commitment.pk,
        "assessor_kind": "independent",
        "assessor_name": "A university",
        "finding": "agrees",
        "text": "It was seen.",
    }

    client = as_user(ilo_focal_point)
    refused = client.post(address(Assessment, "add"), filled(client.get(address(Assessment, "add")), **typed))
    client = as_user(secretariat)
    client.post(address(Assessment, "add"), filled(client.get(address(Assessment, "add")), **typed, _submit="1"))

    assert "assessor_kind" in problems(refused)
    assert (Assessment.objects.get().state, Assessment.objects.get().author) == ("submitted", secretariat)


# Two editors on one form


def test_second_to_save_reads_who_changed_what(as_user, ilo_focal_point, ilo_alternate, commitment):
    report = ProgressReportFactory(commitment=commitment, achieved="First wording")
    first = filled(as_user(ilo_focal_point).get(address(report, "change")))
    second = filled(as_user(ilo_alternate).get(address(report, "change")))

    as_user(ilo_focal_point).post(address(report, "change"), first | {"achieved": "Second wording"})
    page = as_user(ilo_alternate).post(address(report, "change"), second | {"achieved": "Third wording"})
    again = as_user(ilo_alternate).post(
        address(report, "change"), second | {"achieved": "Third wording", "_submit": "1"}
    )

    report.refresh_from_db()
    assert report.achieved == "Second wording"
    assert problems(page)[""][0].startswith("ilo_focal_point saved this on ")
    assert field_conflicts(page) == {("Achieved", "Second wording", "Third wording", True)}
    assertContains(page, "Third wording")
    assertContains(page, "Second wording")
    assert problems(again)[""] == problems(page)[""]
    assert report.state == "draft"


def test_second_to_save_evidence_reads_who_changed_what(as_user, ilo_focal_point, ilo_alternate, commitment):
    piece = EvidenceFactory(report=ProgressReportFactory(commitment=commitment), title="First title")
    report = piece.report
    second = filled(as_user(ilo_alternate).get(address(report, "change")))
    piece.title = "Second title"
    piece._history_user = ilo_focal_point
    piece.save()

    page = as_user(ilo_alternate).post(address(report, "change"), second | evidence(title="Third title"))
    deleted = as_user(ilo_alternate).post(address(report, "change"), second | evidence(DELETE="on"))

    assert Evidence.objects.get().title == "Second title"
    assert field_conflicts(page) == {("Title", "Second title", "Third title", True)}
    assertContains(page, "Third title")
    assert field_conflicts(deleted) == {("Title", "Second title", "First title", False)}


def test_row_deleted_meanwhile_gets_a_message_and_is_not_lost(as_user, ilo_focal_point, commitment):
    piece = EvidenceFactory(report=ProgressReportFactory(commitment=commitment))
    client = as_user(ilo_focal_point)
    data = filled(client.get(address(piece.report, "change")))
    Evidence.objects.all().delete()

    page = client.post(address(piece.report, "change"), data | evidence(title="Typed with care"))

    assertContains(page, "Somebody deleted a row while you were writing.")
    assertContains(page, "Typed with care")


def test_what_was_typed_stays_when_the_report_was_submitted_meanwhile(
    as_user, ilo_focal_point, ilo_alternate, commitment
):
    report = ProgressReportFactory(commitment=commitment, achieved="First wording")
    EvidenceFactory(report=report)
    late = filled(as_user(ilo_alternate).get(address(report, "change")))
    client = as_user(ilo_focal_point)
    client.post(address(report, "submit"), {"seen": report.version})

    page = as_user(ilo_alternate).post(
        address(report, "change"), late | {"achieved": "Typed with care", "_submit": "1"}
    )

    report.refresh_from_db()
    assert (report.state, report.achieved) == ("submitted", "First wording")
    assertContains(page, "Typed with care")
    assert problems(page)[""][0] == "This is now in the state ‘Submitted’ and takes no changes."
    assert any(line.startswith("ilo_focal_point saved this on ") for line in problems(page)[""])


def test_late_form_never_saves_even_with_the_newest_version(as_user, ilo_focal_point, commitment):
    report = ProgressReportFactory(commitment=commitment, achieved="As submitted")
    client = as_user(ilo_focal_point)
    data = filled(client.get(address(report, "change")))
    client.post(address(report, "submit"), {"seen": report.version})
    other = ProgressReportFactory(commitment=commitment)
    other.save()
    newest = filled(client.get(address(other, "change")))["version"]
    report.refresh_from_db()

    client.post(address(report, "change"), data | {"version": newest, "achieved": "Rewritten"})

    assert newest.split(":")[0] == str(report.version)
    assert ProgressReport.objects.get(pk=report.pk).achieved == "As submitted"


# Lists


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    ("model", "factory", "queries"),
    [
        (Commitment, lambda: CommitmentFactory(lead_agency=Agency.objects.get(code="ilo")), 8),
        (Commitment, lambda: CommitmentFactory(workgroup=WorkGroupFactory()), 8),
        (ProgressReport, lambda: ProgressReportFactory(), 7),
        (Assessment, lambda: AssessmentFactory(), 6),
        (Answer, lambda: AnswerFactory(), 6),
        (Evidence, lambda: EvidenceFactory(), 4),
        (Agency, lambda: AgencyFactory(), 5),
    ],
)
def test_list_costs_the_same_with_many_rows(
    model, factory, queries, as_user, administrator, ilo, django_assert_num_queries
):
    factory()
    client = as_user(administrator)
    client.get(address(model))

    with django_assert_num_queries(queries):
        client.get(address(model))
    for _number in range(4):
        factory()
    with django_assert_num_queries(queries):
        client.get(address(model))
