"""The tables of words read alike in both parsers of PyYAML, so that it does not matter which of them is installed."""

from __future__ import annotations

import pytest
import yaml

from bot.config.yaml_positions import read_document
from bot.rendering.word_tables import TEMPLATES, read_table

TABLES = sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.yaml"))


@pytest.mark.parametrize("name", TABLES)
def test_a_table_reads_as_in_the_parser_that_needs_no_library(name: str) -> None:
    assert read_table(name) == yaml.safe_load((TEMPLATES / name).read_text(encoding="utf-8"))
    assert read_table(name)


@pytest.mark.parametrize("name", TABLES)
def test_a_table_has_each_key_once(name: str) -> None:
    """Of a repeated key the last value counts, and the words of the first are never read."""
    assert read_document((TEMPLATES / name).read_text(encoding="utf-8")).repeated == ()
