"""What the log says of a request."""

import logging

# What clients do wrong is told in one line: where our code stood meanwhile says nothing.
BRIEF = ("django.security.DisallowedHost",)


class RequestFilter(logging.Filter):
    """Name the request of a record, as its answer does in X-Request-ID, and keep short what is no fault of ours."""

    def filter(self, record):
        if record.name in BRIEF:
            record.exc_info = record.exc_text = None
        request_id = getattr(getattr(record, "request", None), "request_id", "")
        record.request_id = f" [{request_id}]" if request_id else ""
        return True
