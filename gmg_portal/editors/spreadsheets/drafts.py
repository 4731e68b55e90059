"""The base class of all tables of drafts in a file: the rows that a user may write, and the errors of a row.

django-import-export drives it: columns, the pass over the rows, the dry run that is rolled back, all or nothing.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, transaction
from django.db.models import Max, Model, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.instance_loaders import BaseInstanceLoader
from import_export.resources import ModelResource

from commitments.workflow import State
from foundation.public_fields import PublicTable
from foundation.text.choice_lookup import find_code, fold_text
from gmg_portal.editors.forms.change_messages import changes_since_export
from gmg_portal.editors.spreadsheets.column_classes import sets_of
from gmg_portal.editors.spreadsheets.public_columns import public_column
from gmg_portal.editors.spreadsheets.row_choices import RowChoices
from reporting import actions, rules
from reporting.importers.table_loader import database_error_message

Problems = dict[str, list[str]]
VERSION = re.compile(r"v(\d+)\.(\d+)")
EMPTY = gettext_lazy("This cannot be empty.")


def has_this_already(row: int) -> str:
    """Return the sentence for a row that repeats an earlier one."""
    return _("Row %(row)d has this already.") % {"row": row}


@dataclass(frozen=True)
class CellChange:
    """A cell that an import changes."""

    column: str
    before: str
    after: str


class LockedRowLoader(BaseInstanceLoader):
    """The existing rows that a file names, fetched and locked in one query."""

    def __init__(self, resource, dataset=None):
        super().__init__(resource, dataset)
        resource.find(dataset)

    def get_instance(self, row):
        return self.resource.existing_row(row)


class DraftResource(ModelResource):
    """Drafts of one person as rows of a file. `key` is the column that identifies a row.

    Columns that a subclass does not declare are made from the public fields of its `table`.
    """

    table: PublicTable
    key = "id"
    name: str
    label: str
    shown = ("version", "state")  # columns that an import only compares
    columns_of_rules: dict[str, str] = {}  # for fields of rules without a column of their own

    class Meta:
        skip_diff = True
        store_instance = True
        instance_loader_class = LockedRowLoader

    @classmethod
    def field_from_django_field(cls, field_name, _django_field, readonly):
        """Return the column of a public field that the class does not declare."""
        return public_column(cls.table, field_name)

    def __init__(self, user):
        super().__init__()
        self.user, self.row_choices = user, RowChoices(user)
        self.existing_rows: dict[str, Model] = {}
        self.first_rows: dict[tuple, int] = {}

    # Rows

    def get_queryset(self) -> QuerySet:
        """Return the drafts that the person may change, each with its newest history line."""
        lines = self._meta.model.history.filter(id=OuterRef("pk")).order_by().values("id").annotate(newest=Max("pk"))
        rows = self._meta.model.objects.editable_by(self.user).annotate(newest_line=Subquery(lines.values("newest")))
        return rows.order_by("pk")

    def visible(self) -> QuerySet:
        """Return the rows that the user may see."""
        return self._meta.model.objects.visible_to(self.user)

    def lookup(self, keys: Iterable[str]) -> dict:
        """Return the filter that finds rows by the keys of a file."""
        return {"pk__in": [int(key) for key in keys if key.isdecimal() and len(key) < 16]}

    def key_of(self, row: Model) -> str:
        return str(row.pk)

    def key_in(self, cell: str) -> str:
        """Return the key that a cell names."""
        return cell.strip()

    def find(self, dataset) -> None:
        """Fetch and lock the rows that the file names. Imports of one person run one after the other."""
        self.user._meta.model._base_manager.select_for_update(no_key=True).get(pk=self.user.pk)
        keys = set(map(self.key_in, dataset[self.key])) - {""}
        rows = self.get_queryset().filter(**self.lookup(keys)).select_for_update(of=("self",))
        self.existing_rows = {self.key_of(row): row for row in rows}

    def existing_row(self, row) -> Model | None:
        return self.existing_rows.get(self.key_in(row[self.key]))

    def values_of(self, instance: Model) -> dict[str, str]:
        return {field.column_name: self.export_field(field, instance) for field in self.get_import_fields()}

    def dehydrate_version(self, instance) -> str:
        return f"v{instance.version}.{instance.newest_line or 0}" if hasattr(instance, "newest_line") else ""

    def dehydrate_id(self, instance) -> str:
        return str(instance.pk or "")

    def dehydrate_reference(self, instance) -> str:
        return instance.reference if instance.pk else ""

    def dehydrate_state(self, instance) -> str:
        return instance.state if instance.pk else ""

    # One row

    def after_init_instance(self, instance, new, row, **kwargs):
        self.before = self.values_of(instance)

    def import_instance(self, instance, row, row_number, numbers, **kwargs):
        """Read the cells that differ from the export, and collect all errors of the row by column."""
        problems: Problems = {}
        for field in self.get_import_fields():
            name, cell = field.column_name, row[field.column_name]
            if name == self.key or name in self.shown or cell == self.before[name]:
                continue
            try:
                if field.fixed and instance.pk and fold_text(cell) != fold_text(self.before[name]):
                    raise ValidationError(
                        _("This stays what it is: ‘%(value)s’.") % {"value": self.before[name] or "–"}
                    )
                field.save(instance, row, row_choices=self.row_choices, resource=self)
            except ValidationError as error:
                problems[name] = error.messages
        for name, sentence in self.problems_of(instance, row, numbers[row_number - 1], problems):
            problems.setdefault(name, []).append(str(sentence))
        if problems:
            raise ValidationError(problems)

    def problems_of(self, instance, row, number: int, cell_errors: Problems):
        """Yield the errors of the row as a whole as (column, message)."""
        yield from self.problems_of_identity(instance, row, number)
        for field in self.get_import_fields():
            if field.required and not row[field.column_name].strip() and field.column_name not in cell_errors:
                yield field.column_name, EMPTY

    def problems_of_rules(self, instance: Model, cell_errors: Problems) -> Iterator[tuple[str, str]]:
        """Yield the errors of the rules that a draft must meet, by column."""
        columns = {field.attribute: field.column_name for field in self.get_import_fields()} | self.columns_of_rules
        invalid = {name for name, column in columns.items() if column in cell_errors}
        for name, sentence in rules.draft_errors(instance, invalid).items():
            yield columns.get(name, name), sentence

    def problems_of_identity(self, instance, row, number: int):
        """Yield errors if the user may not change the row, it changed since the export, or it is in the file twice."""
        key, version, word = self.key_in(row[self.key]), row.get("version", "").strip(), row.get("state", "").strip()
        state = find_code(word, State.choices) or word
        if key and not instance.pk:
            yield self.key, self.not_found_reason(key)
        elif not key and version and not instance.pk:
            yield "version", _("A new row has no version yet: leave this empty.")
        elif instance.pk and (version or key) and version != self.before["version"]:
            yield from (("version", sentence) for sentence in self.why_stale(instance, version))
        if "state" in row and state not in (self.before["state"], "" if instance.pk else State.DRAFT):
            yield "state", _("An import moves nothing through the review: leave this as it was exported.")
        first = self.first_rows.setdefault((self.key, key), number) if key else number
        if first != number:
            yield self.key, has_this_already(first)

    def not_found_reason(self, key: str) -> str:
        """Return why no row has this key. Drafts that the user may not see count as missing."""
        row = self.visible().filter(**self.lookup([key])).first()
        if row is not None and row.state not in (State.DRAFT, State.SENT_BACK):
            words = {"key": key, "state": row.get_state_display()}
            return _("‘%(key)s’ is in the state ‘%(state)s’ and takes no changes.") % words
        return _("‘%(key)s’ is no draft that you may change: leave this empty for a new row.") % {"key": key}

    def why_stale(self, instance, version: str) -> list[str]:
        if not version:
            return [_("Without its version a row changes nothing: export it anew, and change that.")]
        read = VERSION.fullmatch(version)
        if read is None:
            return [_("‘%(version)s’ is no version: leave it as it was exported.") % {"version": version}]
        return changes_since_export(instance, int(read[2]))

    def once(self, number: int, *marks) -> int | None:
        """Return the number of an earlier row with the same values, or None."""
        first = self.first_rows.setdefault(marks, number)
        return first if first != number else None

    # Library's hooks

    def skip_row(self, instance, original, row, import_validation_errors=None):
        """Skip a row of which no cell has changed."""
        return not import_validation_errors and not instance._state.adding and not self.changes_of(instance)

    def changes_of(self, instance) -> list[CellChange]:
        after = self.values_of(instance)
        return [
            CellChange(name, self.before[name], after[name])
            for name in after
            if name != self.key and name not in self.shown and after[name] != self.before[name]
        ]

    def validate_instance(self, instance, import_validation_errors=None, validate_unique=True):
        """Validate each field by its model; the database checks the row as a whole."""
        if import_validation_errors:
            raise ValidationError(import_validation_errors)
        relations = {field.name for field in instance._meta.fields if field.is_relation}
        try:
            instance.clean_fields(exclude=relations)
        except ValidationError as error:
            columns = {field.attribute: field.column_name for field in self.get_import_fields()}
            raise ValidationError({columns.get(k, k): v for k, v in error.message_dict.items()}) from None

    def save_instance(self, instance, is_create, row, dry_run=False, row_number=0, **kwargs):
        try:
            self.try_out(instance, row_number) if dry_run else self.write(instance)
        except DatabaseError as error:
            raise ValidationError(database_error_message(error, self._meta.model)) from None
        except PermissionDenied as denial:
            raise ValidationError(str(denial)) from None

    def try_out(self, instance, row_number: int) -> None:
        """Let the database check the row, without a line in the history; the dry run is rolled back."""
        instance.skip_history_when_saving = True
        with transaction.atomic():
            instance.save()

    def write(self, instance) -> None:
        actions.write_draft(instance, sets_of(instance), by=self.user)

    def save_m2m(self, instance, row, **kwargs):
        """Do nothing: sets are written with their row."""

    def after_import_row(self, row, row_result, **kwargs):
        row_result.diff = self.changes_of(row_result.instance)

    def after_import(self, dataset, result, **kwargs):
        """Do nothing: the database assigns the keys, so no sequence has to be reset."""
