"""The documentation page of the API, built from the OpenAPI description."""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.renderers import TemplateHTMLRenderer
from rest_framework.response import Response
from rest_framework.views import APIView

from foundation.rest.api_query import FORMAT
from foundation.rest.problem_codes import PROBLEMS
from foundation.rest.query_faults import refuse_other_params
from gmg_portal.api.openapi.descriptions import COMPONENTS
from gmg_portal.api.openapi.generator import operator_independent, with_operator


@dataclass(frozen=True)
class ValueType:
    """The type of a value; `component` names the component of this page that describes it."""

    label: str
    component: str = ""
    or_null: bool = False


@dataclass(frozen=True)
class Row:
    """A parameter, field, header or value in a table."""

    name: str
    description: str
    kind: ValueType = ValueType("")
    example: str = ""
    required: bool = False
    anchor: str = ""
    values: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class ProblemDescription:
    """An error that operations refer to by its code, with a real answer as `example`."""

    status: str
    title: str
    description: str
    example: str


@dataclass(frozen=True)
class Operation:
    """A method of a path. `problems` are codes of `Problem`s; `example` is an answer, as indented JSON."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    parameters: list[Row]
    response: ValueType
    headers: list[Row]
    problems: list[str]
    example: str


@dataclass(frozen=True)
class Component:
    """A schema that operations refer to: an object with `fields`, or a choice with (value, meaning) pairs."""

    name: str
    description: str
    fields: list[Row]
    values: list[tuple[str, str]]


@dataclass(frozen=True)
class Tag:
    """The operations of one resource, in the order of the description."""

    name: str
    description: str
    operations: list[Operation]


@extend_schema(exclude=True)
class DocsView(APIView):
    """The description as an HTML page, without scripts."""

    renderer_classes = [TemplateHTMLRenderer]

    def get(self, request, **kwargs):
        refuse_other_params({FORMAT}, request.query_params)
        description = with_operator(operator_independent(get_language()))
        context = {
            "description": description,
            "paragraphs": description["info"]["description"].split("\n\n"),
            "tags": build_tags(description),
            "components": build_components(description),
            "problems": build_problems(description),
            "problem_codes": PROBLEMS.items(),
        }
        return Response(context, template_name="api/docs.html")


def iterate_operations(description: dict) -> Iterator[tuple[str, str, dict]]:
    """Yield path, method and operation for every operation of the description."""
    for path, path_item in description["paths"].items():
        for method, operation in path_item.items():
            yield path, method, operation


def build_tags(description: dict) -> list[Tag]:
    """Return the operations by the first of their tags, in the order in which the description lists the tags."""
    operations_by_tag = defaultdict(list)
    for path, method, operation in iterate_operations(description):
        operations_by_tag[operation["tags"][0]].append(build_operation(path, method, operation))
    return [Tag(tag["name"], tag["description"], operations_by_tag[tag["name"]]) for tag in description["tags"]]


def build_operation(path: str, method: str, operation: dict) -> Operation:
    """Return an operation with the first media type of its successful answer. Path parameters come first."""
    success = next(response for status, response in operation["responses"].items() if status.startswith("2"))
    content = list(success.get("content", {}).values())
    parameters = sorted(operation.get("parameters", []), key=lambda parameter: parameter["in"] != "path")
    return Operation(
        id=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation.get("summary", operation["operationId"]),
        description=operation.get("description", ""),
        parameters=[parameter_row(parameter) for parameter in parameters],
        response=value_type(content[0]["schema"]) if content else ValueType(_("nothing")),
        headers=[
            Row(name, header["description"], value_type(header["schema"]), format_example(header["example"]))
            for name, header in success.get("headers", {}).items()
        ],
        problems=[status for status in operation["responses"] if status >= "400"],
        example=example_address(path, parameters) if method == "get" and not any(operation["security"]) else "",
    )


def example_address(path: str, parameters: list[dict]) -> str:
    """Return the path with the examples of its path parameters filled in."""
    for parameter in parameters:
        if parameter["in"] == "path":
            path = path.replace(f"{{{parameter['name']}}}", str(parameter.get("example", "")))
    return path


def parameter_row(parameter: dict) -> Row:
    """Return a parameter with its values; those of a list parameter are the values of its items."""
    schema = parameter["schema"]
    return Row(
        parameter["name"],
        parameter.get("description", ""),
        value_type(schema),
        format_example(parameter["example"]) if "example" in parameter else "",
        required=parameter.get("required", False),
        values=enum_values(schema.get("items", schema)),
    )


# Components outside the public record: their fields explain a term only if no other component has it.
REQUEST_COMPONENT_PREFIXES = ("Draft", "Fault", "FieldFault", "New", "Patched", "Problem", "SubmissionProblem")


def term_anchors(description: dict) -> dict[tuple[str, str], str]:
    """Return the anchor of each term of the linked data, by the component and field that explain it."""
    schemas = description["components"]["schemas"]
    anchors, seen = {}, set()
    for name in sorted(schemas, key=lambda name: (name.startswith(REQUEST_COMPONENT_PREFIXES), name)):
        for field_name in schemas[name].get("properties", {}):
            if field_name not in seen:
                anchors[name, field_name] = f"term-{field_name}"
                seen.add(field_name)
    return anchors


def build_components(description: dict) -> list[Component]:
    """Return all schemas by name, with the anchor of a term's meaning beside each field that has one."""
    anchors = term_anchors(description)
    return [
        Component(
            name,
            "" if "enum" in schema else schema.get("description", ""),
            [
                replace(field_row(field, field_schema), anchor=anchors.get((name, field), ""))
                for field, field_schema in schema.get("properties", {}).items()
            ],
            enum_values(schema),
        )
        for name, schema in sorted(description["components"]["schemas"].items())
    ]


