"""Forms of the editors' side, and the one form for readers."""

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

from agencies.models import User
from commitments import actions
from commitments.evidence import TYPES, label_of
from commitments.models import Assessment, Commitment, Contribution, Status
from commitments.succession import problem_of_successor
from foundation.dates.inputs import PartialDateInput
from foundation.dates.parsing import date_in_words
from foundation.dates.partial import PartialDate, partial
from foundation.text.name_lists import NameListField


class PartialDateField(forms.CharField):
    """A date of which the year, the month or the day is known, as `foundation.dates.parsing.read_date` reads it."""

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
        """The text's length says nothing about the date read from it."""

    def has_changed(self, initial, data):
        try:
            return (self.prepare_value(initial) or "") != (self.prepare_value(self.to_python(data)) or "")
        except ValidationError:
            return True


class PartialDatesMixin:
    """Fields that each fill a pair of columns: `due` stands for `due_on` and `due_precision`."""

    partial_dates: tuple[str, ...] = ()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in self.partial_dates:
            day, precision = getattr(self.instance, f"{name}_on"), getattr(self.instance, f"{name}_precision")
            self.initial.setdefault(name, partial(day, precision))

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
    """Where an editor fetches a kept file, past the permissions: files have no address of their own."""

    file: FieldFile

    @property
    def url(self) -> str:
        return reverse("admin:commitments_evidence_file", args=[self.file.instance.pk])

    def __str__(self) -> str:
        label = label_of(self.file.name, self.file.instance.file_size)
        return _("Download the file (%(label)s)") % {"label": label}


class EvidenceFileWidget(AdminFileWidget):
    """Links to the file past the permissions, and never says where it is kept.

    No browser sends a chosen file again by itself: a form that is shown once more for something else that is wrong
    says which file to choose again.
    """

    chosen = ""

    def __init__(self, attrs=None):
        accept = ",".join(TYPES)
        super().__init__({"accept": accept} | (attrs or {}))

    def render(self, name, value, attrs=None, renderer=None):
        shown = super().render(name, value, attrs, renderer)
        if not self.chosen:
            return shown
        note = _("‘%(name)s’ could not be kept, because this form was not saved. Choose it again.")
        return format_html('{}<p class="choose-again"><strong>{}</strong></p>', shown, note % {"name": self.chosen})

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        if context["widget"]["is_initial"]:
            context["widget"]["value"] = FileLink(value)
        return context


class CommitmentForm(PartialDatesMixin, admin.site.Form):
    """Asks for the lead at its fields, which the database could only refuse as a whole."""

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
    """One text: what a partner itself did."""

    allows_missing_version = True

    class Meta:
        model = Contribution
        fields = ["text", "version"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["text"]
        field.required = False  # what is emptied is taken back; of nothing at all `contribute` speaks
        field.label = _("What your agency did, and what comes next")
        field.help_text = _("You can change this until the lead sends the report off. Emptied, it is taken back.")
        field.widget.attrs |= {"rows": 14, "class": "vLargeTextField"}

    def _post_clean(self):
        """The row itself is written by `actions.contribute`, which asks all rules anew."""


class ProgressReportForm(admin.site.Form):
    """Says at its field what the database would refuse even of a draft."""

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
            problem = problem_of_successor(cleaned["status"], self.commitment(), cleaned.get("superseded_by"))
            if problem:
                self.add_error("superseded_by", problem)
        return cleaned

    def clean_period_end(self):
        start, end = self.cleaned_data.get("period_start"), self.cleaned_data["period_end"]
        if start and end and end < start:
            words = {"start": date_in_words(start), "end": date_in_words(end)}
            raise ValidationError(_("The period cannot end on %(end)s, before it starts on %(start)s.") % words)
        return end

    def commitment(self) -> Commitment | None:
        """What is reported on: chosen here, or given since the report was asked for."""
        if "commitment" in self.fields:
            return self.cleaned_data.get("commitment")
        return self.instance.commitment


class AssessmentForm(admin.site.Form):
    """Asks for the assessor that the kind of assessor calls for, and refuses one with a stake in the commitment.

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
        wanted = self.ASSESSOR.get(cleaned.get("assessor_kind"))
        for name in self.ASSESSOR.values() if wanted else ():
            if name == wanted and not cleaned.get(name) and name not in self.errors:
                self.add_error(name, _("Say who judges."))
            elif name != wanted and cleaned.get(name):
                self.add_error(name, _("Leave this empty: the kind of assessor is another."))
        commitment = cleaned.get("commitment") or (self.instance.commitment if self.instance.commitment_id else None)
        if commitment:
            problems = actions.problems_of_assessor(commitment, cleaned.get("agency"), cleaned.get("workgroup"))
            for name, sentence in (problems or actions.problems_of_writer(commitment, self.writer)).items():
                self.add_error(name if name in self.fields else None, sentence)
        return cleaned


class ImportForm(forms.Form):
    """A file to take in."""

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


class WordsForm(forms.Form):
    """The sentence that goes with a decision."""

    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, words: str = "", label: str = "", **kwargs):
        super().__init__(*args, **kwargs)
        self.words = words
        if words:
            self.fields[words] = forms.CharField(
                label=label,
                widget=forms.Textarea(attrs={"rows": 6, "class": "vLargeTextField"}),
                error_messages={"required": _("Fill this in: it becomes part of the record.")},
            )

    @property
    def text(self) -> str:
        return self.cleaned_data.get(self.words, "") if self.words else ""


class MistakeForm(forms.Form):
    """What a reader says is wrong. Nobody sees the last field but programs that fill in whatever there is."""

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
        """Told as a sentence, for the browser that fills in what its owner cannot see."""
        if self.cleaned_data["nickname"]:
            self.data = self.data.copy()
            self.data[self.add_prefix("nickname")] = ""
            raise ValidationError(_("This was filled in as if by a program, and not sent. Please send it once more."))
        return ""


class DecisionForm(forms.Form):
    """A reviewer's decision: to publish, or to send back with a note. A note that nobody would read is not taken."""

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
