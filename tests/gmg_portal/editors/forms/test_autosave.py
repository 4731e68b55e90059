"""Unsaved form contents: saved, filled into the form again, transferred to colleagues, and seen by nobody else."""

from datetime import UTC, date, datetime

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.models import Membership
from commitments.models import Commitment
from gmg_portal.editors.forms.autosave import MAX_CHARACTERS
from gmg_portal.editors.forms.prefill import next_period
from gmg_portal.editors.views.autosave.pages import AUTOSAVE_VIEWS
from gmg_portal.revision.current import CurrentRevision
from reporting.models import Answer, Assessment, AutosavedForm, Evidence, ProgressReport
from reporting.models.autosave import PARENTS
from tests.support.factories import (
    SUBMITTED_AT,
    AnswerFactory,
    AssessmentFactory,
    AutosavedFormFactory,
    CommitmentFactory,
    EvidenceFactory,
    ProgressReportFactory,
    UserFactory,
    corrected,
    focal_point,
    published_report,
)
from tests.support.form_filling import field_conflicts, filled, messages_on, problems

SECRET = "Typed in confidence"


def address(row_or_model, page="change", **query):
    opts = row_or_model._meta
    args = [] if isinstance(row_or_model, type) else [row_or_model.pk]
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_{page}", args=args, query=query or None)


@pytest.fixture
def as_user(client):
    def as_user(user):
        client.force_login(user)
        return client

    return as_user


@pytest.fixture
def report(commitment):
    return ProgressReportFactory(commitment=commitment, achieved="As it was saved")


def keep(client, row_or_model, data, **more):
    """Send what a page's form holds, as its script does."""
    query, user = more.pop("query", {}), client.session["_auth_user_id"]
    page = "autosave_of_new" if isinstance(row_or_model, type) else "autosave"
    return client.post(
        address(row_or_model, page, **query), data | {"_user": user, "_window": "w1", "_seen": ""} | more
    )


def shown(page, name):
    return page.context["adminform"].form[name].value()


# Kept and laid into the form again


def test_what_was_typed_stands_in_the_form_again(as_user, ilo_focal_point, report):
    EvidenceFactory(report=report, title="First title")
    client = as_user(ilo_focal_point)
    data = filled(client.get(address(report)))
    typed = {
        "achieved": "Typed with care",
        "period_start": "2014-01-01",
        "evidence-0-title": "Better title",
        "evidence-TOTAL_FORMS": "2",
        "evidence-1-kind": "publication",
        "evidence-1-title": "A second piece",
        "evidence-1-issued": "2014-0",
        "evidence-1-is_public": "on",
    }

    answer = keep(client, report, data | typed)

    page = client.get(address(report))
    rows = page.context["inline_admin_formsets"][0].formset.forms
    copy = AutosavedForm.objects.get()
    assert (copy.user, copy.form, copy.row, copy.version) == (
        ilo_focal_point,
        "progressreport",
        report.pk,
        report.version,
    )
    assert answer.json() == {"seen": copy.saved_at.isoformat()}
    assert (shown(page, "achieved"), shown(page, "period_start")) == ("Typed with care", "2014-01-01")
    assert [row["title"].value() for row in rows] == ["Better title", "A second piece"]
    assert rows[1]["issued"].value() == "2014-0"
    assertContains(page, "had not saved it")
    report.refresh_from_db()
    assert (report.achieved, report.evidence.get().title) == ("As it was saved", "First title")


def test_copy_is_saved_by_the_form_into_which_it_is_laid(as_user, ilo_focal_point, report):
    client = as_user(ilo_focal_point)
    data = filled(client.get(address(report)))
    keep(client, report, data | {"achieved": "Typed with care"} | {f"evidence-0-{n}": v for n, v in PIECE.items()})

    client.post(address(report), filled(client.get(address(report)), _continue="1"))

    report.refresh_from_db()
    assert (report.achieved, report.evidence.get().title) == ("Typed with care", "Kept title")
    assert not AutosavedForm.objects.exists()
    assertNotContains(client.get(address(report)), "had not saved it")


