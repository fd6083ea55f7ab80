"""Reads YAML into plain values. Knows no file and no position."""

from __future__ import annotations

from typing import IO, Any, Final

import yaml

QUICK_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The safe loader by libyaml, in a tenth of the time; PyYAML's own where it was built without."""


def load_yaml(text: str | IO[str]) -> Any:
    """Return the values of our own YAML. Raises yaml.YAMLError; what people write goes through `read_document`."""
    return yaml.load(text, Loader=QUICK_LOADER)  # noqa: S506 - both loaders are safe ones
