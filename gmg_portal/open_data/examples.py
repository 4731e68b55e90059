"""The example programs in docs/examples/, served unchanged: readers get the files that the tests run."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from foundation.filters.as_of import parse_as_of
from gmg_portal.open_data.views import bad_request

FOLDER = settings.BASE_DIR / "docs" / "examples"
CONTENT_TYPES = {
    ".py": "text/x-python; charset=utf-8",
    ".ipynb": "application/x-ipynb+json",
    ".md": "text/markdown; charset=utf-8",
}


def file_names() -> list[str]:
    """Return the file names, sorted; [] if the portal is installed without its docs."""
    return sorted(path.name for path in FOLDER.glob("*.*") if path.suffix in CONTENT_TYPES)


@require_safe
def example(request: HttpRequest, name: str) -> HttpResponse:
    """Serve an example program. Only the listed names are read from the disk."""
    try:
        parse_as_of(request.GET, ())
    except ValidationError as error:
        return bad_request(error)
    if name not in file_names():
        raise Http404("There is no such example.")
    path = FOLDER / name
    return HttpResponse(
        path.read_bytes(),
        content_type=CONTENT_TYPES[path.suffix],
        headers={"Content-Disposition": content_disposition_header(False, name)},
    )
