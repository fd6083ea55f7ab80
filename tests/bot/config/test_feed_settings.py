"""Addresses of feeds are settings whose names the policy chooses; they are secret, and no misspelt names."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.config.setting_names import name_problems, read_names
from bot.config.settings import read_feed_settings, read_recipient_settings
from tests.support.policies import shipped_policy


def test_they_come_from_the_environment_and_then_from_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / ".env"
    file.write_text("MUSTER_FEED_A=https://a.example\nMUSTER_FEED_B=https://b.example\nOTHER=1\nMUSTER_FEED_C=\n")
    monkeypatch.setenv("MUSTER_FEED_B", "https://here.example")

    found = read_feed_settings(file)

    assert {name: value.get_secret_value() for name, value in found.items()} == {
        "MUSTER_FEED_A": "https://a.example",
        "MUSTER_FEED_B": "https://here.example",
    }
    assert "example" not in repr(found)
    assert list(name_problems((), read_names(file), {"MUSTER_FEED_B": "x"})) == []


def test_without_a_file_there_are_those_of_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSTER_FEED_A", "https://a.example")

    assert list(read_feed_settings(tmp_path / ".env")) == list(read_feed_settings(None)) == ["MUSTER_FEED_A"]


def test_a_file_that_is_no_text_gives_none(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_bytes(b"\xff\xfeS\x00")

    assert read_feed_settings(file) == {}


def test_addresses_of_recipients_of_updates_are_settings_of_the_same_kind(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("MUSTER_LIST_ALL=all@example.org\nMUSTER_APPRISE_STATUS=json://x\nMUSTER_LISTS=1\n")

    found = read_recipient_settings(file)

    assert list(found) == ["MUSTER_LIST_ALL", "MUSTER_APPRISE_STATUS"]
    assert "example" not in repr(found)
    assert [one.name for one in name_problems((), read_names(file), {})] == ["MUSTER_LISTS"]


def test_a_policy_names_recipients_by_their_settings_alone() -> None:
    with pytest.raises(ValueError, match="must be the name of a setting: MUSTER_LIST_CUSTOMERS"):
        shipped_policy(update_recipients={"customer": ["all@example.org"]})
