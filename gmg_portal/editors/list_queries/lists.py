"""The list page, its filters and the fields of related rows, which offer what the user sees and take nothing else."""

from django.contrib.admin import FieldListFilter, RelatedFieldListFilter
from django.contrib.admin.exceptions import NotRegistered
from django.contrib.admin.views.main import ORDER_VAR, ChangeList
from django.contrib.admin.widgets import AutocompleteSelect, AutocompleteSelectMultiple
from django.utils.translation import gettext as _

from gmg_portal.editors.list_queries.lookups import is_key
from gmg_portal.editors.list_queries.refusals import ListQueryRefused, shorten, value_refused


class VisibleRelatedFilter(RelatedFieldListFilter):
    """Offers the related rows that the person sees in their own table, and refuses others."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        offered = [str(key) for key, _label in self.lookup_choices]
        for value in self.lookup_val or ():
            if value not in offered:
                raise value_refused(self.lookup_kwarg, value, offered)

    def field_choices(self, field, request, model_admin):
        try:
            table = model_admin.admin_site.get_model_admin(field.remote_field.model)
        except NotRegistered:
            return []
        if not table.has_view_permission(request):
            return []
        return field.get_choices(
            include_blank=False,
            ordering=self.field_admin_ordering(field, request, model_admin),
            limit_choices_to={"pk__in": table.get_queryset(request).order_by().values("pk")},
        )


FieldListFilter.register(lambda column: column.remote_field, VisibleRelatedFilter, take_priority=True)


class StrictChangeList(ChangeList):
    """A list that can be sorted by its visible sortable columns only."""

    def get_ordering(self, request, queryset):
        if ordering := self.params.get(ORDER_VAR):
            columns = self.sortable_columns()
            for part in ordering.split("."):
                if part.removeprefix("-") not in columns:
                    problem = _("o: ‘%(value)s’ is not a column of this list that you can sort by.")
                    raise ListQueryRefused(ORDER_VAR, problem % {"value": shorten(part)}, columns)
        return super().get_ordering(request, queryset)

    def sortable_columns(self) -> list[str]:
        """Return the column numbers that the `o` parameter takes."""
        return [
            str(place)
            for place, name in enumerate(self.list_display)
            if name in self.sortable_by and self.get_ordering_field(name)
        ]


class ValidKeysMixin:
    """Ignores submitted values that are no keys; Django's query for them would fail."""

    def optgroups(self, name, value, attr=None):
        return super().optgroups(name, [key for key in value if is_key(str(key))], attr)


class KeySelect(ValidKeysMixin, AutocompleteSelect):
    """A select for one related row, whose choices are loaded while typing."""


class KeySelectMultiple(ValidKeysMixin, AutocompleteSelectMultiple):
    """A select for several related rows, whose choices are loaded while typing."""
