"""The generator of the description, and what it can add only to finished components."""

from functools import cache

from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from drf_spectacular.generators import SchemaGenerator

from gmg_portal.api.base import FIELDS
from gmg_portal.api.openapi import descriptions, examples
from gmg_portal.api.openapi.descriptions import COMPONENTS, describe_values

NULL_REF = {"$ref": f"{COMPONENTS}NullEnum"}


class PortalGenerator(SchemaGenerator):
    """A generator that adds the operator's address, contact and licence if it has a request.

    Without one the description is the same for every portal.
    """

    def get_schema(self, request=None, public=False):
        if request:
            return with_operator(operator_independent(get_language()))
        result = super().get_schema(None, public)
        result["info"] |= {"title": str(descriptions.TITLE), "description": str(descriptions.DESCRIPTION)}
        result["tags"] = [{"name": tag, "description": str(text)} for tag, text in descriptions.TAGS.items()]
        result["servers"] = [{"url": "/", "description": _("The portal that serves this description.")}]
        return result


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


def complete_components(result: dict, generator, request, public) -> dict:
    """Add examples and the meanings of values, and drop `required` from rows (hook of drf-spectacular).

    It runs after the library's own hook, which makes components of enumerations and a component for null.
    """
    schemas = result["components"]["schemas"]
    schemas.pop("NullEnum", None)
    for name, component in schemas.items():
        describe_values(component, descriptions.VALUE_DESCRIPTIONS.get(name, {}))
        for field, schema in component.get("properties", {}).items():
            schema |= examples.field_example(name, field)
            if NULL_REF in schema.get("oneOf", []):
                schema["oneOf"] = [{"type": "null"} if part == NULL_REF else part for part in schema["oneOf"]]
    for name in row_components(result):
        schemas[name].pop("required", None)
    return result


def row_components(result: dict) -> set[str]:
    """Return the components from which `fields` chooses: any of their fields may be left out."""
    names: set[str] = set()
    for path_item in result["paths"].values():
        for operation in path_item.values():
            if FIELDS in {parameter["name"] for parameter in operation["parameters"]}:
                collect_references(operation["responses"]["200"], result["components"]["schemas"], names)
    return {name for name in names if not name.startswith("Paginated")}


def collect_references(value, schemas: dict, names: set[str]) -> None:
    """Add the names of all components that a JSON value refers to, directly or through others."""
    if isinstance(value, dict):
        name = str(value.get("$ref", "")).removeprefix(COMPONENTS)
        if name and name not in names:
            names.add(name)
            collect_references(schemas[name], schemas, names)
        value = list(value.values())
    for part in value if isinstance(value, list) else ():
        collect_references(part, schemas, names)
