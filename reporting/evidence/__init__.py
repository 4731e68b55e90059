"""Evidence files: their accepted types, the checks of name and content, their storage and their download."""

from dataclasses import dataclass
from pathlib import PurePath
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.core.files import File
from django.db.models import Model
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from reporting.evidence.contents import check_image, check_single_format
from reporting.evidence.names import check_name
from reporting.evidence.office import check_office
from reporting.evidence.pdf import check_pdf
from reporting.evidence.uploads import MAX_BYTES


@dataclass(frozen=True)
class FileType:
    """An accepted type of file: its label and its media type."""

    label: str
    media_type: str


OFFICE = "application/vnd.openxmlformats-officedocument"
PDF = FileType("PDF", "application/pdf")
DOCX = FileType("DOCX", f"{OFFICE}.wordprocessingml.document")
XLSX = FileType("XLSX", f"{OFFICE}.spreadsheetml.sheet")
PNG = FileType("PNG", "image/png")
JPEG = FileType("JPEG", "image/jpeg")
TYPES = {".pdf": PDF, ".docx": DOCX, ".xlsx": XLSX, ".png": PNG, ".jpg": JPEG, ".jpeg": JPEG}
MEDIA_TYPES = sorted({kind.media_type for kind in TYPES.values()})


def evidence_path(_instance: Model, filename: str) -> str:
    """Return a random path for an uploaded file, which keeps only the suffix of its name."""
    return f"evidence/{uuid4()}{PurePath(filename).suffix.lower()}"


def type_of(name: str) -> FileType | None:
    return TYPES.get(PurePath(name).suffix.lower())


def label_of(name: str, size: int | None) -> str:
    """Return the label of a file: 'PDF, 1.2 MB', without the size if it is unknown."""
    kind = type_of(name)
    return ", ".join(filter(None, [kind and kind.label, size and filesizeformat(size)]))


def check_file(file: File) -> None:
    """Refuse a file that is too large, of another type, badly named, or whose content does not match its name.

    A stored file is not checked again. Raises ValidationError.
    """
    if getattr(file, "_committed", False):
        return
    check_name(original_name(file))
    kind = type_of(file.name)
    if kind is None:
        raise ValidationError(_("This type of file is not taken: choose a PDF, DOCX, XLSX, PNG or JPEG."))
    if file.size > MAX_BYTES:
        raise ValidationError(_("This file is larger than 25 MB."))
    check_single_format(file, kind.label)
    if kind is PDF:
        check_pdf(file)
    elif kind in (DOCX, XLSX):
        check_office(file, f"{kind.media_type}.main+xml")
    else:
        check_image(file, kind.label)
    file.seek(0)


def original_name(file: File) -> str:
    """Return the name as it was sent, if the upload handler kept it (`uploads`); Django removes paths from `name`."""
    for holder in (file, getattr(file, "file", None)):
        if name := getattr(holder, "original_name", ""):
            return name
    return file.name
