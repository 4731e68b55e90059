"""Parts of a file that never changes (RFC 9110, section 14), so that a download that broke off goes on."""

import re
from collections.abc import Iterator
from typing import BinaryIO

from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.translation import gettext as _

ONE_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
BLOCK = 64 * 1024  # bytes


def partial_response(request: HttpRequest, response: FileResponse) -> HttpResponse:
    """Return the part of a file that Range asks for; the whole where it asks for none, or for several.

    The response has a strong ETag and its length. With If-Range only who holds that very tag is sent a part.
    """
    response["Accept-Ranges"] = "bytes"
    match = ONE_RANGE.fullmatch(request.headers.get("Range", "").strip())
    if_range = request.headers.get("If-Range", response["ETag"])
    if request.method != "GET" or not match or match.groups() == ("", "") or if_range != response["ETag"]:
        return response
    size = int(response["Content-Length"])
    first, last = _bounds(*match.groups(), size)
    if first >= size or last < first:
        response.file_to_stream.close()
        sentence = _("This file has %(size)s bytes: ask for a range within it.") % {"size": size}
        return HttpResponse(
            f"{sentence}\n",
            status=416,
            content_type="text/plain; charset=utf-8",
            headers={"Content-Range": f"bytes */{size}", "Cache-Control": "no-store"},
        )
    part = StreamingHttpResponse(_Part(response.file_to_stream, first, last - first + 1), status=206)
    for name, value in response.headers.items():
        part[name] = value
    part["Content-Range"] = f"bytes {first}-{last}/{size}"
    part["Content-Length"] = str(last - first + 1)
    return part


def _bounds(first: str, last: str, size: int) -> tuple[int, int]:
    """Return the first and the last byte that are meant; without a first one the last bytes of the file are."""
    if not first:
        return max(size - int(last), 0) if int(last) else size, size - 1
    return int(first), min(int(last), size - 1) if last else size - 1


class _Part:
    """Some bytes of an open file, read block by block; closed with the response."""

    def __init__(self, file: BinaryIO, first: int, length: int):
        self.file = file
        self.first = first
        self.length = length

    def __iter__(self) -> Iterator[bytes]:
        self.file.seek(self.first)
        left = self.length
        while left and (block := self.file.read(min(BLOCK, left))):
            left -= len(block)
            yield block

    def close(self) -> None:
        self.file.close()
