"""The editors' own forms, filled in from the body of a request: one set of rules for pages and tokens."""

from collections.abc import Iterator, Mapping

from concurrency.forms import VersionFieldSigner
from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.db.models import FileField
from django.forms.models import modelform_factory
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from commitments.forms import EvidenceForm, ProgressReportForm
from commitments.models import Commitment, Evidence, ProgressReport
from foundation.rest.problem_codes import of_form
from foundation.text.choice_words import find_code
from gmg_portal.api.base import allowed_by
from gmg_portal.api.drafts.problems import FieldFault, Problem, not_among
from gmg_portal.editors.edit_conflicts import rendered_values
from gmg_portal.editors.model_admin import FORMFIELD_OVERRIDES, authors_and_time, history_since

WRITTEN = (
    "period_start",
    "period_end",
    "status",
    "status_reason",
    "superseded_by",
    "outlook",
    "achieved",
    "barriers",
    "next_steps",
)
OF_EVIDENCE = ("kind", "title", "url", "symbol", "issued_on", "seen_on", "is_public")
# What the API calls otherwise than the form does.
FORM_NAMES = {"issued_on": "issued"}
API_NAMES = {form_name: name for name, form_name in FORM_NAMES.items()}
# Rows are named by their public identifier.
IDENTIFIER = "reference"


def report_form(report: ProgressReport, body: Mapping, person, seen: tuple[int, int] | None) -> forms.ModelForm:
    """The form for a report with a body laid over what stands; `seen` is the version and line it was written upon."""
    new = report._state.adding
    fields = (["commitment"] if new else []) + [*WRITTEN]
    check_names(body, fields if new else WRITTEN)
    form_class = modelform_factory(ProgressReport, form=ProgressReportForm, fields=[*fields, "version"])
    choices = {"superseded_by": Commitment.objects.published()}
    if new:
        choices["commitment"] = Commitment.objects.handled_by(person).published()
    return _filled(form_class, report, fields, choices, body, seen)


def evidence_form(piece: Evidence, body: Mapping, files: MultiValueDict) -> forms.ModelForm:
    names = [FORM_NAMES.get(name, name) for name in OF_EVIDENCE]
    check_names(body, OF_EVIDENCE, files)
    columns = [name for name in names if name != "issued"]
    form_class = modelform_factory(
        Evidence, form=EvidenceForm, fields=[*columns, "file", "version"], formfield_callback=_form_field
    )
    return _filled(form_class, piece, names, {}, body, None, files)


def _form_field(column, **kwargs):
    """As the editors' form has it: an address without a scheme is https, and `check_name` says what is too long."""
    kwargs |= FORMFIELD_OVERRIDES.get(type(column), {})
    return column.formfield(**kwargs | ({"max_length": None} if isinstance(column, FileField) else {}))


def check_names(body: Mapping, known, files: Mapping | None = None) -> None:
    faults = [
        not_among(name, name, known, _("‘%(name)s’ is not a field here.") % {"name": name}, "unknown_field")
        for name in sorted(body)
        if name not in known
    ]
    faults += [
        not_among(name, name, ["file"], _("‘%(name)s’ is not a field for a file.") % {"name": name}, "unknown_field")
        for name in sorted(files or ())
        if name != "file"
    ]
    if faults:
        raise Problem(422, faults=faults)


def _filled(form_class, row, names, choices, body, seen, files=None) -> forms.ModelForm:
    blank = form_class(instance=row)
    _offer(blank, choices)
    data, faults = QueryDict(mutable=True), []
    for name in names:
        api_name = API_NAMES.get(name, name)
        field = blank.fields[name]
        if api_name not in body:
            data.setlist(name, rendered_values(blank, name))
            continue
        value, fault = _as_typed(api_name, field, body[api_name])
        faults += [fault] if fault else []
        if not (isinstance(field, forms.BooleanField) and not value):
            data[name] = value
    if faults:
        raise Problem(422, faults=faults)
    version, line = seen or (0, "")
    data["version"], data["opened"] = VersionFieldSigner().sign(version) or "", str(line)
    form = form_class(data, files, instance=row)
    _offer(form, choices)
    return form


def _offer(form: forms.ModelForm, choices) -> None:
    for name, rows in choices.items():
        form.fields[name].queryset = rows


def _as_typed(name: str, field: forms.Field, value) -> tuple[str, FieldFault | None]:
    """A value of the body as the form takes it, or what is wrong with it before any rule is asked."""
    if isinstance(field, forms.BooleanField):
        known = {"true": "on", "false": ""}
        flag = find_code(str(value), known.items()) if isinstance(value, bool | str) else None
        if flag is not None:
            return known[flag], None
        return "", FieldFault(name, _("This is true or false."), ("true", "false"), code="invalid_type")
    if value is None or value == "":
        return "", None
    if not isinstance(value, str) or "\0" in value:
        return "", FieldFault(name, _("This is a text, or null."), code="invalid_type")
    if isinstance(field, forms.ModelChoiceField):
        return _key_of(name, field, value)
    words = allowed_by(field)
    if words is None:
        return value, None
    code = find_code(value, [choice for choice in field.choices if choice[0] != ""])
    if code is None:
        refusal = _("‘%(value)s’ is not a valid value. Allowed: %(allowed)s.")
        return "", not_among(name, value, words, refusal % {"value": value, "allowed": ", ".join(map(str, words))})
    return code, None


def _key_of(name: str, field: forms.ModelChoiceField, value: str) -> tuple[str, FieldFault | None]:
    row = field.queryset.filter(**{f"{IDENTIFIER}__iexact": value}).first()
    if row is not None:
        return str(row.pk), None
    known = field.queryset.order_by(IDENTIFIER).values_list(IDENTIFIER, flat=True)
    told = _("There is no commitment ‘%(value)s’ that you can name here.") % {"value": value}
    return "", not_among(name, value, known, told)


def accept(form: forms.ModelForm) -> None:
    """Refuse what the form refuses: a clash as such, all else by field. The caller is in a transaction."""
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
        raise Problem(412, who_saved(form), faults)
    raise Problem(422, faults=_faults(form))


def who_saved(form: forms.ModelForm) -> str:
    """Say who changed the report since the version that was sent, and what to do next."""
    lines = history_since(form.instance, form.fields["opened"].to_python(form.data.get("opened")))
    if not lines:
        return _("Somebody changed this report after the version that you sent. Nothing was saved: read it again.")
    return _(
        "%(people)s saved this on %(moment)s, after the version that you sent. Nothing was saved: read the report"
        " again and send the change with its new version. ‘errors’ has both wordings of each field."
    ) % authors_and_time(lines)


def _faults(form: forms.ModelForm) -> Iterator[FieldFault]:
    for name, sentences in form.errors.items():
        allowed = allowed_by(form.fields[name]) if name in form.fields else None
        field = "" if name == NON_FIELD_ERRORS else API_NAMES.get(name, name)
        yield FieldFault(field, " ".join(sentences), allowed, code=of_form(form, name))
