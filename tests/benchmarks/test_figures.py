"""The figures of the code, of a made-up project whose figures are known."""

import ast
import textwrap
from pathlib import Path

import pytest

from benchmarks.figures import measure
from benchmarks.report import Figure, describe
from benchmarks.sources import Module, code_lines, documented_parts, is_annotated, pure_functions

LOOP = "\n".join(f"    total += {number}" for number in range(9))
FILES = {
    "manage.py": "import roof_of_test",
    "pyproject.toml": """
        [tool.importlinter]
        root_packages = ["ground_of_test", "roof_of_test"]
        [[tool.importlinter.contracts]]
        type = "layers"
        layers = ["roof_of_test", "ground_of_test"]
        """,
    "ground_of_test/__init__.py": '"""Hold what the roof needs."""',
    "ground_of_test/clock.py": "from ground_of_test import days\nimport roof_of_test.pages",
    "ground_of_test/days.py": '"""Count days."""\nfrom ground_of_test import clock',
    "ground_of_test/migrations/__init__.py": "",
    "ground_of_test/migrations/first.py": "def forwards(apps, schema_editor): ...",
    "other_of_test/__init__.py": "",
    "roof_of_test/__init__.py": '"""Show pages."""',
    "roof_of_test/wsgi.py": "",
    "roof_of_test/pages/__init__.py": f"def add(total: int) -> int:\n{LOOP}\n    return total",
    "roof_of_test/files/__init__.py": f"def count(total):\n\n    # The same again.\n{LOOP}\n    return -total",
    "tests/__init__.py": "def test_nothing(): ...",
    **{f"templates/{number}.html": "" for number in range(16)},
}


@pytest.fixture
def project(tmp_path, monkeypatch):
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text))
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


def module_of(code, path="app/days.py"):
    text = textwrap.dedent(code).strip()
    return Module(Path(path), text.splitlines(), ast.parse(text))


def test_project_is_measured(project):
    figures = {figure.name: figure for figure in measure(project)}

    assert {name: (round(figure.value), figure.is_met) for name, figure in figures.items()} == {
        "lines of a function, median": (12, False),
        "lines of a function, p95": (13, True),
        "lines of a function, max": (13, True),
        "lines of a module, median": (2, True),
        "lines of a module, p95": (2, True),
        "lines of a module, max": (2, True),
        "folders with more than 15 entries": (1, False),
        "largest room (roof_of_test/files)": (42, False),
        "pure functions with all types": (50, False),
        "packages with a docstring": (40, False),
        "modules with a docstring": (25, False),
        "classes with a docstring": (100, True),
        "public functions with a docstring": (0, False),
        "imports upward": (1, False),
        "import cycles of modules": (1, False),
        "packages unknown to import-linter": (1, False),
        "duplicates of 9 lines or more": (1, False),
    }
    assert figures["folders with more than 15 entries"].places == ["templates (16)"]
    assert figures["pure functions with all types"].places == ["roof_of_test/files/__init__.py:1 count"]
    assert figures["imports upward"].places == ["ground_of_test -> roof_of_test"]
    assert figures["import cycles of modules"].places == ["ground_of_test.clock <-> ground_of_test.days"]
    assert figures["packages unknown to import-linter"].places == ["other_of_test"]
    assert figures["duplicates of 9 lines or more"].places == [
        "roof_of_test/files/__init__.py:4 = roof_of_test/pages/__init__.py:2"
    ]


@pytest.mark.parametrize(
    ("code", "annotated"),
    [
        ("def f(): ...", False),
        ("def f() -> None: ...", True),
        ("def f(a, b: int) -> None: ...", False),
        ("def f(*a, **b) -> None: ...", False),
        ("def f(*a: int, b: int, **c: int) -> None: ...", True),
        ("def f(self, a: int) -> None: ...", True),
        ("def __init__(self, a: int): ...", True),
        ("def __init__(self, a): ...", False),
        ("async def f(a): ...", False),
    ],
)
def test_functions_with_all_types_are_distinguished_from_others(code, annotated):
    (function,) = ast.parse(code).body

    assert is_annotated(function) is annotated


def test_pure_functions_are_not_methods_of_derived_classes():
    module = module_of("""
        def a():
            def inner(): ...
        class Plain:
            def b(self): ...
        class SearchMixin:
            def get_queryset(self): ...
        class Derived(Model):
            def save(self): ...
        """)

    assert [function.name for function in pure_functions(module.tree)] == ["a", "b"]


def test_parts_with_a_docstring_are_neither_meta_nor_private():
    module = module_of("""
        def _private(): ...
        def public(): ...
        class Row:
            def method(self): ...
            class Meta: ...
            class Kind: ...
        """)
    empty = module_of("", "app/management/__init__.py")

    assert [(part.kind, part.place) for part in documented_parts(module)] == [
        ("modules", "app/days.py"),
        ("public functions", "app/days.py:2 public"),
        ("classes", "app/days.py:3 Row"),
        ("classes", "app/days.py:6 Kind"),
    ]
    assert list(documented_parts(empty)) == []


def test_lines_of_code_are_neither_imports_nor_texts_nor_comments():
    module = module_of('''
        """Count
        days."""
        from datetime import (
            date,
        )

        def f():
            """Return one."""
            # One.
            return 1  # of one
        ''')

    assert code_lines(module) == [(7, "def f():"), (10, "return 1  # of one")]


def test_description_marks_missed_targets_and_cuts_off_places():
    figure = Figure("imports upward", 3, "<= 0", is_met=False, places=["a", "b", "c"])

    assert [" ".join(line.split()) for line in describe(figure, 2)] == [
        "! imports upward 3 <= 0",
        "a",
        "b",
        "and 1 more",
    ]
