"""Says before anything starts that mail could not leave: a missing key, a service whose library is not there."""

from django.core.checks import Error, register
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import get_connection
from django.utils.module_loading import import_string
from post_office.settings import get_backend


@register
def mail_can_leave(app_configs, **kwargs) -> list[Error]:
    backend = get_backend("default")
    try:
        import_string(backend)
        get_connection(backend)
    except (ImproperlyConfigured, ImportError) as refusal:
        words = " ".join(str(refusal).split())
        return [Error(f"Mail cannot leave by the way that MAIL_URL names: {words}", id="gmg_portal.E001")]
    return []
