"""Kinds of notifications on the review of a row: submitted, sent back, published."""

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from agencies.models import Agency
from commitments.models import Commitment
from commitments.workflow import Reviewed, State
from reporting.choices import NotificationKind
from reporting.models import Assessment, Notification
from reporting.notifications.kinds.base import Kind, register
from reporting.notifications.recipients import (
    authors,
    has_access,
    lead_agencies,
    members_of,
    reviewers,
    with_access,
    writers,
)
from reporting.notifications.sections import ListSection, Section, SectionLine, change_url, public_url, review_url


class ReviewKind(Kind):
    """A kind on a row of the review workflow: each version of the row is an event of its own."""

    def deduplication_key(self, row: Reviewed) -> int:
        return row.version


def sent_back_sections(_person: User, notifications: list[Notification]) -> list[Section]:
    """Return one section for each row, with the reviewer's note."""
    return [_sent_back_section(notification.subject) for notification in notifications]


def _sent_back_section(row: Reviewed) -> Section:
    params = {"row": getattr(row, "commitment", row), "kind": row._meta.verbose_name}
    return Section(
        title=_("Sent back to you: %(row)s") % params,
        intro=_("A reviewer sent your %(kind)s back, with a note. Correct it and submit it again.") % params,
        lines=[SectionLine(_("Open it and correct it"), change_url(row))],
        quote=row.review_note,
    )


@register
class SentBack(ReviewKind):
    """For the people who wrote or submitted the row, and those who write for the lead today."""

    value = NotificationKind.SENT_BACK
    essential = True
    immediate = True
    section = staticmethod(sent_back_sections)

    def recipients(self, row: Reviewed) -> Iterable[User]:
        return with_access(type(row).objects.editable_by, authors(row) | writers(row), row)

    def is_relevant(self, person: User, row: Reviewed) -> bool:
        return row.state == State.SENT_BACK and has_access(type(row).objects.editable_by, person, row)


@register
class Submitted(ReviewKind):
    """For everybody who may publish the row."""

    value = NotificationKind.SUBMITTED
    essential = False
    immediate = False
    section = ListSection(
        gettext_lazy("Waiting for your review"),
        gettext_lazy("Publish them, or send them back with a note that says what to mend."),
        address=review_url,
    )

    def recipients(self, row: Reviewed) -> Iterable[User]:
        leads = User.objects.none() if isinstance(row, Assessment) else members_of(lead_agencies(row))
        return with_access(type(row).objects.reviewable_by, reviewers() | leads, row)

    def is_relevant(self, person: User, row: Reviewed) -> bool:
        return has_access(type(row).objects.reviewable_by, person, row)


@register
class Published(ReviewKind):
    """For the writers of the row, the lead of the commitment and the partners."""

    value = NotificationKind.PUBLISHED
    essential = False
    immediate = False
    section = ListSection(
        gettext_lazy("Published"), gettext_lazy("These are in the public record now."), address=public_url
    )

    def recipients(self, row: Reviewed) -> Iterable[User]:
        commitment = row if isinstance(row, Commitment) else row.commitment
        partners = members_of(Agency.objects.filter(pk__in=commitment.partners.values("agency")))
        people = authors(row) | writers(row) | members_of(lead_agencies(commitment)) | partners
        return with_access(type(row).objects.visible_to, people, row)

    def is_relevant(self, person: User, row: Reviewed) -> bool:
        return row.state == State.PUBLISHED and has_access(type(row).objects.visible_to, person, row)
