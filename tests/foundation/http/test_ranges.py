"""Range requests for files of editions; streamed downloads do not support them."""

import pytest

from tests.gmg_portal.open_data.test_editions import published_on  # noqa: F401 - a fixture

FILE = "/data/editions/2014-06-30/commitments.csv"


@pytest.fixture
def whole(client, editions, published_on, commitment):  # noqa: F811
    """Return the content of a file of an edition, and its ETag."""
    published_on("2014-06-30")
    response = client.get(FILE)
    return b"".join(response.streaming_content), response["ETag"]


PARTS = {
    "bytes=0-3": slice(0, 4),
    "bytes=5-": slice(5, None),
    "bytes=-7": slice(-7, None),
    "bytes=-999999": slice(0, None),
    "bytes=3-999999": slice(3, None),
}
WHOLE = [
    {"Range": "bytes=0-3,5-6"},
    {"Range": "rows=0-3"},
    {"Range": "bytes=-"},
    {"Range": "bytes=x-y"},
    {"Range": "bytes=0-3", "If-Range": '"another"'},
    {"Range": "bytes=0-3", "If-Range": "Mon, 30 Jun 2014 00:00:00 GMT"},
]


def test_part_of_a_file_is_handed_out_where_a_single_one_is_meant(client, whole):
    content, etag = whole

    for byte_range, part in PARTS.items():
        response = client.get(FILE, headers={"Range": byte_range, "If-Range": etag, "Accept-Encoding": "gzip"})

        first, last, _step = part.indices(len(content))
        assert (response.status_code, b"".join(response.streaming_content)) == (206, content[part]), byte_range
        assert response["Content-Range"] == f"bytes {first}-{last - 1}/{len(content)}"
        assert (response["Content-Length"], response["ETag"]) == (str(last - first), etag)
        assert response["Content-Type"] == "text/csv; charset=utf-8"
        assert "Content-Encoding" not in response
    for headers in WHOLE:
        response = client.get(FILE, headers=headers)

        assert (response.status_code, b"".join(response.streaming_content)) == (200, content), headers
        assert response["Accept-Ranges"] == "bytes"


def test_part_outside_of_a_file_is_refused_with_its_size(client, whole):
    size = len(whole[0])

    for byte_range in ("bytes=999999-", "bytes=5-3", "bytes=-0"):
        response = client.get(FILE, headers={"Range": byte_range})

        assert (response.status_code, response["Content-Range"]) == (416, f"bytes */{size}"), byte_range
        assert f"{size} bytes" in response.content.decode()


def test_head_of_a_file_says_its_length(client, whole):
    response = client.head(FILE)

    assert (response.status_code, response["Content-Length"]) == (200, str(len(whole[0])))


def test_file_that_is_written_while_it_is_read_says_that_it_has_no_parts(client, commitment):
    response = client.get("/data/commitments.csv", headers={"Range": "bytes=0-3"})

    assert (response.status_code, response["Accept-Ranges"]) == (200, "none")
