"""Range requests (RFC 9110, section 14) for files that never change, to continue an interrupted download."""

import re

from django.http import FileResponse, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from whitenoise.responders import SlicedFile

ONE_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


def partial_response(request: HttpRequest, response: FileResponse) -> HttpResponse:
    """Return the requested range of a file; the whole file for no range or several.

    `response` must have a strong ETag and Content-Length. With If-Range a range is sent only if the ETag matches.
    """
    response["Accept-Ranges"] = "bytes"
    match = ONE_RANGE.fullmatch(request.headers.get("Range", "").strip())
    if_range = request.headers.get("If-Range", response["ETag"])
    if request.method != "GET" or not match or match.groups() == ("", "") or if_range != response["ETag"]:
        return response
    size = int(response["Content-Length"])
    first, last = _bounds(match[1], match[2], size)
    if first >= size or last < first:
        response.file_to_stream.close()
        message = _("This file has %(size)s bytes: ask for a range within it.") % {"size": size}
        return HttpResponse(
            f"{message}\n",
            status=416,
            content_type="text/plain; charset=utf-8",
            headers={"Content-Range": f"bytes */{size}", "Cache-Control": "no-store"},
        )
    part = FileResponse(SlicedFile(response.file_to_stream, first, last), status=206)
    for name, value in response.headers.items():
        part[name] = value
    part["Content-Range"] = f"bytes {first}-{last}/{size}"
    part["Content-Length"] = str(last - first + 1)
    return part


def _bounds(first: str, last: str, size: int) -> tuple[int, int]:
    """Return the positions of the first and last byte; without `first`, `last` counts bytes from the end."""
    if not first:
        return max(size - int(last), 0) if int(last) else size, size - 1
    return int(first), min(int(last), size - 1) if last else size - 1