PIECE = {"kind": "publication", "title": "Kept title", "url": "https://example.org/kept", "is_public": "on"}


def test_new_report_is_kept_by_its_commitment(as_user, ilo_focal_point, ilo, commitment):
    other = CommitmentFactory(lead_agency=ilo)
    client = as_user(ilo_focal_point)
    query = {"commitment": commitment.pk}
    data = filled(client.get(address(ProgressReport, "add", **query)), achieved="Typed with care")
    keep(client, ProgressReport, data, query=query)

    again = client.get(address(ProgressReport, "add", **query))
    elsewhere = client.get(address(ProgressReport, "add", commitment=other.pk))

    assert AutosavedForm.objects.get().commitment == commitment
    assert (shown(again, "achieved"), shown(elsewhere, "achieved")) == ("Typed with care", None)
    client.post(address(ProgressReport, "add", **query), filled(again))
    assert ProgressReport.objects.get().achieved == "Typed with care"
    assert not AutosavedForm.objects.exists()


@pytest.fixture
def assessments(commitment):
    return [AssessmentFactory(commitment=commitment, public=True, finding="disagrees") for _number in range(2)]


def test_new_answer_is_kept_by_its_assessment(as_user, ilo_focal_point, assessments):
    client = as_user(ilo_focal_point)
    queries = [{"assessment": assessment.pk} for assessment in assessments]
    pages = [client.get(address(Answer, "add", **query)) for query in queries]
    for number, (page, query) in enumerate(zip(pages, queries, strict=True)):
        assert keep(client, Answer, filled(page, text=f"Answer {number}"), query=query).status_code == 200

    again = [client.get(address(Answer, "add", **query)) for query in queries]
    without = client.get(address(Answer, "add"))

    assert {(copy.assessment, copy.commitment) for copy in AutosavedForm.objects.all()} == {
        (assessment, None) for assessment in assessments
    }
    assert [shown(page, "text") for page in [*again, without]] == ["Answer 0", "Answer 1", None]
    client.post(address(Answer, "add", **queries[0]), filled(again[0]))
    assert Answer.objects.get().text == "Answer 0"
    assert AutosavedForm.objects.get().assessment == assessments[1]


def test_new_assessment_is_kept_by_its_commitment(as_user, iom_focal_point, commitment):
    other = CommitmentFactory(lead_agency=commitment.lead_agency)
    client = as_user(iom_focal_point)
    query = {"commitment": commitment.pk}
    keep(client, Assessment, filled(client.get(address(Assessment, "add", **query)), text="With care"), query=query)

    pages = [client.get(address(Assessment, "add", commitment=row.pk)) for row in (commitment, other)]

    assert [bool(shown(page, "text")) for page in pages] == [True, False]


def test_row_to_which_a_new_one_belongs_is_declared_for_each_form():
    models = {form: admin.site._registry[apps.get_model("reporting", form)] for form in PARENTS}

    assert set(AutosavedForm.Form) - set(PARENTS) == {AutosavedForm.Form.COMMITMENT}
    assert all(PARENTS[form] in {field.name for field in table.opts.fields} for form, table in models.items())


@pytest.mark.parametrize("model", [Commitment, Assessment, Answer])
def test_other_forms_of_the_workflow_are_kept_too(model, as_user, ilo_focal_point, ilo, draft, commitment):
    rows = {
        Commitment: lambda: draft,
        Assessment: lambda: AssessmentFactory(agency=ilo),
        Answer: lambda: AnswerFactory(assessment__commitment=commitment),
    }
    row = rows[model]()
    name = "summary" if model is Commitment else "text"
    client = as_user(ilo_focal_point)
    keep(client, row, filled(client.get(address(row))) | {name: "Typed with care"})

    page = client.get(address(row))

    assert shown(page, name) == "Typed with care"
    client.post(address(row), filled(page))
    row.refresh_from_db()
    assert getattr(row, name) == "Typed with care"


