"""Whether a file is a PDF that only shows pages: nothing in it runs, fetches or unpacks anything.

qpdf reads it, by pikepdf: it follows every cross-reference, unpacks object streams and spells names out, so that
nothing hides in them. What it has to repair is refused, for then another program may read something else.
"""

import os

import pikepdf
from django.utils.translation import gettext_lazy as _

from commitments.evidence.links import is_plain_link
from commitments.evidence.refusals import (
    damaged_pdf,
    is_locked,
    not_what_it_says,
    odd_link,
    pdf_holds,
    too_many_objects,
    too_much,
    two_formats,
)

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


def check_pdf(file) -> None:
    """A PDF from its first byte to its last, whole, unlocked, and with pages alone."""
    check_ends(file)
    file.seek(0)
    try:
        with pikepdf.open(file, attempt_recovery=False) as document:
            if document.is_encrypted:
                raise is_locked()
            if not len(document.pages):
                raise not_what_it_says()
            check_objects(document)
            check_warnings(document.get_warnings())
    except pikepdf.PasswordError:
        raise is_locked() from None
    except (pikepdf.PdfError, pikepdf.ForeignObjectError, RuntimeError, ValueError, TypeError, OverflowError) as error:
        check_warnings([str(error)])


def check_warnings(warnings: list[str]) -> None:
    """What qpdf could not read is nothing to it, and may be something to another program."""
    if any("limit exceeded" in warning for warning in warnings):
        raise too_much()
    # Of pages without resources of their own, which it puts right, many programs write files.
    if any("repairing" not in warning for warning in warnings):
        raise damaged_pdf()


def check_ends(file) -> None:
    """The header is the first thing in the file, and its end mark the last but for white space."""
    file.seek(0)
    if file.read(5) != b"%PDF-":
        raise not_what_it_says()
    size = file.seek(0, os.SEEK_END)
    file.seek(max(size - TAIL, 0))
    _body, mark, behind = file.read().rpartition(b"%%EOF")
    if not mark:
        file.seek(0)
        raise two_formats() if any(b"%%EOF" in line for line in file) else not_what_it_says()
    if behind.strip(WHITE):
        raise two_formats()


def check_objects(document: pikepdf.Pdf) -> None:
    """Look at every object of the file, reachable from a page or not, and at all that stands in it."""
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
            # What is referred to is an object of the file itself.
            waiting += [value for value in values if isinstance(value, pikepdf.Object) and not value.is_indirect]


def check_dictionary(node: pikepdf.Object, pairs: list[tuple[str, object]]) -> None:
    for key, value in pairs:
        if key in KEYS:
            raise pdf_holds(KEYS[key])
        if key in NAMES and isinstance(value, pikepdf.Name) and str(value) in NAMES[key]:
            raise pdf_holds(NAMES[key][str(value)])
        if (key == "/AA" and has_actions(value)) or (key == "/OpenAction" and not is_place(value)):
            raise pdf_holds(BY_ITSELF)
        if key == "/URI" and isinstance(value, pikepdf.String) and not is_plain_link(str(value)):
            raise odd_link(str(value))
        if key in ("/F", "/Ref") and isinstance(node, pikepdf.Stream):
            raise pdf_holds(ELSEWHERE)


def has_actions(value) -> bool:
    """Whether this is a dictionary of actions, and not one of the fonts or pictures that may bear its name."""
    return isinstance(value, pikepdf.Dictionary) and any(
        isinstance(action, pikepdf.Dictionary) and "/S" in action for _key, action in value.items()
    )


def is_place(value) -> bool:
    """Whether this only says at which page the document opens, as many programs write it."""
    if isinstance(value, pikepdf.Dictionary):
        return value.get("/S") == pikepdf.Name.GoTo and "/Next" not in value
    return isinstance(value, pikepdf.Array | pikepdf.Name | pikepdf.String)
