"""Keeps compiled templates, in this process and beside their sources, as Python keeps compiled modules.

To compile all of them takes a second and a half, to load them a twentieth. `make setup` compiles them.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path
from types import CodeType

from jinja2 import FileSystemBytecodeCache
from jinja2.bccache import Bucket


class CompiledTemplates(FileSystemBytecodeCache):
    """The compiled templates of a folder. A template that has changed since is compiled again.

    Where the folder cannot be written, or Python keeps no compiled modules, they live in this process only.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "__pycache__"
        super().__init__(str(self._folder))
        self._loaded: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Set the code of a template that was compiled before."""
        bucket.code = self._loaded.get((bucket.key, bucket.checksum))
        if bucket.code is None:
            with suppress(OSError):
                super().load_bytecode(bucket)
            self._remember(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the code of a template that was just compiled."""
        self._remember(bucket)
        if sys.dont_write_bytecode or not os.access(self._folder.parent, os.W_OK):
            return
        with suppress(OSError):  # A full disk must not keep a text from being rendered.
            self._folder.mkdir(exist_ok=True)
            super().dump_bytecode(bucket)

    def _remember(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._loaded[bucket.key, bucket.checksum] = bucket.code


@cache
def compiled_templates(folder: Path) -> CompiledTemplates:
    """Return the compiled templates of a folder, which all renderers of this process share."""
    return CompiledTemplates(folder)
