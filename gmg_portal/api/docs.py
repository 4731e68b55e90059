"""The page of the API's description, for people: made of the same description that programs are given."""

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

from foundation.rest.problem_codes import PROBLEMS
from gmg_portal.api.base import FORMAT, refuse_all_but
from gmg_portal.api.openapi.postprocessing import COMPONENTS, neutral, of_operator


@dataclass(frozen=True)
class Kind:
    """What a value is, in words; `component` is what is told of it elsewhere on the page."""

    words: str
    component: str = ""
    or_null: bool = False


@dataclass(frozen=True)
class Row:
    """One parameter, field, header or value."""

    name: str
    told: str
    kind: Kind = Kind("")
    example: str = ""
    required: bool = False
    anchor: str = ""
    values: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Problem:
    status: str
    title: str
    told: str
    example: str


@dataclass(frozen=True)
class Operation:
    id: str
    method: str
    path: str
    summary: str
    told: str
    parameters: list[Row]
    answer: Kind
    headers: list[Row]
    problems: list[str]
    example: str


@dataclass(frozen=True)
class Component:
    name: str
    told: str
    fields: list[Row]
    values: list[tuple[str, str]]


@dataclass(frozen=True)
class Tag:
    name: str
    told: str
    operations: list[Operation]


@extend_schema(exclude=True)
class DocsView(APIView):
    """The description as a page, which needs no script."""

    renderer_classes = [TemplateHTMLRenderer]

    def get(self, request, **kwargs):
        refuse_all_but({FORMAT}, request.query_params)
        description = of_operator(neutral(get_language()))
        told = {
            "description": description,
            "paragraphs": description["info"]["description"].split("\n\n"),
            "tags": tags(description),
            "components": components(description),
            "problems": problems(description),
            "problem_codes": PROBLEMS.items(),
        }
        return Response(told, template_name="api/docs.html")


def operations(description: dict) -> Iterator[tuple[str, str, dict]]:
    for path, path_item in description["paths"].items():
        for method, operation in path_item.items():
            yield path, method, operation


def tags(description: dict) -> list[Tag]:
    of_tag = defaultdict(list)
    for path, method, operation in operations(description):
        of_tag[operation["tags"][0]].append(operation_of(path, method, operation))
    return [Tag(tag["name"], tag["description"], of_tag[tag["name"]]) for tag in description["tags"]]


def operation_of(path: str, method: str, operation: dict) -> Operation:
    found = next(answer for status, answer in operation["responses"].items() if status.startswith("2"))
    content = list(found.get("content", {}).values())
    parameters = sorted(operation.get("parameters", []), key=lambda parameter: parameter["in"] != "path")
    return Operation(
        id=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation.get("summary", operation["operationId"]),
        told=operation.get("description", ""),
        parameters=[row_of_word(parameter) for parameter in parameters],
        answer=kind_of(content[0]["schema"]) if content else Kind(_("nothing")),
        headers=[
            Row(name, header["description"], kind_of(header["schema"]), shown(header["example"]))
            for name, header in found.get("headers", {}).items()
        ],
        problems=[status for status in operation["responses"] if status >= "400"],
        example=example_of(path, parameters) if method == "get" and not any(operation["security"]) else "",
    )


def example_of(path: str, parameters: list[dict]) -> str:
    """An address that can be asked as it stands."""
    for parameter in parameters:
        if parameter["in"] == "path":
            path = path.replace(f"{{{parameter['name']}}}", str(parameter.get("example", "")))
    return path


def row_of_word(parameter: dict) -> Row:
    schema = parameter["schema"]
    return Row(
        parameter["name"],
        parameter.get("description", ""),
        kind_of(schema),
        shown(parameter["example"]) if "example" in parameter else "",
        required=parameter.get("required", False),
        values=values_of(schema.get("items", schema)),
    )


