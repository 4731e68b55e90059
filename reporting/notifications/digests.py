"""Mails of notices: notices of rows sent back are mailed at once, all others in one digest a day.

A notice and its mail are written in one transaction, and both are locked or unique in the database, so that several
processes may send at the same time. Notices that are no longer relevant are dropped.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.profile.preferences_tokens import preferences_token
from commitments.workflow import State
from foundation.clock import today
from foundation.mail.messages import absolute_url, build_message
from reporting.models import Correction, Digest, Notification
from reporting.models.notification import OF_CYCLES, SUBJECTS
from reporting.notifications.events import deadline_kind, has_access, reports_owed_by

Kind = Notification.Kind
ESSENTIAL = {Kind.SENT_BACK, Kind.OVERDUE, Kind.DUE_IN_3, Kind.DUE_IN_14, Kind.REMINDED}
MAX_LINES = 30

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Line:
    text: str
    address: str


@dataclass(frozen=True)
class Section:
    """A section of a mail, about one kind of notice; `more` is the number of lines left out."""

    title: str
    intro: str
    lines: list[Line]
    more: int = 0
    quote: str = ""


@dataclass
class SendResult:
    """The result of a run: one pair (recipient, subject) for each mail, in digests or of single notices."""

    digests: list[tuple[User, str]] = field(default_factory=list)
    single: list[tuple[User, str]] = field(default_factory=list)
    failed: list[int] = field(default_factory=list)  # keys of the users whose mails failed


# Sending


def send_on_commit(notices: Iterable[Notification]) -> None:
    """Mail each notice by itself when the current transaction is committed."""
    for notice in notices:
        transaction.on_commit(partial(send_notice, notice.pk), robust=True)


def send_all(connection=None) -> SendResult:
    """Mail all waiting notices. A failure for one user does not stop the mails to others."""
    result = SendResult()
    for notice in Notification.objects.waiting().filter(kind=Kind.SENT_BACK).order_by("pk"):
        with _LogFailure(result, notice.recipient_id):
            result.single += send_notice(notice.pk, connection)
    waiting = Notification.objects.waiting().exclude(kind=Kind.SENT_BACK).values("recipient")
    for person in User.objects.filter(pk__in=waiting).order_by("pk"):
        with _LogFailure(result, person.pk):
            result.digests += send_digest(person, connection)
    return result


@transaction.atomic
def send_notice(pk: int, connection=None) -> list[tuple[User, str]]:
    """Mail one notice by itself, unless another process is sending it."""
    notices = _for_update(Notification.objects.filter(pk=pk), skip_locked=True)
    return _send(notices, connection)


@transaction.atomic
def send_digest(person: User, connection=None) -> list[tuple[User, str]]:
    """Mail all waiting notices of a person in one digest, unless they got one today already."""
    notices = _for_update(Notification.objects.filter(recipient=person).exclude(kind=Kind.SENT_BACK))
    if Digest.objects.filter(user=person, day=today()).exists():
        return []
    return _send(notices, connection, digest=True)


def _for_update(notices: QuerySet[Notification], **options) -> list[Notification]:
    rows = notices.waiting().select_related("recipient", *SUBJECTS).order_by("pk")
    return list(rows.select_for_update(of=("self",), **options))


def _send(notices: list[Notification], connection, *, digest: bool = False) -> list[tuple[User, str]]:
    now = timezone.now()
    relevant = [notice for notice in notices if is_still_relevant(notice)]
    dropped = {notice.pk for notice in notices} - {notice.pk for notice in relevant}
    Notification.objects.filter(pk__in=dropped).update(dropped_at=now)
    if not relevant:
        return []
    person = relevant[0].recipient
    digest_row = Digest.objects.create(user=person, day=today()) if digest else None
    Notification.objects.filter(pk__in=[notice.pk for notice in relevant]).update(told_at=now, digest=digest_row)
    with translation.override(settings.LANGUAGE_CODE):
        mail = compose_digest(person, relevant, connection)
        mail.send()
    return [(person, mail.subject)]


class _LogFailure:
    """A context manager that logs and records a failure for one user instead of raising it."""

    def __init__(self, result: SendResult, person: int):
        self.result, self.person = result, person

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if isinstance(error, IntegrityError) and "digest_once_a_day" in str(error):
            return True  # another process has sent the digest
        if isinstance(error, Exception):
            log.error("Person %s could not be told by mail.", self.person, exc_info=error)
            self.result.failed.append(self.person)
            return True
        return False


# Relevance


def is_still_relevant(notice: Notification) -> bool:
    """Return whether the person wants such notices, may see the subject, and the notice still applies."""
    person = notice.recipient
    if not (person.is_active and person.email and accepts_kind(person, notice.kind)):
        return False
    row = notice.subject
    if notice.kind in OF_CYCLES:
        return row.closed_on is None and reports_owed_by(person, row).exists()
    if notice.kind == Kind.MISTAKE_REPORTED:
        return has_access(Correction.objects.answerable_by, person, row)
    if notice.kind == Kind.SUBMITTED:
        return has_access(type(row).objects.reviewable_by, person, row)
    if notice.kind == Kind.SENT_BACK:
        return row.state == State.SENT_BACK and has_access(type(row).objects.editable_by, person, row)
    return row.state == State.PUBLISHED and has_access(type(row).objects.visible_to, person, row)


def accepts_kind(person: User, kind: str) -> bool:
    if person.mail_level == User.MailLevel.ALL:
        return True
    return person.mail_level == User.MailLevel.ESSENTIAL and kind in ESSENTIAL


# Mails


def compose_digest(person: User, notices: list[Notification], connection=None) -> EmailMultiAlternatives:
    sections = digest_sections(person, notices)
    first, rest = sections[0].title, len(sections) - 1
    subject = ngettext("%(first)s, and one thing more", "%(first)s, and %(rest)s things more", rest) if rest else first
    preferences_url = absolute_url(reverse("mail:fewer", args=[preferences_token(person)]))
    return build_message(
        "digest",
        to=person.email,
        subject=subject % {"first": first, "rest": rest} if rest else subject,
        connection=connection,
        headers={"List-Unsubscribe": f"<{preferences_url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
        person=person,
        sections=sections,
        dashboard_url=absolute_url(reverse("admin:index")),
        preferences_url=preferences_url,
    )


def digest_sections(person: User, notices: list[Notification]) -> list[Section]:
    """Return the sections of a mail, most urgent first in the order of the kinds, with one section for each cycle."""
    by_kind = {kind: [notice for notice in notices if notice.kind == kind] for kind in Kind}
    sections = [_sent_back_section(notice) for notice in by_kind[Kind.SENT_BACK]]
    cycles = {notice.cycle: None for kind in OF_CYCLES for notice in by_kind[kind]}
    reminded = {notice.cycle for notice in by_kind[Kind.REMINDED]}
    sections += [
        _cycle_section(person, cycle, cycle in reminded) for cycle in sorted(cycles, key=lambda cycle: cycle.due_on)
    ]
    for kind, (title, intro) in _section_texts().items():
        if by_kind[kind]:
            lines = list(dict.fromkeys(_line(notice) for notice in by_kind[kind]))  # submitted twice is one row
            sections.append(Section(title, intro, lines[:MAX_LINES], more=max(len(lines) - MAX_LINES, 0)))
    return sections


def _sent_back_section(notice: Notification) -> Section:
    row = notice.subject
    params = {"row": getattr(row, "commitment", row), "kind": row._meta.verbose_name}
    return Section(
        title=_("Sent back to you: %(row)s") % params,
        intro=_("A reviewer sent your %(kind)s back, with a note. Correct it and submit it again.") % params,
        lines=[Line(_("Open it and correct it"), _change_url(row))],
        quote=row.review_note,
    )


def _cycle_section(person: User, cycle, reminded: bool) -> Section:
    rows = reports_owed_by(person, cycle).select_related("commitment").order_by("commitment__reference")
    lines = [Line(str(row.commitment), _change_url(row)) for row in rows]
    params = {"cycle": cycle.title, "day": date_format(cycle.due_on, "j F Y"), "days": (cycle.due_on - today()).days}
    kind = deadline_kind(cycle)
    if kind == Kind.OVERDUE:
        title = _("Overdue: reports for %(cycle)s")
        intro = _("These reports were due on %(day)s. Until they come, their pages say that nothing was heard.")
    elif params["days"] == 0:
        title, intro = _("Due today: reports for %(cycle)s"), _("These reports are due today, %(day)s.")
    elif kind:
        title = ngettext(
            "Due tomorrow: reports for %(cycle)s", "Due in %(days)s days: reports for %(cycle)s", params["days"]
        )
        intro = _("These reports are due on %(day)s.")
    else:
        title = _("Reports asked for: %(cycle)s")
        intro = _("A reporting cycle has opened. These reports are asked of you until %(day)s.")
    if reminded:
        intro = _("The secretariat reminds you.") + " " + intro
    return Section(title % params, intro % params, lines[:MAX_LINES], more=max(len(lines) - MAX_LINES, 0))


def _section_texts() -> dict[str, tuple[str, str]]:
    return {
        Kind.SUBMITTED: (
            _("Waiting for your review"),
            _("Publish them, or send them back with a note that says what to mend."),
        ),
        Kind.PUBLISHED: (_("Published"), _("These are in the public record now.")),
        Kind.MISTAKE_REPORTED: (
            _("Mistakes reported by readers"),
            _("Answer them, or close them with a reason."),
        ),
    }


def _line(notice: Notification) -> Line:
    row = notice.subject
    if notice.kind == Kind.PUBLISHED:
        page = row if hasattr(row, "get_absolute_url") else row.commitment
        return Line(_name(row), absolute_url(page.get_absolute_url()))
    if notice.kind == Kind.SUBMITTED:
        return Line(_name(row), _admin_url(row, "review"))
    return Line(_name(row), _change_url(row))


def _name(row) -> str:
    """Return the name of a row in a mail: its commitment, and the kind of row."""
    commitment = getattr(row, "commitment", row)
    return str(commitment) if row is commitment else f"{commitment} ({row._meta.verbose_name})"


def _change_url(row) -> str:
    return _admin_url(row, "change")


def _admin_url(row, page: str) -> str:
    return absolute_url(reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{page}", args=[row.pk]))
