"""Files that back a report: what is taken in, checked by name and content, where it is kept and how handed out."""

from dataclasses import dataclass
from pathlib import PurePath
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from commitments.evidence.contents import check_image, check_single_format
from commitments.evidence.names import check_name
from commitments.evidence.office import check_office
from commitments.evidence.pdf import check_pdf
from commitments.evidence.uploads import MAX_BYTES


@dataclass(frozen=True)
class FileType:
    """A type of file that is taken: what people and what programs call it."""

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


def evidence_path(_instance, filename: str) -> str:
    """A name that gives nothing away and that nobody can guess; only the type of the uploaded name is kept."""
    return f"evidence/{uuid4()}{PurePath(filename).suffix.lower()}"


def type_of(name: str) -> FileType | None:
    return TYPES.get(PurePath(name).suffix.lower())


def label_of(name: str, size: int | None) -> str:
    """'PDF, 1.2 MB'; files of before sizes were noted have none."""
    kind = type_of(name)
    return ", ".join(filter(None, [kind and kind.label, size and filesizeformat(size)]))


def check_file(file) -> None:
    """Refuse what is too large, of another type, oddly named, or not what its name says. What is kept was checked."""
    if getattr(file, "_committed", False):
        return
    check_name(given_name(file))
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


def given_name(file) -> str:
    """The name as it was sent, where the upload has kept it (see `uploads`): a path in it is gone from `name`."""
    for bearer in (file, getattr(file, "file", None)):
        if given := getattr(bearer, "given_name", ""):
            return given
    return file.name
