"""The form that an autosaved form belongs to, with its addresses and copies."""

from dataclasses import dataclass

from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404

from foundation.text.numbers import is_whole_number
from gmg_portal.editors.context import EditorContext
from gmg_portal.editors.forms.autosave import Parent
from reporting.models import AutosavedForm
from reporting.models.autosave import PARENTS


@dataclass(frozen=True)
class OpenForm:
    """The form of a row, or that of a new, unsaved row with the commitment or assessment to which it belongs."""

    page: EditorContext
    row: Model
    parent: Parent

    @property
    def own_copies(self) -> QuerySet[AutosavedForm]:
        """Return the user's autosaved form of this form, if there is one."""
        return AutosavedForm.objects.of(self.page.user, self.row, self.parent)

    @property
    def offered_copies(self) -> QuerySet[AutosavedForm]:
        """Return the copies of colleagues that the user may take over."""
        return AutosavedForm.objects.offered_to(self.page.user, self.row, self.parent)

    def copy_url(self, name: str) -> str:
        """Return the address of the page of this name for the form's copy."""
        if self.row.pk:
            return self.page.url(name, self.row.pk)
        return self.page.url(f"{name}_of_new") + self._parent_query

    @property
    def url(self) -> str:
        """Return the address of the form."""
        if self.row.pk:
            return self.page.url("change", self.row.pk)
        return self.page.url("add") + self._parent_query

    @property
    def _parent_query(self) -> str:
        return f"?{self.parent._meta.model_name}={self.parent.pk}" if self.parent else ""


def open_form(page: EditorContext) -> OpenForm:
    """Return the form on a page about a row, or about a new one."""
    row = page.row if page.is_saved else page.model()
    return OpenForm(page, row, None if page.is_saved else requested_parent(page))


def writable_form(page: EditorContext, object_id: str | None) -> OpenForm:
    """Return the form of the row with this key, or of a new row.

    Raise PermissionDenied if the user may not write it, and Http404 if there is no such row.
    """
    if object_id is None:
        if not page.table.has_add_permission(page.request):
            raise PermissionDenied
        return open_form(page)
    row = page.table.get_object(page.request, unquote(object_id))
    if row is None:
        raise Http404
    page = page.about(row)
    if not page.contains(page.table.changeable):
        raise PermissionDenied
    return open_form(page)


def requested_parent(page: EditorContext) -> Parent:
    """Return the row in the address of a new row's form to which that will belong, if the user may choose it."""
    column = PARENTS.get(page.opts.model_name)
    key = page.request.GET.get(column, "") if column else ""
    return page.table.choices(page.request)[column].filter(pk=key).first() if is_whole_number(key) else None


def is_autosaved(page: EditorContext) -> bool:
    """Return whether this page is a form with autosave."""
    if page.is_past:
        return False
    if not page.is_saved:
        return page.table.has_add_permission(page.request)
    return page.contains(page.table.changeable)


def own_autosaved_form(page: EditorContext) -> AutosavedForm | None:
    """Return the user's copy of the form on this page, or None; read once a request."""
    return page.once(("own_copy",), lambda: open_form(page).own_copies.first())
