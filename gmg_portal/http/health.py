"""What a supervisor asks: is the portal alive, and can it serve."""

import logging
from collections.abc import Callable

from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from foundation.postgresql import roles

logger = logging.getLogger(__name__)


@never_cache
@require_safe
def alive(_request) -> HttpResponse:
    """The process answers; nothing else is asked."""
    return _sentence("ok")


@never_cache
@require_safe
def ready(_request) -> HttpResponse:
    """The database is reachable, and it is the one that this code expects; with a word on what should be mended."""
    try:
        missing = unapplied_migrations()
        warnings = [] if missing else roles.role_warnings()
    except Error as error:
        logger.warning("Not ready: %s", error)
        return _sentence(_("The database cannot be reached."), status=503)
    if missing:
        problem = ngettext(
            "%(count)d migration is not applied: run ‘manage.py migrate’.",
            "%(count)d migrations are not applied: run ‘manage.py migrate’.",
            missing,
        )
        return _sentence(problem % {"count": missing}, status=503)
    return _sentence("\n".join(["ok", *warnings]))


def unapplied_migrations() -> int:
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _sentence(text: str, status: int = 200) -> HttpResponse:
    return HttpResponse(f"{text}\n", status=status, content_type="text/plain; charset=utf-8")


PROBES = ("/healthz", "/readyz")


class HealthMiddleware:
    """Let a supervisor name the host of a probe as it likes: by the address of a machine, which is not the portal's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request):
        if request.path_info in PROBES and settings.ALLOWED_HOSTS and settings.ALLOWED_HOSTS[0] != "*":
            request.META["HTTP_HOST"] = settings.ALLOWED_HOSTS[0].removeprefix(".")
        return self.get_response(request)
