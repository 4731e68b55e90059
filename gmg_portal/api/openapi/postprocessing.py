"""The description of the API as a whole: what is added when all parts of it are known, and whose portal serves it."""

from collections.abc import Iterator
from functools import cache

from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from drf_spectacular.generators import SchemaGenerator

from gmg_portal.api.base import FIELDS
from gmg_portal.api.openapi import descriptions as words
from gmg_portal.api.openapi import examples

NOTHING = "#/components/schemas/NullEnum"
COMPONENTS = "#/components/schemas/"


class PortalGenerator(SchemaGenerator):
    """For a request: with the operator's address, contact and licence. Without one: the same for every portal."""

    def get_schema(self, request=None, public=False):
        if request is None:
            return super().get_schema(None, public)
        return of_operator(neutral(get_language()))


@cache
def neutral(_language: str) -> dict:
    """The description that depends on nothing but the code and the language."""
    return PortalGenerator().get_schema(None, public=True)


def of_operator(description: dict) -> dict:
    info = dict(description["info"])
    if settings.CONTACT_EMAIL:
        info["contact"] = {"name": _("GMG HLD follow-up portal"), "email": settings.CONTACT_EMAIL}
    if settings.DATA_LICENCE_NAME or settings.DATA_LICENCE_URL:
        named = {"name": settings.DATA_LICENCE_NAME or settings.DATA_LICENCE_URL}
        info["license"] = {**named, "url": settings.DATA_LICENCE_URL} if settings.DATA_LICENCE_URL else named
    servers = [{"url": settings.PUBLIC_URL, "description": _("This portal.")}]
    versions = {**description["externalDocs"], "url": f"{settings.PUBLIC_URL}{reverse('versions')}"}
    return {**description, "info": info, "servers": servers, "externalDocs": versions}


def complete(result: dict, generator, request, public) -> dict:
    """Put in what no class can say of itself; it becomes OpenAPI 3.1 where the library still writes 3.0."""
    schemas = result["components"]["schemas"]
    for part in parts(result):
        modernize(part)
    schemas.pop("NullEnum", None)
    for name, component in schemas.items():
        if "enum" in component:
            tell_values(component, words.MEANINGS.get(name, {}))
        tell_page(name, component)
        for field, value in component.get("properties", {}).items():
            show(value, name, field)
    for operation in operations(result):
        tell_operation(operation, schemas)
    for name in chosen_from(result):
        schemas[name].pop("required", None)
    result["info"] |= {"title": str(words.TITLE), "description": str(words.DESCRIPTION)}
    used = {tag for operation in operations(result) for tag in operation["tags"]}
    result["tags"] = [{"name": tag, "description": str(told)} for tag, told in words.TAGS.items() if tag in used]
    result["servers"] = [{"url": "/", "description": _("The portal that serves this description.")}]
    return result


def parts(value) -> Iterator[dict]:
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    for part in value if isinstance(value, list) else ():
        yield from parts(part)


def operations(result: dict) -> Iterator[dict]:
    for path_item in result["paths"].values():
        yield from path_item.values()


def modernize(part: dict) -> None:
    """Write null as 3.1 does."""
    part["oneOf"] = [{"type": "null"} if one == {"$ref": NOTHING} else one for one in part.get("oneOf", [])]
    if not part["oneOf"]:
        del part["oneOf"]
    if isinstance(part.get("type"), list):
        part["type"] = list(dict.fromkeys(part["type"]))


def tell_values(schema: dict, meanings: dict) -> None:
    """Say what every value means, for people in the description and for programs beside the values."""
    told = [meaning_of(value, meanings) for value in schema["enum"]]
    if all(told):
        schema["x-enum-descriptions"] = told
        lines = [f"- `{value}`: {meaning}" for value, meaning in zip(schema["enum"], told, strict=True)]
        schema["description"] = "\n".join(lines)


def meaning_of(value: str, meanings: dict) -> str | None:
    if value in meanings:
        return str(meanings[value])
    upwards = meanings.get(value.removeprefix("-"))
    return upwards and str(words.DOWNWARDS % {"meaning": upwards})


def tell_page(name: str, component: dict) -> None:
    if name.startswith("Paginated"):
        component["description"] = _("One page of a list, and the addresses of the pages beside it.")


def show(value: dict, component: str, field: str) -> None:
    for table in (examples.EXAMPLES, examples.FORMS):
        if field in table.get(component, {}):
            value["examples"] = [table[component][field]]


def tell_operation(operation: dict, schemas: dict) -> None:
    name = operation["operationId"]
    if not any(operation["security"]):
        operation["security"] = []  # [{}] makes clients ask for credentials that may be empty
    for parameter in operation.get("parameters", []):
        word = parameter["name"]
        tell_parameter(parameter, (f"{name}.{word}", word), schemas)
    for answer in operation["responses"].values():
        for header, value in answer.get("headers", {}).items():
            if header in examples.HEADERS:
                value["example"] = examples.HEADERS[header]


def tell_parameter(parameter: dict, keys: tuple[str, str], schemas: dict) -> None:
    told = next((words.PARAMETERS[key] for key in keys if key in words.PARAMETERS), None)
    if told:
        parameter["description"] = str(told)
    if parameter["schema"].get("type") == "array":
        many = words.LISTS.get(parameter["name"], words.LIST)
        parameter["description"] = f"{parameter['description'].rstrip('.')}. {many}"
    value = parameter["schema"].get("items", parameter["schema"])
    if "enum" in value:
        tell_choices(value, parameter["name"], schemas)
    for key in keys:
        if key in examples.PARAMETERS:
            parameter["example"] = examples.PARAMETERS[key]
            return


def tell_choices(value: dict, word: str, schemas: dict) -> None:
    """Words of which a component says what they mean are referred to; others are told here."""
    same = next((name for name, schema in schemas.items() if schema.get("enum") == value["enum"]), None)
    if same:
        value.clear()
        value["$ref"] = f"{COMPONENTS}{same}"
    else:
        tell_values(value, words.MEANINGS.get(word, {}))


def chosen_from(result: dict) -> set[str]:
    """The components of which `fields` chooses some fields: none of them is sure to be in an answer."""
    found: set[str] = set()
    for operation in operations(result):
        if FIELDS in {parameter["name"] for parameter in operation.get("parameters", [])}:
            follow(operation["responses"].get("200", {}), result["components"]["schemas"], found)
    return {name for name in found if not name.startswith("Paginated")}


def follow(value, schemas: dict, found: set[str]) -> None:
    for part in parts(value):
        name = part.get("$ref", "").removeprefix(COMPONENTS)
        if name and name not in found:
            found.add(name)
            follow(schemas[name], schemas, found)
