"""From notices to mails: what was sent back goes at once and by itself, all else in one digest a day.

A notice and the mail that tells it are settled in one transaction, and both are locked or unique in the database, so
that any number of processes may tell at the same time. What is no longer true when its turn comes is not told.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMultiAlternatives
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agencies.models import User
from commitments.models import Digest, Mistake, Notice
from commitments.models.notice import OF_CYCLES, SUBJECTS
from commitments.notifications.events import due_kind, may, owed_by
from commitments.workflow import State
from foundation.clock import today
from foundation.mail.messages import AUTO_GENERATED, absolute_url, build_message

Kind = Notice.Kind
ESSENTIAL = {Kind.SENT_BACK, Kind.OVERDUE, Kind.DUE_IN_3, Kind.DUE_IN_14, Kind.REMINDED}
MOST = 30
LEVEL = "mail-level"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Line:
    text: str
    address: str


@dataclass(frozen=True)
class Section:
    """What one mail says of one kind of thing: `more` says how many lines are left out."""

    title: str
    words: str
    lines: list[Line]
    more: int = 0
    quote: str = ""


@dataclass
class Told:
    """What one round of telling came to: one entry (person, subject) a mail."""

    digests: list[tuple[User, str]] = field(default_factory=list)
    alone: list[tuple[User, str]] = field(default_factory=list)
    failed: list[int] = field(default_factory=list)  # the people who could not be written to, by key


# Telling


def at_once(notices: Iterable[Notice]) -> None:
    """Tell each by itself as soon as what it tells of has come to stay."""
    for notice in notices:
        transaction.on_commit(partial(tell_alone, notice.pk), robust=True)


def tell_all(connection=None) -> Told:
    """Tell everybody what waits for them. One who cannot be written to keeps nobody else waiting."""
    told = Told()
    for notice in Notice.objects.waiting().filter(kind=Kind.SENT_BACK).order_by("pk"):
        with _failing_alone(told, notice.recipient_id):
            told.alone += tell_alone(notice.pk, connection)
    waiting = Notice.objects.waiting().exclude(kind=Kind.SENT_BACK).values("recipient")
    for person in User.objects.filter(pk__in=waiting).order_by("pk"):
        with _failing_alone(told, person.pk):
            told.digests += tell_digest(person, connection)
    return told


@transaction.atomic
def tell_alone(pk: int, connection=None) -> list[tuple[User, str]]:
    """Tell one notice by itself, unless somebody is telling it."""
    notices = _for_update(Notice.objects.filter(pk=pk), skip_locked=True)
    return _tell(notices, connection)


@transaction.atomic
def tell_digest(person: User, connection=None) -> list[tuple[User, str]]:
    """Tell all that waits for a person in one mail, unless there was one today already."""
    notices = _for_update(Notice.objects.filter(recipient=person).exclude(kind=Kind.SENT_BACK))
    if Digest.objects.filter(user=person, day=today()).exists():
        return []
    return _tell(notices, connection, digest=True)


def _for_update(notices: QuerySet[Notice], **options) -> list[Notice]:
    rows = notices.waiting().select_related("recipient", *SUBJECTS).order_by("pk")
    return list(rows.select_for_update(of=("self",), **options))


def _tell(notices: list[Notice], connection, *, digest: bool = False) -> list[tuple[User, str]]:
    now = timezone.now()
    telling = [notice for notice in notices if concerns(notice)]
    dropped = {notice.pk for notice in notices} - {notice.pk for notice in telling}
    Notice.objects.filter(pk__in=dropped).update(dropped_at=now)
    if not telling:
        return []
    person = telling[0].recipient
    written = Digest.objects.create(user=person, day=today()) if digest else None
    Notice.objects.filter(pk__in=[notice.pk for notice in telling]).update(told_at=now, digest=written)
    with translation.override(settings.LANGUAGE_CODE):
        mail = compose(person, telling, connection)
        mail.send()
    return [(person, mail.subject)]


class _failing_alone:
    """One person's trouble is written down, and the round goes on."""

    def __init__(self, told: Told, person: int):
        self.told, self.person = told, person

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if isinstance(error, IntegrityError) and "digest_once_a_day" in str(error):
            return True  # another process was quicker
        if isinstance(error, Exception):
            log.error("Person %s could not be told by mail.", self.person, exc_info=error)
            self.told.failed.append(self.person)
            return True
        return False


# What is still worth telling


def concerns(notice: Notice) -> bool:
    """Whether the person wants to know, may know, and it still holds."""
    person = notice.recipient
    if not (person.is_active and person.email and wants(person, notice.kind)):
        return False
    row = notice.subject
    if notice.kind in OF_CYCLES:
        return row.closed_on is None and owed_by(person, row).exists()
    if notice.kind == Kind.MISTAKE_REPORTED:
        return may(Mistake.objects.answerable_by, person, row)
    if notice.kind == Kind.SUBMITTED:
        return may(type(row).objects.reviewable_by, person, row)
    if notice.kind == Kind.SENT_BACK:
        return row.state == State.SENT_BACK and may(type(row).objects.editable_by, person, row)
    return row.state == State.PUBLISHED and may(type(row).objects.visible_to, person, row)


