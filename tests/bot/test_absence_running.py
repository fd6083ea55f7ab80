"""A running Muster loses its connection, detects the gap, and backfills it without intervention."""

from __future__ import annotations

import time
from pathlib import Path

from bot.bootstrap.composition import compose
from bot.config.settings import Settings
from sandbox.pretend_workspace import Sandbox
from sandbox.state.entities import Person
from tests.support.slack_env import MANIFEST, POLICY
from tests.support.wait import until

PEOPLE = (Person(name="ann", real_name="Ann"), Person(name="bea", real_name="Bea"))


def settings(sandbox: Sandbox, url: str, policy: Path) -> Settings:
    given = {
        "_env_file": None,
        "slack_bot_token": sandbox.bot_token,
        "slack_app_token": sandbox.app_token,
        "slack_api_url": sandbox.base_url,
        "database_url": url,
        "MUSTER_POLICY": policy,
        "MUSTER_SPOOL": policy.with_name("spool"),
        "MUSTER_GAP_SECONDS": 1,
    }
    return Settings(**given)


def test_muster_reconnects_records_the_gap_and_backfills_the_missed_messages(sqlite_url, tmp_path):
    (tmp_path / "policy.yaml").write_text(POLICY, encoding="utf-8")
    with Sandbox(PEOPLE, manifest=MANIFEST, channels=("general", "incidents")) as sandbox:
        muster = compose(settings(sandbox, sqlite_url, tmp_path / "policy.yaml"))
        muster.start()
        try:
            assert sandbox.wait_for_socket()
            sandbox.actor.slash("ann", "general", "/incident", "declare service=search impact=1 urgency=1 No results")
            listed = until(lambda: muster.store.queries.incidents(muster.gateway.team, limit=1), seconds=20)[0]
            channel = until(lambda: muster.store.queries.incidents(muster.gateway.team, limit=1)[0].channel, seconds=20)
            until(
                lambda: sandbox.workspace.find_person("ann").id in sandbox.workspace.find_channel(channel).members,
                seconds=20,
            )

            sandbox.faults.cut_off()
            until(lambda: sandbox.sockets.count() == 0, seconds=20)
            sandbox.actor.post("ann", channel, "The index is gone")
            time.sleep(5)
            sandbox.faults.restore_connections()

            kinds = ("gap_noted", "message_posted")
            read = lambda: muster.store.recorder.read(lambda reader: reader.entries(listed.key, kinds=kinds))  # noqa: E731
            until(lambda: [e for e in read() if e.fact.kind == "gap_noted" and e.fact.edge == "ends"], seconds=20)
            found = read()
        finally:
            muster.stop()

    assert [entry.fact.kind for entry in found] == ["gap_noted", "message_posted", "gap_noted"]
    assert found[1].fact.text == "The index is gone"
    assert found[0].occurred_at < found[1].occurred_at < found[2].occurred_at
