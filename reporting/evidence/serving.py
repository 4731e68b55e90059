"""Downloads of evidence files, with headers so that browsers store them and never render, run or frame them."""

import hashlib
import logging
import os
from pathlib import PurePath
from typing import TYPE_CHECKING

from django.core.files import File
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.text import slugify
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from reporting.models import Evidence

logger = logging.getLogger(__name__)

HEADERS = {
    "Accept-Ranges": "none",
    "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
# Digests by file identity, size and times; cached by each process, and cleared when there are too many.
MOST_DIGESTS = 10_000
_digests: dict[tuple[int, ...], str] = {}


class DamagedFile(Exception):
    """A file is missing, cannot be read, or differs from what was uploaded."""


def evidence_download_response(request: HttpRequest, piece: "Evidence") -> HttpResponse:
    """Return the file of a piece of evidence as a download; the caller checks the permission.

    For a missing or altered file the response has status 503, and the file is logged.
    """
    if not piece.file:
        raise Http404("This evidence has no file.")
    try:
        content = open_verified(piece)
    except DamagedFile as damage:
        logger.error("%s", damage)
        return render(request, "commitments/evidence_withheld.html", {"piece": piece}, status=503)
    return FileResponse(
        content,
        as_attachment=True,
        filename=download_name(piece),
        content_type="application/octet-stream",
        headers=HEADERS,
    )


def open_verified(piece: "Evidence") -> File:
    """Return the open file after its digest was compared with the stored one; raise DamagedFile if they differ.

    Files without a stored digest are not compared.
    """
    params = {"name": piece.file.name, "pk": piece.pk}
    try:
        content = piece.file.storage.open(piece.file.name, "rb")
    except (OSError, ValueError) as error:
        raise DamagedFile(_("%(name)s of evidence %(pk)s cannot be read.") % params) from error
    try:
        if piece.file_digest and digest_of(content) != piece.file_digest:
            raise DamagedFile(
                _("%(name)s of evidence %(pk)s is not what was taken in: its digest is another one.") % params
            )
        content.seek(0)
    except BaseException as error:
        content.close()
        if isinstance(error, OSError):
            raise DamagedFile(_("%(name)s of evidence %(pk)s cannot be read.") % params) from error
        raise
    return content


def digest_of(content: File) -> str:
    """Return the SHA-256 of an open file.

    It is cached as long as the file's identity, size and times are the same: programs cannot set back the time of the
    last change (ctime).
    """
    stat = os.fstat(content.fileno())
    key = (stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns)
    if key not in _digests:
        digest = hashlib.file_digest(content.file, "sha256").hexdigest()
        if len(_digests) >= MOST_DIGESTS:
            _digests.clear()
        _digests[key] = digest
        return digest
    return _digests[key]


def download_name(piece: "Evidence") -> str:
    """Return the file name of a download: 'HLD-0001-2-final-report.pdf'.

    It begins with the reference of the report, or of its commitment if the report is not published.
    """
    report = piece.report
    reference = report.reference if report.number else report.commitment.reference
    title = slugify(piece.title, allow_unicode=True)[:80].strip("-_")
    return "-".join(filter(None, [reference, title])) + PurePath(piece.file.name).suffix
