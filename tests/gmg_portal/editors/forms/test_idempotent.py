"""The same form sent twice does its work once, and other words of the second time are not lost."""

from threading import Barrier, Thread

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.actions import access_tokens
from accounts.models import AccessToken, Invitation, SubmittedForm, User
from agencies.models import Agency
from commitments.models import Commitment
from reporting.models import Correction, ProgressReport
from tests.support.form_filling import filled, messages_on, problems

ADD = reverse("admin:commitments_commitment_add")
ONCE = "You sent this form twice. It was saved once, and this is it."


@pytest.fixture
def focal_point(client, ilo_focal_point):
    client.force_login(ilo_focal_point)
    return client


def commitment_form(client, **typed):
    page = client.get(ADD)
    words = {
        "title": "Skills for returning migrants",
        "summary": "What is planned.",
        "kind": "programme",
        "source_title": "A report",
        "source_location": "A/RES/68/4",
    }
    return filled(page, **words | {"lead_agency": str(Agency.objects.get(code="ilo").pk)} | typed)


def page_of(row):
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


# Add forms of the editor area


def test_add_form_sent_twice_makes_one_draft(focal_point):
    data = commitment_form(focal_point)

    first = focal_point.post(ADD, data | {"_continue": "1"})
    second = focal_point.post(ADD, data | {"_continue": "1"}, follow=True)

    draft = Commitment.objects.get()
    assertRedirects(first, page_of(draft), fetch_redirect_response=False)
    assert second.redirect_chain == [(page_of(draft), 302)]
    assert ONCE in messages_on(second)


