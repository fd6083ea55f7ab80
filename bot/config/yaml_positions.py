"""YAML with the line of each value. Knows YAML and positions; knows no policy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import yaml


@dataclass(frozen=True, order=True)
class ConfigError:
    """One fault: its line, the path of the value, and what is wrong with it."""

    line: int
    path: str
    message: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.path} {self.message}".replace("  ", " ")


Path = tuple[Any, ...]


@dataclass(frozen=True)
class YamlDocument:
    """A document as plain values, the line of each path in it, and its repeated keys."""

    value: Any
    lines: dict[Path, int]
    repeated: tuple[ConfigError, ...]

    def error_at(self, path: Sequence[Any], message: str) -> ConfigError:
        """Return a fault at the line of a path, or at that of its nearest existing parent."""
        existing = tuple(path)
        while existing and existing not in self.lines:
            existing = existing[:-1]
        return ConfigError(self.lines.get(existing, 1), ".".join(str(step) for step in path), message)


def read_document(text: str) -> YamlDocument:
    """Read YAML with its positions. Raise MarkedYAMLError when it cannot be parsed."""
    loader = yaml.SafeLoader(text)
    try:
        root = loader.get_single_node()
        if root is None:
            return YamlDocument({}, {(): 1}, ())
        walk = _NodeWalk(loader)
        lines = dict(walk.lines(root, ()))
        return YamlDocument(loader.construct_document(root), lines, tuple(walk.repeated))
    finally:
        loader.dispose()


class _NodeWalk:
    """One pass over a tree of nodes. The line of a key is its own, not that of its value."""

    def __init__(self, loader: yaml.SafeLoader) -> None:
        self._loader = loader
        self._visited: set[int] = set()
        self.repeated: list[ConfigError] = []

    def lines(self, node: yaml.Node, path: Path) -> Iterator[tuple[Path, int]]:
        yield path, node.start_mark.line + 1
        # An aliased node is walked once, so that a recursive alias cannot make the walk endless.
        if id(node) in self._visited:
            return
        self._visited.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            for index, child in enumerate(node.value):
                yield from self.lines(child, (*path, index))
        if isinstance(node, yaml.MappingNode):
            yield from self._keys(node, path)

    def _keys(self, node: yaml.MappingNode, path: Path) -> Iterator[tuple[Path, int]]:
        seen = set()
        for key_node, child in node.value:
            key = (
                key_node.value if not isinstance(key_node, yaml.ScalarNode) else self._loader.construct_object(key_node)
            )
            below = (*path, str(key) if not isinstance(key, int | str) else key)
            line = key_node.start_mark.line + 1
            if below in seen:
                self.repeated.append(ConfigError(line, ".".join(str(step) for step in below), "is repeated here"))
            seen.add(below)
            yield from self.lines(child, below)
            yield below, line
