"""The links that a document may contain: those that a reader follows by a click, to the web or a mail address."""

from urllib.parse import urlsplit

SCHEMES = {"http", "https", "mailto", "ftp", "tel"}


def is_safe_link(target: str) -> bool:
    """Return whether a link leads to the web, to a mail address, or to a relative path or a place in the document.

    A path on another machine is not safe: following it sends the reader's credentials to that machine.
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
    # A single letter is the drive of a path: C:\reports.
    return not parts.scheme or parts.scheme in SCHEMES or len(parts.scheme) == 1


def is_remote(target: str) -> bool:
    """Return whether a target is outside the document: an address with a scheme, or a path on another machine."""
    address = target.strip().replace("\\", "/")
    return address.startswith("//") or ":" in address.partition("/")[0]
