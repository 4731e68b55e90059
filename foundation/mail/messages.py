"""Build the portal's mails: each as plain text and as HTML, from templates of one name in `templates/mail/`."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.template.loader import render_to_string

# Marks a mail that no person wrote, so that out-of-office programs do not answer it (RFC 3834).
AUTO_GENERATED = {"Auto-Submitted": "auto-generated"}


def absolute_url(path: str) -> str:
    """Return the full address of a page, for links in mails and files."""
    return f"{settings.PUBLIC_URL}{path}"


def build_message(
    template: str,
    *,
    to: str,
    subject: str | None = None,
    connection: BaseEmailBackend | None = None,
    headers: Mapping[str, str] | None = None,
    **context: Any,
) -> EmailMultiAlternatives:
    """Build a mail from `mail/<template>.txt` and `mail/<template>.html`, without sending it.

    Without `subject`, the subject is rendered from `mail/<template>_subject.txt`. The templates get `context`, and
    beside it `subject` and `portal`, the portal's address.
    """
    context |= {"portal": settings.PUBLIC_URL}
    if subject is None:
        subject = render_to_string(f"mail/{template}_subject.txt", context)
    context["subject"] = " ".join(subject.split())
    message = EmailMultiAlternatives(
        subject=context["subject"],
        body=render_to_string(f"mail/{template}.txt", context).strip() + "\n",
        to=[to],
        headers=headers,
        connection=connection,
    )
    message.attach_alternative(render_to_string(f"mail/{template}.html", context), "text/html")
    return message


def send_message(template: str, *, to: str, **context: Any) -> None:
    """Build a mail and send it; the default backend puts it into the queue."""
    build_message(template, to=to, **context).send()
