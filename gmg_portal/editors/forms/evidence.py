"""The form of a piece of evidence, and its file input."""

from dataclasses import dataclass

from django.contrib.admin.widgets import AdminFileWidget
from django.db.models.fields.files import FieldFile
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.dates.forms import PartialDateField, PartialDatesMixin
from gmg_portal.editors.forms.versioned import VersionedForm
from reporting.evidence import TYPES, label_of


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


class EvidenceForm(PartialDatesMixin, VersionedForm):
    """The form of a piece of evidence; with an error it names the file to choose again."""

    partial_dates = ("issued",)
    issued = PartialDateField(label=gettext_lazy("Issued"))

    def _post_clean(self):
        super()._post_clean()
        chosen = self.files.get(self.add_prefix("file"))
        if chosen and "file" in self.fields and "file" not in self.errors:
            self.fields["file"].widget.chosen = chosen.name
