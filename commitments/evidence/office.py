"""Whether a file is a Word document or an Excel workbook, without unpacking more than is safe.

Both are ZIP archives. Nothing of the archive's own table of contents is believed before it is seen to be small, and
no member is unpacked before the sizes that they all declare are; then each is read through, a piece at a time, held
to its word, and its content checked on the way.
"""

import struct
import zlib
from collections.abc import Iterator
from copy import copy
from tempfile import SpooledTemporaryFile
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, LargeZipFile, ZipFile, ZipInfo

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from commitments.evidence.contents import EICAR, size_of
from commitments.evidence.office_xml import PartReader, read_types, type_of_part
from commitments.evidence.refusals import (
    embeds,
    has_macros,
    is_locked,
    is_virus_test,
    not_what_it_says,
    too_much,
    two_formats,
)

MAX_MEMBERS = 5_000
MAX_DIRECTORY = 1024 * 1024
MAX_UNPACKED = 200 * 1024 * 1024
# What packs this well and is large is not a document: real sheets of numbers pack to a twentieth.
MAX_RATIO, LARGE = 100, 10 * 1024 * 1024
MAX_CONTENT_TYPES = 1024 * 1024
CONTENT_TYPES = "[Content_Types].xml"
PIECE = 64 * 1024
END = struct.Struct("<4s4H2LH")
LOCAL = struct.Struct("<4s5H3L2H")
# What may follow the data of a member whose sizes were not known when it was begun.
DESCRIPTORS = {0, 12, 16, 20, 24}
ZIP64 = b"PK\x06\x07"
# What older Office files are packed in, and new ones that are locked with a password.
OLE = b"\xd0\xcf\x11\xe0"
# How programs, archives and other documents begin: a document's own pictures and fonts begin otherwise.
FOREIGN = (OLE, b"PK\x03\x04", b"MZ", b"\x7fELF", b"%PDF-", b"{\\rtf", b"Rar!", b"7z\xbc\xaf", b"#!")
ENCRYPTED = 0x1
XML_ENDINGS = (".xml", ".rels", ".vml", ".svg")
OFFICE = "application/vnd.openxmlformats-officedocument"
# A chart keeps its numbers in a workbook of its own; it is checked as the document is.
WORKBOOK = f"{OFFICE}.spreadsheetml.sheet.main+xml"


def check_office(file, main_type: str, *, within: str = "") -> None:
    """An Office document whose main part is of this content type, and which runs, fetches and embeds nothing.

    `within` names the part of another document that this one is.
    """
    file.seek(0)
    start = file.read(4)
    if start == OLE:
        raise ValidationError(
            _("This is an older Office file, or one with a password: save it anew as DOCX or XLSX, without a password.")
        )
    if start != b"PK\x03\x04":
        raise not_what_it_says()
    check_directory(file)
    try:
        with ZipFile(file) as archive:
            members = archive.infolist()
            check_members(members)
            check_places(file, members, archive.start_dir)
            types = check_types(archive, main_type)
            for member in members:
                check_member(archive, member, type_of_part(member.orig_filename, types), within)
    except (BadZipFile, LargeZipFile, EOFError, KeyError, NotImplementedError, OSError, ValueError, zlib.error):
        raise not_what_it_says() from None


def check_directory(file) -> None:
    """The table of contents is of a size that may be read, and is the one that will be read."""
    whole = size_of(file)
    if whole < END.size:
        raise not_what_it_says()
    file.seek(max(whole - END.size - 20, 0))
    tail = file.read()
    mark, _disk, _first, _here, count, size, _offset, comment = END.unpack(tail[-END.size :])
    if mark != b"PK\x05\x06" or comment or tail.startswith(ZIP64):
        raise not_what_it_says()
    if count > MAX_MEMBERS or size > MAX_DIRECTORY:
        raise too_much()
    file.seek(0)


def check_members(members: list[ZipInfo]) -> None:
    names = [member.orig_filename for member in members]
    if len(names) > MAX_MEMBERS:
        raise too_much()
    if len({name.lower() for name in names}) < len(names) or any(leads_out(name) for name in names):
        raise not_what_it_says()
    if any("vbaproject" in name.lower() or "macrosheets/" in name.lower() for name in names):
        raise has_macros()
    if any(member.flag_bits & ENCRYPTED for member in members):
        raise is_locked()
    if any(member.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for member in members):
        raise not_what_it_says()
    unpacked, packed = (sum(getattr(member, size) for member in members) for size in ("file_size", "compress_size"))
    if unpacked > MAX_UNPACKED or (unpacked > LARGE and unpacked > packed * MAX_RATIO):
        raise too_much()


def check_places(file, members: list[ZipInfo], end: int) -> None:
    """The members lie side by side from the first byte to the table of contents, with nothing between them."""
    place = 0
    for member in sorted(members, key=lambda member: member.header_offset):
        if member.header_offset - place not in DESCRIPTORS or (not place and member.header_offset):
            raise two_formats()
        file.seek(member.header_offset)
        head = file.read(LOCAL.size)
        if len(head) < LOCAL.size:
            raise not_what_it_says()
        *_rest, name, extra = LOCAL.unpack(head)
        place = member.header_offset + LOCAL.size + name + extra + member.compress_size
    if end - place not in DESCRIPTORS:
        raise two_formats()


def leads_out(name: str) -> bool:
    """Whether a member would be unpacked beside the folder that it belongs in."""
    return name.startswith("/") or "\\" in name or "\0" in name or ":" in name or ".." in name.split("/")


def check_types(archive: ZipFile, main_type: str) -> dict[str, str]:
    """What the document says of its parts: the main one is there, of the type that the file's name promises."""
    table = archive.getinfo(CONTENT_TYPES)
    if table.file_size > MAX_CONTENT_TYPES:
        raise too_much()
    types = read_types([archive.read(table)], CONTENT_TYPES)
    words = {kind.lower() for kind in types.values()}
    if any("macroenabled" in word or "macrosheet" in word or "vbaproject" in word for word in words):
        raise has_macros()
    for word in words:
        if "oleobject" in word or "activex" in word:
            raise embeds(word.rpartition(".")[2])
    if main_type.lower() not in words:
        raise not_what_it_says()
    return types


def check_member(archive: ZipFile, member: ZipInfo, kind: str, within: str) -> None:
    """Unpack a member to nowhere, and look at what passes: XML is parsed, and anything else must be no program."""
    name = member.orig_filename
    is_xml = name.lower().endswith(XML_ENDINGS) or kind.lower().endswith("xml")
    reader = PartReader(name, is_drawing=kind.lower().startswith("image/svg") or name.lower().endswith(".svg"))
    nested = None
    overlap, first = b"", True
    for piece in unpacked(archive, member):
        if EICAR in overlap + piece:
            raise is_virus_test()
        overlap = piece[-len(EICAR) :]
        if is_xml:
            reader.feed(piece)
        elif first and piece.startswith(FOREIGN):
            if within or not is_workbook(name, piece):
                raise embeds(name)
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
    """The content of a member: it is whole, and not larger than it declares (one byte more is asked for)."""
    asked = copy(member)
    asked.file_size += 1
    read = 0
    with archive.open(asked) as stream:
        while piece := stream.read(PIECE):
            read += len(piece)
            yield piece
    if read != member.file_size:
        raise not_what_it_says()