def test_every_form_that_saves_while_it_is_filled_in_is_known():
    tables = {
        model
        for model, table in admin.site._registry.items()
        if any(view in AUTOSAVE_VIEWS for view in getattr(table, "extra_views", []))
    }

    assert {model._meta.model_name for model in tables} == set(AutosavedForm.Form.values)


def test_unticked_boxes_and_choices_are_laid_too(as_user, ilo_focal_point, draft, points):
    draft.agenda_points.set(points[:2])
    client = as_user(ilo_focal_point)
    data = filled(client.get(address(draft)), agenda_points=[points[3].pk])
    keep(client, draft, data)

    page = client.get(address(draft))

    assert shown(page, "agenda_points") == [str(points[3].pk)]


def test_row_deleted_meanwhile_comes_back_as_a_new_one(as_user, ilo_focal_point, report):
    EvidenceFactory(report=report)
    client = as_user(ilo_focal_point)
    keep(client, report, filled(client.get(address(report))) | {"evidence-0-title": "Kept title"})
    Evidence.objects.all().delete()

    page = client.get(address(report))
    client.post(address(report), filled(page))

    assert Evidence.objects.get().title == "Kept title"


def test_nothing_is_written_where_nothing_changed(as_user, ilo_focal_point, report):
    client = as_user(ilo_focal_point)
    data = filled(client.get(address(report))) | {"achieved": "Typed with care"}
    keep(client, report, data)
    first = AutosavedForm.objects.get().saved_at

    again = keep(client, report, data, _window="w2", _seen="of another day")

    assert AutosavedForm.objects.get().saved_at == first
    assert again.json() == {"seen": first.isoformat()}


def test_second_window_overwrites_nothing(as_user, ilo_focal_point, report):
    client = as_user(ilo_focal_point)
    data = filled(client.get(address(report)))
    kept = keep(client, report, data | {"achieved": "In the first window"}).json()["seen"]

    refused = keep(client, report, data | {"achieved": "In the second"}, _window="w2")
    assert AutosavedForm.objects.get().fields["achieved"] == ["In the first window"]
    goes_on = keep(client, report, data | {"achieved": "Opened again"}, _window="w2", _seen=kept)

    assert refused.status_code == 409
    assert "in another window" in refused.json()["problem"]
    assert goes_on.status_code == 200
    assert AutosavedForm.objects.get().fields["achieved"] == ["Opened again"]


def test_too_much_is_refused_in_a_sentence(as_user, ilo_focal_point, report):
    client = as_user(ilo_focal_point)

    answer = keep(client, report, {"achieved": "x" * (MAX_CHARACTERS + 1)})

    assert answer.status_code == 413
    assert "too long" in answer.json()["problem"]
    assert not AutosavedForm.objects.exists()


def test_discarded_by_post_alone(as_user, ilo_focal_point, report):
    client = as_user(ilo_focal_point)
    keep(client, report, filled(client.get(address(report))) | {"achieved": "Typed with care"})

    looked = client.get(address(report, "discard_copy"))
    assert AutosavedForm.objects.exists()
    answer = client.post(address(report, "discard_copy"), follow=True)

    assert looked.status_code == 405
    assert shown(answer, "achieved") == "As it was saved"
    assert not AutosavedForm.objects.exists()


def test_copies_go_with_their_row(as_user, ilo_focal_point, ilo_alternate, report):
    other = AutosavedFormFactory(user=ilo_alternate, row=report.pk + 1)
    AutosavedFormFactory(user=ilo_alternate, row=report.pk)
    client = as_user(ilo_focal_point)

    client.post(address(report, "delete"), {"post": "yes"})

    assert list(AutosavedForm.objects.all()) == [other]


def test_signs_that_no_column_takes_are_left_out(as_user, ilo_focal_point, report):
    client = as_user(ilo_focal_point)

    answer = keep(
        client, report, {"achieved": "Typed\x00 with care", "_submit": "1", "evidence-0-_take-title": "yours"}
    )

    assert answer.status_code == 200
    assert AutosavedForm.objects.get().fields == {"achieved": ["Typed with care"]}


