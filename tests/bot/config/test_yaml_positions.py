"""Both readers of YAML read the same values, lines, repeated keys and empty values."""

from pathlib import Path

import pytest
import yaml

from bot.config import yaml_positions
from bot.config.yaml_positions import read_document

SHIPPED = (Path(__file__).parents[3] / "policy.yaml").read_text(encoding="utf-8")
ODD = "a:\nb: ~\n? c\n: [1, {d: 2}]\nb: &x |\n  two\n  lines\ne: *x\n\"f\": 'g'\n"


@pytest.mark.parametrize("text", [SHIPPED, ODD, "", "just words", "- 1\n- - 2\n  -\n"])
def test_libyaml_reads_what_pyyaml_reads(text, monkeypatch):
    quick = read_document(text)

    monkeypatch.setattr(yaml_positions, "QUICK_LOADER", yaml.SafeLoader)

    assert quick == read_document(text)
