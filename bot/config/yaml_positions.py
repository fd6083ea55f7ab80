"""YAML with the line of each value. Knows YAML and positions; knows no policy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import yaml

from bot.plain_yaml import QUICK_LOADER


@dataclass(frozen=True, order=True)
class ConfigError:
    """One fault: its line (0 for none), the path of the value, and what is wrong with it."""

    line: int
    path: str
    message: str

    def __str__(self) -> str:
        """Return the fault as a sentence."""
        place = f"line {self.line}:" if self.line else ""
        text = f"{place} {self.path} {self.message}".replace("  ", " ").strip()
        return text if text.endswith((".", "?", "!")) else f"{text}."


Path = tuple[Any, ...]


@dataclass(frozen=True)
class YamlDocument:
    """A document as plain values, the line of each path in it, its repeated keys, and the paths without a value.

    `null` and `~` are values; what is empty was perhaps meant to be something.
    """

    value: Any
    lines: dict[Path, int]
    repeated: tuple[ConfigError, ...]
    empty: tuple[Path, ...] = ()

    def error_at(self, path: Sequence[Any], message: str) -> ConfigError:
        """Return a fault at the line of a path, or at that of its nearest existing parent."""
        return ConfigError(self._line(path), _dotted(path), message)

    def located(self, path: Sequence[Any], sentence: str) -> ConfigError:
        """Return a whole sentence at the line of a path, which it does not name; without a line where the text has no such key."""
        is_there = not path or tuple(path[:1]) in self.lines
        return ConfigError(self._line(path) if is_there else 0, "", sentence)

    def _line(self, path: Sequence[Any]) -> int:
        existing = tuple(path)
        while existing and existing not in self.lines:
            existing = existing[:-1]
        return self.lines.get(existing, 1)


class UnreadableYaml(Exception):  # noqa: N818 - it is an answer for a person
    """A text is no YAML; `error` says where and what to do."""

    def __init__(self, error: ConfigError) -> None:
        super().__init__(str(error))
        self.error = error


_DEEPEST: Final = 100


def read_document(text: str) -> YamlDocument:
    """Read YAML with its positions. Raise UnreadableYaml when it cannot be parsed.

    libyaml reads in a tenth of the time; what it refuses is read again by PyYAML, whose complaints are explained.
    """
    try:
        if _is_shallow(text):
            return _read(text, QUICK_LOADER)
    except yaml.YAMLError:
        pass
    return _read_or_explain(text)


def _is_shallow(text: str) -> bool:
    """Whether libyaml's nodes, which it nests on the stack of C, cannot overflow it."""
    depth = 0
    for event in yaml.parse(text, Loader=QUICK_LOADER):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            return False
    return True


def _read_or_explain(text: str) -> YamlDocument:
    try:
        return _read(text, yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise UnreadableYaml(ConfigError(mark.line + 1 if mark else 1, "", _explained(str(error.problem)))) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise UnreadableYaml(ConfigError(line, "", "has a character that YAML does not allow. Delete it.")) from None
    except RecursionError:
        raise UnreadableYaml(ConfigError(1, "", "is nested too deeply to be a policy.")) from None


def _read(text: str, reader: Any) -> YamlDocument:
    loader = reader(text)
    try:
        root = loader.get_single_node()
        if root is None:
            return YamlDocument({}, {(): 1}, ())
        walk = _NodeWalk(loader)
        lines = dict(walk.lines(root, ()))
        return YamlDocument(loader.construct_document(root), lines, tuple(walk.repeated), tuple(walk.empty))
    finally:
        loader.dispose()


# The slips behind PyYAML's most frequent complaints.
_SLIPS: Final = {
    "found character '\\t'": "has a tab. Indent with spaces",
    "cannot start any token": "starts a value with a character that YAML keeps for itself. Put the value in quotes",
    "mapping values are not allowed": "has a colon too many. Put a text with a colon in quotes",
    "found undefined alias": "starts a value with *. Put the value in quotes",
    "could not determine a constructor": "starts a value with !. Put the value in quotes",
    "but found another document": "starts a second document with ---. Keep one",
    "found unexpected end of stream": "ends inside quotes. Close them",
    "unhashable key": "has a list or a block where a key belongs",
}


def _explained(problem: str) -> str:
    slip = next((words for part, words in _SLIPS.items() if part in problem), None)
    return (
        slip
        or "is not valid YAML. Look here, and on the line before, for a missing quote, bracket or colon, or wrong indentation"
    )


class _NodeWalk:
    """One pass over a tree of nodes. The line of a key is its own, not that of its value."""

    def __init__(self, loader: yaml.SafeLoader) -> None:
        self._loader = loader
        self._visited: set[int] = set()
        self.repeated: list[ConfigError] = []
        self.empty: list[Path] = []

    def lines(self, node: yaml.Node, path: Path) -> Iterator[tuple[Path, int]]:
        yield path, node.start_mark.line + 1
        # An aliased node is walked once, so that a recursive alias cannot make the walk endless.
        if id(node) in self._visited:
            return
        self._visited.add(id(node))
        if isinstance(node, yaml.ScalarNode):
            self._check_scalar(node, path)
        if isinstance(node, yaml.SequenceNode):
            for index, child in enumerate(node.value):
                yield from self.lines(child, (*path, index))
        if isinstance(node, yaml.MappingNode):
            yield from self._keys(node, path)

    def _check_scalar(self, node: yaml.ScalarNode, path: Path) -> None:
        if not node.style and node.value == "":
            self.empty.append(path)
        self._value(node, path)

    def _value(self, node: yaml.ScalarNode, path: Path) -> Any:
        """Return the value of a scalar; refuse one that looks like a date or a number and is none, such as 2026-02-30."""
        try:
            return self._loader.construct_object(node)
        except ValueError:
            fault = f"is no possible date or number: {node.value[:60]}. Correct it, or put it in quotes"
            raise UnreadableYaml(ConfigError(node.start_mark.line + 1, _dotted(path), fault)) from None

    def _keys(self, node: yaml.MappingNode, path: Path) -> Iterator[tuple[Path, int]]:
        seen = set()
        for key_node, child in node.value:
            key = self._value(key_node, path) if isinstance(key_node, yaml.ScalarNode) else key_node.value
            below = (*path, str(key) if not isinstance(key, int | str) else key)
            line = key_node.start_mark.line + 1
            if below in seen:
                self.repeated.append(ConfigError(line, _dotted(below), "is repeated here: keep one of them"))
            seen.add(below)
            yield from self.lines(child, below)
            yield below, line


def _dotted(path: Sequence[Any]) -> str:
    return ".".join(str(step) for step in path)
