"""Mail to one person, as text and as HTML, from the templates of a name in `templates/mail/`."""

from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string


def send(name: str, to: str, context: dict[str, Any]) -> None:
    compose(name, to, context).send()


def compose(name: str, to: str, context: dict[str, Any]) -> EmailMultiAlternatives:
    """Make a message: `<name>_subject.txt` is its one line of subject, `<name>.txt` and `<name>.html` its body."""
    subject = " ".join(render_to_string(f"mail/{name}_subject.txt", context).split())
    text = render_to_string(f"mail/{name}.txt", context)
    message = EmailMultiAlternatives(subject, text, settings.DEFAULT_FROM_EMAIL, [to])
    message.attach_alternative(render_to_string(f"mail/{name}.html", context), "text/html")
    return message
