"""Text of people in Markdown."""

from __future__ import annotations

import re
from typing import Final

_MARKUP: Final = re.compile(r"([\\`*_\[\]<>#|~])")


def markdown_text(text: str) -> str:
    """Return a text so that Markdown shows its characters as they are, its line breaks too."""
    return _MARKUP.sub(r"\\\1", text).replace("\n", "  \n")
