"""Whether a file is a Word document or an Excel workbook, without unpacking more than is safe.

Both are ZIP archives. Nothing of the archive's own table of contents is believed before it is seen to be small, and
no member is unpacked before the sizes that they all declare are; then each is read through, a piece at a time, and
held to its word.
"""

import os
import struct
import zlib
from copy import copy
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, LargeZipFile, ZipFile, ZipInfo

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from commitments.evidence.contents import not_what_it_says

MAX_MEMBERS = 5_000
MAX_DIRECTORY = 1024 * 1024
MAX_UNPACKED = 200 * 1024 * 1024
# What packs this well and is large is not a document: real sheets of numbers pack to a twentieth.
MAX_RATIO, LARGE = 100, 10 * 1024 * 1024
MAX_CONTENT_TYPES = 1024 * 1024
CONTENT_TYPES = "[Content_Types].xml"
PIECE = 64 * 1024
END = struct.Struct("<4s4H2LH")
ZIP64 = b"PK\x06\x07"
# What older Office files are packed in, and new ones that are locked with a password.
OLE = b"\xd0\xcf\x11\xe0"
ENCRYPTED = 0x1


def check_office(file, main_type: str) -> None:
    """An Office document whose main part is of this content type, without macros and without traps."""
    file.seek(0)
    if file.read(4) == OLE:
        raise ValidationError(
            _("This is an older Office file, or one with a password: save it anew as DOCX or XLSX, without a password.")
        )
    check_directory(file)
    try:
        with ZipFile(file) as archive:
            members = archive.infolist()
            check_members(members)
            check_type(archive, main_type)
            for member in members:
                read_through(archive, member)
    except (BadZipFile, LargeZipFile, EOFError, KeyError, NotImplementedError, OSError, ValueError, zlib.error):
        raise not_what_it_says() from None


def check_directory(file) -> None:
    """The table of contents is of a size that may be read, and is the one that will be read."""
    if file.size < END.size:
        raise not_what_it_says()
    start = max(file.size - END.size - 20, 0)
    file.seek(start)
    tail = file.read()
    mark, _disk, _first, _here, count, size, _offset, comment = END.unpack(tail[-END.size :])
    if mark != b"PK\x05\x06" or comment or tail.startswith(ZIP64):
        raise not_what_it_says()
    if count > MAX_MEMBERS or size > MAX_DIRECTORY:
        raise too_much()
    file.seek(0, os.SEEK_SET)


def check_members(members: list[ZipInfo]) -> None:
    names = [member.orig_filename for member in members]
    if len(names) > MAX_MEMBERS:
        raise too_much()
    if len(set(names)) < len(names) or any(leads_out(name) for name in names):
        raise not_what_it_says()
    if any("vbaproject" in name.lower() for name in names):
        raise has_macros()
    if any(member.flag_bits & ENCRYPTED for member in members):
        raise ValidationError(_("This document is locked with a password: save it without one, and choose it again."))
    if any(member.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for member in members):
        raise not_what_it_says()
    unpacked, packed = (sum(getattr(member, size) for member in members) for size in ("file_size", "compress_size"))
    if unpacked > MAX_UNPACKED or (unpacked > LARGE and unpacked > packed * MAX_RATIO):
        raise too_much()


def leads_out(name: str) -> bool:
    """Whether a member would be unpacked beside the folder that it belongs in."""
    return name.startswith("/") or "\\" in name or "\0" in name or ":" in name or ".." in name.split("/")


def check_type(archive: ZipFile, main_type: str) -> None:
    """What the document says of itself: its main part is there, of the type that the file's name promises."""
    if archive.getinfo(CONTENT_TYPES).file_size > MAX_CONTENT_TYPES:
        raise too_much()
    said = archive.read(CONTENT_TYPES)
    if b"macroEnabled" in said:
        raise has_macros()
    if f'"{main_type}"'.encode() not in said.replace(b"'", b'"'):
        raise not_what_it_says()


def read_through(archive: ZipFile, member: ZipInfo) -> None:
    """Unpack a member to nowhere: it is whole, and not larger than it declares (one byte more is asked for)."""
    asked = copy(member)
    asked.file_size += 1
    read = 0
    with archive.open(asked) as stream:
        while piece := stream.read(PIECE):
            read += len(piece)
    if read != member.file_size:
        raise not_what_it_says()


def too_much() -> ValidationError:
    return ValidationError(_("This document unpacks to far more than its size: save it anew, and choose it again."))


def has_macros() -> ValidationError:
    return ValidationError(_("This document holds macros: save it without them, as DOCX or XLSX."))