def field_row(name: str, schema: dict) -> Row:
    """Return a field of a schema with its first example."""
    examples = schema.get("examples", [])
    return Row(name, schema.get("description", ""), value_type(schema), format_example(*examples[:1]))


def enum_values(schema: dict) -> list[tuple[str, str]]:
    """Return each value with its meaning. Descending sort values are left out: the parameter's text explains them."""
    pairs = zip(schema.get("enum", []), schema.get("x-enum-descriptions", []), strict=False)
    return [(value, meaning) for value, meaning in pairs if not value.startswith("-")]


def build_problems(description: dict) -> list[ProblemDescription]:
    """Return each error once: it is the same for every operation."""
    by_status: dict[str, ProblemDescription] = {}
    for _path, _method, operation in iterate_operations(description):
        for status, response in operation["responses"].items():
            examples = [
                example
                for content in response.get("content", {}).values()
                for example in content.get("examples", {}).values()
            ]
            if status >= "400" and status not in by_status and examples:
                example_problem = examples[0]["value"]
                body = json.dumps(example_problem, ensure_ascii=False, indent=2)
                title = example_problem.get("title", "")
                by_status[status] = ProblemDescription(status, title, response["description"], body)
    return [by_status[status] for status in sorted(by_status)]


def value_type(schema: dict) -> ValueType:
    """Return the type that a JSON schema describes, for people."""
    parts = [*schema.get("oneOf", []), *schema.get("allOf", []), *schema.get("anyOf", [])]
    alternatives = [part for part in parts if part != {"type": "null"}]
    types = schema.get("type", [])
    null = {"type": "null"} in parts or "null" in types
    (json_type, *_more) = [name for name in ([types] if isinstance(types, str) else types) if name != "null"] or [""]
    if "$ref" in schema:
        result = ValueType("", schema["$ref"].removeprefix(COMPONENTS))
    elif alternatives and "$ref" in alternatives[0]:
        result = value_type(alternatives[0])
    elif json_type == "array":
        items = value_type(schema["items"])
        result = ValueType(
            _("list of %(kind)s") % {"kind": items.label} if items.label else _("list of"), items.component
        )
    else:
        result = ValueType(
            type_label(json_type, {schema.get("format"), *(part.get("format") for part in alternatives)})
        )
    return replace(result, or_null=null or result.or_null)


def type_label(json_type: str, formats: set[str | None]) -> str:
    """Return the translated name of a JSON type; a format that the page knows goes before the type."""
    label_by_type = {
        "integer": _("whole number"),
        "number": _("number"),
        "boolean": _("true or false"),
        "object": _("object"),
    }
    label_by_format = {"date-time": _("moment"), "date": _("day"), "uri": _("address"), "email": _("mail address")}
    labels = [label for name, label in label_by_format.items() if name in formats]
    return labels[0] if labels else label_by_type.get(json_type, _("text"))


def format_example(*values: object) -> str:
    """Return an example as it appears in an answer or an address; an empty text if there is none."""
    (value,) = values or (None,)
    if not values or value is None:
        return "null" if values else ""
    if isinstance(value, list):
        return ",".join(map(str, value)) or "[]"
    return value if value and isinstance(value, str) else json.dumps(value)
