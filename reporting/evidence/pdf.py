"""The check that a PDF contains pages alone: nothing in it runs, fetches or embeds anything.

pikepdf (qpdf) reads the file: it follows every cross-reference, unpacks object streams and decodes names. Files that
it has to repair are refused, because other programs may read them differently.
"""

import os
from typing import BinaryIO

import pikepdf
from django.core.files import File
from django.utils.translation import gettext_lazy as _

from reporting.evidence.errors import (
    content_mismatch,
    damaged_pdf,
    password_protected,
    pdf_contains,
    several_formats,
    too_many_objects,
    unpacks_too_large,
    unsafe_link,
)
from reporting.evidence.links import is_safe_link

MAX_NODES = 2_000_000
MAX_UNPACKED = 64 * 1024 * 1024  # of one stream of objects
TAIL = 2048
WHITE = b"\0\t\n\f\r "
SCRIPT = _("a script (JavaScript)")
PROGRAM = _("an action that starts a program")
BY_ITSELF = _("an action that runs by itself")
SENDS = _("an action that opens another file or sends data")
ATTACHED = _("an embedded file")
MEDIA = _("sound, film or an interactive medium")
DYNAMIC = _("a dynamic form (XFA)")
ELSEWHERE = _("content that is kept in another file")
KEYS = {
    "/JS": SCRIPT,
    "/JavaScript": SCRIPT,
    "/EF": ATTACHED,
    "/EmbeddedFiles": ATTACHED,
    "/XFA": DYNAMIC,
    "/RichMediaContent": MEDIA,
    "/RichMediaSettings": MEDIA,
}
ACTIONS = {
    "/JavaScript": SCRIPT,
    "/Launch": PROGRAM,
    "/GoToR": SENDS,
    "/GoToE": SENDS,
    "/ImportData": SENDS,
    "/SubmitForm": SENDS,
    "/Rendition": MEDIA,
    "/Sound": MEDIA,
    "/Movie": MEDIA,
    "/RichMediaExecute": MEDIA,
}
SUBTYPES = {
    "/FileAttachment": ATTACHED,
    "/RichMedia": MEDIA,
    "/Movie": MEDIA,
    "/Sound": MEDIA,
    "/Screen": MEDIA,
    "/3D": MEDIA,
}
NAMES = {"/S": ACTIONS, "/Subtype": SUBTYPES, "/Type": {"/EmbeddedFile": ATTACHED}}
# They hold for the whole process. A stream of objects that unpacks to more is not read to its end.
pikepdf.settings.set_qpdf_limits(
    flate_max_memory=MAX_UNPACKED,
    png_max_memory=MAX_UNPACKED,
    run_length_max_memory=MAX_UNPACKED,
    tiff_max_memory=MAX_UNPACKED,
    max_stream_filters=5,
    doc_max_warnings=1000,
)


def check_pdf(file: BinaryIO | File) -> None:
    """Refuse a file that is not a complete, unencrypted PDF with pages alone."""
    check_ends(file)
    file.seek(0)
    try:
        with pikepdf.open(file, attempt_recovery=False) as document:
            if document.is_encrypted:
                raise password_protected()
            if not len(document.pages):
                raise content_mismatch()
            check_objects(document)
            check_warnings(document.get_warnings())
    except pikepdf.PasswordError:
        raise password_protected() from None
    except (pikepdf.PdfError, pikepdf.ForeignObjectError, RuntimeError, ValueError, TypeError, OverflowError) as error:
        check_warnings([str(error)])


def check_warnings(warnings: list[str]) -> None:
    """Refuse a file about which qpdf gave warnings: other programs may read what it could not."""
    if any("limit exceeded" in warning for warning in warnings):
        raise unpacks_too_large()
    # Many programs write pages without resources, which qpdf repairs.
    if any("repairing" not in warning for warning in warnings):
        raise damaged_pdf()


def check_ends(file: BinaryIO | File) -> None:
    """Refuse a file that has data before its header, or anything but white space after its end marker."""
    file.seek(0)
    if file.read(5) != b"%PDF-":
        raise content_mismatch()
    size = file.seek(0, os.SEEK_END)
    file.seek(max(size - TAIL, 0))
    _body, mark, behind = file.read().rpartition(b"%%EOF")
    if not mark:
        file.seek(0)
        raise several_formats() if any(b"%%EOF" in line for line in file) else content_mismatch()
    if behind.strip(WHITE):
        raise several_formats()


def check_objects(document: pikepdf.Pdf) -> None:
    """Check every object of the file and everything in it, reachable from a page or not."""
    left = MAX_NODES
    for whole in document.objects:
        waiting = [whole]
        while waiting:
            left -= 1
            if left < 0:
                raise too_many_objects(MAX_NODES)
            node = waiting.pop()
            if isinstance(node, pikepdf.Dictionary | pikepdf.Stream):
                pairs = list(node.items())
                check_dictionary(node, pairs)
                values = [value for _key, value in pairs]
            elif isinstance(node, pikepdf.Array):
                values = list(node)
            else:
                continue
            # Indirect objects are among `document.objects` themselves.
            waiting += [value for value in values if isinstance(value, pikepdf.Object) and not value.is_indirect]


def check_dictionary(node: pikepdf.Object, pairs: list[tuple[str, object]]) -> None:
    for key, value in pairs:
        if key in KEYS:
            raise pdf_contains(KEYS[key])
        if key in NAMES and isinstance(value, pikepdf.Name) and str(value) in NAMES[key]:
            raise pdf_contains(NAMES[key][str(value)])
        if (key == "/AA" and has_actions(value)) or (key == "/OpenAction" and not is_destination(value)):
            raise pdf_contains(BY_ITSELF)
        if key == "/URI" and isinstance(value, pikepdf.String) and not is_safe_link(str(value)):
            raise unsafe_link(str(value))
        if key in ("/F", "/Ref") and isinstance(node, pikepdf.Stream):
            raise pdf_contains(ELSEWHERE)


def has_actions(value: object) -> bool:
    """Return whether this is a dictionary of actions, and not of fonts or images under the same key."""
    return isinstance(value, pikepdf.Dictionary) and any(
        isinstance(action, pikepdf.Dictionary) and "/S" in action for _key, action in value.items()
    )


def is_destination(value: object) -> bool:
    """Return whether this only sets the page at which the document opens."""
    if isinstance(value, pikepdf.Dictionary):
        return value.get("/S") == pikepdf.Name.GoTo and "/Next" not in value
    return isinstance(value, pikepdf.Array | pikepdf.Name | pikepdf.String)
