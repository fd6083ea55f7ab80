"""The demo: it plays beside one that runs, opens where its story happens, and lets its reader take over."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.simulation.demo import demo_command
from bot.simulation.demo.demo_command import play_demo
from bot.simulation.demo.demo_folder import demo_folder
from bot.simulation.demo.demo_notices import story_begins, story_plays, your_turn
from bot.simulation.demo.demo_story import read_story


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield taken.getsockname()[1]


@pytest.mark.slow
def test_a_demo_beside_one_that_runs_has_its_own_folder_and_port(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], taken_port: int
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(demo_command, "PORT", taken_port)
    monkeypatch.setattr(demo_command, "_start_turn", lambda *_: None)
    monkeypatch.setattr(demo_command, "_wait_for_signal", lambda _: None)
    monkeypatch.setattr(demo_command, "BEAT_SECONDS", 0.0)

    with demo_folder(tmp_path) as running:
        (running / "muster.db").write_text("in use")
        status = play_demo(once=False)
        assert (running / "muster.db").read_text() == "in use"

    said = capsys.readouterr().out
    assert status == 0, said
    record = tmp_path / "muster-demo-2" / "INC-{year}-0001".format(year=said.split("INC-")[1][:4]) / "index.html"
    assert record.is_file()
    assert record.as_uri() in said
    assert "verified: INC-" in said
    assert f":{taken_port}/" not in said


@pytest.mark.slow
def test_a_story_that_cannot_go_on_says_why_and_the_demo_stays_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    story = read_story()
    declared = next(n for n, beat in enumerate(story.beats) if beat.form and beat.form.verb == "declare")
    lost = story.beats[declared].model_copy(update={"form": None, "do": None, "press": "verb:none", "at": 60.0})
    stopped = story.model_copy(update={"beats": (*story.beats[: declared + 1], lost)})
    turns: list[str] = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(demo_command, "read_story", lambda: stopped)
    monkeypatch.setattr(demo_command, "_wait_for_signal", lambda _: turns.append("open"))
    monkeypatch.setattr(demo_command, "BEAT_SECONDS", 0.0)

    status = play_demo(once=False, port=0)

    printed = capsys.readouterr().out
    assert (status, turns) == (1, ["open"])
    assert "The story stops here: there is no button verb:none." in printed
    assert "could not be closed" in printed
    assert "It lacks: Say how it was resolved" in printed
    assert "Your turn: " in printed


def test_a_named_port_that_is_taken_is_refused_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], taken_port: int
) -> None:
    monkeypatch.chdir(tmp_path)

    status = play_demo(once=False, port=taken_port)

    assert status == 2
    expected = f"Port {taken_port} cannot be used: Address already in use. Name another one, or none.\n"
    assert capsys.readouterr().err == expected
    assert list(tmp_path.iterdir()) == []


def test_a_folder_whose_demo_has_ended_is_emptied_and_used_again(tmp_path: Path) -> None:
    with demo_folder(tmp_path) as first:
        (first / "INC-2026-0001").mkdir()
        (first / "INC-2026-0001" / "index.html").touch()

    with demo_folder(tmp_path) as again:
        assert again == first
        assert [one.name for one in again.iterdir()] == [".running"]


def test_the_people_of_the_story_live_in_several_zones() -> None:
    story = read_story()
    at = datetime(2026, 6, 9, 12, tzinfo=UTC)

    assert len({at.astimezone(ZoneInfo(one.tz)).utcoffset() for one in story.people.values()}) >= 2


def test_the_page_is_opened_as_the_reader_and_goes_along_with_the_story() -> None:
    story = read_story()

    assert next(iter(story.people)) == demo_command.READER
    assert [one.channel for one in (story_begins(story, "C1"), story_plays(story, "C2"))] == ["C1", "C2"]
    turn = your_turn("C3", "http://127.0.0.1/shared/record/index.html", "INC-2026-0001", is_closed=True)
    assert turn.title == "Your turn"
    assert "<#C3>" in turn.text
    assert "<http://127.0.0.1/shared/record/index.html|see its record>" in turn.text
