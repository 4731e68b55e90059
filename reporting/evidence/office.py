"""The check of Word documents and Excel workbooks, without unpacking more than is safe.

Both are ZIP archives. First the size of the central directory is limited, then the declared sizes of all members.
Then each member is read in chunks, its real size compared with the declared one, and its content checked.
"""

import struct
import zlib
from collections.abc import Iterator
from copy import copy
from tempfile import SpooledTemporaryFile
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, LargeZipFile, ZipFile, ZipInfo

from django.core.exceptions import ValidationError
from django.core.files import File
from django.utils.translation import gettext_lazy as _

from reporting.evidence.contents import EICAR, size_of
from reporting.evidence.errors import (
    contains_macros,
    content_mismatch,
    embeds_object,
    password_protected,
    several_formats,
    unpacks_too_large,
    virus_test_pattern,
)
from reporting.evidence.office_xml import PartReader, read_types, type_of_part

MAX_MEMBERS = 5_000
MAX_DIRECTORY = 1024 * 1024
MAX_UNPACKED = 200 * 1024 * 1024
# Above this size and compression ratio a file is not a document: real sheets of numbers have a ratio of about 20.
MAX_RATIO, LARGE = 100, 10 * 1024 * 1024
MAX_CONTENT_TYPES = 1024 * 1024
CONTENT_TYPES = "[Content_Types].xml"
PIECE = 64 * 1024
END = struct.Struct("<4s4H2LH")
LOCAL = struct.Struct("<4s5H3L2H")
# The possible lengths of the data descriptor after a member.
DESCRIPTORS = {0, 12, 16, 20, 24}
ZIP64 = b"PK\x06\x07"
# The container of older Office files, and of new ones locked with a password.
OLE = b"\xd0\xcf\x11\xe0"
# Signatures of programs, archives and other documents, none of which are images or fonts of a document.
FOREIGN = (OLE, b"PK\x03\x04", b"MZ", b"\x7fELF", b"%PDF-", b"{\\rtf", b"Rar!", b"7z\xbc\xaf", b"#!")
ENCRYPTED = 0x1
XML_ENDINGS = (".xml", ".rels", ".vml", ".svg")
OFFICE = "application/vnd.openxmlformats-officedocument"
# A chart contains its numbers as an embedded workbook, which is checked like the document.
WORKBOOK = f"{OFFICE}.spreadsheetml.sheet.main+xml"


def check_office(file: BinaryIO | File, main_type: str, *, within: str = "") -> None:
    """Refuse a file that is no Office document with this main type, or that runs, fetches or embeds anything.

    `within` is the name of the part of another document that this one is.
    """
    file.seek(0)
    start = file.read(4)
    if start == OLE:
        raise ValidationError(
            _("This is an older Office file, or one with a password: save it anew as DOCX or XLSX, without a password.")
        )
    if start != b"PK\x03\x04":
        raise content_mismatch()
    check_directory(file)
    try:
        with ZipFile(file) as archive:
            members = archive.infolist()
            check_members(members)
            check_member_positions(file, members, archive.start_dir)
            types = check_types(archive, main_type)
            for member in members:
                check_member(archive, member, type_of_part(member.orig_filename, types), within)
    except (BadZipFile, LargeZipFile, EOFError, KeyError, NotImplementedError, OSError, ValueError, zlib.error):
        raise content_mismatch() from None


def check_directory(file: BinaryIO | File) -> None:
    """Refuse an archive whose central directory is too large, or is not the one that will be read."""
    whole = size_of(file)
    if whole < END.size:
        raise content_mismatch()
    file.seek(max(whole - END.size - 20, 0))
    tail = file.read()
    mark, _disk, _first, _here, count, size, _offset, comment = END.unpack(tail[-END.size :])
    if mark != b"PK\x05\x06" or comment or tail.startswith(ZIP64):
        raise content_mismatch()
    if count > MAX_MEMBERS or size > MAX_DIRECTORY:
        raise unpacks_too_large()
    file.seek(0)


