"""One mail of the portal: as plain text and as HTML, with addresses that lead back from anywhere."""

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string


def absolute(path: str) -> str:
    """The address of a page for whoever is not on the portal already."""
    return f"{settings.PUBLIC_URL}{path}"


def letter(template: str, *, to: str, subject: str, connection=None, headers=None, **context) -> EmailMultiAlternatives:
    """`template` names a pair, `mail/<template>.txt` and `.html`."""
    subject = " ".join(subject.split())
    context |= {"subject": subject, "portal": settings.PUBLIC_URL}
    mail = EmailMultiAlternatives(
        subject=subject,
        body=render_to_string(f"mail/{template}.txt", context).strip() + "\n",
        to=[to],
        headers={"Auto-Submitted": "auto-generated", **(headers or {})},
        connection=connection,
    )
    mail.attach_alternative(render_to_string(f"mail/{template}.html", context), "text/html")
    return mail
