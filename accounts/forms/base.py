"""The base class of all forms of accounts."""

from allauth.account import forms as account
from django import forms


class PortalForm(forms.Form):
    """A form with our labels and help texts by field name, and without placeholders."""

    labels: dict = {}
    help_texts: dict = {}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = self.labels.get(name, field.label)
            field.help_text = self.help_texts.get(
                name, "" if isinstance(field, account.PasswordField) else field.help_text
            )