def test_copy_of_an_older_version_conflicts_on_saving(as_user, ilo_focal_point, ilo_alternate, report):
    client = as_user(ilo_alternate)
    keep(client, report, filled(client.get(address(report))) | {"achieved": "Typed with care"})
    client = as_user(ilo_focal_point)
    client.post(address(report), filled(client.get(address(report)), achieved="Saved meanwhile"))

    client = as_user(ilo_alternate)
    page = client.get(address(report))
    answer = client.post(address(report), filled(page))

    report.refresh_from_db()
    assertContains(page, "Somebody has saved this since")
    assert report.achieved == "Saved meanwhile"
    assert field_conflicts(answer) == {("Achieved", "Saved meanwhile", "Typed with care", True)}
    assert AutosavedForm.objects.get().user == ilo_alternate


def test_mark_that_cannot_be_read_any_more_counts_as_none(as_user, ilo_focal_point, report):
    client = as_user(ilo_focal_point)
    data = filled(client.get(address(report)))
    keep(client, report, data | {"achieved": "Typed with care", "version": "1:signed with an old key"})

    page = client.get(address(report))
    answer = client.post(address(report), filled(page, version=filled(page)["version"] or "0"))

    assert shown(page, "achieved") == "Typed with care"
    assert answer.status_code in (200, 400)
    report.refresh_from_db()
    assert report.achieved == "As it was saved"


def test_keeping_moves_no_revision_and_no_row(as_user, ilo_focal_point, report, django_capture_on_commit_callbacks):
    before = CurrentRevision.read(), report.version, report.history.count()
    client = as_user(ilo_focal_point)

    keep(client, report, filled(client.get(address(report))) | {"achieved": "Typed with care"})

    report.refresh_from_db()
    assert (CurrentRevision.read(), report.version, report.history.count()) == before


# Who may


@pytest.mark.parametrize("who", ["iom_focal_point", "secretariat"])
def test_row_of_others_is_not_kept(who, as_user, request, report):
    client = as_user(request.getfixturevalue(who))

    answer = keep(client, report, {"achieved": SECRET})

    assert answer.status_code in (403, 404)
    assert answer.json().keys() == {"problem"}
    assert not AutosavedForm.objects.exists()


def sent_off(report):
    corrected(report, state="submitted", submitted_by=report.author or UserFactory(), submitted_at=SUBMITTED_AT)


def test_row_that_was_sent_off_takes_no_more(as_user, ilo_focal_point, report):
    client = as_user(ilo_focal_point)
    sent_off(report)

    assert keep(client, report, {"achieved": SECRET}).status_code == 403
    assert client.get(address(report, "autosave")).status_code == 403


def test_signed_out_differs_from_signed_in_as_somebody_else(as_user, ilo_focal_point, ilo_alternate, report):
    client = as_user(ilo_focal_point)

    other = keep(client, report, {"achieved": SECRET}, _user=str(ilo_alternate.pk))
    client.logout()
    nobody = client.post(address(report, "autosave"), {"achieved": SECRET, "_user": ilo_focal_point.pk})

    assert (other.status_code, other.json().keys()) == (401, {"problem"})
    assert nobody.status_code == 302
    assert not AutosavedForm.objects.exists()


def test_token_of_another_site_is_asked_for(ilo_focal_point, report):
    client = Client(enforce_csrf_checks=True)
    client.force_login(ilo_focal_point)

    bare = keep(client, report, {"achieved": SECRET})
    token = client.get(address(report, "autosave")).json()["token"]
    with_token = keep(client, report, {"achieved": "Typed with care"}, csrfmiddlewaretoken=token)

    assert (bare.status_code, with_token.status_code) == (403, 200)
    assert AutosavedForm.objects.get().fields == {"achieved": ["Typed with care"]}


