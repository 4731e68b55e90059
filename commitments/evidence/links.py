"""Which links a document may hold: those that a reader follows by a click, to the web or to a mail address."""

from urllib.parse import urlsplit

SCHEMES = {"http", "https", "mailto", "ftp", "tel"}


def is_plain_link(target: str) -> bool:
    """Whether a link leads to the web, to a mail address, or to a place beside or in the document itself.

    A path on another machine is not: following it sends the reader's sign-in to that machine.
    """
    address = target.strip().replace("\\", "/")
    if address.startswith("//"):
        return False
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    if parts.scheme == "file":
        return not parts.netloc and not parts.path.startswith("//")
    # A single letter is the drive of a path, such as C:\reports.
    return not parts.scheme or parts.scheme in SCHEMES or len(parts.scheme) == 1


def is_remote(target: str) -> bool:
    """Whether a target lies outside the document: an address with a scheme, or a path on another machine."""
    address = target.strip().replace("\\", "/")
    return address.startswith("//") or ":" in address.partition("/")[0]
