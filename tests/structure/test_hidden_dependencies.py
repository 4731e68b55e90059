"""Dependencies that no import shows: names of addresses, template tags, the admin site's classes, dotted strings.

Two kinds of addresses are left out, since their names are public: `get_absolute_url` names the page of a row, and a
`ListURLField` a list of the API.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.template import engines
from django.urls import URLPattern, get_resolver

ROOT = Path(settings.BASE_DIR)
# By floor: a package depends on those of lower floors alone.
FLOORS = {
    "foundation": 0,
    "agencies": 1,
    "agenda": 1,
    "accounts": 2,
    "workgroups": 3,
    "recommendations": 3,
    "commitments": 4,
    "reporting": 5,
    "register": 6,
    "gmg_portal": 7,
}
REVERSING = {"reverse", "reverse_lazy", "redirect", "resolve_url"}
TEMPLATE = re.compile(r"[\w/]+\.html")
DOTTED = re.compile(rf"({'|'.join(FLOORS)})(\.[a-z_]+)+")


def sources(package: str) -> Iterator[ast.Module]:
    for path in sorted((ROOT / package).rglob("*.py")):
        if "migrations" not in path.parts:
            yield ast.parse(path.read_text())


def packages_of_addresses(resolver=None, namespace: str = "") -> dict[str, str]:
    """Return the package of the view behind each name of an address."""
    packages: dict[str, str] = {}
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLPattern):
            view = pattern.callback
            view = getattr(view, "view_class", None) or getattr(view, "cls", None) or view
            packages.setdefault(f"{namespace}{pattern.name}", view.__module__.partition(".")[0])
        else:
            within = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            packages |= packages_of_addresses(pattern, within)
    return packages


def is_upward(package: str, other: str) -> bool:
    return FLOORS.get(other, -1) > FLOORS[package] or (
        other in FLOORS and other != package and FLOORS[other] == FLOORS[package]
    )


def without_own_addresses(tree: ast.AST) -> Iterator[ast.AST]:
    """Walk a module, but for the methods in which a model names the page of its own rows, as Django has it."""
    for node in ast.iter_child_nodes(tree):
        if getattr(node, "name", "") != "get_absolute_url":
            yield node
            yield from without_own_addresses(node)


def addresses_reversed(tree: ast.Module) -> Iterator[str]:
    for node in without_own_addresses(tree):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name in REVERSING:
                yield str(node.args[0].value)


def classes_of_the_site(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "admin.site":
            yield f"admin.site.{node.attr}"


def dotted_strings(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and DOTTED.fullmatch(node.value):
            yield node.value


def templates_named(tree: ast.Module) -> Iterator[Path]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and TEMPLATE.fullmatch(node.value):
            yield ROOT / "templates" / node.value


def libraries_loaded(template: str) -> Iterator[str]:
    for names in re.findall(r"{% load ([\w ]+?) %}", template):
        yield from names.split()


@pytest.mark.parametrize("package", FLOORS)
def test_hidden_dependencies_run_downward(package):
    packages = packages_of_addresses()
    libraries = engines["django"].engine.libraries

    upward = set()
    for tree in sources(package):
        upward |= {name for name in addresses_reversed(tree) if is_upward(package, packages.get(name, ""))}
        upward |= {text for text in dotted_strings(tree) if is_upward(package, text.partition(".")[0])}
        loaded = {name for path in templates_named(tree) for name in libraries_loaded(path.read_text())}
        upward |= {
            f"{{% load {name} %}}" for name in loaded if is_upward(package, libraries.get(name, "").split(".")[0])
        }
        if package != "gmg_portal":
            upward |= set(classes_of_the_site(tree))

    assert upward == set()


def lists_of_the_api(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "ListURLField":
            yield str(getattr(node.args[0], "value", ""))


def test_list_url_fields_name_lists_of_the_api_alone():
    names = {name for package in FLOORS for tree in sources(package) for name in lists_of_the_api(tree)}

    assert names == {"api:commitments-list"}


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ('reverse("api:root")', ["api:root"]),
        ('shortcuts.redirect("home", 1)', ["home"]),
        ("reverse(name)", []),
        ('resolve("home")', []),
        ('def get_absolute_url(self):\n    return reverse("home")', []),
        ('def page(self):\n    return reverse("home")', ["home"]),
    ],
)
def test_reversed_addresses_are_read_from_the_code(code, names):
    assert list(addresses_reversed(ast.parse(code))) == names


def test_templates_and_their_libraries_are_read():
    tree = ast.parse('name = "agencies/detail.html"\ntext = "A page.html of text"')

    assert list(templates_named(tree)) == [ROOT / "templates" / "agencies" / "detail.html"]
    assert list(libraries_loaded("{% load i18n %}{% load charts embeds %}")) == ["i18n", "charts", "embeds"]


def test_dotted_strings_and_classes_of_the_site_are_read_from_the_code():
    tree = ast.parse('MIDDLEWARE = ["gmg_portal.http.middleware.X"]\nNAME = "commitments.api.views"\nadmin.site.Form()')

    assert list(dotted_strings(tree)) == ["commitments.api.views"]
    assert list(classes_of_the_site(tree)) == ["admin.site.Form"]
