"""The columns of a file, each with the attribute of a row that it holds and the widget that reads its cells."""

from django.db.models import Model
from import_export.fields import Field

from agencies.models import Agency
from gmg_portal.editors.spreadsheets.widgets import TextWidget
from reporting.importers.parsed_lines import partial_date_fields
from workgroups.models import WorkGroup


class SheetColumn(Field):
    """A column: its name in files is the API's; `description` explains it, imports do not change a `fixed` one."""

    def __init__(self, attribute: str, widget: TextWidget, description, *, required=False, fixed=False, **kwargs):
        super().__init__(attribute=attribute, widget=widget, **kwargs)
        self.description, self.required, self.fixed = description, required, fixed


class LeadColumn(SheetColumn):
    """A cell for the lead, which is stored in one of two columns: an agency or a working group."""

    def save(self, instance, row, is_m2m=False, **kwargs):
        lead = self.clean(row, **kwargs)
        instance.lead_agency = lead if isinstance(lead, Agency) else None
        instance.workgroup = lead if isinstance(lead, WorkGroup) else None


class DateColumn(SheetColumn):
    """A cell for a day, which is stored with its precision."""

    def save(self, instance, row, is_m2m=False, **kwargs):
        for name, value in partial_date_fields(self.attribute, self.clean(row, **kwargs)).items():
            setattr(instance, name, value)


class SetColumn(SheetColumn):
    """A cell for several rows of another table, which are set after the instance is saved."""

    def get_value(self, instance):
        waiting = sets_of(instance)
        if self.attribute in waiting:
            return waiting[self.attribute]
        return getattr(instance, self.attribute).all() if instance.pk else []

    def save(self, instance, row, is_m2m=False, **kwargs):
        sets_of(instance)[self.attribute] = self.clean(row, **kwargs)


def sets_of(instance: Model) -> dict[str, list[Model]]:
    """Return the sets that an import will give a row, by name."""
    return instance.__dict__.setdefault("_sets", {})