@pytest.mark.exhaustive
@pytest.mark.parametrize("who", ["iom_focal_point", "secretariat", "administrator", "ohchr_focal_point"])
def test_copy_is_nowhere_for_other_agencies_and_reviewers(who, as_user, request, ilo_focal_point, report, commitment):
    for row, about in ((report.pk, None), (None, commitment)):
        AutosavedFormFactory(user=ilo_focal_point, row=row, commitment=about, fields={"achieved": [SECRET]})
    sent_off(report)
    client = as_user(request.getfixturevalue(who))

    pages = [reverse("admin:index"), address(ProgressReport, "changelist"), address(report), address(report, "preview")]
    pages += [address(ProgressReport, "add", commitment=commitment.pk), f"/commitments/{commitment.reference}/"]
    pages += ["/api/v1/reports/", f"/api/v1/commitments/{commitment.reference}/", "/data/reports.csv"]
    pages += [reverse("admin:reporting_autosavedform_changelist")]
    for copy in AutosavedForm.objects.all():
        pages += [reverse("admin:reporting_progressreport_colleagues_copy", args=[copy.pk])]
        pages += [reverse("admin:reporting_autosavedform_change", args=[copy.pk])]

    for page in pages:
        answer = client.get(page, follow=True)
        content = answer.getvalue() if answer.streaming else answer.content
        assert SECRET not in content.decode(), page


def test_administrator_sees_that_there_is_one_and_not_what_it_says(as_user, administrator, secretariat, report):
    copy = AutosavedFormFactory(row=report.pk, fields={"achieved": [SECRET]})
    page = reverse("admin:reporting_autosavedform_change", args=[copy.pk])

    assertContains(as_user(administrator).get(page), str(copy.user))
    assert as_user(secretariat).get(page).status_code == 403
    assertNotContains(as_user(administrator).get(page), SECRET)


# Handed over


@pytest.fixture
def maria(ilo):
    """Acted for ILO until the end of September 2014."""
    user = focal_point(ilo, "maria")
    user.first_name, user.last_name = "Maria", "Silva"
    user.save()
    Membership.objects.filter(user=user).update(ends_on=date(2014, 9, 30))
    return user


def left_by(user, report, saved_at=datetime(2014, 9, 30, 17, tzinfo=UTC), **fields):
    return AutosavedFormFactory(
        user=user,
        row=report.pk,
        version=report.version,
        saved_at=saved_at,
        fields={"achieved": [SECRET], "version": [f"{report.version}:x"], **fields},
    )


def test_answer_that_a_colleague_left_is_offered_at_its_assessment(as_user, ilo_focal_point, maria, assessments):
    saved_at = datetime(2014, 9, 30, 17, tzinfo=UTC)
    copy = AutosavedFormFactory(
        user=maria, form="answer", row=None, assessment=assessments[0], saved_at=saved_at, fields={"text": [SECRET]}
    )
    client = as_user(ilo_focal_point)

    forms = [client.get(address(Answer, "add", assessment=assessment.pk)) for assessment in assessments]
    taken_over = client.post(reverse("admin:reporting_answer_colleagues_copy", args=[copy.pk]), follow=True)

    assert [b"Maria Silva typed into this form" in form.content for form in forms] == [True, False]
    assert taken_over.redirect_chain[-1][0] == address(Answer, "add", assessment=assessments[0].pk)
    assert shown(taken_over, "text") == SECRET


def test_what_a_colleague_left_is_offered_and_taken_over(as_user, ilo_focal_point, maria, report):
    copy = left_by(maria, report)
    client = as_user(ilo_focal_point)
    there = reverse("admin:reporting_progressreport_colleagues_copy", args=[copy.pk])

    form = client.get(address(report))
    look = client.get(there)
    answer = client.post(there, follow=True)

    assertContains(form, "Maria Silva typed into this form on 30 September 2014, 17:00 UTC and did not save it.")
    assertNotContains(form, SECRET)
    assertContains(look, SECRET)
    assertContains(look, "As it was saved")
    assertRedirects(answer, address(report))
    assert shown(answer, "achieved") == SECRET
    assert AutosavedForm.objects.get().user == ilo_focal_point


