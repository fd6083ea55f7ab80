"""Muster composed and run against the pretend workspace, as `muster run` does it."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.bootstrap.composition import compose
from bot.clock import RealClock
from bot.config.policy_loader import BrokenPolicy
from bot.config.settings import Settings
from bot.plain_yaml import load_yaml
from sandbox.pretend_workspace import Sandbox
from sandbox.state.entities import Person
from tests.support.answer_env import asked
from tests.support.replica_env import free_port
from tests.support.wait import until

ROOT = Path(__file__).parents[3]
MANIFEST = load_yaml((ROOT / "app.yaml").read_text(encoding="utf-8"))


@pytest.fixture
def sandbox():
    people = (Person(name="ann", real_name="Ann"), Person(name="bea", real_name="Bea"))
    with Sandbox(people, manifest=MANIFEST, channels=("general", "incidents")) as started:
        yield started


@pytest.fixture
def settings(sandbox, sqlite_url, tmp_path, monkeypatch):
    """Return the settings of an environment with only the variables that this workspace needs."""
    for name, value in {
        "SLACK_BOT_TOKEN": sandbox.bot_token,
        "SLACK_APP_TOKEN": sandbox.app_token,
        "SLACK_SIGNING_SECRET": sandbox.signing_secret,
        "SLACK_API_URL": sandbox.base_url,
        "DATABASE_URL": sqlite_url,
        "MUSTER_POLICY": str(ROOT / "policy.yaml"),
        "MUSTER_SPOOL": str(tmp_path / "spool"),
    }.items():
        monkeypatch.setenv(name, value)
    return lambda **more: Settings(_env_file=None, **more)


def ours(sandbox, prefix):
    return [channel for channel in sandbox.workspace.channels.values() if channel.name.startswith(prefix)]


def test_a_declaration_typed_in_slack_creates_a_channel_with_its_declarer_and_a_card(sandbox, settings):
    muster = compose(settings())
    muster.start()
    try:
        assert sandbox.wait_for_socket()

        bea = sandbox.workspace.find_person("bea").id
        response = sandbox.actor.slash(
            "ann", "general", "/incident", f'declare service=search impact=1 urgency=1 title="No results, ask <@{bea}>"'
        )
        channel = until(lambda: ours(sandbox, "inc-"))[0]
        until(lambda: channel.topic.value.endswith("No results, ask @Bea"))
        ann = sandbox.workspace.find_person("ann").id
        until(lambda: ann in channel.members)
        until(lambda: [m for m in channel.messages.values() if m.user == sandbox.workspace.bot.id and m.blocks])
        sandbox.actor.post("ann", channel.id, "The index is gone")
        sandbox.actor.slash("ann", channel.id, "/incident", "take commander")
        sandbox.settle()
    finally:
        muster.stop()

    assert "declared: " in response.payload["text"]
    assert channel.name.endswith("-no-results-ask")


def test_after_a_start_the_channels_of_open_incidents_are_backfilled(sandbox, settings):
    first = compose(settings())
    first.start()
    assert sandbox.wait_for_socket()
    sandbox.actor.slash("ann", "general", "/incident", "declare service=search impact=1 urgency=1 No results")
    channel = until(lambda: ours(sandbox, "inc-"))[0]
    until(lambda: first.store.recorder.read(lambda reader: reader.find(first.store.team, channel=channel.id)))
    first.stop()
    before = read_back(sandbox)

    second = compose(settings())
    second.start()
    try:
        until(lambda: read_back(sandbox) > before)
    finally:
        second.stop()

    assert read_back(sandbox) > before


class ShiftedClock:
    """The machine's clock, ahead by as much as a test says."""

    def __init__(self, ahead):
        self.ahead = ahead

    def now(self):
        return RealClock().now() + self.ahead


def test_after_a_clock_two_hours_ahead_is_set_right_updates_are_posted_at_once(sandbox, settings):
    clock = ShiftedClock(timedelta(hours=2))
    muster = compose(settings(), clock=clock)
    muster.start()
    try:
        assert sandbox.wait_for_socket()
        declared = "declare service=search impact=1 urgency=1 No results"
        sandbox.actor.slash("ann", "general", "/incident", declared)
        channel = until(lambda: ours(sandbox, "inc-"))[0]
        until(lambda: channel.pins and not muster.store.jobs.due_count(clock.now()))

        clock.ahead = timedelta(0)
        sandbox.actor.slash("ann", channel.id, "/incident", "take commander")
        sandbox.actor.slash("ann", channel.id, "/incident", "update internal The index is being rebuilt")

        posted = until(lambda: [m for m in channel.messages.values() if "being rebuilt" in m.text])
        stepped = until(lambda: not muster.clock_watch.state()[0])
        sandbox.actor.slash("ann", channel.id, "/incident", "note The clock is right")
        until(lambda: [m for m in channel.messages.values() if "clock is right" in m.text])
    finally:
        muster.stop()

    assert posted
    assert stepped


def test_with_a_public_address_pages_are_answered_at_the_port_of_the_health_page(settings, monkeypatch):
    monkeypatch.setenv("MUSTER_PUBLIC_URL", "https://muster.internal")
    monkeypatch.setenv("MUSTER_HTTP_PORT", str(free_port()))
    muster = compose(settings())
    muster.start()
    try:
        at = f"http://127.0.0.1:{muster.receivers[0].port}"
        statuses = [asked(f"{at}{path}").status for path in ("/healthz", "/answer/", "/answer/email/made-up")]
    finally:
        muster.stop()

    assert statuses == [200, 200, 404]


def read_back(sandbox):
    return sum(passage.name == "conversations.history" for passage in sandbox.wire_log.since(0, 10_000))


def test_a_broken_policy_at_the_start_leaves_the_last_good_one_in_force_and_logs_the_faults(
    settings, tmp_path, monkeypatch
):
    first = compose(settings())
    in_force = first.active.hash
    first.stop()
    file = tmp_path / "policy.yaml"
    file.write_text("version: 1\n")
    monkeypatch.setenv("MUSTER_POLICY", str(file))

    second = compose(settings())
    second.stop()

    assert second.active.hash == in_force
    assert second.policy_errors


def test_a_first_start_without_a_good_policy_is_refused_with_every_fault(settings, tmp_path, monkeypatch):
    file = tmp_path / "policy.yaml"
    file.write_text("version: 1\nowner: [\n")
    monkeypatch.setenv("MUSTER_POLICY", str(file))

    with pytest.raises(BrokenPolicy, match="line"):
        compose(settings())


def test_secrets_are_in_no_line_of_the_log(sandbox, settings, caplog):
    with caplog.at_level("DEBUG"):
        muster = compose(settings())
        muster.start()
        sandbox.wait_for_socket()
        sandbox.actor.slash("ann", "general", "/incident", "help")
        muster.stop()

    assert sandbox.bot_token not in caplog.text
    assert sandbox.app_token not in caplog.text
