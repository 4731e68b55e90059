"""The upload of a spreadsheet."""

from django import forms
from django.utils.translation import gettext_lazy


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
