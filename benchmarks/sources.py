"""Read the source code that `figures` measures.

Measured are the modules of every top-level package and those beside `manage.py`; tests, benchmarks and migrations are
left out.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

NOT_MEASURED = {"tests", "benchmarks", "migrations"}
# Packages whose names say everything, because Django gives them.
NAMED_BY_DJANGO = {"management", "commands", "templatetags"}
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """A Python file: its path from the root, its lines, and its syntax tree."""

    path: Path
    lines: list[str]
    tree: ast.Module

    def place(self, node: ast.AST) -> str:
        """Return where a node begins, as editors open it."""
        return f"{self.path}:{getattr(node, 'lineno', 1)} {getattr(node, 'name', '')}".rstrip()


def find_packages(root: Path) -> list[str]:
    return sorted(path.parent.name for path in root.glob("*/__init__.py") if path.parent.name not in NOT_MEASURED)


def read_modules(root: Path) -> list[Module]:
    paths = [
        *root.glob("*.py"),
        *(path for package in find_packages(root) for path in root.joinpath(package).rglob("*.py")),
    ]
    texts = {path.relative_to(root): path.read_text() for path in sorted(paths)}
    return [
        Module(path, text.splitlines(), ast.parse(text))
        for path, text in texts.items()
        if not NOT_MEASURED.intersection(path.parts)
    ]


def pure_functions(tree: ast.Module) -> Iterator[Function]:
    """Yield module-level functions and methods of classes without a base. Mixins override methods of a framework."""
    for node in tree.body:
        if isinstance(node, Function):
            yield node
        elif isinstance(node, ast.ClassDef) and not (node.bases or node.name.endswith("Mixin")):
            yield from (inner for inner in node.body if isinstance(inner, Function))


def is_annotated(function: Function) -> bool:
    """Tell whether all parameters and the result have a type. `self`, `cls` and the result of `__init__` need none."""
    arguments = function.args
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    bare = [
        argument for argument in named if argument and not argument.annotation and argument.arg not in {"self", "cls"}
    ]
    return not bare and (function.returns is not None or function.name == "__init__")


@dataclass(frozen=True)
class Part:
    """A part of the code that can have a docstring."""

    kind: str
    place: str
    has_docstring: bool


def documented_parts(module: Module) -> Iterator[Part]:
    """Yield the package or module, its classes (with inner ones, without `Meta`) and public module-level functions."""
    is_package = module.path.name == "__init__.py"
    if not (is_package and module.path.parent.name in NAMED_BY_DJANGO):
        kind = "packages" if is_package else "modules"
        yield Part(kind, str(module.path), bool(ast.get_docstring(module.tree)))
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ClassDef) and node.name != "Meta":
            yield Part("classes", module.place(node), bool(ast.get_docstring(node)))
        elif isinstance(node, Function) and node in module.tree.body and not node.name.startswith("_"):
            yield Part("public functions", module.place(node), bool(ast.get_docstring(node)))


def code_lines(module: Module) -> list[tuple[int, str]]:
    """Return (line number, text without indentation), without blank lines, comments, imports and docstrings."""
    skipped: set[int] = set()
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import | ast.ImportFrom) or (
            isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        ):
            skipped.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    texts = [(number, line.strip()) for number, line in enumerate(module.lines, 1) if number not in skipped]
    return [(number, text) for number, text in texts if text and not text.startswith("#")]
