"""Dependencies that no import shows: names of addresses, template tags, the admin site's classes, dotted strings.

`KNOWN` lists those that still run upward. It may only become shorter.
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
# The folder of templates that the views of a package render.
TEMPLATES = {"register": "commitments"}
REVERSING = {"reverse", "reverse_lazy", "redirect", "resolve_url"}
DOTTED = re.compile(rf"({'|'.join(FLOORS)})(\.[a-z_]+)+")

# Rows of the register and pages of the roof that an app links to; base classes of the editor area; tags of the roof.
KNOWN = {
    "foundation": set(),
    "agencies": {"api:commitments-list", "admin.site.ModelAdmin", "admin.site.TabularInline"},
    "agenda": {"api:commitments-list", "admin.site.ModelAdmin"},
    "accounts": {
        "admin:accounts_invitation_changelist",
        "admin:accounts_membership_changelist",
        "api:drafts",
        "admin.site.Form",
        "admin.site.HistoryAdmin",
        "admin.site.ModelAdmin",
        "admin.site.StrictListMixin",
        "admin.site.unregister",
    },
    "workgroups": {"api:commitments-list", "admin.site.ModelAdmin", "admin.site.TabularInline"},
    "recommendations": {"api:commitments-list", "admin.site.ModelAdmin"},
    "commitments": set(),
    "reporting": {
        "admin:index",
        "admin:reporting_evidence_file",
        "commitments:detail",
        "admin.site.Form",
        "admin.site.changes_since_export",
    },
    "register": {"recommendations:list", "{% load charts %}", "{% load embeds %}"},
}


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


def libraries_loaded(package: str) -> Iterator[str]:
    folder = TEMPLATES.get(package)
    for path in sorted((ROOT / "templates" / folder).rglob("*.html")) if folder else []:
        for names in re.findall(r"{% load ([\w ]+?) %}", path.read_text()):
            yield from names.split()


@pytest.mark.parametrize("package", KNOWN)
def test_hidden_dependencies_run_downward_but_for_those_that_are_known(package):
    packages = packages_of_addresses()
    libraries = engines["django"].engine.libraries

    upward = set()
    for tree in sources(package):
        upward |= {name for name in addresses_reversed(tree) if is_upward(package, packages.get(name, ""))}
        upward |= set(classes_of_the_site(tree))
        upward |= {text for text in dotted_strings(tree) if is_upward(package, text.partition(".")[0])}
    for name in libraries_loaded(package):
        if is_upward(package, libraries.get(name, "").partition(".")[0]):
            upward.add(f"{{% load {name} %}}")

    assert upward == KNOWN[package]


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


def test_dotted_strings_and_classes_of_the_site_are_read_from_the_code():
    tree = ast.parse('MIDDLEWARE = ["gmg_portal.http.middleware.X"]\nNAME = "commitments.api.views"\nadmin.site.Form()')

    assert list(dotted_strings(tree)) == ["commitments.api.views"]
    assert list(classes_of_the_site(tree)) == ["admin.site.Form"]
