"""Sparse fields: choose fields of a row by comma-separated names; a dot selects a nested field."""

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from rest_framework import serializers

# Nested fields by name; None for a field without nested ones, or with all of them selected.
FieldTree = dict[str, "FieldTree | None"]


@dataclass(frozen=True)
class UnknownField:
    """A name that is not a field, and the allowed names in its place."""

    name: str
    allowed: tuple[str, ...]


def field_tree(serializer: serializers.BaseSerializer) -> FieldTree:
    """Return all fields of a serializer, with nested ones, in their order."""
    serializer = getattr(serializer, "child", serializer)
    return {name: _subtree(field) for name, field in serializer.fields.items()}


def _subtree(field: serializers.Field) -> FieldTree | None:
    field = getattr(field, "child", field)
    return field_tree(field) if isinstance(field, serializers.Serializer) else None


def select_fields(texts: Iterable[str], tree: FieldTree) -> tuple[FieldTree, list[UnknownField]]:
    """Return the part of a tree that comma-separated lists name, in the tree's order, and the unknown names."""
    names = dict.fromkeys(filter(None, ",".join(texts).split(",")))
    if not names:
        return {}, []
    known = set(all_paths(tree))
    return _subset(tree, names), [UnknownField(name, _allowed(name, tree)) for name in names if name not in known]


def _subset(tree: FieldTree, names: Container[str], prefix: str = "") -> FieldTree:
    """Return the part of a tree whose dotted names are in `names`, in the tree's order."""
    subset: FieldTree = {}
    for name, subtree in tree.items():
        if f"{prefix}{name}" in names:
            subset[name] = None
        elif subtree and (part := _subset(subtree, names, f"{prefix}{name}.")):
            subset[name] = part
    return subset


def _allowed(path: str, tree: FieldTree | None) -> tuple[str, ...]:
    """Return the names that are allowed in place of an unknown one, on its level or on the last that exists."""
    known: list[str] = []
    for name in path.split("."):
        if not tree or name not in tree:
            break
        known.append(name)
        tree = tree[name]
    return tuple(".".join([*known, name]) for name in tree or ()) or (".".join(known),)


def keep_fields(tree: FieldTree, data: Any) -> Any:
    """Return a rendered row, or a list of rows, with only the fields of a tree."""
    if isinstance(data, list):
        return [keep_fields(tree, item) for item in data]
    if data is None:
        return None
    return {name: data[name] if subtree is None else keep_fields(subtree, data[name]) for name, subtree in tree.items()}


def leaf_paths(tree: FieldTree, whole: FieldTree) -> Iterator[str]:
    """Yield the dotted names of a tree's leaves; for a wholly selected field, those of its nested fields in `whole`."""
    for name, subtree in tree.items():
        if full_subtree := whole[name]:
            yield from (f"{name}.{leaf}" for leaf in leaf_paths(subtree or full_subtree, full_subtree))
        else:
            yield name


def all_paths(tree: FieldTree) -> Iterator[str]:
    """Yield the dotted names of all fields and nested fields."""
    for name, subtree in tree.items():
        yield name
        yield from (f"{name}.{path}" for path in all_paths(subtree or {}))


def selected_paths(tree: FieldTree) -> Iterator[str]:
    """Yield the dotted names of the selection; a wholly selected field is one name."""
    return leaf_paths(tree, tree)


def values_at(path: str, data: Any) -> Any:
    """Return the value of a rendered row at a dotted name; a list if any field of the path has several values."""
    for name in path.split("."):
        if isinstance(data, list):
            values = [None if item is None else item[name] for item in data]
            data = [part for item in values for part in (item if isinstance(item, list) else [item])]
        else:
            data = None if data is None else data[name]
    return data
