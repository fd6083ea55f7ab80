"""`muster doctor` on the spool and on where the database lies."""

from __future__ import annotations

from pathlib import Path

from bot.cli.checks.check_result import CheckResult, Severity
from bot.cli.checks.mounts_check import check_layers
from bot.cli.checks.spool_check import check_spool
from bot.spool.segment import SpoolLine
from bot.spool.spool import Spool
from tests.support.clock import T0

ROOT = "24 1 0:22 / / rw,relatime - overlay overlay rw,lowerdir=/a\n"
VOLUME = "25 24 8:1 / /data rw,relatime - ext4 /dev/sda1 rw\n"


def weights(found: list[CheckResult]) -> list[Severity]:
    return [one.severity for one in found]


def test_an_empty_spool_is_in_order_and_no_folder_is_created(tmp_path: Path) -> None:
    found = list(check_spool(tmp_path / "spool"))

    assert weights(found) == [Severity.GOOD]
    assert not (tmp_path / "spool").exists()


def test_waiting_lines_are_a_fault_with_the_time_of_the_oldest(tmp_path: Path) -> None:
    spool = Spool(tmp_path, "T1")
    for n in range(3):
        spool.append(SpoolLine(kind="capture", key=f"k{n}", at=T0))
    spool.append(SpoolLine(kind="draft", key="d", at=T0))
    spool.mark_done(spool.pending()[0], T0)

    found = list(check_spool(tmp_path))
    spool.close()

    assert weights(found) == [Severity.WRONG]
    assert found[0].message.startswith(
        f"3 lines wait in {tmp_path} since 2026-06-09 10:00 UTC, 2 of them for the record"
    )


def test_lines_that_could_not_be_recorded_are_reported(tmp_path: Path) -> None:
    spool = Spool(tmp_path, "T1")
    spool.append(SpoolLine(kind="capture", key="k", at=T0))
    spool.quarantine(spool.pending()[0], T0)
    spool.close()

    found = list(check_spool(tmp_path))

    assert weights(found) == [Severity.GOOD, Severity.NOTE]


def test_a_folder_that_cannot_be_created_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    found = list(check_spool(tmp_path / "file" / "spool"))

    assert weights(found) == [Severity.WRONG]
    assert "MUSTER_SPOOL" in found[0].message


def test_a_path_in_the_layer_of_a_container_is_reported_and_one_on_a_volume_is_not(tmp_path: Path) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(ROOT + VOLUME)
    address, spool = "sqlite:////app/muster.db", Path("/app/muster-spool")

    inside = [one.message for one in check_layers(address, spool, mounts)]
    outside = list(check_layers("sqlite:////data/muster.db", Path("/data/spool"), mounts))

    assert [result.split()[0] for result in inside] == ["/app/muster.db", "/app/muster-spool"]
    assert all("overlay at /" in result for result in inside)
    assert outside == []
    assert list(check_layers(address, spool, tmp_path / "none")) == []
