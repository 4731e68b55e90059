"""The form of an assessment."""

from accounts.models import User
from gmg_portal.editors.forms.draft_rules import DraftRulesMixin
from gmg_portal.editors.forms.versioned import VersionedForm


class AssessmentForm(DraftRulesMixin, VersionedForm):
    """The form of an assessment: requires the assessor of the chosen kind, and refuses one with a stake."""

    writer: User