def test_new_report_that_a_colleague_began_is_offered(as_user, ilo_focal_point, maria, commitment):
    copy = left_by(maria, ProgressReport(pk=None, version=None))
    AutosavedForm.objects.filter(pk=copy.pk).update(commitment=commitment)
    client = as_user(ilo_focal_point)
    there = reverse("admin:reporting_progressreport_colleagues_copy", args=[copy.pk])

    answer = client.post(there, follow=True)

    assertRedirects(answer, address(ProgressReport, "add", commitment=commitment.pk))
    assert shown(answer, "achieved") == SECRET


def test_own_text_is_not_lost_by_taking_over(as_user, ilo_focal_point, maria, report):
    copy = left_by(maria, report)
    client = as_user(ilo_focal_point)
    keep(client, report, filled(client.get(address(report))) | {"achieved": "My own words"})

    answer = client.post(reverse("admin:reporting_progressreport_colleagues_copy", args=[copy.pk]), follow=True)

    assert "save or discard that first" in messages_on(answer)[0]
    assert shown(answer, "achieved") == "My own words"
    assert AutosavedForm.objects.count() == 2


def test_words_typed_for_another_agency_stay_with_it(as_user, iom_focal_point, maria, ilo, iom, decent_work):
    """Maria went to IOM, which leads the group together with ILO: what she typed for ILO is ILO's."""
    report = ProgressReportFactory(commitment=CommitmentFactory(workgroup=decent_work))
    Membership.objects.create(user=maria, agency=iom, starts_on=date(2014, 10, 1))
    copy = left_by(maria, report)
    colleague = focal_point(ilo, "colleague")

    def offered(user):
        return set(AutosavedForm.objects.offered_to(user, report))

    assert (offered(iom_focal_point), offered(colleague)) == (set(), {copy})
    AutosavedForm.objects.update(saved_at=datetime(2014, 10, 1, 9, tzinfo=UTC))
    assert (offered(iom_focal_point), offered(colleague)) == ({copy}, set())


def test_nothing_is_offered_once_the_row_was_sent_off(ilo_focal_point, maria, report):
    left_by(maria, report)
    assert AutosavedForm.objects.offered_to(ilo_focal_point, report).exists()

    sent_off(report)

    assert not AutosavedForm.objects.offered_to(ilo_focal_point, report).exists()


# Begun from the last report


def test_blank_report_is_begun_from_the_last_and_stores_nothing(as_user, ilo_focal_point, commitment, cycle):
    published_report(
        commitment,
        on="2014-06-30",
        status="in_progress",
        outlook="at_risk",
        achieved="Said last time",
        period_start=date(2014, 1, 1),
        period_end=date(2014, 6, 30),
    )
    report = ProgressReportFactory(commitment=commitment, cycle=cycle, blank=True)
    client = as_user(ilo_focal_point)

    page = client.get(address(report))
    empty = client.get(address(report), {"empty": "1"})

    assertContains(page, "Filled in from report 1 of 30 June 2014")
    assert [shown(page, name) for name in ("status", "outlook", "achieved", "period_start", "period_end")] == [
        "in_progress", "at_risk", "Said last time", date(2014, 7, 1), date(2014, 12, 31),
    ]  # fmt: skip
    assert page.context["inline_admin_formsets"][0].formset.forms[0]["title"].value() is None
    assertContains(empty, "Report 1 said")
    assertContains(empty, "Fill it in from report 1")
    assert (shown(empty, "status"), shown(empty, "achieved")) == ("", "")
    report.refresh_from_db()
    assert (report.status, report.achieved) == ("", "")


@pytest.mark.parametrize(
    ("start", "end", "following"),
    [
        (date(2014, 1, 1), date(2014, 6, 30), (date(2014, 7, 1), date(2014, 12, 31))),
        (date(2013, 11, 1), date(2014, 1, 31), (date(2014, 2, 1), date(2014, 4, 30))),
        (date(2014, 1, 1), date(2014, 12, 31), (date(2015, 1, 1), date(2015, 12, 31))),
        (date(2014, 3, 10), date(2014, 3, 19), (date(2014, 3, 20), date(2014, 3, 29))),
        (None, date(2014, 6, 30), (date(2014, 7, 1), None)),
        (date(2014, 1, 1), None, (None, None)),
        (None, None, (None, None)),
    ],
)
def test_period_follows_on_the_last(start, end, following):
    assert next_period(start, end) == following