def check_members(members: list[ZipInfo]) -> None:
    names = [member.orig_filename for member in members]
    if len(names) > MAX_MEMBERS:
        raise unpacks_too_large()
    if len({name.lower() for name in names}) < len(names) or any(escapes_folder(name) for name in names):
        raise content_mismatch()
    if any("vbaproject" in name.lower() or "macrosheets/" in name.lower() for name in names):
        raise contains_macros()
    if any(member.flag_bits & ENCRYPTED for member in members):
        raise password_protected()
    if any(member.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for member in members):
        raise content_mismatch()
    unpacked, packed = (sum(getattr(member, size) for member in members) for size in ("file_size", "compress_size"))
    if unpacked > MAX_UNPACKED or (unpacked > LARGE and unpacked > packed * MAX_RATIO):
        raise unpacks_too_large()


def check_member_positions(file: BinaryIO | File, members: list[ZipInfo], end: int) -> None:
    """Refuse an archive with data before, between or after its members and the central directory."""
    place = 0
    for member in sorted(members, key=lambda member: member.header_offset):
        if member.header_offset - place not in DESCRIPTORS or (not place and member.header_offset):
            raise several_formats()
        file.seek(member.header_offset)
        head = file.read(LOCAL.size)
        if len(head) < LOCAL.size:
            raise content_mismatch()
        *_rest, name, extra = LOCAL.unpack(head)
        place = member.header_offset + LOCAL.size + name + extra + member.compress_size
    if end - place not in DESCRIPTORS:
        raise several_formats()


def escapes_folder(name: str) -> bool:
    """Return whether a member would be unpacked outside of its folder."""
    return name.startswith("/") or "\\" in name or "\0" in name or ":" in name or ".." in name.split("/")


def check_types(archive: ZipFile, main_type: str) -> dict[str, str]:
    """Return the content types of the parts, and refuse documents without the main type or with unsafe types."""
    table = archive.getinfo(CONTENT_TYPES)
    if table.file_size > MAX_CONTENT_TYPES:
        raise unpacks_too_large()
    types = read_types([archive.read(table)], CONTENT_TYPES)
    type_names = {kind.lower() for kind in types.values()}
    if any("macroenabled" in name or "macrosheet" in name or "vbaproject" in name for name in type_names):
        raise contains_macros()
    for name in type_names:
        if "oleobject" in name or "activex" in name:
            raise embeds_object(name.rpartition(".")[2])
    if main_type.lower() not in type_names:
        raise content_mismatch()
    return types


def check_member(archive: ZipFile, member: ZipInfo, kind: str, within: str) -> None:
    """Read a member without storing it, and check its content: XML is parsed, anything else must be no program."""
    name = member.orig_filename
    is_xml = name.lower().endswith(XML_ENDINGS) or kind.lower().endswith("xml")
    reader = PartReader(name, is_drawing=kind.lower().startswith("image/svg") or name.lower().endswith(".svg"))
    nested = None
    overlap, first = b"", True
    for piece in unpacked(archive, member):
        if EICAR in overlap + piece:
            raise virus_test_pattern()
        overlap = piece[-len(EICAR) :]
        if is_xml:
            reader.feed(piece)
        elif first and piece.startswith(FOREIGN):
            if within or not is_workbook(name, piece):
                raise embeds_object(name)
            nested = SpooledTemporaryFile(max_size=PIECE * 16)  # noqa: SIM115 - closed below
        if nested:
            nested.write(piece)
        first = False
    if is_xml and member.file_size:
        reader.feed(b"", final=True)
    if nested:
        with nested:
            check_office(nested, WORKBOOK, within=name)


def is_workbook(name: str, start: bytes) -> bool:
    return name.lower().endswith(".xlsx") and start.startswith(b"PK\x03\x04")


def unpacked(archive: ZipFile, member: ZipInfo) -> Iterator[bytes]:
    """Yield the content of a member in chunks, and refuse it if its size is not the declared one."""
    larger = copy(member)
    larger.file_size += 1  # so that content beyond the declared size is noticed
    read = 0
    with archive.open(larger) as stream:
        while piece := stream.read(PIECE):
            read += len(piece)
            yield piece
    if read != member.file_size:
        raise content_mismatch()
