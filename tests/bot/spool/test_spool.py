"""The spool keeps every acknowledged line through a kill, a torn line and a full disk, and is deleted once all are done."""

import json
import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from bot.spool.segment import ARCHIVE, SpoolLine
from bot.spool.spool import Spool, SpoolFull
from tests.support.clock import T

START = T(5)
ROOT = Path(__file__).parents[3]
WRITER = """
import sys
from pathlib import Path
from tests.bot.spool.test_spool import START, line, Spool
spool = Spool(Path(sys.argv[1]), "T1")
spool.prepare(START)
n = 0
while True:
    spool.append(line(n))
    print(n, flush=True)
    n += 1
"""


def line(n, kind="capture", **body):
    return SpoolLine(kind=kind, key=f"k{n}", at=START + timedelta(seconds=n), body={"text": f"words {n}", **body})


def keys(spool):
    return [one.key for one in spool.pending()]


@pytest.fixture
def spool(tmp_path):
    opened = Spool(tmp_path, "T1")
    opened.prepare(START)
    yield opened
    opened.close()


def test_spooled_lines_are_read_in_order_by_the_next_process(tmp_path, spool):
    for n in range(3):
        spool.append(line(n))
    spool.close()

    again = Spool(tmp_path, "T1")
    again.prepare(START)
    found = [again.read(one) for one in again.pending()]
    again.close()

    assert found == [line(0), line(1), line(2)]


def test_a_waiting_line_is_spooled_once(spool):
    assert spool.append(line(1))
    assert not spool.append(line(1))
    assert spool.append(line(1, kind="draft"))
    assert spool.count() == 2


def test_a_line_is_appended_to_a_backlog_and_not_without_one(spool):
    first = spool.append_to_backlog(line(1))
    spool.append(line(2))
    second = spool.append_to_backlog(line(3))

    assert (first, second) == (False, True)
    assert keys(spool) == ["k2", "k3"]


def test_a_killed_process_leaves_every_acknowledged_line(tmp_path):
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        acknowledged = [int(process.stdout.readline()) for _ in range(50)]
        process.send_signal(signal.SIGKILL)
        acknowledged += [int(number) for number in process.stdout.read().splitlines() if number]

    spool = Spool(tmp_path, "T1")
    spool.prepare(START)
    found = keys(spool)
    spool.close()

    assert found[: len(acknowledged)] == [f"k{n}" for n in acknowledged]
    assert len(found) <= len(acknowledged) + 1


@pytest.mark.parametrize("torn", [b'{"kind":"capture","key":"half', b'{"kind":"capture"}\n', b"\xff\xfe\n", b"\0\0\0"])
def test_a_torn_line_is_ignored_and_loses_no_other(tmp_path, spool, torn):
    spool.append(line(1))
    file = next(tmp_path.glob("*.jsonl"))
    end = len(file.read_bytes().split(b"\0", 1)[0])
    spool.close()
    with file.open("r+b") as open_file:
        open_file.seek(end)
        open_file.write(torn)

    again = Spool(tmp_path, "T1")
    again.prepare(START)
    again.append(line(2))
    found = keys(again)
    again.close()

    assert found == ["k1", "k2"]


def test_a_completed_line_does_not_wait_after_a_restart(tmp_path, spool):
    for n in range(3):
        spool.append(line(n))
    spool.mark_done(spool.pending()[0], START)
    spool.close()

    again = Spool(tmp_path, "T1")
    again.prepare(START)
    left = keys(again)
    again.close()

    assert left == ["k1", "k2"]


def test_once_all_lines_are_done_their_text_is_deleted_and_their_keys_are_archived(tmp_path, spool):
    spool.append(line(1))
    unfinished = spool.archive(START)
    spool.mark_done(spool.pending()[0], START)

    finished = spool.archive(START)

    archived = [json.loads(each) for file in (tmp_path / ARCHIVE).iterdir() for each in file.read_text().splitlines()]
    assert (unfinished, finished) == (False, True)
    assert [(each["kind"], each["key"]) for each in archived] == [("capture", "k1")]
    assert all(b"words" not in file.read_bytes() for file in tmp_path.rglob("*.jsonl"))


def test_the_file_of_a_running_process_is_not_read_by_another(tmp_path, spool):
    spool.append(line(1))

    other = Spool(tmp_path, "T1")
    other.prepare(START)
    theirs = keys(other)
    other.close()

    assert theirs == []
    assert keys(spool) == ["k1"]


def test_lines_of_another_team_are_not_read(tmp_path, spool):
    spool.append(line(1))
    spool.close()

    other = Spool(tmp_path, "T2")
    other.prepare(START)

    assert keys(other) == []
    other.close()


def test_a_full_spool_refuses_lines_but_still_marks_them_done(tmp_path):
    spool = Spool(tmp_path, "T1", most=400)
    spool.append(line(1))

    with pytest.raises(SpoolFull):
        spool.append(line(2, text="x" * 400))
    spool.mark_done(spool.pending()[0], START)

    assert spool.count() == 0
    spool.close()


def test_disk_space_is_reserved_in_advance(tmp_path, spool):
    file = next(tmp_path.glob("*.jsonl"))

    assert file.stat().st_blocks * 512 >= 1024 * 1024


def test_the_spool_is_readable_by_its_user_only(tmp_path, spool):
    assert next(tmp_path.glob("*.jsonl")).stat().st_mode & 0o077 == 0


def test_a_process_without_lines_leaves_no_file(tmp_path, spool):
    spool.close()

    assert os.listdir(tmp_path) == []
