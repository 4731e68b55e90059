"""Forms of a reviewer's decisions."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commitments.workflow import NOTE_REQUIRED


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
            raise ValidationError(NOTE_REQUIRED)
        if note and not self.sends_back:
            raise ValidationError(_("A note goes only with sending back: take it out to publish, or send back."))
        return note
