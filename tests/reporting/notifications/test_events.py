"""Notifications of events: never to the person who caused one, never of what one may not see, never twice."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.models import Membership, User
from reporting import actions
from reporting.actions import corrections
from reporting.choices import NotificationKind as Kind
from reporting.models import Assessment, Digest, Notification
from reporting.notifications import digests, events
from reporting.notifications.sections import MAX_LINES
from tests.support.factories import (
    AssessmentFactory,
    CommitmentFactory,
    CorrectionFactory,
    NotificationFactory,
    PartnerFactory,
    ProgressReportFactory,
    ReportingCycleFactory,
    UserFactory,
    focal_point,
    in_group,
)

pytestmark = pytest.mark.django_db

# The cycle of the cast is due on 31 August 2014.
EARLY, FORTNIGHT, EVE, DUE, LATE = (
    datetime(2014, 7, 15, 9, tzinfo=UTC),
    datetime(2014, 8, 17, 9, tzinfo=UTC),
    datetime(2014, 8, 28, 9, tzinfo=UTC),
    datetime(2014, 8, 31, 9, tzinfo=UTC),
    datetime(2014, 9, 1, 9, tzinfo=UTC),
)


def notified(kind=None):
    """Return the notifications as sorted pairs of user name and kind."""
    rows = Notification.objects.filter(kind=kind) if kind else Notification.objects.all()
    return sorted(rows.values_list("recipient__username", "kind"))


def names(kind):
    return {name for name, _kind in notified(kind)}


@pytest.fixture
def everybody(
    administrator,
    secretariat,
    ilo_focal_point,
    ilo_alternate,
    iom_focal_point,
    undesa_focal_point,
    ohchr_focal_point,
    outsider,
    ilo,
):
    """The whole cast, with some who must hear nothing: gone, not yet there, or with a closed account."""
    gone = focal_point(ilo, "gone")
    gone.memberships.update(ends_on=date(2014, 1, 1))
    closed = focal_point(ilo, "closed")
    User.objects.filter(pk=closed.pk).update(is_active=False)
    UserFactory(username="closed_reviewer", is_superuser=True, is_active=False)
    in_group(UserFactory(username="closed_secretariat", is_active=False), "secretariat")
    Membership.objects.create(user=UserFactory(username="to_come"), agency=ilo, starts_on=date(2040, 1, 1))


# Acts


def test_submission_notifies_its_reviewers(everybody, commitment, ilo_focal_point):
    actions.submit(ProgressReportFactory(commitment=commitment), by=ilo_focal_point)

    assert names("submitted") == {"administrator", "secretariat"}


def test_submission_for_a_group_notifies_its_other_lead(everybody, data_and_research, iom_focal_point):
    report = ProgressReportFactory(commitment=CommitmentFactory(workgroup=data_and_research), author=iom_focal_point)

    actions.submit(report, by=iom_focal_point)

    assert names("submitted") == {"administrator", "secretariat", "undesa_focal_point"}


def test_submission_does_not_notify_the_submitting_administrator(everybody, commitment, administrator):
    actions.submit(ProgressReportFactory(commitment=commitment), by=administrator)

    assert names("submitted") == {"secretariat"}


def test_sending_back_notifies_the_writers(everybody, commitment, ilo_focal_point, secretariat):
    report = ProgressReportFactory(submitted=True, commitment=commitment, author=ilo_focal_point)

    actions.send_back(report, note="Name the source.", by=secretariat)

    assert notified() == [("ilo_alternate", "sent_back"), ("ilo_focal_point", "sent_back")]


def test_sending_back_does_not_notify_an_author_who_left(everybody, commitment, secretariat):
    gone = User.objects.get(username="gone")
    report = ProgressReportFactory(submitted=True, commitment=commitment, author=gone)

    actions.send_back(report, note="Name the source.", by=secretariat)

    assert names("sent_back") == {"ilo_focal_point", "ilo_alternate"}


def test_sending_back_notifies_the_administrator_who_wrote_it(everybody, commitment, administrator, secretariat):
    report = ProgressReportFactory(submitted=True, commitment=commitment, author=administrator)

    actions.send_back(report, note="Name the source.", by=secretariat)

    assert names("sent_back") == {"ilo_focal_point", "ilo_alternate", "administrator"}


def test_publication_notifies_lead_and_partners(everybody, commitment, ohchr, ilo_focal_point, secretariat):
    PartnerFactory(commitment=commitment, agency=ohchr)
    report = ProgressReportFactory(submitted=True, commitment=commitment, author=ilo_focal_point)

    actions.publish(report, by=secretariat)

    assert notified() == [
        ("ilo_alternate", "published"),
        ("ilo_focal_point", "published"),
        ("ohchr_focal_point", "published"),
    ]


def test_published_assessment_notifies_assessor_and_lead(everybody, commitment, ohchr, ohchr_focal_point, secretariat):
    assessment = AssessmentFactory(submitted=True, commitment=commitment, agency=ohchr, author=ohchr_focal_point)

    actions.publish(assessment, by=secretariat)

    assert names("published") == {"ohchr_focal_point", "ilo_focal_point", "ilo_alternate"}


def test_assessment_of_an_independent_assessor_goes_back_to_the_secretariat(everybody, secretariat, administrator):
    colleague = in_group(UserFactory(username="colleague"), "secretariat")
    assessment = AssessmentFactory(
        submitted=True,
        author=secretariat,
        assessor_kind=Assessment.AssessorKind.INDEPENDENT,
        agency=None,
        assessor_name="A university",
    )

    actions.send_back(assessment, note="Name the source.", by=administrator)

    assert names("sent_back") == {"secretariat", colleague.username}


def test_opening_a_cycle_notifies_leads_with_expected_reports(everybody, commitment, data_and_research, secretariat):
    CommitmentFactory(workgroup=data_and_research)
    cycle = ReportingCycleFactory()

    actions.open_cycle(cycle, by=secretariat)

    assert names("cycle_opened") == {"ilo_focal_point", "ilo_alternate", "iom_focal_point", "undesa_focal_point"}


def test_correction_notifies_its_handlers(everybody, commitment, data_and_research):
    corrections.report(commitment, text="The link is broken.", sender="a")
    assert names("correction_requested") == {"administrator", "secretariat"}

    corrections.report(CommitmentFactory(workgroup=data_and_research), text="The link is broken.", sender="a")
    assert names("correction_requested") == {"administrator", "secretariat", "iom_focal_point", "undesa_focal_point"}


@pytest.mark.database
def test_act_that_fails_leaves_no_notice(everybody, commitment, ilo_focal_point):
    with pytest.raises(ValidationError):
        actions.submit(ProgressReportFactory(commitment=commitment, achieved=""), by=ilo_focal_point)

    assert notified() == []


@pytest.mark.database
def test_each_submission_of_a_row_notifies_once(commitment, ilo_focal_point, secretariat):
    report = actions.submit(ProgressReportFactory(commitment=commitment), by=ilo_focal_point)
    events.notify(Kind.SUBMITTED, report, by=ilo_focal_point)
    assert notified("submitted") == [("secretariat", "submitted")]

    actions.send_back(report, note="Name the source.", by=secretariat)
    actions.submit(report, by=ilo_focal_point)

    assert notified("submitted") == [("secretariat", "submitted")] * 2


# Deadlines


@pytest.fixture
def owed(commitment, cycle):
    return ProgressReportFactory(commitment=commitment, cycle=cycle, blank=True)


@pytest.mark.database
@pytest.mark.parametrize(
    ("now", "kind"),
    [(EARLY, None), (FORTNIGHT, "due_in_14"), (EVE, "due_in_3"), (DUE, "due_in_3"), (LATE, "overdue")],
)
def test_each_deadline_notifies_once_per_expected_report(everybody, owed, time_machine, now, kind):
    time_machine.move_to(now)

    counts = [events.notify_due(), events.notify_due()]

    assert counts == ([2, 0] if kind else [0, 0])
    assert notified() == ([("ilo_alternate", kind), ("ilo_focal_point", kind)] if kind else [])


def test_missed_day_is_caught_up_on_in_the_words_of_the_day(ilo_focal_point, owed, time_machine):
    for day in (datetime(2014, 8, 20, tzinfo=UTC), datetime(2014, 8, 30, tzinfo=UTC), LATE, LATE + timedelta(days=9)):
        time_machine.move_to(day)
        events.notify_due()

    assert sorted(kind for _name, kind in notified()) == ["due_in_14", "due_in_3", "overdue"]


@pytest.mark.parametrize("how", ["submitted", "closed", "withdrawn", "finished"])
def test_reports_not_expected_are_not_reminded(ilo_focal_point, secretariat, owed, time_machine, how):
    if how == "submitted":
        owed.status, owed.achieved = "in_progress", "The first courses were held."
        owed.save()
        actions.submit(owed, by=ilo_focal_point)
    elif how == "closed":
        actions.close_cycle(owed.cycle, by=secretariat)
    elif how == "withdrawn":
        actions.withdraw(owed.commitment, reason="Entered twice.", by=secretariat)
    else:
        owed.delete()
    time_machine.move_to(LATE)

    assert events.notify_due() == 0


def test_successor_gets_the_notifications_of_the_predecessor(ilo, ilo_focal_point, owed, time_machine):
    time_machine.move_to(LATE)
    events.notify_due()
    ilo_focal_point.memberships.update(ends_on=date(2014, 9, 1))
    time_machine.move_to(LATE + timedelta(days=1))
    focal_point(ilo, "newcomer")

    assert events.notify_due() == 1
    assert names("overdue") == {"ilo_focal_point", "newcomer"}


def test_secretariat_reminds_once_a_day(ilo_focal_point, ilo_alternate, secretariat, owed, time_machine):
    time_machine.move_to(EARLY)

    counts = []
    for day in (0, 0, 1):
        time_machine.move_to(EARLY + timedelta(days=day))
        assert actions.remind_cycle(owed.cycle, by=secretariat) == [owed]
        counts.append(len(notified("reminded")))

    assert counts == [2, 2, 4]


def test_only_the_secretariat_reminds_and_only_of_an_open_cycle(ilo_focal_point, secretariat, owed):
    with pytest.raises(PermissionDenied):
        actions.remind_cycle(owed.cycle, by=ilo_focal_point)
    actions.close_cycle(owed.cycle, by=secretariat)
    owed.cycle.refresh_from_db()
    with pytest.raises(ValidationError, match="open"):
        actions.remind_cycle(owed.cycle, by=secretariat)

    assert notified("reminded") == []


# Telling


def test_what_is_sent_back_goes_at_once_by_itself(
    commitment, ilo_focal_point, secretariat, mailoutbox, django_capture_on_commit_callbacks
):
    NotificationFactory(recipient=ilo_focal_point)
    report = ProgressReportFactory(submitted=True, commitment=commitment, author=ilo_focal_point)

    with django_capture_on_commit_callbacks(execute=True):
        actions.send_back(report, note="Name the {{ source }} <first>.", by=secretariat)

    (mail,) = mailoutbox
    html = mail.alternatives[0].content
    form = f"http://localhost/admin/reporting/progressreport/{report.pk}/change/"
    assert mail.to == ["ilo_focal_point@example.org"]
    assert mail.subject == f"Sent back to you: {commitment}"
    assert "Name the {{ source }} <first>." in mail.body and form in mail.body
    assert "Name the {{ source }} &lt;first&gt;." in html and f'href="{form}"' in html
    assert Notification.objects.waiting().count() == 1
    assert not Digest.objects.exists()


@pytest.mark.database
def test_all_else_waits_for_one_digest_a_day(ilo_focal_point, owed, mailoutbox, time_machine):
    time_machine.move_to(EVE)
    events.notify_due()
    NotificationFactory(recipient=ilo_focal_point, commitment=owed.commitment)

    digests.send_all()
    NotificationFactory(recipient=ilo_focal_point)
    digests.send_all()

    (mail,) = mailoutbox
    assert mail.subject == "Due in 3 days: reports for Second half of 2014, and one thing more"
    assert f"http://localhost/admin/reporting/progressreport/{owed.pk}/change/" in mail.body
    assert f"http://localhost{owed.commitment.get_absolute_url()}" in mail.body
    assert Notification.objects.waiting().count() == 1

    time_machine.move_to(EVE + timedelta(days=1))
    digests.send_all()

    assert [mail.subject for mail in mailoutbox[1:]] == ["Published"]
    assert Digest.objects.count() == 2


@pytest.mark.parametrize(
    ("now", "title"),
    [
        (EARLY, "Reports asked for: Second half of 2014"),
        (FORTNIGHT, "Due in 14 days: reports for Second half of 2014"),
        (datetime(2014, 8, 30, 9, tzinfo=UTC), "Due tomorrow: reports for Second half of 2014"),
        (DUE, "Due today: reports for Second half of 2014"),
        (LATE, "Overdue: reports for Second half of 2014"),
    ],
)
def test_cycle_is_mailed_once_with_its_current_state(
    ilo_focal_point, secretariat, owed, time_machine, mailoutbox, now, title
):
    time_machine.move_to(now)
    events.notify(Kind.CYCLE_OPENED, owed.cycle, by=secretariat)
    actions.remind_cycle(owed.cycle, by=secretariat)
    events.notify_due()

    digests.send_all()

    (mail,) = mailoutbox
    assert mail.subject == title
    assert mail.body.count("reports for Second half") <= 1
    assert "The secretariat reminds you." in mail.body


def left(person, owed, report):
    person.memberships.update(ends_on=date(2014, 7, 1))


def account_closed(person, owed, report):
    User.objects.filter(pk=person.pk).update(is_active=False)


def without_address(person, owed, report):
    User.objects.filter(pk=person.pk).update(email="")


def wants_nothing(person, owed, report):
    User.objects.filter(pk=person.pk).update(mail_level="none")


@pytest.mark.parametrize("why", [left, account_closed, without_address, wants_nothing])
def test_nothing_reaches_whom_it_no_longer_concerns(
    why, ilo, ilo_focal_point, ilo_alternate, secretariat, owed, time_machine, mailoutbox
):
    time_machine.move_to(LATE)
    events.notify_due()
    report = ProgressReportFactory(submitted=True, commitment=CommitmentFactory(lead_agency=ilo))
    report = actions.send_back(report, note="Name the source.", by=secretariat)

    why(ilo_focal_point, owed, report)
    digests.send_all()

    assert {mail.to[0] for mail in mailoutbox} == {"ilo_alternate@example.org"}
    assert len(mailoutbox) == 2
    assert not Notification.objects.waiting().filter(recipient=ilo_focal_point).exists()
    assert ilo_focal_point.notifications.filter(dropped_at__isnull=False).count() == 2


def test_task_done_meanwhile_is_not_mailed(
    everybody, commitment, owed, ilo_focal_point, secretariat, administrator, mailoutbox
):
    report = actions.submit(ProgressReportFactory(commitment=commitment), by=ilo_focal_point)
    mistake = corrections.report(commitment, text="The link is broken.", sender="a")
    events.notify(Kind.CYCLE_OPENED, owed.cycle, by=None)
    actions.send_back(report, note="Name the source.", by=administrator)
    actions.submit(report, by=ilo_focal_point)
    actions.publish(report, by=secretariat)
    corrections.answer(mistake, text="Corrected.", by=secretariat)
    actions.close_cycle(owed.cycle, by=secretariat)

    digests.send_all()

    assert {(mail.to[0], mail.subject) for mail in mailoutbox} == {
        ("ilo_alternate@example.org", "Published"),
        ("ilo_focal_point@example.org", "Published"),
    }


def test_essential_is_what_one_must_act_on(ilo_focal_point, commitment, owed, secretariat, time_machine, mailoutbox):
    time_machine.move_to(EVE)
    User.objects.filter(pk=ilo_focal_point.pk).update(mail_level="essential")
    NotificationFactory(recipient=ilo_focal_point, commitment=commitment)
    events.notify(Kind.CYCLE_OPENED, owed.cycle, by=secretariat)
    events.notify_due()
    report = ProgressReportFactory(submitted=True, commitment=commitment)
    actions.send_back(report, note="Name the source.", by=secretariat)

    digests.send_all()

    assert sorted(ilo_focal_point.notifications.filter(sent_at__isnull=False).values_list("kind", flat=True)) == [
        "due_in_3",
        "sent_back",
    ]
    assert sorted(mail.subject for mail in mailoutbox) == [
        "Due in 3 days: reports for Second half of 2014",
        f"Sent back to you: {commitment}",
    ]


def test_digest_leaves_out_what_would_make_it_endless(ilo, ilo_focal_point, cycle, mailoutbox):
    for _number in range(MAX_LINES + 2):
        ProgressReportFactory(commitment=CommitmentFactory(lead_agency=ilo), cycle=cycle, blank=True)
    events.notify(Kind.CYCLE_OPENED, cycle, by=None)

    digests.send_all()

    (mail,) = mailoutbox
    assert mail.body.count("/admin/reporting/progressreport/") == MAX_LINES
    assert "And 2 more, on your dashboard." in mail.body


def test_row_that_was_submitted_twice_is_one_line(commitment, ilo_focal_point, secretariat, administrator, mailoutbox):
    report = actions.submit(ProgressReportFactory(commitment=commitment), by=ilo_focal_point)
    report = actions.send_back(report, note="Name the source.", by=administrator)
    actions.submit(report, by=ilo_focal_point)

    digests.send_all()

    (mail,) = [mail for mail in mailoutbox if mail.to == ["secretariat@example.org"]]
    assert mail.body.count(f"/admin/reporting/progressreport/{report.pk}/review/") == 1


def test_mail_of_a_reported_mistake_does_not_carry_the_readers_words(secretariat, mailoutbox):
    mistake = CorrectionFactory(text="Their director is a crook.", address="reader@example.org")
    events.notify(Kind.CORRECTION_REQUESTED, mistake, by=None)

    digests.send_all()

    (mail,) = mailoutbox
    assert f"/admin/reporting/correction/{mistake.pk}/change/" in mail.body
    whole = mail.message().as_string()
    assert "crook" not in whole and "reader@example.org" not in whole


def test_every_mail_offers_fewer_of_them(ilo_focal_point, commitment, mailoutbox):
    NotificationFactory(recipient=ilo_focal_point, commitment=commitment)

    digests.send_all()

    (mail,) = mailoutbox
    link = mail.extra_headers["List-Unsubscribe"]
    assert mail.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert link.startswith("<http://localhost/accounts/mail/") and link[1:-1] in mail.body
    assert link[1:-1] in mail.alternatives[0].content


def test_undeliverable_mail_does_not_delay_others(ilo_focal_point, ilo_alternate, commitment, mailoutbox, monkeypatch):
    for person in (ilo_focal_point, ilo_alternate):
        NotificationFactory(recipient=person, commitment=commitment)
    compose = digests.compose_digest

    def stumbling(person, *args):
        if person == ilo_focal_point:
            raise ValueError("No such mailbox.")
        return compose(person, *args)

    monkeypatch.setattr(digests, "compose_digest", stumbling)

    result = digests.send_all()

    assert result.failed == [ilo_focal_point.pk]
    assert [mail.to for mail in mailoutbox] == [["ilo_alternate@example.org"]]
    assert Notification.objects.waiting().get().recipient == ilo_focal_point
    assert Digest.objects.get().user == ilo_alternate


# The tables


@pytest.mark.parametrize("table", ["notification", "digest"])
def test_notification_log_is_for_administrators_alone(client, table, administrator, secretariat, ilo_focal_point, owed):
    events.notify(Kind.CYCLE_OPENED, owed.cycle, by=None)
    digests.send_all()
    row = {"notification": Notification, "digest": Digest}[table].objects.get()
    pages = [f"/admin/reporting/{table}/", f"/admin/reporting/{table}/{row.pk}/change/"]

    for person, status in [(administrator, 200), (secretariat, 403), (ilo_focal_point, 403)]:
        client.force_login(person)
        assert [client.get(page).status_code for page in pages] == [status, status]


def test_deleting_an_account_deletes_its_notifications(outsider):
    NotificationFactory(recipient=outsider)
    digests.send_all()

    outsider.delete()

    assert not Notification.objects.exists() and not Digest.objects.exists()
