"""Health checks for a supervisor: `/healthz` (liveness) and `/readyz` (readiness)."""

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
def liveness(_request: HttpRequest) -> HttpResponse:
    """Answer 200 as long as the process runs; check nothing else."""
    return _plain_text("ok")


@never_cache
@require_safe
def readiness(_request: HttpRequest) -> HttpResponse:
    """Answer 200 if the database is reachable and has all migrations, with warnings about its roles; else 503."""
    try:
        missing = unapplied_migrations()
        warnings = [] if missing else roles.role_warnings()
    except Error as error:
        logger.warning("Not ready: %s", error)
        return _plain_text(_("The database cannot be reached."), status=503)
    if missing:
        problem = ngettext(
            "%(count)d migration is not applied: run ‘manage.py migrate’.",
            "%(count)d migrations are not applied: run ‘manage.py migrate’.",
            missing,
        )
        return _plain_text(problem % {"count": missing}, status=503)
    return _plain_text("\n".join(["ok", *warnings]))


def unapplied_migrations() -> int:
    """Return how many migrations the database lacks. It reads the files of all apps."""
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _plain_text(text: str, status: int = 200) -> HttpResponse:
    return HttpResponse(f"{text}\n", status=status, content_type="text/plain; charset=utf-8")


HEALTH_PATHS = ("/healthz", "/readyz")


class HealthMiddleware:
    """Accept any Host header for health checks, because supervisors send the address of the machine."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info in HEALTH_PATHS and settings.ALLOWED_HOSTS and settings.ALLOWED_HOSTS[0] != "*":
            request.META["HTTP_HOST"] = settings.ALLOWED_HOSTS[0].removeprefix(".")
        return self.get_response(request)
