"""Postprocessing of the whole API description, and the details of the operator whose portal serves it."""

from collections.abc import Iterator
from functools import cache

from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from drf_spectacular.generators import SchemaGenerator

from foundation.rest.query_faults import FIELDS
from gmg_portal.api.openapi import descriptions, examples

NULL_REF = "#/components/schemas/NullEnum"
COMPONENTS = "#/components/schemas/"


class PortalGenerator(SchemaGenerator):
    """A generator that adds the operator's address, contact and licence if it has a request.

    Without one the description is the same for every portal.
    """

    def get_schema(self, request=None, public=False):
        if request is None:
            return super().get_schema(None, public)
        return with_operator(operator_independent(get_language()))


@cache
def operator_independent(_language: str) -> dict:
    """Return the description that depends on nothing but code and language."""
    return PortalGenerator().get_schema(None, public=True)


def with_operator(description: dict) -> dict:
    """Add the operator's contact, licence and addresses to the description."""
    info = dict(description["info"])
    if settings.CONTACT_EMAIL:
        info["contact"] = {"name": _("GMG HLD follow-up portal"), "email": settings.CONTACT_EMAIL}
    if settings.DATA_LICENCE_NAME or settings.DATA_LICENCE_URL:
        licence = {"name": settings.DATA_LICENCE_NAME or settings.DATA_LICENCE_URL}
        info["license"] = {**licence, "url": settings.DATA_LICENCE_URL} if settings.DATA_LICENCE_URL else licence
    servers = [{"url": settings.PUBLIC_URL, "description": _("This portal.")}]
    versions = {**description["externalDocs"], "url": f"{settings.PUBLIC_URL}{reverse('versions')}"}
    return {**description, "info": info, "servers": servers, "externalDocs": versions}


def complete(result: dict, generator, request, public) -> dict:
    """Add the texts that no class holds, and convert what the library writes as OpenAPI 3.0 to 3.1."""
    schemas = result["components"]["schemas"]
    for part in nested_objects(result):
        modernize(part)
    schemas.pop("NullEnum", None)
    for name, component in schemas.items():
        if "enum" in component:
            describe_values(component, descriptions.VALUE_DESCRIPTIONS.get(name, {}))
        describe_page(name, component)
        for field, value in component.get("properties", {}).items():
            add_example(value, name, field)
    for operation in operations(result):
        describe_operation(operation, schemas)
    for name in selectable_components(result):
        schemas[name].pop("required", None)
    result["info"] |= {"title": str(descriptions.TITLE), "description": str(descriptions.DESCRIPTION)}
    used = {tag for operation in operations(result) for tag in operation["tags"]}
    result["tags"] = [{"name": tag, "description": str(text)} for tag, text in descriptions.TAGS.items() if tag in used]
    result["servers"] = [{"url": "/", "description": _("The portal that serves this description.")}]
    return result


def nested_objects(value) -> Iterator[dict]:
    """Yield every object in a JSON value, the value itself included."""
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    for item in value if isinstance(value, list) else ():
        yield from nested_objects(item)


def operations(result: dict) -> Iterator[dict]:
    for path_item in result["paths"].values():
        yield from path_item.values()


def modernize(part: dict) -> None:
    """Write null as OpenAPI 3.1 does."""
    part["oneOf"] = [{"type": "null"} if one == {"$ref": NULL_REF} else one for one in part.get("oneOf", [])]
    if not part["oneOf"]:
        del part["oneOf"]
    if isinstance(part.get("type"), list):
        part["type"] = list(dict.fromkeys(part["type"]))


def describe_values(schema: dict, meanings: dict) -> None:
    """Add the meaning of every value: in the description for people, in `x-enum-descriptions` for programs."""
    meanings_in_order = [value_description(value, meanings) for value in schema["enum"]]
    if all(meanings_in_order):
        schema["x-enum-descriptions"] = meanings_in_order
        lines = [f"- `{value}`: {meaning}" for value, meaning in zip(schema["enum"], meanings_in_order, strict=True)]
        schema["description"] = "\n".join(lines)


def value_description(value: str, meanings: dict) -> str | None:
    if value in meanings:
        return str(meanings[value])
    ascending = meanings.get(value.removeprefix("-"))
    return ascending and str(descriptions.DESCENDING % {"meaning": ascending})


def describe_page(name: str, component: dict) -> None:
    if name.startswith("Paginated"):
        component["description"] = _("One page of a list, and the addresses of the pages beside it.")


def add_example(value: dict, component: str, field: str) -> None:
    for table in (examples.EXAMPLES, examples.SYNTHETIC_EXAMPLES):
        if field in table.get(component, {}):
            value["examples"] = [table[component][field]]


def describe_operation(operation: dict, schemas: dict) -> None:
    name = operation["operationId"]
    if not any(operation["security"]):
        operation["security"] = []  # [{}] makes clients ask for credentials that may be empty
    for parameter in operation.get("parameters", []):
        parameter_name = parameter["name"]
        describe_parameter(parameter, (f"{name}.{parameter_name}", parameter_name), schemas)
    for response in operation["responses"].values():
        for header, value in response.get("headers", {}).items():
            if header in examples.HEADERS:
                value["example"] = examples.HEADERS[header]


def describe_parameter(parameter: dict, keys: tuple[str, str], schemas: dict) -> None:
    description = next((descriptions.PARAMETERS[key] for key in keys if key in descriptions.PARAMETERS), None)
    if description:
        parameter["description"] = str(description)
    if parameter["schema"].get("type") == "array":
        list_note = descriptions.LIST_NOTES.get(parameter["name"], descriptions.LIST_NOTE)
        parameter["description"] = f"{parameter['description'].rstrip('.')}. {list_note}"
    value = parameter["schema"].get("items", parameter["schema"])
    if "enum" in value:
        describe_choices(value, parameter["name"], schemas)
    for key in keys:
        if key in examples.PARAMETERS:
            parameter["example"] = examples.PARAMETERS[key]
            return


def describe_choices(value: dict, name: str, schemas: dict) -> None:
    """Refer to a component with the same values if there is one; otherwise describe the values here."""
    component = next((key for key, schema in schemas.items() if schema.get("enum") == value["enum"]), None)
    if component:
        value.clear()
        value["$ref"] = f"{COMPONENTS}{component}"
    else:
        describe_values(value, descriptions.VALUE_DESCRIPTIONS.get(name, {}))


def selectable_components(result: dict) -> set[str]:
    """Return the components from which `fields` chooses: none of their fields is required."""
    names: set[str] = set()
    for operation in operations(result):
        if FIELDS in {parameter["name"] for parameter in operation.get("parameters", [])}:
            collect_references(operation["responses"].get("200", {}), result["components"]["schemas"], names)
    return {name for name in names if not name.startswith("Paginated")}


def collect_references(value, schemas: dict, names: set[str]) -> None:
    """Add the names of all components that a value refers to, directly or through others."""
    for part in nested_objects(value):
        name = part.get("$ref", "").removeprefix(COMPONENTS)
        if name and name not in names:
            names.add(name)
            collect_references(schemas[name], schemas, names)
