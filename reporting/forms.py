"""Forms of the editor area, and the form by which readers report a mistake."""

from dataclasses import dataclass

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminFileWidget
from django.core.exceptions import ValidationError
from django.db.models.fields.files import FieldFile
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from commitments.models import Commitment, Status
from commitments.succession import successor_error
from foundation.dates.inputs import PartialDateInput
from foundation.dates.parsing import format_date
from foundation.dates.partial import PartialDate, partial_date
from foundation.text.name_lists import NameListField
from reporting import actions
from reporting.evidence import TYPES, label_of
from reporting.models import Assessment, Contribution


class PartialDateField(forms.CharField):
    """A date with the precision of a year, a month or a day, parsed by `foundation.dates.parsing.read_date`."""

    widget = PartialDateInput

    def __init__(self, **kwargs):
        kwargs.setdefault("required", False)
        kwargs.setdefault("help_text", gettext_lazy("2014-03-05 or 5 March 2014; 2014-03 or 2014 if no more is known."))
        super().__init__(**kwargs)
        self.widget.attrs.setdefault("size", 16)

    def prepare_value(self, value):
        return value.iso if isinstance(value, PartialDate) else value

    def to_python(self, value):
        if isinstance(value, PartialDate):
            return value
        text = super().to_python(value)
        if not text:
            return None
        try:
            return PartialDate.parse(text)
        except ValueError as error:
            raise ValidationError(str(error)) from None

    def run_validators(self, value):
        """Skip the validators of the text: its length says nothing about the date."""

    def has_changed(self, initial, data):
        try:
            return (self.prepare_value(initial) or "") != (self.prepare_value(self.to_python(data)) or "")
        except ValidationError:
            return True


class PartialDatesMixin:
    """Form fields that each fill two columns: `due` fills `due_on` and `due_precision`."""

    partial_dates: tuple[str, ...] = ()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in self.partial_dates:
            day, precision = getattr(self.instance, f"{name}_on"), getattr(self.instance, f"{name}_precision")
            self.initial.setdefault(name, partial_date(day, precision))

    def _post_clean(self):
        for name in self.partial_dates:
            if name in self.cleaned_data:
                value = self.cleaned_data[name]
                setattr(self.instance, f"{name}_on", value.day if value else None)
                setattr(self.instance, f"{name}_precision", value.precision if value else "")
                problem = value and self.instance._meta.get_field(f"{name}_on").problem(value.day, value.precision)
                if problem:
                    self.add_error(name, problem)
        super()._post_clean()


@dataclass(frozen=True)
class FileLink:
    """The link to a stored file in the editor area, which checks permissions: files have no address of their own."""

    file: FieldFile

    @property
    def url(self) -> str:
        return reverse("admin:reporting_evidence_file", args=[self.file.instance.pk])

    def __str__(self) -> str:
        label = label_of(self.file.name, self.file.instance.file_size)
        return _("Download the file (%(label)s)") % {"label": label}


class EvidenceFileWidget(AdminFileWidget):
    """A file input that links to the file by a view that checks permissions, and does not show its path.

    Browsers do not send a chosen file again: a form shown again with errors says which file to choose again.
    """

    chosen = ""

    def __init__(self, attrs=None):
        accept = ",".join(TYPES)
        super().__init__({"accept": accept} | (attrs or {}))

    def render(self, name, value, attrs=None, renderer=None):
        html = super().render(name, value, attrs, renderer)
        if not self.chosen:
            return html
        note = _("‘%(name)s’ could not be kept, because this form was not saved. Choose it again.")
        return format_html('{}<p class="choose-again"><strong>{}</strong></p>', html, note % {"name": self.chosen})

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        if context["widget"]["is_initial"]:
            context["widget"]["value"] = FileLink(value)
        return context


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


class EvidenceForm(PartialDatesMixin, admin.site.Form):
    partial_dates = ("issued",)
    issued = PartialDateField(label=gettext_lazy("Issued"))

    def _post_clean(self):
        super()._post_clean()
        chosen = self.files.get(self.add_prefix("file"))
        if chosen and "file" in self.fields and "file" not in self.errors:
            self.fields["file"].widget.chosen = chosen.name


class ContributionForm(admin.site.Form):
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


