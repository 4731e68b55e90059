"""Print the figures of the code beside their targets: `make figures`, or `make figures PLACES=100` for more places.

`sources` says which modules are measured. Targets are not enforced: the exit status is always 0.
"""

import argparse
import ast
import math
import statistics
import tomllib
from collections import Counter, defaultdict
from pathlib import Path

import grimp

from benchmarks.report import Figure, at_most, describe, share
from benchmarks.sources import (
    Function,
    Module,
    code_lines,
    documented_parts,
    find_packages,
    is_annotated,
    pure_functions,
    read_modules,
)

NOT_LISTED = {"__pycache__", "migrations", "node_modules", "vendor"}
FOLDER_LIMIT = 15
DUPLICATE_LINES = 9


# Lengths


def measure_lengths(subject: str, sizes: dict[str, int], median: int, p95: int) -> list[Figure]:
    """Return the median, the 95th percentile (nearest rank) and the maximum of sizes by place."""
    places = sorted(sizes, key=lambda place: -sizes[place])
    ranked = sorted(sizes.values())
    return [
        at_most(f"{subject}, median", statistics.median(ranked), median),
        at_most(f"{subject}, p95", ranked[math.ceil(0.95 * len(ranked)) - 1], p95),
        Figure(f"{subject}, max", ranked[-1], places=[f"{place} ({sizes[place]})" for place in places[:3]]),
    ]


def measure_functions(modules: list[Module]) -> list[Figure]:
    """Measure functions from `def` to the last line, docstring included: methods and inner functions, too."""
    sizes = {
        module.place(node): (node.end_lineno or node.lineno) - node.lineno + 1
        for module in modules
        for node in ast.walk(module.tree)
        if isinstance(node, Function)
    }
    return measure_lengths("lines of a function", sizes, 5, 20)


def measure_modules(modules: list[Module]) -> list[Figure]:
    """Measure modules that hold more than a docstring."""
    sizes = {str(module.path): len(module.lines) for module in modules if len(module.tree.body) > 1}
    return measure_lengths("lines of a module", sizes, 80, 250)


# Folders and rooms


def measure_folders(root: Path) -> list[Figure]:
    """Count files and sub-folders of each folder of code; the root, migrations and vendored files are left out."""
    starts = [root / name for name in (*find_packages(root), "tests", "templates", "static")]
    folders = [folder for start in starts for folder in (start, *start.rglob("*/")) if folder.is_dir()]
    sizes: dict[str, int] = {}
    for folder in folders:
        name = folder.relative_to(root)
        if not NOT_LISTED.intersection(name.parts):
            sizes[str(name)] = sum(not entry.name.startswith((".", "__")) for entry in folder.iterdir())
    full = sorted((name for name in sizes if sizes[name] > FOLDER_LIMIT), key=lambda name: -sizes[name])
    places = [f"{name} ({sizes[name]})" for name in full]
    return [at_most(f"folders with more than {FOLDER_LIMIT} entries", len(full), 0, places)]


def measure_rooms(root: Path, modules: list[Module]) -> list[Figure]:
    """Measure each room's share of all lines: packages, and the sub-packages of the one that has `wsgi.py`."""
    sizes: Counter[str] = Counter()
    for module in modules:
        package, *rest = module.path.parts
        is_inside = len(rest) > 1 and (root / package / "wsgi.py").exists()
        sizes[f"{package}/{rest[0]}" if is_inside else package] += len(module.lines)
    shares = [(room, 100 * lines / sizes.total()) for room, lines in sizes.most_common()]
    places = [f"{room} {percentage:.0f} %" for room, percentage in shares if percentage >= 1]
    return [at_most(f"largest room ({shares[0][0]})", shares[0][1], 33, places, " %")]


# Types and docstrings


