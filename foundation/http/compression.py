"""Answers on their way out, packed by brotli or gzip as the asker allows.

Brotli is for what everybody may keep (`Cache-Control: public`). Whatever else an answer holds, it may hold a secret
beside words that the asker chose, and its packed length would tell how alike they are: it is packed by gzip alone, with
Django's padding of random length.
"""

import zlib
from collections.abc import Callable, Iterable, Iterator

import brotli
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.utils.text import compress_sequence, compress_string

SHORT = 200  # bytes; below, packing saves nothing
BLOCK = 64 * 1024  # so much is read before what is packed of it is sent off
PADDING = 100
# Twice as quick as gzip, and smaller all the same.
BROTLI = {"mode": brotli.MODE_TEXT, "quality": 4}
WINDOW = 19  # the power of two of what brotli keeps of a stream in mind: 512 KiB
GZIP = {"level": 6, "wbits": 31}
# Packed already, each in its own way.
COMPACT = (
    "audio/", "font/woff", "image/", "video/", "application/gzip", "application/pdf", "application/vnd.oasis.",
    "application/vnd.openxmlformats-", "application/zip", "application/zstd",
)  # fmt: skip


class CompressionMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        # A part is one of the file as it is.
        if response.has_header("Content-Encoding") or response.status_code == 206:
            return response
        patch_vary_headers(response, ["Accept-Encoding"])
        open_to_all = "public" in response.get("Cache-Control", "")
        coding = coding_for(request.headers.get("Accept-Encoding", ""), ("br", "gzip") if open_to_all else ("gzip",))
        if coding is None or not (worth_packing(response) or refuses_plain(request)):
            return response
        pack(response, coding, padded=not open_to_all)
        return response


def weights(accept: str) -> dict[str, float]:
    """How welcome each coding is that is named, from 0 (refused) to 1; what cannot be read is left out."""
    found = {}
    for part in accept.lower().split(","):
        name, *words = (word.strip() for word in part.split(";"))
        try:
            (weight,) = [float(word.removeprefix("q=")) for word in words] or [1.0]
        except ValueError:
            continue
        if name and 0 <= weight <= 1:
            found["gzip" if name == "x-gzip" else name] = weight
    return found


def coding_for(accept: str, offered: tuple[str, ...]) -> str | None:
    """The most welcome of the codings that are offered, the first of equals; None for the answer as it is."""
    asked = weights(accept)
    welcome = {name: asked.get(name, asked.get("*", 0)) for name in offered}
    best = max(offered, key=lambda name: welcome[name])
    return best if welcome[best] > 0 and welcome[best] >= asked.get("identity", 0) else None


def refuses_plain(request: HttpRequest) -> bool:
    asked = weights(request.headers.get("Accept-Encoding", ""))
    return asked.get("identity", asked.get("*", 1)) == 0


def worth_packing(response: HttpResponseBase) -> bool:
    kind = response.get("Content-Type", "")
    if kind.startswith(COMPACT) and not kind.startswith("image/svg"):
        return False
    return response.streaming or len(response.content) >= SHORT


def pack(response: HttpResponseBase, coding: str, *, padded: bool) -> None:
    if response.streaming:
        response.streaming_content = _packed_stream(response.streaming_content, coding, padded)
        del response["Content-Length"]
    elif response.content:
        response.content = _packed(response.content, coding, padded)
        response["Content-Length"] = str(len(response.content))
    else:
        return
    response["Content-Encoding"] = coding
    # A strong validator speaks of the very bytes.
    if response.get("ETag", "").startswith('"'):
        response["ETag"] = f"W/{response['ETag']}"


def _packed(content: bytes, coding: str, padded: bool) -> bytes:
    if coding == "br":
        return brotli.compress(content, **BROTLI)
    return compress_string(content, max_random_bytes=PADDING) if padded else zlib.compress(content, **GZIP)


def _packed_stream(pieces: Iterable[bytes], coding: str, padded: bool) -> Iterator[bytes]:
    if padded:
        return compress_sequence(pieces, max_random_bytes=PADDING)
    if coding == "br":
        packer = brotli.Compressor(**BROTLI, lgwin=WINDOW)
        return _in_blocks(pieces, packer.process, packer.flush, packer.finish)
    packer = zlib.compressobj(**GZIP)
    return _in_blocks(pieces, packer.compress, lambda: packer.flush(zlib.Z_SYNC_FLUSH), packer.flush)


def _in_blocks(
    pieces: Iterable[bytes],
    add: Callable[[bytes], bytes],
    flush: Callable[[], bytes],
    finish: Callable[[], bytes],
) -> Iterator[bytes]:
    """Each block leaves when it is full, whatever the packer would rather keep to itself."""
    waiting = 0
    for piece in pieces:
        packed = add(piece)
        waiting += len(piece)
        if waiting >= BLOCK:
            packed += flush()
            waiting = 0
        if packed:
            yield packed
    yield finish()