def test_new_report_asks_on_what_it_is_begun(as_user, ilo_focal_point, commitment, iom):
    foreign = CommitmentFactory(lead_agency=iom)
    published_report(commitment, achieved="Said last time")
    client = as_user(ilo_focal_point)

    bare = client.get(address(ProgressReport, "add"))
    begun = client.get(address(ProgressReport, "add", commitment=commitment.pk))
    refused = client.get(address(ProgressReport, "add", commitment=foreign.pk))

    assert list(bare.context["choosable"]) == [commitment]
    assert (shown(bare, "achieved"), shown(begun, "achieved")) == (None, "Said last time")
    assert refused.context["last"] is None


def test_what_is_written_already_is_not_begun_anew(as_user, ilo_focal_point, commitment, report):
    published_report(commitment, achieved="Said last time")
    client = as_user(ilo_focal_point)

    page = client.get(address(report))

    assert shown(page, "achieved") == "As it was saved"
    assertContains(page, "Said last time")
    assertNotContains(page, "Filled in from")


def test_report_leads_to_what_is_begun_or_to_a_new_one(as_user, ilo_focal_point, iom_focal_point, ilo, commitment):
    begun = ProgressReportFactory(commitment=CommitmentFactory(lead_agency=ilo))
    client = as_user(ilo_focal_point)

    assertRedirects(client.get(address(begun.commitment, "report")), address(begun))
    assertRedirects(client.get(address(commitment, "report")), address(ProgressReport, "add", commitment=commitment.pk))
    assertContains(client.get(address(commitment)), address(commitment, "report"))
    client = as_user(iom_focal_point)
    assert client.get(address(commitment, "report")).status_code == 404
    assertNotContains(client.get(address(commitment)), address(commitment, "report"))


# The row


def test_a_person_has_one_copy_of_a_form(ilo_focal_point, commitment):
    AutosavedFormFactory(user=ilo_focal_point)
    AutosavedFormFactory(user=ilo_focal_point, commitment=commitment)
    AutosavedFormFactory(user=ilo_focal_point, row=7, version=1)

    for fields in ({}, {"commitment": commitment}, {"row": 7, "version": 2}):
        with pytest.raises(IntegrityError), transaction.atomic():
            AutosavedFormFactory(user=ilo_focal_point, **fields)

    assert AutosavedForm.objects.count() == 3


def test_refused_form_keeps_its_copy(as_user, ilo_focal_point, report):
    client = as_user(ilo_focal_point)
    data = filled(client.get(address(report))) | {"status": "discontinued"}
    keep(client, report, data)

    answer = client.post(address(report), data)

    assert problems(answer).keys() == {"status_reason"}
    assert AutosavedForm.objects.get().fields["status"] == ["discontinued"]


# What no browser sends


@pytest.mark.parametrize("version", ["5:x", "9" * 19, "9" * 5000, "²"])
@pytest.mark.parametrize("page", ["autosave_of_new", "autosave"])
def test_copy_with_an_impossible_mark_is_kept_without_it(as_user, page, version, ilo_focal_point, draft):
    client = as_user(ilo_focal_point)
    place = Commitment if page == "autosave_of_new" else draft
    sent = {"_user": ilo_focal_point.pk, "_window": "a\0b", "title": "x", "version": version}

    answer = client.post(address(place, page), sent)

    assert answer.status_code == 200
    assert AutosavedForm.objects.get().version == (5 if page == "autosave" and version == "5:x" else None)


@pytest.mark.parametrize("commitment", ["9" * 5000, "²", "٣"])
def test_form_that_is_asked_for_a_commitment_without_a_key_is_about_none(as_user, commitment, ilo_focal_point):
    client = as_user(ilo_focal_point)

    assert client.get(address(ProgressReport, "add", commitment=commitment)).status_code == 200
