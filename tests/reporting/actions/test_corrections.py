"""Mistakes that readers report by a form without an account, visible in an inbox for reviewers and nowhere else."""

from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from gmg_portal.editors.dashboard.building import build_dashboard
from reporting.actions import corrections
from reporting.models import Correction, Notification
from tests.support.factories import CommitmentFactory, CorrectionFactory, published_report

pytestmark = pytest.mark.django_db

TYPED = {"text": "The link to the source is broken.", "address": "reader@example.org", "nickname": ""}


def form_of(commitment):
    return reverse("commitments:mistake", args=[commitment.reference])


# The form


def test_reader_reports_a_mistake_and_is_thanked(client, commitment):
    page = client.get(form_of(commitment))
    answer = client.post(form_of(commitment), TYPED, follow=True)

    mistake = Correction.objects.get()
    assert page.status_code == 200
    assert answer.redirect_chain == [(f"{form_of(commitment)}thanks/", 302)]
    assert "What you wrote is with the reviewers" in answer.content.decode()
    assert (mistake.commitment, mistake.text, mistake.address, mistake.state) == (
        commitment,
        TYPED["text"],
        TYPED["address"],
        "open",
    )


def test_address_may_be_left_out(client, commitment):
    client.post(form_of(commitment), {"text": "The day is wrong."})

    assert Correction.objects.get().address == ""


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"text": " "}, "Say what is wrong."),
        ({"text": "x" * 5001}, "at most 5000 characters"),
        ({"address": "reader"}, "Write an address like name@example.org, or leave this empty."),
        ({"text": "a\0b"}, "Null characters are not allowed."),
        ({"nickname": "spam"}, "This was filled in as if by a program"),
    ],
)
def test_refused_correction_gets_a_message_and_keeps_the_text(client, commitment, typed, sentence):
    answer = client.post(form_of(commitment), TYPED | typed)

    html = answer.content.decode()
    assert answer.status_code == 200
    assert sentence in html
    assert "Error:" in html
    assert ("reader@example.org" in html) is ("address" not in typed)
    assert not Correction.objects.exists()


def test_filled_trap_is_empty_in_the_form_that_comes_back(client, commitment):
    answer = client.post(form_of(commitment), TYPED | {"nickname": "spam"})

    assert "spam" not in answer.content.decode()


@pytest.mark.parametrize(
    ("lack", "begun"),
    [
        ("deadline", "No deadline is stated. Please add (the day, and where it is written):"),
        ("milestones", "No milestone is stated. Please add (what, by when, and where it is written):"),
    ],
)
def test_link_from_a_gap_opens_a_prefilled_correction(client, commitment, ilo_focal_point, lack, begun):
    client.force_login(ilo_focal_point)

    page = client.get(form_of(commitment), {"lack": lack})

    assert page.context["form"].initial == {"text": f"{begun}\n", "address": ilo_focal_point.email}
    assertContains(page, f"Ask for an addition to {commitment.reference}")
    assertNotContains(page, "Report a")
    assertContains(page, "What is to be added?")
    assertContains(page, begun)


@pytest.mark.parametrize("state", ["draft", "submitted", "sent_back"])
def test_what_is_not_public_takes_no_mistakes(client, state):
    row = CommitmentFactory(**{state: True})

    answers = [client.get(form_of(row)), client.post(form_of(row), TYPED), client.get(f"{form_of(row)}thanks/")]

    assert [answer.status_code for answer in answers] == [404] * 3
    assert row.title not in "".join(answer.content.decode() for answer in answers)
    assert not Correction.objects.exists()


def test_withdrawn_commitment_has_a_page_and_takes_mistakes(client):
    client.post(form_of(CommitmentFactory(withdrawn=True)), TYPED)

    assert Correction.objects.count() == 1


def test_form_of_another_site_is_refused(commitment):
    stranger = Client(enforce_csrf_checks=True)

    refused = stranger.post(form_of(commitment), TYPED)
    assert refused.status_code == 403
    assert TYPED["text"] in refused.content.decode() and not Correction.objects.exists()
    token = str(refused.context["csrf_token"])
    assert (
        Client(enforce_csrf_checks=True).post(form_of(commitment), TYPED | {"csrfmiddlewaretoken": token}).status_code
        == 403
    )
    assert stranger.post(form_of(commitment), TYPED | {"csrfmiddlewaretoken": token}).status_code == 302
    assert Correction.objects.count() == 1


