"""Which fields of a row are asked for: names parted by commas, those within others after a dot."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from rest_framework import serializers

# The fields below a name; None where nothing lies below it, or where all of it is asked for.
Tree = dict[str, "Tree | None"]


@dataclass(frozen=True)
class UnknownField:
    """A name that is not a field where it stands, and those that are."""

    name: str
    allowed: tuple[str, ...]


def offered(serializer: serializers.BaseSerializer) -> Tree:
    """All fields that a serializer gives, to any depth, in their order."""
    serializer = getattr(serializer, "child", serializer)
    return {name: _below(field) for name, field in serializer.fields.items()}


def _below(field: serializers.Field) -> Tree | None:
    field = getattr(field, "child", field)
    return offered(field) if isinstance(field, serializers.Serializer) else None


def chosen(texts: Iterable[str], tree: Tree) -> tuple[Tree, list[UnknownField]]:
    """Return the part of a tree that comma lists name, in the tree's own order, and the names that are not there."""
    wanted: Tree = {}
    unknown = {}
    for path in filter(None, ",".join(texts).split(",")):
        if wrong := _add(wanted, path.split("."), tree):
            unknown.setdefault(path, UnknownField(path, wrong))
    return _in_order(wanted, tree), list(unknown.values())


def _add(wanted: Tree, names: list[str], tree: Tree) -> tuple[str, ...]:
    """Take a path into what is wanted; answers what is allowed where it leads astray, nothing where it does not."""
    before = ""
    for depth, name in enumerate(names):
        if name not in tree:
            return tuple(f"{before}{known}" for known in tree) or (before.rstrip("."),)
        below, last = tree[name], depth == len(names) - 1
        if last:
            wanted[name] = None
        elif below is None:
            return (f"{before}{name}",)
        elif wanted.setdefault(name, {}) is None:
            return ()  # all of it is asked for already
        else:
            wanted, tree, before = wanted[name], below, f"{before}{name}."
    return ()


def _in_order(wanted: Tree, tree: Tree) -> Tree:
    return {
        name: _in_order(wanted[name], below) if wanted[name] and below else wanted[name]
        for name, below in tree.items()
        if name in wanted
    }


def only(tree: Tree, data: Any) -> Any:
    """Of a rendered row, or of several, the fields of a tree."""
    if isinstance(data, list):
        return [only(tree, each) for each in data]
    if data is None:
        return None
    return {name: data[name] if below is None else only(below, data[name]) for name, below in tree.items()}


def leaves(tree: Tree, whole: Tree) -> Iterator[str]:
    """The dotted names of a tree's last fields; where all of a field is asked for, those of the whole tree below it."""
    for name, below in tree.items():
        if known := whole[name]:
            yield from (f"{name}.{leaf}" for leaf in leaves(below or known, known))
        else:
            yield name


def every(tree: Tree) -> Iterator[str]:
    """All that can be named: each field, and each within it after a dot."""
    for name, below in tree.items():
        yield name
        yield from (f"{name}.{path}" for path in every(below or {}))


def paths(tree: Tree) -> Iterator[str]:
    """The dotted names of what was asked for, as it was asked: a field with others in it stands for all of them."""
    for name, below in tree.items():
        yield from (f"{name}.{path}" for path in paths(below)) if below else (name,)


def values_at(path: str, data: Any) -> Any:
    """What a rendered row says at a dotted name: a list where any field on the way has several values."""
    for name in path.split("."):
        if isinstance(data, list):
            found = [None if each is None else each[name] for each in data]
            data = [part for each in found for part in (each if isinstance(each, list) else [each])]
        else:
            data = None if data is None else data[name]
    return data
