"""Forms of a commitment and its milestones."""

from django.contrib import admin
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.text.name_lists import NameListField
from reporting.forms.partial_dates import PartialDateField, PartialDatesMixin


class CommitmentForm(PartialDatesMixin, admin.site.Form):
    """The form of a commitment; errors about the lead are shown at its fields."""

    partial_dates = ("start", "due")
    start = PartialDateField(label=gettext_lazy("Start"))
    due = PartialDateField(label=gettext_lazy("Due"))

    class Meta:
        field_classes = {"places": NameListField}

    def clean(self):
        cleaned = super().clean()
        if {"lead_agency", "workgroup"} <= self.fields.keys():
            agency, group = cleaned.get("lead_agency"), cleaned.get("workgroup")
            if agency and group:
                self.add_error("workgroup", _("Choose an agency or a work group, not both."))
            elif not (agency or group or self.errors.keys() & {"lead_agency", "workgroup"}):
                self.add_error("lead_agency", _("Choose the agency or the work group that leads."))
        return cleaned


class MilestoneForm(PartialDatesMixin, admin.site.Form):
    partial_dates = ("due", "met")
    due = PartialDateField(label=gettext_lazy("Due"))
    met = PartialDateField(label=gettext_lazy("Met"))
