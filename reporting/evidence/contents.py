"""Checks that a file has a single format, and that an image is valid and complete."""

import os
import re
import struct
from collections.abc import Iterator
from typing import BinaryIO
from zipfile import is_zipfile

from django.core.exceptions import ValidationError
from django.core.files import File
from django.utils.translation import gettext_lazy as _
from PIL import Image

from reporting.evidence.errors import content_mismatch, several_formats, virus_test_pattern

MAX_PIXELS = 40_000_000
CHUNK = 1024 * 1024
# PDF readers accept a file whose header is anywhere within these first bytes.
PDF_HEADER_RANGE = 1024 + 8
# Reversed, so that virus scanners do not report this module.
EICAR = b"*H+H$!ELIF-TSET-SURIVITNA-DRADNATS-RACIE$}7)CC7)^P(45XZP\\4[PA@%P!O5X"[::-1]
ARCHIVES = (b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c")
PAGE = re.compile(rb"<script|<!doctype html|<html|<\?php|<iframe", re.IGNORECASE)
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
# The first bytes of each format; older or locked Office documents are refused by their own check.
SIGNATURES = {
    "PDF": b"%PDF-",
    "DOCX": (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"),
    "XLSX": (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"),
    "PNG": PNG_SIGNATURE,
    "JPEG": b"\xff\xd8\xff",
}
PNG_CHUNK = struct.Struct(">L4s")
# Markers of a JPEG without a length: the restart markers, the start of the image, and TEM.
JPEG_ALONE = {*range(0xD0, 0xD9), 0x01}
JPEG_SCAN, JPEG_END = 0xDA, 0xD9


def check_single_format(file: BinaryIO | File, form: str) -> None:
    """Refuse a file with a wrong signature, with a second format in it, or with the test pattern of virus scanners."""
    file.seek(0)
    head = file.read(PDF_HEADER_RANGE)
    if not head.startswith(SIGNATURES[form]):
        raise content_mismatch()
    is_archive, is_picture = form in ("DOCX", "XLSX"), form in ("PNG", "JPEG")
    hidden = PAGE.search(head) if form == "PDF" else b"%PDF-" in head
    if hidden or (not is_archive and is_zipfile(file)):
        raise several_formats()
    for window in windows(file):
        if EICAR in window:
            raise virus_test_pattern()
        if any(signature in window for signature in ARCHIVES) or (is_picture and PAGE.search(window)):
            raise several_formats()


def windows(file: BinaryIO | File, overlap: int = 100) -> Iterator[bytes]:
    """Yield the bytes of a file in chunks that overlap, so that no short pattern is split."""
    file.seek(0)
    tail = b""
    while chunk := file.read(CHUNK):
        yield tail + chunk
        tail = chunk[-overlap:]


def check_image(file: BinaryIO | File, form: str) -> None:
    """Refuse an image that cannot be fully decoded, has too many pixels, or has data after its end."""
    file.seek(0)
    try:
        with Image.open(file, formats=[form]) as picture:
            pixels = picture.width * picture.height
            if pixels <= MAX_PIXELS:
                picture.draft(picture.mode, (1, 1))  # decodes a JPEG at a small size, which takes less memory
                picture.load()
    except Exception:  # decoders raise undocumented exceptions for malformed data
        raise content_mismatch() from None
    if pixels > MAX_PIXELS:
        raise ValidationError(
            _("This picture has more than %(most)s million pixels: make it smaller, and choose it again."),
            params={"most": MAX_PIXELS // 1_000_000},
        )
    file.seek(0)
    content = file.read()
    end = end_of_png(content) if form == "PNG" else end_of_jpegs(content)
    if content[end:].strip(b"\0"):
        raise several_formats()


def end_of_png(content: bytes) -> int:
    """Return the offset after the last chunk of a PNG."""
    offset = len(PNG_SIGNATURE)
    while offset + PNG_CHUNK.size <= len(content):
        length, kind = PNG_CHUNK.unpack_from(content, offset)
        offset += PNG_CHUNK.size + length + 4
        if kind == b"IEND":
            return offset
    raise content_mismatch()


def end_of_jpegs(content: bytes) -> int:
    """Return the offset after the last image of a JPEG: cameras append previews and gain maps, each a whole JPEG."""
    end = end_of_jpeg(content, 0)
    while content.startswith(b"\xff\xd8\xff", end):
        end = end_of_jpeg(content, end)
    return end


def end_of_jpeg(content: bytes, start: int) -> int:
    """Return the offset after the end marker of the image that starts at `start`."""
    offset = start + 2
    while offset + 4 <= len(content):
        if content[offset] != 0xFF:
            raise content_mismatch()
        marker = content[offset + 1]
        if marker == 0xFF:  # a fill byte
            offset += 1
        elif marker in JPEG_ALONE:
            offset += 2
        elif marker == JPEG_END:
            return offset + 2
        else:
            offset += 2 + int.from_bytes(content[offset + 2 : offset + 4], "big")
            if marker == JPEG_SCAN:
                offset = end_of_scan(content, offset)
    if content[offset : offset + 2] == b"\xff\xd9":
        return offset + 2
    raise content_mismatch()


def end_of_scan(content: bytes, offset: int) -> int:
    """Return the offset after the compressed data: the next marker that is neither a stuffed byte nor a restart."""
    while (offset := content.find(b"\xff", offset)) >= 0 and offset + 1 < len(content):
        if content[offset + 1] and not 0xD0 <= content[offset + 1] <= 0xD7:
            return offset
        offset += 2
    raise content_mismatch()


def size_of(file: BinaryIO | File) -> int:
    return file.seek(0, os.SEEK_END)