@pytest.mark.database
@pytest.mark.django_db(transaction=True)
def test_add_form_sent_twice_at_the_same_moment_makes_one_draft(client, ilo_focal_point):
    client.force_login(ilo_focal_point)
    data = commitment_form(client)
    together, answers = Barrier(2), []

    def send():
        twin = Client()
        twin.cookies = client.cookies
        try:
            together.wait()
            answers.append(twin.post(ADD, data).status_code)
        finally:
            connection.close()

    threads = [Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == [302, 302]
    assert Commitment.objects.count() == 1


def test_other_words_of_the_second_time_are_offered_as_a_change(focal_point):
    data = commitment_form(focal_point)
    focal_point.post(ADD, data)

    offered = focal_point.post(ADD, data | {"summary": "What is planned <b>now</b>."}, follow=True)
    draft = Commitment.objects.get()
    before = draft.summary
    focal_point.post(page_of(draft), filled(offered))

    assertContains(offered, "You sent this form twice, with different words")
    assertContains(offered, "What is planned &lt;b&gt;now&lt;/b&gt;.")
    assertNotContains(offered, "<b>now</b>")
    assert before == "What is planned."
    draft.refresh_from_db()
    assert draft.summary == "What is planned <b>now</b>."
    assert Commitment.objects.count() == 1


def test_rows_under_the_form_are_offered_in_their_places(focal_point):
    rows = {
        "milestones-TOTAL_FORMS": "2",
        "milestones-0-title": "First step",
        "milestones-1-title": "Second step",
    }
    data = commitment_form(focal_point) | rows
    focal_point.post(ADD, data)

    more = {"milestones-TOTAL_FORMS": "3", "milestones-1-title": "Second step, later", "milestones-2-title": "Third"}
    offered = focal_point.post(ADD, data | more, follow=True)
    draft = Commitment.objects.get()
    before = sorted(draft.milestones.values_list("title", flat=True))
    saved = focal_point.post(page_of(draft), filled(offered))

    assert before == ["First step", "Second step"]
    assert saved.status_code == 302
    assert sorted(draft.milestones.values_list("title", flat=True)) == ["First step", "Second step, later", "Third"]


def test_second_words_for_what_was_sent_off_meanwhile_are_shown_to_be_copied(focal_point, commitment, ilo):
    page = focal_point.get(reverse("admin:reporting_progressreport_add"), {"commitment": commitment.pk})
    add = reverse("admin:reporting_progressreport_add")
    data = filled(page, status="planning", outlook="on_track", achieved="Ten courses.")
    focal_point.post(add, data | {"_submit": "1"})
    report = ProgressReport.objects.get()

    second = focal_point.post(add, data | {"achieved": "Twelve courses.", "_submit": "1"}, follow=True)

    assert report.state == "submitted"
    assertContains(second, "It takes no changes now.")
    assertContains(second, "Twelve courses.")
    assert ProgressReport.objects.get().achieved == "Ten courses."


BROWSER = {"Sec-Fetch-Mode": "navigate"}


def test_form_that_is_fetched_again_by_back_keeps_its_key_and_leads_to_the_first_row(focal_point):
    """As a browser without scripts does, which asks again for the address of the form."""
    opened = focal_point.get(f"{ADD}?lead_agency=1", headers=BROWSER)
    page = focal_point.get(opened["Location"], headers=BROWSER)
    data = commitment_form(focal_point) | {"_submission": page.context["submission_key"]}
    focal_point.post(opened["Location"], data)

    back = focal_point.get(opened["Location"], headers=BROWSER)
    changed = data | {"summary": "Changed after Back.", "_submission": back.context["submission_key"]}
    offered = focal_point.post(opened["Location"], changed, follow=True)

    assert opened["Location"].startswith(f"{ADD}?lead_agency=1&_submission=")
    assertContains(back, f'You sent this form before, and it was saved. <a href="{ADD}">Open a new form</a>')
    assertNotContains(page, "You sent this form before")
    assertContains(offered, "You sent this form twice, with different words")
    assert filled(offered)["summary"] == "Changed after Back."
    assert [draft.summary for draft in Commitment.objects.all()] == ["What is planned."]


def test_form_opened_by_its_link_again_has_another_key(focal_point):
    addresses = {focal_point.get(ADD, headers=BROWSER)["Location"] for _number in range(2)}

    assert len(addresses) == 2


def test_odd_key_in_the_address_is_replaced(focal_point):
    for key in ("", "x", "%00", "a" * 500):
        answer = focal_point.get(f"{ADD}?_submission={key}", headers=BROWSER)

        assert answer.status_code == 302, key
        assert key == "" or key not in answer["Location"].partition("_submission=")[2].split("&"), key
        assert focal_point.get(f"{ADD}?_submission={key}").status_code == 200, key
    assert focal_point.get(answer["Location"], headers=BROWSER).status_code == 200


def test_key_of_somebody_else_in_the_address_is_replaced(focal_point, iom_focal_point):
    data = commitment_form(focal_point)
    focal_point.post(ADD, data)
    key = SubmittedForm.objects.get().pk.hex
    other = Client()
    other.force_login(iom_focal_point)

    answer = other.get(f"{ADD}?_submission={key}", headers=BROWSER)

    assert answer.status_code == 302
    assert key not in answer["Location"]


def test_form_with_a_mistake_is_mended_and_sent_again(focal_point):
    data = commitment_form(focal_point, title="")

    refused = focal_point.post(ADD, data)
    taken = focal_point.post(ADD, filled(refused, title="With a title"))

    assert "title" in problems(refused)
    assert taken.status_code == 302
    assert [draft.title for draft in Commitment.objects.all()] == ["With a title"]


def test_reopened_form_creates_another_row(focal_point):
    focal_point.post(ADD, commitment_form(focal_point))
    focal_point.post(ADD, commitment_form(focal_point, summary="Another one."))

    assert Commitment.objects.count() == 2


def test_same_words_in_a_form_that_was_fetched_anew_lead_to_the_first_for_a_moment(focal_point, time_machine):
    time_machine.move_to("2026-11-23T12:00:00Z", tick=False)
    focal_point.post(ADD, commitment_form(focal_point))
    again = focal_point.post(ADD, commitment_form(focal_point), follow=True)
    soon = Commitment.objects.count()

    time_machine.move_to("2026-11-23T12:16:00Z", tick=False)
    focal_point.post(ADD, commitment_form(focal_point))

    assert ONCE in messages_on(again)
    assert (soon, Commitment.objects.count()) == (1, 2)


def test_deleted_first_row_gets_a_message_and_is_not_created_again(focal_point):
    data = commitment_form(focal_point)
    focal_point.post(ADD, data)
    Commitment.objects.get().delete()

    again = focal_point.post(ADD, data, follow=True)

    assert "You sent this form before, and it was saved. What it made is no longer here." in messages_on(again)
    assert Commitment.objects.count() == 0


def test_form_with_an_odd_key_is_taken(focal_point):
    data = commitment_form(focal_point)

    statuses = [
        focal_point.post(ADD, data | {"title": f"Undertaking {number}", "_submission": key}).status_code
        for number, key in enumerate(("", "x", "\0", "a" * 5000))
    ]

    assert statuses == [302] * 4
    assert Commitment.objects.count() == 4


def test_idempotency_key_of_another_user_has_no_effect(focal_point, iom_focal_point, iom):
    data = commitment_form(focal_point)
    focal_point.post(ADD, data)
    other = Client()
    other.force_login(iom_focal_point)

    answer = other.post(ADD, data | {"lead_agency": str(iom.pk), "title": "Of IOM"})
    draft = Commitment.objects.get(lead_agency__code="ilo")
    stolen = other.get(f"{page_of(draft)}?submission={SubmittedForm.objects.get().pk.hex}")

    assert answer.status_code == 302
    assert {row.title for row in Commitment.objects.all()} == {"Skills for returning migrants", "Of IOM"}
    assert stolen.status_code != 200


def test_invitation_sent_twice_is_one_mail(client, administrator, django_capture_on_commit_callbacks):
    client.force_login(administrator)
    add = reverse("admin:accounts_invitation_add")
    data = filled(client.get(add), email="ada@example.org", role="administrator")

    with django_capture_on_commit_callbacks(execute=True):
        client.post(add, data)
        second = client.post(add, data, follow=True)

    assert ONCE in messages_on(second)
    assert Invitation.objects.count() == len(mail.outbox) == 1


def test_token_is_made_once(client, ilo_focal_point):
    client.post("/accounts/login/", {"login": "ilo_focal_point", "password": "a long password of the tests"})
    add = reverse("admin:accounts_accesstoken_add")
    data = filled(client.get(add), name="Our system")

    first = client.post(add, data)
    second = client.post(add, data, follow=True)

    assertContains(first, "gmghld_")
    assert ONCE in messages_on(second)
    assert AccessToken.objects.count() == 1


def test_token_is_made_anew_after_the_first_was_revoked(client, ilo_focal_point):
    client.post("/accounts/login/", {"login": "ilo_focal_point", "password": "a long password of the tests"})
    add = reverse("admin:accounts_accesstoken_add")
    client.post(add, filled(client.get(add), name="Our system"))
    access_tokens.revoke_token(AccessToken.objects.get(), by=ilo_focal_point)

    second = client.post(add, filled(client.get(add), name="Our system"))

    assertContains(second, "gmghld_")
    assert [token.revoked for token in AccessToken.objects.order_by("pk")] == [True, False]


def test_passwords_of_a_form_are_not_kept(client, administrator):
    client.force_login(administrator)
    add = reverse("admin:accounts_user_add")
    typed = {"username": "ada", "password1": "a very long password", "password2": "a very long password"}
    data = filled(client.get(add)) | typed | {"usable_password": "true"}
    client.post(add, data)

    client.post(add, data | {"username": "ada2", "password1": "quite another one", "password2": "quite another one"})

    assert User.objects.filter(username__startswith="ada").count() == 1
    assert SubmittedForm.objects.get().second == {"username": ["ada2"]}


# Public forms


def test_mistake_sent_twice_is_reported_once(client, commitment):
    page = f"/commitments/{commitment.reference}/mistake/"
    key = client.get(page).context["submission_key"]
    data = {"text": "The link is broken.", "address": "", "nickname": "", "_submission": key}

    answers = [client.post(page, data) for _ in range(2)]
    other = [client.post(page, data | {"text": "And the day is wrong."}) for _ in range(2)]

    assert [answer.status_code for answer in answers + other] == [302] * 4
    assert sorted(Correction.objects.values_list("text", flat=True)) == ["And the day is wrong.", "The link is broken."]


def test_sign_up_sent_twice_signs_in(client, administrator, django_capture_on_commit_callbacks):
    client.force_login(administrator)
    add = reverse("admin:accounts_invitation_add")
    with django_capture_on_commit_callbacks(execute=True):
        client.post(add, filled(client.get(add), email="ada@example.org", role="focal_point") | agency())
    link = next(word for word in mail.outbox[0].body.split() if word.startswith("http"))
    page = link.removeprefix("http://testserver")
    chosen = {"username": "ada", "password1": "quite another long password", "password2": "quite another long password"}

    first, twin, guess = Client(), Client(), Client()
    answers = [first.post(page, chosen), twin.post(page, chosen)]
    wrong = guess.post(page, chosen | {"password1": "a wrong password", "password2": "a wrong password"})

    assert [answer.status_code for answer in answers] == [302, 302]
    assert "_auth_user_id" in twin.session
    assert User.objects.filter(email="ada@example.org").count() == 1
    assertContains(wrong, "This link opens nothing", status_code=404)
    assert "_auth_user_id" not in guess.session


def agency():
    from tests.support.factories import AgencyFactory

    return {"agency": str(AgencyFactory().pk)}
