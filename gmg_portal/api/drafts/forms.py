"""Fill the editors' own forms from the body of a request, so that pages and tokens share one set of rules."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from concurrency.forms import VersionFieldSigner
from django import forms
from django.contrib.auth.models import AbstractUser
from django.core.exceptions import NON_FIELD_ERRORS
from django.db.models import Field, FileField, Model, QuerySet
from django.forms.models import modelform_factory
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from commitments.models import Commitment
from foundation.rest.problem_codes import form_error_code
from foundation.rest.query_faults import allowed_values
from foundation.text.choice_lookup import find_code
from foundation.text.unknown_words import unknown_field, unknown_value
from gmg_portal.api.drafts.problems import MOST_ALLOWED, DraftProblem, FieldFault, unknown_value_fault
from gmg_portal.editors.admin_base.form_fields import FORMFIELD_OVERRIDES
from gmg_portal.editors.forms.change_messages import authors_and_time, history_since
from gmg_portal.editors.forms.edit_conflicts import rendered_values
from gmg_portal.editors.forms.evidence import EvidenceForm
from gmg_portal.editors.forms.report import ProgressReportForm
from reporting.models import Evidence, ProgressReport
from reporting.public_fields import WRITTEN_BY_LEAD

EVIDENCE_FIELDS = ("kind", "title", "url", "symbol", "issued_on", "seen_on", "is_public")
# Fields with another name in the form than in the API.
FORM_NAMES = {"issued_on": "issued"}
API_NAMES = {form_name: name for name, form_name in FORM_NAMES.items()}
# The field by which a body names related rows.
IDENTIFIER = "reference"


def report_form(
    report: ProgressReport, body: Mapping, person: AbstractUser, seen_version: tuple[int, int] | None
) -> forms.ModelForm:
    """Return the form for a report, its stored values replaced by those of `body`.

    `seen_version` is the version and history id on which the change is based.
    """
    is_new = report._state.adding
    fields = (["commitment"] if is_new else []) + [*WRITTEN_BY_LEAD]
    check_field_names(body, fields if is_new else WRITTEN_BY_LEAD)
    form_class = modelform_factory(ProgressReport, form=ProgressReportForm, fields=[*fields, "version"])
    choices = {"superseded_by": Commitment.objects.published()}
    if is_new:
        choices["commitment"] = Commitment.objects.handled_by(person).published()
    return _bound_form(form_class, report, fields, choices, body, seen_version)


def evidence_form(evidence: Evidence, body: Mapping, files: MultiValueDict) -> forms.ModelForm:
    """Return the form for a piece of evidence, filled in from `body` and `files`."""
    names = [FORM_NAMES.get(name, name) for name in EVIDENCE_FIELDS]
    check_field_names(body, EVIDENCE_FIELDS, files)
    columns = [name for name in names if name != "issued"]
    form_class = modelform_factory(
        Evidence, form=EvidenceForm, fields=[*columns, "file", "version"], formfield_callback=_form_field
    )
    return _bound_form(form_class, evidence, names, {}, body, None, files)


def _form_field(column: Field, **kwargs: Any) -> forms.Field:
    """Return a field as in the editors' form: an address without a scheme is https; `check_name` limits names."""
    kwargs |= FORMFIELD_OVERRIDES.get(type(column), {})
    return column.formfield(**kwargs | ({"max_length": None} if isinstance(column, FileField) else {}))


def check_field_names(body: Mapping, allowed: Collection[str], files: Mapping | None = None) -> None:
    """Raise a Problem (422) with a fault for each unknown field or file."""
    faults = [
        unknown_value_fault(name, name, allowed, unknown_field(name, allowed), "unknown_field")
        for name in sorted(body)
        if name not in allowed
    ]
    faults += [
        unknown_value_fault(name, name, ["file"], unknown_field(name, ["file"]), "unknown_field")
        for name in sorted(files or ())
        if name != "file"
    ]
    if faults:
        raise DraftProblem(422, faults=faults)