def wants(person: User, kind: str) -> bool:
    if person.mail_level == User.MailLevel.ALL:
        return True
    return person.mail_level == User.MailLevel.ESSENTIAL and kind in ESSENTIAL


# The mail


def compose(person: User, notices: list[Notice], connection=None) -> EmailMultiAlternatives:
    sections = sections_of(person, notices)
    first, rest = sections[0].title, len(sections) - 1
    subject = ngettext("%(first)s, and one thing more", "%(first)s, and %(rest)s things more", rest) if rest else first
    fewer = absolute_url(reverse("mail:fewer", args=[token_of(person)]))
    return build_message(
        "digest",
        to=person.email,
        subject=subject % {"first": first, "rest": rest} if rest else subject,
        connection=connection,
        headers={
            **AUTO_GENERATED,
            "List-Unsubscribe": f"<{fewer}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
        person=person,
        sections=sections,
        desk=absolute_url(reverse("admin:index")),
        fewer=fewer,
    )


def sections_of(person: User, notices: list[Notice]) -> list[Section]:
    """The most urgent first, in the order of the kinds; whatever is said of one cycle is said once."""
    by_kind = {kind: [notice for notice in notices if notice.kind == kind] for kind in Kind}
    sections = [_sent_back(notice) for notice in by_kind[Kind.SENT_BACK]]
    cycles = {notice.cycle: None for kind in OF_CYCLES for notice in by_kind[kind]}
    reminded = {notice.cycle for notice in by_kind[Kind.REMINDED]}
    sections += [_of_cycle(person, cycle, cycle in reminded) for cycle in sorted(cycles, key=lambda one: one.due_on)]
    for kind, (title, words) in _of_rows().items():
        if by_kind[kind]:
            lines = list(dict.fromkeys(_line(notice) for notice in by_kind[kind]))  # submitted twice is one row
            sections.append(Section(title, words, lines[:MOST], more=max(len(lines) - MOST, 0)))
    return sections


def _sent_back(notice: Notice) -> Section:
    row = notice.subject
    told = {"row": getattr(row, "commitment", row), "kind": row._meta.verbose_name}
    return Section(
        title=_("Sent back to you: %(row)s") % told,
        words=_("A reviewer sent your %(kind)s back, with a note. Correct it and submit it again.") % told,
        lines=[Line(_("Open it and correct it"), _form_of(row))],
        quote=row.review_note,
    )


def _of_cycle(person: User, cycle, reminded: bool) -> Section:
    rows = owed_by(person, cycle).select_related("commitment").order_by("commitment__reference")
    lines = [Line(str(row.commitment), _form_of(row)) for row in rows]
    told = {"cycle": cycle.title, "day": date_format(cycle.due_on, "j F Y"), "days": (cycle.due_on - today()).days}
    kind = due_kind(cycle)
    if kind == Kind.OVERDUE:
        title = _("Overdue: reports for %(cycle)s")
        words = _("These reports were due on %(day)s. Until they come, their pages say that nothing was heard.")
    elif told["days"] == 0:
        title, words = _("Due today: reports for %(cycle)s"), _("These reports are due today, %(day)s.")
    elif kind:
        title = ngettext(
            "Due tomorrow: reports for %(cycle)s", "Due in %(days)s days: reports for %(cycle)s", told["days"]
        )
        words = _("These reports are due on %(day)s.")
    else:
        title = _("Reports asked for: %(cycle)s")
        words = _("A reporting cycle has opened. These reports are asked of you until %(day)s.")
    if reminded:
        words = _("The secretariat reminds you.") + " " + words
    return Section(title % told, words % told, lines[:MOST], more=max(len(lines) - MOST, 0))


def _of_rows() -> dict[str, tuple[str, str]]:
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


def _line(notice: Notice) -> Line:
    row = notice.subject
    if notice.kind == Kind.PUBLISHED:
        page = row if hasattr(row, "get_absolute_url") else row.commitment
        return Line(_name(row), absolute_url(page.get_absolute_url()))
    if notice.kind == Kind.SUBMITTED:
        return Line(_name(row), _page_of(row, "review"))
    return Line(_name(row), _form_of(row))


def _name(row) -> str:
    """What a mail calls a row: by its commitment, and what is said of it."""
    commitment = getattr(row, "commitment", row)
    return str(commitment) if row is commitment else f"{commitment} ({row._meta.verbose_name})"


def _form_of(row) -> str:
    return _page_of(row, "change")


def _page_of(row, page: str) -> str:
    return absolute_url(reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{page}", args=[row.pk]))


# Fewer of them


def token_of(person: User) -> str:
    """What stands for a person in the link by which they choose which mails they get, without signing in."""
    return signing.dumps(person.pk, salt=LEVEL)


def person_of(token: str) -> User | None:
    try:
        return User.objects.filter(pk=signing.loads(token, salt=LEVEL), is_active=True).first()
    except signing.BadSignature:
        return None
