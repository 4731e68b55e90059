"""The form of an assessment."""

from django.contrib import admin
from django.utils.translation import gettext as _

from accounts.models import User
from reporting import rules
from reporting.models import Assessment


class AssessmentForm(admin.site.Form):
    """The form of an assessment: requires the assessor of the chosen kind, and refuses one with a stake.

    `writer` is the person who fills it in.
    """

    writer: User

    ASSESSOR = {
        Assessment.AssessorKind.PEER_AGENCY: "agency",
        Assessment.AssessorKind.GROUP_LEAD: "workgroup",
        Assessment.AssessorKind.INDEPENDENT: "assessor_name",
    }

    def clean(self):
        cleaned = super().clean()
        required = self.ASSESSOR.get(cleaned.get("assessor_kind"))
        for name in self.ASSESSOR.values() if required else ():
            if name == required and not cleaned.get(name) and name not in self.errors:
                self.add_error(name, _("Say who judges."))
            elif name != required and cleaned.get(name):
                self.add_error(name, _("Leave this empty: the kind of assessor is another."))
        commitment = cleaned.get("commitment") or (self.instance.commitment if self.instance.commitment_id else None)
        if commitment:
            errors = rules.assessor_errors(commitment, cleaned.get("agency"), cleaned.get("workgroup"))
            for name, message in (errors or rules.writer_errors(commitment, self.writer)).items():
                self.add_error(name if name in self.fields else None, message)
        return cleaned
