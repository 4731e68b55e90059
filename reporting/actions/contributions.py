"""Writing a partner's contribution to an open report."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from agencies.models import Agency
from commitments.permissions import partners_for
from reporting import rules
from reporting.actions.rows import lock_row, record_involved_agencies, save_row
from reporting.models import Contribution, ProgressReport


@transaction.atomic
def contribute(
    report: ProgressReport, *, agency: Agency, text: str, by: User, seen: int | None = None
) -> Contribution | None:
    """Write a partner's contribution to an open report; an empty text deletes it.

    `seen` is the version of the contribution that was shown, 0 if there was none. The report is locked, so that it
    cannot be submitted at the same time.
    """
    report = lock_row(report)
    if not partners_for(by, report.commitment_id).filter(pk=agency.pk).exists():
        raise PermissionDenied(_("Only a partner of the commitment adds a part, and only its own."))
    if not ProgressReport.objects.contributable_by(by).filter(pk=report.pk).exists():
        raise ValidationError(_("The lead has sent this report off, or its cycle is closed: it takes no more parts."))
    record_involved_agencies(report, by=by)
    contribution = report.contributions.select_for_update().filter(agency=agency).first()
    if seen is not None and seen != (contribution.version if contribution else 0):
        raise ValidationError(_("Somebody else of your agency changed this since you opened it. Nothing was saved."))
    if contribution and not text.strip():
        contribution._change_reason, contribution._history_user = "take back", by
        contribution.delete()
        return None
    contribution = contribution or Contribution(report=report, agency=agency)
    contribution.text, contribution.author = text.strip(), by
    rules.check(contribution)
    return save_row(contribution, "contribute", by)