def _bound_form(
    form_class: type[forms.ModelForm],
    row: Model,
    names: list[str],
    choices: Mapping[str, QuerySet],
    body: Mapping,
    seen_version: tuple[int, int] | None,
    files: MultiValueDict | None = None,
) -> forms.ModelForm:
    blank = form_class(instance=row)
    _limit_choices(blank, choices)
    data, faults = QueryDict(mutable=True), []
    for name in names:
        api_name = API_NAMES.get(name, name)
        field = blank.fields[name]
        if api_name not in body:
            data.setlist(name, rendered_values(blank, name))
            continue
        value, fault = _form_value(api_name, field, body[api_name])
        faults += [fault] if fault else []
        if not (isinstance(field, forms.BooleanField) and not value):
            data[name] = value
    if faults:
        raise DraftProblem(422, faults=faults)
    version, history_id = seen_version or (0, "")
    data["version"], data["opened"] = VersionFieldSigner().sign(version) or "", str(history_id)
    form = form_class(data, files, instance=row)
    _limit_choices(form, choices)
    return form


def _limit_choices(form: forms.ModelForm, choices: Mapping[str, QuerySet]) -> None:
    for name, rows in choices.items():
        form.fields[name].queryset = rows


def _form_value(name: str, field: forms.Field, value: object) -> tuple[str, FieldFault | None]:
    """Return a value of the body as the form takes it, or a fault if its type or choice is invalid."""
    if isinstance(field, forms.BooleanField):
        form_values = {"true": "on", "false": ""}
        flag = find_code(str(value), form_values.items()) if isinstance(value, bool | str) else None
        if flag is not None:
            return form_values[flag], None
        return "", FieldFault(name, _("This is true or false."), ("true", "false"), code="invalid_type")
    if value is None or value == "":
        return "", None
    if not isinstance(value, str) or "\0" in value:
        return "", FieldFault(name, _("This is a text, or null."), code="invalid_type")
    if isinstance(field, forms.ModelChoiceField):
        return _primary_key(name, field, value)
    allowed = allowed_values(field)
    if allowed is None:
        return value, None
    code = find_code(value, [choice for choice in field.choices if choice[0] != ""])
    if code is None:
        return "", unknown_value_fault(name, value, allowed, unknown_value(value, allowed))
    return code, None


def _primary_key(name: str, field: forms.ModelChoiceField, value: str) -> tuple[str, FieldFault | None]:
    row = field.queryset.filter(**{f"{IDENTIFIER}__iexact": value}).first()
    if row is not None:
        return str(row.pk), None
    references = list(field.queryset.order_by(IDENTIFIER).values_list(IDENTIFIER, flat=True))
    return "", unknown_value_fault(name, value, references, unknown_value(value, references, MOST_ALLOWED))


def check_form(form: forms.ModelForm) -> None:
    """Raise a Problem for an invalid form: 412 at a conflict of edits, otherwise 422. Call it in a transaction."""
    if form.is_valid():
        return
    conflict = getattr(form, "edit_conflict", None)
    if conflict:
        faults = [
            FieldFault(
                field.name,
                _("Somebody else changed this field."),
                theirs=field.theirs,
                yours=field.yours,
                code="changed",
            )
            for field in conflict.field_conflicts
        ]
        raise DraftProblem(412, conflict_message(form), faults)
    raise DraftProblem(422, faults=_faults(form))


def conflict_message(form: forms.ModelForm) -> str:
    """Return who changed the report since the version that was sent, and what to do next."""
    lines = history_since(form.instance, form.fields["opened"].to_python(form.data.get("opened")))
    if not lines:
        return _("Somebody changed this report after the version that you sent. Nothing was saved: read it again.")
    return _(
        "%(people)s saved this on %(moment)s, after the version that you sent. Nothing was saved: read the report"
        " again and send the change with its new version. ‘errors’ has both wordings of each field."
    ) % authors_and_time(lines)


def _faults(form: forms.ModelForm) -> Iterator[FieldFault]:
    for name, sentences in form.errors.items():
        allowed = allowed_values(form.fields[name]) if name in form.fields else None
        field = "" if name == NON_FIELD_ERRORS else API_NAMES.get(name, name)
        yield FieldFault(field, " ".join(sentences), allowed, code=form_error_code(form, name))
