"""System check of the mail backend: a missing key, or a service whose library is not installed."""

from django.core.checks import Error, register
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import get_connection
from django.utils.module_loading import import_string
from post_office.settings import get_backend


@register
def check_mail_backend(app_configs: object, **kwargs: object) -> list[Error]:
    """Return E001 if the backend of MAIL_URL cannot be made. Nothing is sent, and no connection is opened."""
    backend = get_backend("default")
    try:
        import_string(backend)
        get_connection(backend)
    except (ImproperlyConfigured, ImportError) as error:
        reason = " ".join(str(error).split())
        return [Error(f"Mail cannot leave by the way that MAIL_URL names: {reason}", id="gmg_portal.E001")]
    return []
