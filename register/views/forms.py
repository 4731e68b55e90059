"""The form by which readers report a mistake."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


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
