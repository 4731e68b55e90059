"""Whether a file is a picture that its name says, and whether a file is of one format only."""

import os
import re
import struct
from zipfile import is_zipfile

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from PIL import Image

from commitments.evidence.refusals import is_virus_test, not_what_it_says, two_formats

MAX_PIXELS = 40_000_000
CHUNK = 1024 * 1024
# Readers of PDF take a file for one whose header stands anywhere among these first bytes.
PDF_HEADER_RANGE = 1024 + 8
# Turned round, so that no virus scanner takes this module for the file that it describes.
EICAR = b"*H+H$!ELIF-TSET-SURIVITNA-DRADNATS-RACIE$}7)CC7)^P(45XZP\\4[PA@%P!O5X"[::-1]
ARCHIVES = (b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c")
PAGE = re.compile(rb"<script|<!doctype html|<html|<\?php|<iframe", re.IGNORECASE)
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
# How each form begins; an older or locked Office document is told so by its own check.
SIGNATURES = {
    "PDF": b"%PDF-",
    "DOCX": (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"),
    "XLSX": (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"),
    "PNG": PNG_SIGNATURE,
    "JPEG": b"\xff\xd8\xff",
}
PNG_CHUNK = struct.Struct(">L4s")
# Markers of a JPEG without a length: the restart markers, the beginning of the picture, and TEM.
JPEG_ALONE = {*range(0xD0, 0xD9), 0x01}
JPEG_SCAN, JPEG_END = 0xDA, 0xD9


def check_single_format(file, form: str) -> None:
    """Refuse what does not begin as its form does, what is of another format too, and the test pattern of scanners."""
    file.seek(0)
    head = file.read(PDF_HEADER_RANGE)
    if not head.startswith(SIGNATURES[form]):
        raise not_what_it_says()
    is_archive, is_picture = form in ("DOCX", "XLSX"), form in ("PNG", "JPEG")
    hidden = PAGE.search(head) if form == "PDF" else b"%PDF-" in head
    if hidden or (not is_archive and is_zipfile(file)):
        raise two_formats()
    for window in windows(file):
        if EICAR in window:
            raise is_virus_test()
        if any(signature in window for signature in ARCHIVES) or (is_picture and PAGE.search(window)):
            raise two_formats()


def windows(file, overlap: int = 100):
    """The bytes of a file in pieces that overlap, so that no short pattern is cut in two."""
    file.seek(0)
    before = b""
    while chunk := file.read(CHUNK):
        yield before + chunk
        before = chunk[-overlap:]


def check_image(file, form: str) -> None:
    """A picture that can be decoded to its end, of a size that a camera or scanner makes, with nothing behind it."""
    file.seek(0)
    try:
        with Image.open(file, formats=[form]) as picture:
            pixels = picture.width * picture.height
            if pixels <= MAX_PIXELS:
                picture.draft(picture.mode, (1, 1))  # a JPEG is decoded small: less to hold, and no less checked
                picture.load()
    except Exception:  # decoders of hostile bytes fail in more ways than they say
        raise not_what_it_says() from None
    if pixels > MAX_PIXELS:
        raise ValidationError(
            _("This picture has more than %(most)s million pixels: make it smaller, and choose it again."),
            params={"most": MAX_PIXELS // 1_000_000},
        )
    file.seek(0)
    content = file.read()
    end = end_of_png(content) if form == "PNG" else end_of_jpegs(content)
    if content[end:].strip(b"\0"):
        raise two_formats()


def end_of_png(content: bytes) -> int:
    """Where the last chunk of a PNG ends."""
    place = len(PNG_SIGNATURE)
    while place + PNG_CHUNK.size <= len(content):
        length, kind = PNG_CHUNK.unpack_from(content, place)
        place += PNG_CHUNK.size + length + 4
        if kind == b"IEND":
            return place
    raise not_what_it_says()


def end_of_jpegs(content: bytes) -> int:
    """Where the last picture of a JPEG ends: cameras append previews and gain maps, each a whole JPEG."""
    end = end_of_jpeg(content, 0)
    while content.startswith(b"\xff\xd8\xff", end):
        end = end_of_jpeg(content, end)
    return end


def end_of_jpeg(content: bytes, start: int) -> int:
    """Where one picture ends: after its mark of the end, which its compressed data cannot hold."""
    place = start + 2
    while place + 4 <= len(content):
        if content[place] != 0xFF:
            raise not_what_it_says()
        marker = content[place + 1]
        if marker == 0xFF:  # a byte that fills up
            place += 1
        elif marker in JPEG_ALONE:
            place += 2
        elif marker == JPEG_END:
            return place + 2
        else:
            place += 2 + int.from_bytes(content[place + 2 : place + 4], "big")
            if marker == JPEG_SCAN:
                place = end_of_scan(content, place)
    if content[place : place + 2] == b"\xff\xd9":
        return place + 2
    raise not_what_it_says()


def end_of_scan(content: bytes, place: int) -> int:
    """Where the compressed data ends: at the next marker that is neither a stuffed byte nor a restart."""
    while (place := content.find(b"\xff", place)) >= 0 and place + 1 < len(content):
        if content[place + 1] and not 0xD0 <= content[place + 1] <= 0xD7:
            return place
        place += 2
    raise not_what_it_says()


def size_of(file) -> int:
    return file.seek(0, os.SEEK_END)
