"""Forms of a commitment and its milestones."""

from django.contrib import admin
from django.utils.translation import gettext_lazy

from foundation.text.name_lists import NameListField
from reporting.forms.draft_rules import DraftRulesMixin
from reporting.forms.partial_dates import PartialDateField, PartialDatesMixin


class CommitmentForm(DraftRulesMixin, PartialDatesMixin, admin.site.Form):
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


class MilestoneForm(PartialDatesMixin, admin.site.Form):
    """The form of a milestone."""

    partial_dates = ("deadline", "met")
    deadline = PartialDateField(label=gettext_lazy("Deadline"))
    met = PartialDateField(label=gettext_lazy("Met"))