def test_page_with_a_form_is_not_cached(client, commitment):
    published_report(commitment)

    page = client.get(form_of(commitment))
    again = client.get(form_of(commitment), headers={"If-Modified-Since": "Wed, 21 Oct 2099 07:28:00 GMT"})

    assert "no-store" in page["Cache-Control"] and "private" in page["Cache-Control"]
    assert "public" not in page["Cache-Control"]
    assert "ETag" not in page and "Last-Modified" not in page
    assert again.status_code == 200


# Too many


def test_sixth_of_an_hour_is_refused_with_what_was_typed(client, commitment, time_machine):
    time_machine.move_to(datetime(2014, 9, 1, 9, tzinfo=UTC))
    for _number in range(corrections.PER_SENDER):
        assert client.post(form_of(commitment), TYPED).status_code == 302

    refused = client.post(form_of(commitment), TYPED | {"text": "One more thing."})
    elsewhere = Client(REMOTE_ADDR="192.0.2.7").post(form_of(commitment), TYPED)
    time_machine.move_to(datetime(2014, 9, 1, 10, 1, tzinfo=UTC))
    later = client.post(form_of(commitment), TYPED)

    assert (refused.status_code, refused["Retry-After"]) == (429, "3600")
    assert "in an hour’s time" in refused.content.decode() and "One more thing." in refused.content.decode()
    assert (elsewhere.status_code, later.status_code) == (302, 302)


def test_lead_may_report_more_corrections_than_others(client, commitment, ilo_focal_point, iom_focal_point):
    def answers(person):
        client.force_login(person)
        return {client.post(form_of(commitment), TYPED).status_code for _number in range(corrections.PER_SENDER + 1)}

    assert answers(ilo_focal_point) == {302}
    assert answers(iom_focal_point) == {302, 429}


def test_day_has_its_end_for_all_together(client, commitment, monkeypatch):
    monkeypatch.setattr(corrections, "PER_DAY", 2)
    senders = [Client(REMOTE_ADDR=f"192.0.2.{number}") for number in range(3)]

    answers = [sender.post(form_of(commitment), TYPED) for sender in senders]

    assert [answer.status_code for answer in answers] == [302, 302, 429]
    assert answers[2]["Retry-After"] == "86400"


def test_addresses_of_one_home_count_as_one_and_a_forged_header_for_nothing(rf):
    def sender(address, **headers):
        return corrections.hash_sender(rf.get("/", REMOTE_ADDR=address, headers=headers))

    assert sender("2001:db8::1") == sender("2001:db8::2") != sender("2001:db8:0:1::1")
    assert sender("192.0.2.1", x_forwarded_for="198.51.100.1") == sender("192.0.2.1") != sender("192.0.2.2")
    assert "192.0.2.1" not in sender("192.0.2.1")


def test_sender_is_forgotten_after_the_hour(client, commitment, time_machine):
    time_machine.move_to(datetime(2014, 9, 1, 9, tzinfo=UTC))
    client.post(form_of(commitment), TYPED)
    assert Correction.objects.exclude(sender="").count() == 1

    time_machine.move_to(datetime(2014, 9, 1, 10, 0, 1, tzinfo=UTC))
    Client(REMOTE_ADDR="192.0.2.7").post(form_of(commitment), TYPED)

    assert list(Correction.objects.order_by("pk").values_list("sender", flat=True))[0] == ""
    assert not hasattr(Correction.history.model, "sender") and not hasattr(Correction.history.model, "address")