# Components that are no part of the public record: their fields explain a term only if no other component has it.
OF_REQUESTS = ("Draft", "Fault", "FieldFault", "New", "Patched", "Problem", "SubmissionProblem")


def terms(description: dict) -> dict[tuple[str, str], str]:
    """Return the anchor of each term of the linked data, by the component and field that explain it."""
    schemas = description["components"]["schemas"]
    anchors, seen = {}, set()
    for name in sorted(schemas, key=lambda name: (name.startswith(OF_REQUESTS), name)):
        for field_name in schemas[name].get("properties", {}):
            if field_name not in seen:
                anchors[name, field_name] = f"term-{field_name}"
                seen.add(field_name)
    return anchors


def components(description: dict) -> list[Component]:
    anchors = terms(description)
    return [
        Component(
            name,
            "" if "enum" in schema else schema.get("description", ""),
            [
                replace(row_of_field(field, told), anchor=anchors.get((name, field), ""))
                for field, told in schema.get("properties", {}).items()
            ],
            values_of(schema),
        )
        for name, schema in sorted(description["components"]["schemas"].items())
    ]


def row_of_field(name: str, told: dict) -> Row:
    examples = told.get("examples", [])
    return Row(name, told.get("description", ""), kind_of(told), shown(*examples[:1]))


def values_of(schema: dict) -> list[tuple[str, str]]:
    """Words to sort by once: what a minus before them does is said of the parameter."""
    told = zip(schema.get("enum", []), schema.get("x-enum-descriptions", []), strict=False)
    return [(value, meaning) for value, meaning in told if not value.startswith("-")]


def problems(description: dict) -> list[Problem]:
    """Each error once: it is the same wherever it is answered."""
    found: dict[str, Problem] = {}
    for _path, _method, operation in operations(description):
        for status, answer in operation["responses"].items():
            examples = [
                example
                for content in answer.get("content", {}).values()
                for example in content.get("examples", {}).values()
            ]
            if status >= "400" and status not in found and examples:
                told = examples[0]["value"]
                body = json.dumps(told, ensure_ascii=False, indent=2)
                found[status] = Problem(status, told.get("title", ""), answer["description"], body)
    return [found[status] for status in sorted(found)]


def kind_of(schema: dict) -> Kind:
    """What a schema takes, in words."""
    parts = [*schema.get("oneOf", []), *schema.get("allOf", []), *schema.get("anyOf", [])]
    chosen = [part for part in parts if part != {"type": "null"}]
    types = schema.get("type", [])
    null = {"type": "null"} in parts or "null" in types
    (plain, *_more) = [name for name in ([types] if isinstance(types, str) else types) if name != "null"] or [""]
    if "$ref" in schema:
        kind = Kind("", schema["$ref"].removeprefix(COMPONENTS))
    elif chosen and "$ref" in chosen[0]:
        kind = kind_of(chosen[0])
    elif plain == "array":
        of = kind_of(schema["items"])
        kind = Kind(_("list of %(kind)s") % {"kind": of.words} if of.words else _("list of"), of.component)
    else:
        kind = Kind(word_for(plain, {schema.get("format"), *(part.get("format") for part in chosen)}))
    return replace(kind, or_null=null or kind.or_null)


def word_for(plain: str, formats: set[str | None]) -> str:
    words = {"integer": _("whole number"), "number": _("number"), "boolean": _("true or false"), "object": _("object")}
    by_format = {"date-time": _("moment"), "date": _("day"), "uri": _("address"), "email": _("mail address")}
    told = [word for name, word in by_format.items() if name in formats]
    return told[0] if told else words.get(plain, _("text"))


def shown(*values) -> str:
    """An example as it stands in an answer or an address; nothing where there is none."""
    (value,) = values or (None,)
    if not values or value is None:
        return "null" if values else ""
    if isinstance(value, list):
        return ",".join(map(str, value)) or "[]"
    return value if value and isinstance(value, str) else json.dumps(value)
