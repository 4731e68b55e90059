"""Files that back a report: what is taken in, checked by content, and where it is kept."""

from pathlib import PurePath
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

MAX_BYTES = 25 * 1024 * 1024
ZIP = b"PK\x03\x04"
# The first bytes that a file of each type must have.
SIGNATURES = {".pdf": b"%PDF-", ".png": b"\x89PNG\r\n\x1a\n", ".jpg": b"\xff\xd8\xff", ".jpeg": b"\xff\xd8\xff"}
SIGNATURES |= {".docx": ZIP, ".xlsx": ZIP}


def evidence_path(_instance, filename: str) -> str:
    """A name that gives nothing away and that nobody can guess; only the type of the uploaded name is kept."""
    return f"evidence/{uuid4()}{PurePath(filename).suffix.lower()}"


def check_file(file) -> None:
    """Refuse what is too large, of another type, or not what its name says."""
    suffix = PurePath(file.name).suffix.lower()
    if suffix not in SIGNATURES:
        raise ValidationError(_("This type of file is not taken: choose a PDF, DOCX, XLSX, PNG or JPEG."))
    if file.size > MAX_BYTES:
        raise ValidationError(_("This file is larger than 25 MB."))
    file.seek(0)
    start = file.read(16)
    file.seek(0)
    if not start.startswith(SIGNATURES[suffix]):
        raise ValidationError(_("The content of this file is not what its name says."))