class ProgressReportForm(admin.site.Form):
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

    def clean(self):
        cleaned = super().clean()
        if "status" not in cleaned:
            return cleaned
        if cleaned["status"] == Status.DISCONTINUED and not cleaned.get("status_reason", "").strip():
            self.add_error("status_reason", _("Say why the commitment is discontinued."))
        if "superseded_by" not in self.errors:
            problem = successor_error(cleaned["status"], self.commitment(), cleaned.get("superseded_by"))
            if problem:
                self.add_error("superseded_by", problem)
        return cleaned

    def clean_period_end(self):
        start, end = self.cleaned_data.get("period_start"), self.cleaned_data["period_end"]
        if start and end and end < start:
            params = {"start": format_date(start), "end": format_date(end)}
            raise ValidationError(_("The period cannot end on %(end)s, before it starts on %(start)s.") % params)
        return end

    def commitment(self) -> Commitment | None:
        """Return the commitment reported on: chosen in the form, or fixed if the report was expected."""
        if "commitment" in self.fields:
            return self.cleaned_data.get("commitment")
        return self.instance.commitment


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
            errors = actions.assessor_errors(commitment, cleaned.get("agency"), cleaned.get("workgroup"))
            for name, message in (errors or actions.writer_errors(commitment, self.writer)).items():
                self.add_error(name if name in self.fields else None, message)
        return cleaned


class ImportForm(forms.Form):
    """The upload of a spreadsheet to import."""

    file = forms.FileField(
        label=gettext_lazy("Excel workbook (.xlsx) or CSV file"),
        error_messages={
            "required": gettext_lazy("Choose a file."),
            "empty": gettext_lazy("This file is empty."),
            "missing": gettext_lazy("Choose a file."),
        },
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
        max_length=255,
    )


class DecisionTextForm(forms.Form):
    """The text that a decision requires, such as a reason; `text_field` is the name of its field."""

    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, text_field: str = "", label: str = "", **kwargs):
        super().__init__(*args, **kwargs)
        self.text_field = text_field
        if text_field:
            self.fields[text_field] = forms.CharField(
                label=label,
                widget=forms.Textarea(attrs={"rows": 6, "class": "vLargeTextField"}),
                error_messages={"required": _("Fill this in: it becomes part of the record.")},
            )

    @property
    def text(self) -> str:
        return self.cleaned_data.get(self.text_field, "") if self.text_field else ""


class CorrectionForm(forms.Form):
    """A mistake that a reader reports. The field `nickname` is a honeypot: hidden from people, filled in by bots."""

    text = forms.CharField(
        label=gettext_lazy("What is wrong?"),
        help_text=gettext_lazy("A broken link, a wrong day, a missing source: say what, and how you know."),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 7}),
        error_messages={"required": gettext_lazy("Say what is wrong.")},
    )
    address = forms.EmailField(
        label=gettext_lazy("Your mail address, if you want an answer"),
        help_text=gettext_lazy(
            "Used for the answer alone, never shown, and erased once you are answered, after 90 days at the latest."
        ),
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"invalid": gettext_lazy("Write an address like name@example.org, or leave this empty.")},
    )
    nickname = forms.CharField(label=gettext_lazy("Leave this empty"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)

    def clean_nickname(self):
        """Refuse a filled-in honeypot with a message, since browsers may fill in hidden fields."""
        if self.cleaned_data["nickname"]:
            self.data = self.data.copy()
            self.data[self.add_prefix("nickname")] = ""
            raise ValidationError(_("This was filled in as if by a program, and not sent. Please send it once more."))
        return ""


class DecisionForm(forms.Form):
    """A reviewer's decision: to publish without a note, or to send back with a note."""

    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
    note = forms.CharField(
        required=False,
        strip=True,
        label=gettext_lazy("Note to the writers"),
        help_text=gettext_lazy("Needed for sending back: say what to mend."),
        widget=forms.Textarea(attrs={"rows": 4, "class": "vLargeTextField"}),
    )

    @property
    def sends_back(self) -> bool:
        return "send_back" in self.data

    def clean_note(self):
        note = self.cleaned_data["note"]
        if self.sends_back and not note:
            raise ValidationError(_("Write a note that says what to mend."))
        if note and not self.sends_back:
            raise ValidationError(_("A note goes only with sending back: take it out to publish, or send back."))
        return note