@pytest.mark.django_db(transaction=True)
def test_many_at_the_same_moment_are_counted_as_well():
    commitment = CommitmentFactory()
    barrier, outcomes = Barrier(8), []

    def report():
        barrier.wait()
        try:
            corrections.report(commitment, text="Broken.", sender="the same")
            outcomes.append("taken")
        except corrections.TooManyReports:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [Thread(target=report) for _number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["refused"] * 3 + ["taken"] * 5
    assert Correction.objects.count() == 5


# The inbox


def seen_by(client, user):
    client.force_login(user)
    listed = client.get(reverse("admin:reporting_correction_changelist"))
    listed_keys = {row.pk for row in listed.context["cl"].result_list} if listed.status_code == 200 else set()
    assert listed_keys == set(Correction.objects.visible_to(user).values_list("pk", flat=True))
    return listed_keys


def test_inbox_is_for_reviewers_and_group_leads_see_their_groups(
    client,
    administrator,
    secretariat,
    ilo_focal_point,
    undesa_focal_point,
    ohchr_focal_point,
    outsider,
    commitment,
    data_and_research,
):
    ours = CorrectionFactory(commitment=CommitmentFactory(workgroup=data_and_research)).pk
    other = CorrectionFactory(commitment=commitment).pk

    assert seen_by(client, administrator) == seen_by(client, secretariat) == {ours, other}
    assert seen_by(client, undesa_focal_point) == {ours}
    for person in (ilo_focal_point, ohchr_focal_point, outsider):
        assert seen_by(client, person) == set()


@pytest.mark.parametrize("page", ["change", "history", "answer", "close"])
def test_mistake_of_another_group_is_not_to_be_opened(client, undesa_focal_point, ohchr_focal_point, commitment, page):
    mistake = CorrectionFactory(commitment=commitment, text="Their director is a crook.")

    for person in (undesa_focal_point, ohchr_focal_point):
        client.force_login(person)
        for answer in (client.get(address(mistake, page)), client.post(address(mistake, page), {"words": "Ours."})):
            assert answer.status_code in (302, 403, 404)
            assert "crook" not in answer.content.decode()

    mistake.refresh_from_db()
    assert mistake.state == "open"


def address(mistake, page):
    return reverse(f"admin:reporting_correction_{page}", args=[mistake.pk])


def test_inbox_says_whether_there_is_an_address_and_never_which(client, secretariat):
    mistake = CorrectionFactory(address="reader@example.org")
    client.force_login(secretariat)

    pages = [client.get(address(mistake, page)).content.decode() for page in ("change", "history", "answer")]
    listed = client.get(reverse("admin:reporting_correction_changelist"), {"q": "reader@example.org"})

    assert "The reader left an address." in pages[0]
    assert "reader@example.org" not in "".join(pages)
    assert list(listed.context["cl"].result_list) == []


def test_answer_goes_to_the_reader_and_the_address_is_erased(client, secretariat, mailoutbox):
    mistake = CorrectionFactory(text="{% now 'Y' %} is <wrong>.", address="reader@example.org")
    client.force_login(secretariat)

    client.post(address(mistake, "answer"), {"words": "Corrected, with thanks.", "seen": mistake.version})

    (mail,) = mailoutbox
    mistake.refresh_from_db()
    line = mistake.history.latest()
    assert mail.to == ["reader@example.org"]
    assert mail.subject == f"Your note on {mistake.commitment.reference}"
    assert "Corrected, with thanks." in mail.body and "{% now 'Y' %} is <wrong>." in mail.body
    assert "is &lt;wrong&gt;." in mail.alternatives[0].content
    assert f"http://localhost{mistake.commitment.get_absolute_url()}" in mail.body
    assert (mistake.state, mistake.answer, mistake.address) == ("answered", "Corrected, with thanks.", "")
    assert (mistake.settled_by, line.history_user, line.history_change_reason) == (secretariat, secretariat, "answered")


def test_without_an_address_the_answer_stays_in_the_inbox(secretariat, mailoutbox):
    corrections.answer(CorrectionFactory(address=""), text="Corrected.", by=secretariat)

    assert mailoutbox == []
    assert Correction.objects.get().state == "answered"


def test_closed_has_its_reason_and_writes_to_nobody(client, secretariat, mailoutbox):
    mistake = CorrectionFactory()
    client.force_login(secretariat)

    client.post(address(mistake, "close"), {"words": "It is an advertisement."})

    mistake.refresh_from_db()
    assert (mistake.state, mistake.answer, mistake.address) == ("closed", "It is an advertisement.", "")
    assert mailoutbox == []


@pytest.mark.parametrize("verb", [corrections.answer, corrections.close])
@pytest.mark.parametrize("words", ["", " \n"])
def test_nothing_is_settled_without_a_word(verb, words, secretariat):
    mistake = CorrectionFactory()

    with pytest.raises(ValidationError):
        verb(mistake, text=words, by=secretariat)

    mistake.refresh_from_db()
    assert (mistake.state, mistake.address) == ("open", "reader@example.org")


@pytest.mark.parametrize("verb", [corrections.answer, corrections.close])
def test_only_reviewers_settle(verb, undesa_focal_point, ilo_focal_point, commitment, mailoutbox):
    mistake = CorrectionFactory(commitment=commitment)

    for person in (undesa_focal_point, ilo_focal_point):
        with pytest.raises(PermissionDenied):
            verb(mistake, text="Ours.", by=person)

    assert mailoutbox == []


def test_settled_is_settled(secretariat, administrator, mailoutbox):
    mistake = CorrectionFactory()
    corrections.answer(mistake, text="Corrected.", by=secretariat)

    with pytest.raises(ValidationError, match="settled already"):
        corrections.close(mistake, text="Twice.", by=administrator)
    with pytest.raises(ValidationError, match="Somebody changed this"):
        corrections.close(mistake, text="Twice.", by=administrator, seen=mistake.version)

    assert len(mailoutbox) == 1


def test_unanswered_address_is_deleted_in_the_end(time_machine):
    time_machine.move_to(datetime(2014, 9, 1, 9, tzinfo=UTC), tick=False)
    CorrectionFactory()
    now = datetime(2014, 9, 1, 9, tzinfo=UTC) + corrections.KEEP_ADDRESS

    assert corrections.forget_addresses(now - timedelta(seconds=1)) == 0
    assert corrections.forget_addresses(now) == 1
    assert Correction.objects.get().address == ""


# Where it is not


@pytest.mark.exhaustive
def test_no_word_of_a_mistake_is_public(client, commitment):
    published_report(commitment)
    before = client.get(commitment.get_absolute_url())
    client.post(form_of(commitment), TYPED | {"text": "Zyzzyva says otherwise."})
    after = client.get(commitment.get_absolute_url(), headers={"If-None-Match": before["ETag"]})

    assert after.status_code == 304
    for where in (
        "/",
        "/timeline/",
        "/commitments/?q=zyzzyva",
        commitment.get_absolute_url(),
        f"{form_of(commitment)}thanks/",
        form_of(commitment),
        "/feeds/changes.atom",
        "/sitemap.xml",
        f"/api/v1/commitments/{commitment.reference}/",
        "/api/v1/commitments/?q=otherwise",
        "/api/v1/schema/",
        "/data/commitments.csv",
        "/data/commitments.ndjson",
    ):
        answer = client.get(where)
        text = b"".join(answer.streaming_content) if answer.streaming else answer.content
        assert b"otherwise." not in text and b"reader@example.org" not in text, where


def test_desk_of_a_reviewer_holds_what_readers_report(secretariat, ilo_focal_point, undesa_focal_point, commitment):
    CorrectionFactory(commitment=commitment)
    CorrectionFactory(settled=True)

    (task_list,) = build_dashboard(secretariat).nonempty_lists
    assert (task_list.key, [item.reference for item in task_list.tasks]) == ("corrections", [commitment.reference])
    for person in (ilo_focal_point, undesa_focal_point):
        assert "corrections" not in {task_list.key for task_list in build_dashboard(person).nonempty_lists}


def test_report_of_a_mistake_is_noted_with_it(secretariat, commitment, monkeypatch):
    monkeypatch.setattr(corrections, "PER_SENDER", 1)
    corrections.report(commitment, text="Broken.", sender="a")
    with pytest.raises(corrections.TooManyReports):
        corrections.report(commitment, text="Broken.", sender="a")

    assert Notification.objects.get().correction == Correction.objects.get()
