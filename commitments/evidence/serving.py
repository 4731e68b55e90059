"""Handing files out: to be kept, and never to be shown, run or framed in the site's own name."""

from pathlib import PurePath

from django.http import FileResponse, Http404
from django.utils.text import slugify

HEADERS = {
    "Accept-Ranges": "none",
    "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


def hand_out(piece) -> FileResponse:
    """The file of a piece of evidence as a download; who may have it is for the caller to ask."""
    try:
        content = piece.file.open("rb")
    except (FileNotFoundError, ValueError):
        raise Http404("This file is no longer there.") from None
    return FileResponse(
        content,
        as_attachment=True,
        filename=download_name(piece),
        content_type="application/octet-stream",
        headers=HEADERS,
    )


def download_name(piece) -> str:
    """'HLD-0001-2-final-report.pdf': the report, or its commitment while it is none yet, and what the file is."""
    report = piece.report
    reference = report.reference if report.number else report.commitment.reference
    title = slugify(piece.title, allow_unicode=True)[:80].strip("-_")
    return "-".join(filter(None, [reference, title])) + PurePath(piece.file.name).suffix
