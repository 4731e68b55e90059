"""Compress responses with brotli or gzip, as the client accepts.

Brotli is used for public responses only (`Cache-Control: public`). Other responses may hold a secret beside text that
the client chose, and their compressed length would reveal how similar the two are (the BREACH attack). They are
compressed with gzip and Django's padding of random length.
"""

import re
import zlib
from collections.abc import Callable, Iterable, Iterator

import brotli
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.utils.text import compress_sequence

PUBLIC_ENCODINGS = ("br", "gzip")
MIN_SIZE = 200  # bytes; compressing less saves nothing
FLUSH_SIZE = 64 * 1024  # bytes of input after which the compressed output is flushed
MAX_PADDING = 100
# Quality 4 is twice as fast as gzip, and its output is still smaller. The window has 512 KiB (2 ** 19 bytes).
BROTLI_OPTIONS = {"mode": brotli.MODE_TEXT, "quality": 4, "lgwin": 19}
# Content types that are compressed already.
COMPRESSED_TYPES = (
    "audio/", "font/woff", "image/", "video/", "application/gzip", "application/pdf", "application/vnd.oasis.",
    "application/vnd.openxmlformats-", "application/zip", "application/zstd",
)  # fmt: skip
# An encoding of Accept-Encoding with its weight, from 0 (refused) to 1.
ACCEPTED_ENCODING = re.compile(r"(?:x-)?([\w*-]+)(?:\s*;\s*q\s*=\s*(0(?:\.\d*)?|1(?:\.0*)?))?")


class CompressionMiddleware:
    """Compress with brotli or gzip where a response is public, else with gzip and random padding (BREACH)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        # A partial response is a range of the uncompressed file.
        if response.has_header("Content-Encoding") or response.status_code == 206:
            return response
        patch_vary_headers(response, ["Accept-Encoding"])
        is_public = "public" in response.get("Cache-Control", "")
        accept = request.headers.get("Accept-Encoding", "")
        encoding = choose_encoding(accept, PUBLIC_ENCODINGS if is_public else ("gzip",))
        if encoding is None or not (is_compressible(response) or refuses_identity(accept)):
            return response
        compress(response, encoding, padded=not is_public)
        return response


def parse_accept_encoding(accept: str) -> dict[str, float]:
    """Return the weight of each encoding named by Accept-Encoding. Skips unreadable parts."""
    matches = map(ACCEPTED_ENCODING.fullmatch, map(str.strip, accept.lower().split(",")))
    return {match[1]: float(match[2] or 1) for match in matches if match}


def choose_encoding(accept: str, offered: tuple[str, ...]) -> str | None:
    """Return the offered encoding of the highest weight, the first of equals; None for an uncompressed response."""
    weights = parse_accept_encoding(accept)
    weight, encoding = max(
        ((weights.get(name, weights.get("*", 0)), name) for name in offered), key=lambda choice: choice[0]
    )
    return encoding if weight > 0 and weight >= weights.get("identity", 0) else None


def refuses_identity(accept: str) -> bool:
    """Tell whether Accept-Encoding accepts compressed responses only (RFC 9110, 12.5.3)."""
    weights = parse_accept_encoding(accept)
    return weights.get("identity", weights.get("*", 1)) == 0


def is_compressible(response: HttpResponseBase) -> bool:
    """Tell whether a response gets smaller: no image or archive, and streamed or at least MIN_SIZE bytes long."""
    content_type = response.get("Content-Type", "")
    if content_type.startswith(COMPRESSED_TYPES) and not content_type.startswith("image/svg"):
        return False
    return response.streaming or len(response.content) >= MIN_SIZE


def compress(response: HttpResponseBase, encoding: str, *, padded: bool) -> None:
    """Compress a response in place, and set its headers; an empty one stays as it is."""
    if response.streaming:
        response.streaming_content = _compress_chunks(response.streaming_content, encoding, padded)
        del response["Content-Length"]
    elif response.content:
        response.content = b"".join(_compress_chunks([response.content], encoding, padded))
        response["Content-Length"] = str(len(response.content))
    else:
        return
    response["Content-Encoding"] = encoding
    # A strong ETag identifies the exact bytes, which compression changes.
    if response.get("ETag", "").startswith('"'):
        response["ETag"] = f"W/{response['ETag']}"


def _compress_chunks(chunks: Iterable[bytes], encoding: str, padded: bool) -> Iterator[bytes]:
    if padded:
        return compress_sequence(chunks, max_random_bytes=MAX_PADDING)
    if encoding == "br":
        compressor = brotli.Compressor(**BROTLI_OPTIONS)
        return _flushed_chunks(chunks, compressor.process, compressor.flush, compressor.finish)
    compressor = zlib.compressobj(level=6, wbits=31)
    return _flushed_chunks(chunks, compressor.compress, lambda: compressor.flush(zlib.Z_SYNC_FLUSH), compressor.flush)


def _flushed_chunks(
    chunks: Iterable[bytes],
    add: Callable[[bytes], bytes],
    flush: Callable[[], bytes],
    finish: Callable[[], bytes],
) -> Iterator[bytes]:
    """Yield the compressed stream, flushing the compressor after each `FLUSH_SIZE` bytes of input."""
    buffered = 0
    for chunk in chunks:
        compressed = add(chunk)
        buffered += len(chunk)
        if buffered >= FLUSH_SIZE:
            compressed += flush()
            buffered = 0
        if compressed:
            yield compressed
    yield finish()
