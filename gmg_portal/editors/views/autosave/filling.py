"""Fill a form with the user's autosaved form, and show what the script and the page need of it."""

from collections.abc import Callable
from dataclasses import dataclass

from django.forms import BaseInlineFormSet

from gmg_portal.editors.context import EditorContext, FormPage
from gmg_portal.editors.forms import autosave
from gmg_portal.editors.forms.autosave import as_querydict
from gmg_portal.editors.views.autosave.open_forms import is_autosaved, open_form, own_autosaved_form
from reporting.models import AutosavedForm


@dataclass(frozen=True)
class AutosaveState:
    """The autosaved forms of a form, for its page and its script."""

    address: str
    discard: str
    user: int
    copy: AutosavedForm | None
    is_filled_in: bool
    is_outdated: bool
    offered: list[tuple[str, AutosavedForm]]

    @property
    def seen(self) -> str:
        """Return the time of the copy, which the script sends back."""
        return self.copy.saved_at.isoformat() if self.copy else ""


def fill_with_autosaved_form(page: EditorContext, form_page: FormPage) -> dict:
    """Fill the form with the user's copy and return the state of its copies; nothing for a form without autosave."""
    if not is_autosaved(page):
        return {}
    copy = own_autosaved_form(page)
    if copy and page.request.method == "GET":
        data = as_querydict(copy.fields)
        autosave.fill_form(data, form_page.form)
        for formset in form_page.formsets:
            autosave.fill_formset(data, formset)
    return {"autosave_state": autosave_state(page, copy)}


def autosave_state(page: EditorContext, copy: AutosavedForm | None) -> AutosaveState:
    """Return the state of the form's copies, with those of colleagues and the addresses of their pages."""
    form = open_form(page)
    return AutosaveState(
        address=form.copy_url("autosave"),
        discard=form.copy_url("discard_copy"),
        user=page.user.pk,
        copy=copy,
        is_filled_in=copy is not None and page.request.method == "GET",
        is_outdated=copy is not None and bool(form.row.pk) and copy.version != form.row.version,
        offered=[(page.url("colleagues_copy", offered.pk), offered) for offered in form.offered_copies],
    )


def count_autosaved_rows(page: EditorContext, formset: type[BaseInlineFormSet], saved_rows: Callable[[], list]) -> int:
    """Return the number of new inline rows in the autosaved form, each of which needs an empty form."""
    if page.request.method != "GET" or not is_autosaved(page):
        return 0
    copy = own_autosaved_form(page)
    if copy is None:
        return 0
    saved_keys = {str(row.pk) for row in saved_rows()}
    return len(autosave.new_row_prefixes(as_querydict(copy.fields), formset, saved_keys))
