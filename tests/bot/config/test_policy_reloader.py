"""The policy file while Muster runs: a valid text becomes active, a broken one is logged and changes nothing."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from bot.clock import SetClock
from bot.config.policy_loader import BrokenPolicy
from bot.config.policy_reloader import PolicyReloader
from storage.store import Store
from tests.support.clock import T0

SHIPPED = (Path(__file__).parents[3] / "policy.yaml").read_text(encoding="utf-8")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "policy.yaml"
    path.write_text(SHIPPED, encoding="utf-8")
    return path


def test_a_changed_policy_becomes_active_and_is_stored_for_the_next_start(sqlite_store: Store, file: Path) -> None:
    watch = PolicyReloader(file, sqlite_store.directory, SetClock(T0))
    file.write_text(SHIPPED.replace('version: "2026.1"', 'version: "2026.2"'), encoding="utf-8")

    watch.reload()

    assert watch.active.policy.version == "2026.2"
    assert sqlite_store.directory.active_policy() == (watch.active.hash, file.read_text(encoding="utf-8"))


def test_a_broken_policy_is_logged_once_and_the_last_good_one_stays_active(
    sqlite_store: Store, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    watch = PolicyReloader(file, sqlite_store.directory, SetClock(T0))
    file.write_text(SHIPPED.replace("approver: Head of service operations", "approver: ''"), encoding="utf-8")

    with caplog.at_level(logging.ERROR):
        watch.reload()
        watch.reload()

    assert watch.active.policy.version == "2026.1"
    assert [one.path for one in watch.errors] == ["approver"]
    assert caplog.text.count("a policy without approval never becomes active") == 1


def test_a_repaired_policy_is_active_again_without_faults(sqlite_store: Store, file: Path) -> None:
    watch = PolicyReloader(file, sqlite_store.directory, SetClock(T0))
    file.write_text("version: 1\n", encoding="utf-8")
    watch.reload()
    file.write_text(SHIPPED, encoding="utf-8")

    watch.reload()

    assert watch.errors == ()


def test_a_file_that_is_not_text_leaves_the_last_good_policy_in_force(sqlite_store: Store, file: Path) -> None:
    watch = PolicyReloader(file, sqlite_store.directory, SetClock(T0))
    file.write_bytes(b"version: \x00\xff")

    watch.reload()

    assert watch.errors
    assert watch.active.policy.version == "2026.1"


def test_a_first_start_with_a_broken_policy_is_refused(sqlite_store: Store, file: Path) -> None:
    file.write_text("a: \x00", encoding="utf-8")

    with pytest.raises(BrokenPolicy, match="has a character that YAML does not allow"):
        PolicyReloader(file, sqlite_store.directory, SetClock(T0))


def on_call_text(participants: str, change: str = "") -> str:
    rotation = f"{{start: 2026-01-05 09:00, every: 1 week, participants: {participants}{change}}}"
    return f"{SHIPPED}\nschedules: {{payments: {{rotations: {{weekly: {rotation}}}}}}}\n"


@pytest.mark.parametrize(
    ("text", "is_used"),
    [
        (on_call_text("[U2, U1, U3]"), False),
        (on_call_text("[U1, U2]"), False),
        (on_call_text("[U3, U2, U1]"), True),
        (on_call_text("[U1, U2, U3]", ", changes: [{effective: 2026-06-15 09:00, participants: [U3, U1, U2]}]"), True),
        (
            on_call_text(
                "[U1, U2, U3]",
                ", changes: [{effective: 2026-06-09 00:00, participants: [U3, U2, U1], starts_with: U2}]",
            ),
            True,
        ),
    ],
)
def test_an_edit_in_place_that_moves_the_shift_of_now_is_not_used_and_a_change_of_its_own_is(
    sqlite_store: Store, file: Path, text: str, is_used: bool
) -> None:
    before = on_call_text("[U1, U2, U3]")
    file.write_text(before, encoding="utf-8")
    watch = PolicyReloader(file, sqlite_store.directory, SetClock(T0))
    file.write_text(text, encoding="utf-8")

    watch.reload()

    assert watch.active.loaded.text == (text if is_used else before)
    assert ["would take the shift of now from U2 and give it to U1" in str(one) for one in watch.errors] == [
        True for _ in [0] if not is_used
    ]
    # The next start finds the same.
    again = PolicyReloader(file, sqlite_store.directory, SetClock(T0))
    assert again.active.loaded.text == watch.active.loaded.text
    assert again.errors == watch.errors
