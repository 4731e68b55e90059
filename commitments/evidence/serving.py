"""Handing files out: to be kept, and never to be shown, run or framed in the site's own name."""

import hashlib
import logging
import os
from pathlib import PurePath

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.text import slugify
from django.utils.translation import gettext as _

logger = logging.getLogger(__name__)

HEADERS = {
    "Accept-Ranges": "none",
    "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
# Digests by what changes with the content of a file; kept by each process, and dropped when they are many.
MOST_DIGESTS = 10_000
_digests: dict[tuple[int, ...], str] = {}


class Damaged(Exception):
    """A file is not there, cannot be read, or is not what was taken in."""


def hand_out(request: HttpRequest, piece) -> HttpResponse:
    """The file of a piece of evidence as a download; who may have it is for the caller to ask.

    A file that is missing or altered is not handed out: the answer is 503, and a line in the log names the file.
    """
    if not piece.file:
        raise Http404("This evidence has no file.")
    try:
        content = opened(piece)
    except Damaged as damage:
        logger.error("%s", damage)
        return render(request, "commitments/evidence_withheld.html", {"piece": piece}, status=503)
    return FileResponse(
        content,
        as_attachment=True,
        filename=download_name(piece),
        content_type="application/octet-stream",
        headers=HEADERS,
    )


def opened(piece):
    """The file, open at its beginning, after its digest was compared with the one noted when it was taken in.

    Files of before digests were noted are handed out as they are.
    """
    names = {"name": piece.file.name, "pk": piece.pk}
    try:
        content = piece.file.storage.open(piece.file.name, "rb")
    except (OSError, ValueError) as error:
        raise Damaged(_("%(name)s of evidence %(pk)s cannot be read.") % names) from error
    try:
        if piece.file_digest and digest_of(content) != piece.file_digest:
            raise Damaged(_("%(name)s of evidence %(pk)s is not what was taken in: its digest is another one.") % names)
        content.seek(0)
    except BaseException as error:
        content.close()
        if isinstance(error, OSError):
            raise Damaged(_("%(name)s of evidence %(pk)s cannot be read.") % names) from error
        raise
    return content


def digest_of(content) -> str:
    """The SHA-256 of an open file, read piece by piece.

    It is not read again while the file system says that nothing wrote to the file: the time of its last change of any
    kind (ctime) cannot be set back by a program.
    """
    known = os.fstat(content.fileno())
    key = (known.st_dev, known.st_ino, known.st_size, known.st_mtime_ns, known.st_ctime_ns)
    if key not in _digests:
        digest = hashlib.file_digest(content.file, "sha256").hexdigest()
        if len(_digests) >= MOST_DIGESTS:
            _digests.clear()
        _digests[key] = digest
        return digest
    return _digests[key]


def download_name(piece) -> str:
    """'HLD-0001-2-final-report.pdf': the report, or its commitment while it is none yet, and what the file is."""
    report = piece.report
    reference = report.reference if report.number else report.commitment.reference
    title = slugify(piece.title, allow_unicode=True)[:80].strip("-_")
    return "-".join(filter(None, [reference, title])) + PurePath(piece.file.name).suffix
