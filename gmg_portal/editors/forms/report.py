"""The forms of a report and of a partner's contribution to it."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gmg_portal.editors.forms.draft_rules import DraftRulesMixin
from gmg_portal.editors.forms.versioned import VersionedForm
from reporting.models import Contribution


class ContributionForm(VersionedForm):
    """A partner's contribution to a report."""

    allows_missing_version = True

    class Meta:
        model = Contribution
        fields = ["text", "version"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["text"]
        field.required = False  # an empty text deletes the contribution; `contribute` refuses it if there is none
        field.label = _("What your agency did, and what comes next")
        field.help_text = _("You can change this until the lead sends the report off. Emptied, it is taken back.")
        field.widget.attrs |= {"rows": 14, "class": "vLargeTextField"}

    def _post_clean(self):
        """Leave the row to `actions.contribute`, which checks all rules."""


class ProgressReportForm(DraftRulesMixin, VersionedForm):
    """The form of a report; what the database refuses even for a draft is an error at its field."""

    class Meta:
        help_texts = {
            "status": gettext_lazy(
                "How far it has come. ‘Completed’ needs public evidence; ‘Ongoing’ is a standing duty with no end."
            ),
            "status_reason": gettext_lazy("Only where it is discontinued: why."),
            "superseded_by": gettext_lazy("Only where it is superseded: which commitment takes its place."),
            "outlook": gettext_lazy("Will it be done by its day, as things stand?"),
            "achieved": gettext_lazy("What was done and what came of it, in a few sentences; or that nothing was."),
            "barriers": gettext_lazy("What stood in the way. Leave empty if nothing did."),
            "next_steps": gettext_lazy("What comes next, and by when."),
            "on_behalf_of": gettext_lazy("The agency whose word this is."),
        }
