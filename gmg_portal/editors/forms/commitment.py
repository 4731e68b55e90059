"""Forms of a commitment and its milestones."""

from django.utils.translation import gettext_lazy

from foundation.dates.forms import PartialDateField, PartialDatesMixin
from foundation.text.name_lists import NameListField
from gmg_portal.editors.forms.draft_rules import DraftRulesMixin
from gmg_portal.editors.forms.versioned import VersionedForm


class CommitmentForm(DraftRulesMixin, PartialDatesMixin, VersionedForm):
    """The form of a commitment; what the database refuses even for a draft is an error at its field."""

    partial_dates = ("start", "deadline")
    start = PartialDateField(label=gettext_lazy("Start"))
    deadline = PartialDateField(label=gettext_lazy("Deadline"))

    class Meta:
        field_classes = {"places": NameListField}

    def candidate(self):
        commitment = super().candidate()
        self.set_partial_dates(commitment)
        return commitment


class MilestoneForm(PartialDatesMixin, VersionedForm):
    """The form of a milestone."""

    partial_dates = ("deadline", "met")
    deadline = PartialDateField(label=gettext_lazy("Deadline"))
    met = PartialDateField(label=gettext_lazy("Met"))
