"""YAML as plain values with the line each one stands on. Knows YAML and positions; knows no policy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import yaml


@dataclass(frozen=True, order=True)
class ConfigError:
    """One fault: the line it stands on, the path to it, and what is wrong with it."""

    line: int
    path: str
    said: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.path} {self.said}".replace("  ", " ")


Path = tuple[Any, ...]


@dataclass(frozen=True)
class YamlDocument:
    """A text's value, where each of its parts stands, and the keys that stand in it twice."""

    value: Any
    lines: dict[Path, int]
    repeated: tuple[ConfigError, ...]

    def wrong(self, path: Sequence[Any], said: str) -> ConfigError:
        """Place a fault at its part of the text, or at the nearest part around it that exists."""
        where = tuple(path)
        while where and where not in self.lines:
            where = where[:-1]
        return ConfigError(self.lines.get(where, 1), ".".join(str(step) for step in path), said)


def read_document(text: str) -> YamlDocument:
    """Read YAML with its positions; raise MarkedYAMLError when it is none."""
    loader = yaml.SafeLoader(text)
    try:
        root = loader.get_single_node()
        if root is None:
            return YamlDocument({}, {(): 1}, ())
        walk = _Walk(loader)
        places = dict(walk.places(root, ()))
        return YamlDocument(loader.construct_document(root), places, tuple(walk.repeated))
    finally:
        loader.dispose()


class _Walk:
    """One pass over a tree of nodes. A key's line is that of the key, not of its value."""

    def __init__(self, loader: yaml.SafeLoader) -> None:
        self._loader = loader
        self._walked: set[int] = set()
        self.repeated: list[ConfigError] = []

    def places(self, node: yaml.Node, path: Path) -> Iterator[tuple[Path, int]]:
        yield path, node.start_mark.line + 1
        # A node that is referred to again is placed once, so that no text can make this walk endless.
        if id(node) in self._walked:
            return
        self._walked.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            for index, child in enumerate(node.value):
                yield from self.places(child, (*path, index))
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
                self.repeated.append(
                    ConfigError(line, ".".join(str(step) for step in below), "stands here a second time")
                )
            seen.add(below)
            yield from self.places(child, below)
            yield below, line
