"""What the log says of a request."""

import logging
import re

# What clients do wrong is told in one line: where our code stood meanwhile says nothing.
BRIEF = ("django.security.DisallowedHost",)
# What stands in an address behind these lets its holder in: links of invitations, of lost passwords and of mails.
SECRET = re.compile(r"""(/accounts/(?:invitation|mail|password/lost)/)(?!sent/)[^/\s?"'<>][^\s?"'<>]*""")


class RequestFilter(logging.Filter):
    """Name the request of a record, as its answer does in X-Request-ID, and keep short what is no fault of ours.

    Secrets in addresses are left out.
    """

    def filter(self, record):
        if record.name in BRIEF:
            record.exc_info = record.exc_text = None
        _leave_secrets_out(record)
        request_id = getattr(getattr(record, "request", None), "request_id", "")
        record.request_id = f" [{request_id}]" if request_id else ""
        return True


def without_secrets(text: str) -> str:
    """Return a text with an ellipsis for what lets the holder of an address in."""
    return SECRET.sub(r"\1…", text)


def _leave_secrets_out(record: logging.LogRecord) -> None:
    try:
        message = record.getMessage()
    except (TypeError, ValueError, KeyError):  # a wrong call, of which the handler tells
        return
    if SECRET.search(message):
        record.msg, record.args = without_secrets(message), ()
