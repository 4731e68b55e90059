import gzip
import re
import zlib

import brotli
import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.test import RequestFactory

from foundation.http.compression import FLUSH_SIZE, CompressionMiddleware, choose_encoding
from tests.support.factories import CommitmentFactory

BOTH = ("br", "gzip")
PUBLIC = {"Cache-Control": "public, max-age=0"}
TEXT = b"the same words again and again. " * 100


def compressed(response, accept):
    request = RequestFactory().get("/", headers={"Accept-Encoding": accept})
    return CompressionMiddleware(lambda request: response)(request)


def decompressed(response):
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return {"br": brotli.decompress, "gzip": gzip.decompress}.get(response.get("Content-Encoding"), bytes)(body)


@pytest.mark.parametrize(
    ("accept", "coding"),
    [
        ("", None),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("x-gzip", "gzip"),
        ("br;q=0.5, gzip;q=0.8", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("br;q=0, *", "gzip"),
        ("*", "br"),
        ("*;q=0", None),
        ("GZIP;Q=1", "gzip"),
        ("identity, gzip;q=0.5", None),
        ("identity;q=0.5, gzip", "gzip"),
        ("identity;q=0, *", "br"),
        ("gzip;q=many, br;q=2", None),
        ("gzip;level=1;q=1", None),
        ("brotli, gzipped", None),
        (",;=" * 500, None),
    ],
)
def test_most_welcome_coding_is_chosen(accept, coding):
    assert choose_encoding(accept, BOTH) == coding


@pytest.mark.parametrize("coding", BOTH)
@pytest.mark.parametrize("kind", [HttpResponse, lambda *args, **more: StreamingHttpResponse([TEXT], **more)])
def test_compressed_body_is_the_plain_body(kind, coding):
    response = compressed(kind(TEXT, headers=PUBLIC | {"ETag": '"tag"'}), coding)

    assert (response["Content-Encoding"], response["Vary"], response["ETag"]) == (coding, "Accept-Encoding", 'W/"tag"')
    assert decompressed(response) == TEXT
    assert response.streaming or int(response["Content-Length"]) == len(response.content) < len(TEXT) / 10


@pytest.mark.parametrize(
    ("response", "accept"),
    [
        (HttpResponse(TEXT[:150]), "gzip"),
        (HttpResponse(TEXT, content_type="image/png"), "gzip"),
        (StreamingHttpResponse([TEXT], content_type="application/zip"), "gzip"),
        (HttpResponse(TEXT), "deflate"),
        (HttpResponse(b"", status=304), "identity;q=0, gzip"),
    ],
)
def test_what_gains_nothing_stays_as_it_is_and_varies_all_the_same(response, accept):
    assert "Content-Encoding" not in compressed(response, accept)
    assert response["Vary"] == "Accept-Encoding"


def test_what_is_packed_already_is_left_alone():
    response = compressed(HttpResponse(TEXT, headers={"Content-Encoding": "zstd"}), "gzip")

    assert (response.content, response["Content-Encoding"]) == (TEXT, "zstd")


def test_short_response_is_compressed_if_plain_is_refused():
    assert decompressed(compressed(HttpResponse(b"short"), "identity;q=0, gzip")) == b"short"
    assert compressed(HttpResponse(b"short"), "identity;q=0").content == b"short"


@pytest.mark.parametrize("cache_control", [None, "private, no-store"])
def test_what_may_hold_a_secret_is_of_no_certain_length(cache_control):
    headers = {"Cache-Control": cache_control} if cache_control else {}
    answers = [compressed(HttpResponse(TEXT, headers=headers), "br, gzip") for _ in range(20)]

    assert {answer["Content-Encoding"] for answer in answers} == {"gzip"}
    assert len({len(answer.content) for answer in answers}) > 1
    assert compressed(HttpResponse(TEXT, headers=headers), "br").get("Content-Encoding") is None
    assert compressed(HttpResponse(TEXT, headers=PUBLIC), "gzip").content == zlib.compress(TEXT, 6, 31)


@pytest.mark.parametrize("coding", BOTH)
def test_stream_leaves_block_by_block_whatever_its_pieces(coding):
    read = 0

    def pieces():
        nonlocal read
        for number in range(20_000):
            piece = b"%d,%d,a line of a file\r\n" % (number, number * 7919 % 10007)
            read += len(piece)
            yield piece

    unpack = brotli.Decompressor().process if coding == "br" else zlib.decompressobj(31).decompress
    response = compressed(StreamingHttpResponse(pieces(), headers=PUBLIC), coding)
    unpacked_size, behind = 0, []
    for part in response.streaming_content:
        # In small bites: the brotli of Python hands out no more than 32 KiB at each.
        unpacked_size += sum(len(unpack(part[start : start + 500])) for start in range(0, len(part), 500))
        behind.append(read - unpacked_size)

    assert unpacked_size == read > 8 * FLUSH_SIZE
    assert max(behind[:-1]) < 2 * FLUSH_SIZE
    assert len(behind) >= read // FLUSH_SIZE


# The portal's own answers


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["/agencies/", "/api/v1/commitments/", "/data/commitments.csv", "/data/commitments.xlsx"]
)
def test_answer_is_the_same_however_it_travels(client, ilo, path):
    CommitmentFactory.create_batch(5, lead_agency=ilo)
    plain = client.get(path)
    content = plain.getvalue()
    answers = {coding: client.get(path, headers={"Accept-Encoding": coding}) for coding in BOTH}

    for coding, answer in answers.items():
        assert answer.get("Content-Encoding") == (None if path.endswith("xlsx") else coding)
        assert answer["ETag"] == plain["ETag"]
        assert "Accept-Encoding" in answer["Vary"]
        body = decompressed(answer)
        assert body == content or path.endswith("xlsx")
        for tag in (answer["ETag"], answer["ETag"].removeprefix("W/")):
            held = client.get(path, headers={"Accept-Encoding": coding, "If-None-Match": tag})
            assert (held.status_code, held.content, held.get("Content-Encoding")) == (304, b"", None)
        head = client.head(path, headers={"Accept-Encoding": coding})
        assert head.getvalue() == b""
        assert {name: head.get(name) for name in ("Content-Encoding", "Content-Length", "ETag", "Vary")} == {
            name: answer.get(name) for name in ("Content-Encoding", "Content-Length", "ETag", "Vary")
        }


@pytest.mark.django_db
def test_page_with_a_form_is_padded(client, commitment):
    for path in ("/accounts/login/", f"/commitments/{commitment.reference}/mistake/"):
        answer = client.get(path, headers={"Accept-Encoding": "br, gzip"})

        assert answer["Content-Encoding"] == "gzip"
        assert re.match(rb"\x1f\x8b\x08\x08.{6}a*\x00", answer.content, re.DOTALL)
