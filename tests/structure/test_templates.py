"""Every template compiles, every template name in templates and code exists, and no partial is left over."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template import TemplateDoesNotExist
from django.template.loader import get_template
from django.template.loader_tags import ExtendsNode, IncludeNode

FOLDER = Path(settings.BASE_DIR) / "templates"
NAMES = sorted(str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*.*"))
PACKAGES = [
    "accounts",
    "agencies",
    "agenda",
    "commitments",
    "foundation",
    "gmg_portal",
    "recommendations",
    "register",
    "reporting",
    "workgroups",
]
CODE = [path for package in PACKAGES for path in (Path(settings.BASE_DIR) / package).rglob("*.py")]
NAME_IN_CODE = re.compile(r'"([a-z0-9_]+(?:/[a-z0-9_]+)*\.html)"')


def names_in_template(name):
    """Return the constant names that a template extends or includes."""
    nodes = get_template(name).template.nodelist.get_nodes_by_type((ExtendsNode, IncludeNode))
    expressions = [node.parent_name if isinstance(node, ExtendsNode) else node.template for node in nodes]
    return {expression.var for expression in expressions if isinstance(expression.var, str)}


def names_in_code():
    return {name for path in CODE for name in NAME_IN_CODE.findall(path.read_text())}


def is_partial(name):
    return name.startswith("_partials/") or Path(name).name.startswith("_")


def is_missing(name):
    try:
        get_template(name)
    except TemplateDoesNotExist:
        return True
    return False


@pytest.mark.parametrize("name", NAMES)
def test_template_compiles_and_finds_what_it_includes(name):
    assert [other for other in names_in_template(name) if is_missing(other)] == []


def test_template_names_in_code_exist():
    assert {name for name in names_in_code() if is_missing(name)} == set()


def test_every_partial_is_used():
    used = set().union(names_in_code(), *map(names_in_template, NAMES))

    assert {name for name in NAMES if is_partial(name)} - used == set()


def test_folders_of_partials_are_small():
    sizes = {folder: len(list(folder.glob("*.html"))) for folder in (FOLDER / "_partials").iterdir()}

    assert {folder.name: size for folder, size in sizes.items() if size > 15} == {}
