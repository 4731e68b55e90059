"""Filter log records: add the request's id and redact secrets."""

import logging
import re

# Errors of clients are logged in one line, since a traceback through our code does not help.
WITHOUT_TRACEBACK = ("django.security.DisallowedHost",)
# The part of an address behind these prefixes is a secret: links of invitations, password resets and mail levels.
SECRET_PATH = re.compile(r"""(/accounts/(?:invitation|mail|password/lost)/)(?!sent/)[^/\s?"'<>][^\s?"'<>]*""")


class RequestFilter(logging.Filter):
    """Add the request's id (as in X-Request-ID) to a log record, and shorten records of client errors.

    Secrets in addresses are redacted.
    """

    def filter(self, record):
        if record.name in WITHOUT_TRACEBACK:
            record.exc_info = record.exc_text = None
        _redact_record(record)
        request_id = getattr(getattr(record, "request", None), "request_id", "")
        record.request_id = f" [{request_id}]" if request_id else ""
        return True


def redact_secrets(text: str) -> str:
    """Return a text with an ellipsis in place of the secret part of each address."""
    return SECRET_PATH.sub(r"\1…", text)


def _redact_record(record: logging.LogRecord) -> None:
    try:
        message = record.getMessage()
    except (TypeError, ValueError, KeyError):  # a wrong logging call, which the handler reports
        return
    if SECRET_PATH.search(message):
        record.msg, record.args = redact_secrets(message), ()