def measure_types(modules: list[Module]) -> list[Figure]:
    functions = [(module, function) for module in modules for function in pure_functions(module.tree)]
    bare = [module.place(function) for module, function in functions if not is_annotated(function)]
    return [share("pure functions with all types", len(functions), bare, 95)]


def measure_docstrings(modules: list[Module]) -> list[Figure]:
    parts = [part for module in modules for part in documented_parts(module)]
    targets = {"packages": 100, "modules": 100, "classes": 100, "public functions": 80}
    return [
        share(
            f"{kind} with a docstring",
            sum(part.kind == kind for part in parts),
            [part.place for part in parts if part.kind == kind and not part.has_docstring],
            target,
        )
        for kind, target in targets.items()
    ]


# Imports


def parse_layer(line: str) -> grimp.Layer:
    """Return a layer of import-linter's contracts: 'a | b' never import each other, 'a : b' may, '(a)' is optional."""
    separator = ":" if ":" in line else "|"
    return grimp.Layer(*(name.strip(" ()") for name in line.split(separator)), independent=separator == "|")


def measure_imports(root: Path) -> list[Figure]:
    """Measure imports against the layers in `pyproject.toml`. Imports for type checking alone count in no cycle."""
    packages = find_packages(root)
    settings = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["importlinter"]
    graph = grimp.build_graph(*packages, cache_dir=None)
    upward = set()
    for contract in settings["contracts"]:
        if contract["type"] == "layers":
            layers = [parse_layer(line) for line in contract["layers"]]
            illegal = graph.find_illegal_dependencies_for_layers(layers, containers=set(contract.get("containers", ())))
            upward |= {f"{dependency.importer} -> {dependency.imported}" for dependency in illegal}
    running = grimp.build_graph(*packages, cache_dir=None, exclude_type_checking_imports=True)
    cycles = {
        frozenset({module, *(running.find_downstream_modules(module) & running.find_upstream_modules(module))})
        for module in running.modules
    }
    places = sorted((" <-> ".join(sorted(cycle)) for cycle in cycles if len(cycle) > 1), key=len, reverse=True)
    unknown = sorted(set(packages) - set(settings["root_packages"]))
    return [
        at_most("imports upward", len(upward), 0, sorted(upward)),
        at_most("import cycles of modules", len(places), 0, places),
        at_most("packages unknown to import-linter", len(unknown), 0, unknown),
    ]


# Duplicates


def measure_duplicates(modules: list[Module]) -> list[Figure]:
    """Count pairs of places with the same lines of code one after the other; a longer pair counts once."""
    code = [code_lines(module) for module in modules]
    windows: dict[tuple[str, ...], list[tuple[int, int]]] = defaultdict(list)
    for index, lines in enumerate(code):
        for start in range(len(lines) - DUPLICATE_LINES + 1):
            windows[tuple(text for _, text in lines[start : start + DUPLICATE_LINES])].append((index, start))
    pairs = {(first, other) for group in windows.values() for first in group for other in group if first < other}
    begins = sorted(pair for pair in pairs if tuple((index, start - 1) for index, start in pair) not in pairs)
    places = [" = ".join(f"{modules[index].path}:{code[index][start][0]}" for index, start in pair) for pair in begins]
    return [at_most(f"duplicates of {DUPLICATE_LINES} lines or more", len(places), 0, places)]


def measure(root: Path) -> list[Figure]:
    modules = read_modules(root)
    return [
        *measure_functions(modules),
        *measure_modules(modules),
        *measure_folders(root),
        *measure_rooms(root, modules),
        *measure_types(modules),
        *measure_docstrings(modules),
        *measure_imports(root),
        *measure_duplicates(modules),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description="Print the figures of the code; ! marks those that miss their target.")
    parser.add_argument("--places", type=int, default=5, help="how many places to list below a figure (default: 5)")
    most = parser.parse_args().places
    for figure in measure(Path(__file__).resolve().parent.parent):
        print("\n".join(describe(figure, most)))


if __name__ == "__main__":
    main()
