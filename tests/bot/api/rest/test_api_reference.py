"""docs/reference/api.md is generated, and says what the API says."""

from __future__ import annotations

from pathlib import Path

from bot.api.rest.reference import as_markdown

PAGE = Path(__file__).resolve().parents[4] / "docs" / "reference" / "api.md"


def test_the_reference_page_equals_the_description() -> None:
    assert as_markdown() in PAGE.read_text("utf-8"), "run `make format`"
