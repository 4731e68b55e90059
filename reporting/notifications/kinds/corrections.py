"""The kind of notification on a mistake that a reader reported."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from reporting.choices import NotificationKind
from reporting.models import Correction
from reporting.notifications.kinds.base import Kind, register
from reporting.notifications.recipients import has_access, lead_agencies, members_of, reviewers, with_access
from reporting.notifications.sections import ListSection, change_url


@register
class CorrectionRequested(Kind):
    """For everybody who may answer the reported mistake."""

    value = NotificationKind.CORRECTION_REQUESTED
    essential = False
    immediate = False
    section = ListSection(
        _("Mistakes reported by readers"), _("Answer them, or close them with a reason."), address=change_url
    )

    def recipients(self, row: Correction) -> Iterable[User]:
        leads = members_of(lead_agencies(row)) if row.commitment.workgroup_id else User.objects.none()
        return with_access(Correction.objects.answerable_by, reviewers() | leads, row)

    def is_relevant(self, person: User, row: Correction) -> bool:
        return has_access(Correction.objects.answerable_by, person, row)
