"""Finds code that can swallow every error: broad handlers, `suppress` of everything, an `__exit__` that returns true."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

_BROAD: Final = frozenset({"Exception", "BaseException"})
_EXITS: Final = frozenset({"__exit__", "__aexit__"})
_FUNCTIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def broad_catches(source: str) -> list[str]:
    """Name the function of each place that can swallow every error, as `Class.function`, in the order of the source."""
    tree = ast.parse(source)
    return list(_found(tree, (), _names_of_suppress(tree)))


def _found(node: ast.AST, inside: tuple[str, ...], suppress: frozenset[str]) -> Iterator[str]:
    for child in ast.iter_child_nodes(node):
        name = getattr(child, "name", "")
        is_scope = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        within = (*inside, name) if is_scope else inside
        if _swallows(child, suppress):
            yield ".".join(within) or "module"
        yield from _found(child, within, suppress)


def _swallows(node: ast.AST, suppress: frozenset[str]) -> bool:
    if isinstance(node, ast.ExceptHandler):
        return node.type is None or _is_broad(node.type)
    if isinstance(node, ast.Call):
        return _last_name(node.func) in suppress and any(_is_broad(given) for given in node.args)
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return node.name in _EXITS and any(_may_be_true(value) for value in _returned(node))
    if isinstance(node, ast.Assign | ast.AnnAssign):  # `__exit__ = something` is judged by no one, so it counts.
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return any(_last_name(target) in _EXITS for target in targets)
    return False


def _is_broad(caught: ast.AST) -> bool:
    caught = caught.value if isinstance(caught, ast.Starred) else caught
    if isinstance(caught, ast.Tuple | ast.List):
        return any(_is_broad(one) for one in caught.elts)
    return _last_name(caught) in _BROAD


def _returned(node: ast.AST) -> Iterator[ast.expr | None]:
    """Yield what a function returns, without the functions inside it."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Return):
            yield child.value
        if not isinstance(child, _FUNCTIONS):
            yield from _returned(child)


def _may_be_true(value: ast.expr | None) -> bool:
    """True unless the value is a literal that is false: what a call or a name holds is not known here."""
    return value is not None and not (isinstance(value, ast.Constant) and not value.value)


def _names_of_suppress(tree: ast.AST) -> frozenset[str]:
    imported = (node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module == "contextlib")
    return frozenset(
        {"suppress"} | {a.asname or a.name for node in imported for a in node.names if a.name == "suppress"}
    )


def _last_name(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
