"""The programs of docs/examples/, handed out as they lie: what readers take is what the suite runs."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from gmg_portal.open_data.views import asked_day, refused

FOLDER = settings.BASE_DIR / "docs" / "examples"
KINDS = {
    ".py": "text/x-python; charset=utf-8",
    ".ipynb": "application/x-ipynb+json",
    ".md": "text/markdown; charset=utf-8",
}


def names() -> list[str]:
    """The files, in the order of their names; none where the portal is installed without its docs."""
    return sorted(path.name for path in FOLDER.glob("*.*") if path.suffix in KINDS)


@require_safe
def example(request: HttpRequest, name: str) -> HttpResponse:
    try:
        asked_day(request, ())
    except ValidationError as refusal:
        return refused(refusal)
    if name not in names():
        raise Http404("There is no such example.")
    path = FOLDER / name
    return HttpResponse(
        path.read_bytes(),
        content_type=KINDS[path.suffix],
        headers={"Content-Disposition": f'inline; filename="{name}"'},
    )
