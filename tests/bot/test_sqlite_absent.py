"""A read-only SQLite file and a full disk are an unavailable database like any other."""

from typing import Any

import pytest
from sqlalchemy import event, text

from storage.errors import Unavailable
from tests.support.offline_env import OfflineEnv


@pytest.fixture
def house(sqlite_url, tmp_path):
    opened = OfflineEnv(tmp_path, sqlite_url)
    yield opened
    opened.close()


class Trouble:
    """Runs a statement on every new connection of an environment, until `over`."""

    def __init__(self, house: OfflineEnv, statement: str) -> None:
        self._engine, self._statement = house.muster.store.engine, statement
        event.listen(self._engine, "connect", self._prepare)
        self._engine.dispose()

    def _prepare(self, connection: Any, _record: object) -> None:
        connection.execute(self._statement)

    def over(self) -> None:
        event.remove(self._engine, "connect", self._prepare)
        self._engine.dispose()


def pages(house: OfflineEnv) -> int:
    return int(house.muster.store.transactions.read(lambda c: c.execute(text("PRAGMA page_count")).scalar_one()))


def fill(house: OfflineEnv) -> None:
    """Fill the remaining space in the existing pages."""
    grow = text(
        "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < :n) "
        "INSERT INTO presence SELECT 'x', hex(randomblob(200)), '2026' FROM r"
    )
    for count in (500, 50, 5, 1):
        try:
            while True:
                house.muster.store.transactions.write(lambda c, n=count: c.execute(grow, {"n": n}))
        except Unavailable:
            continue


@pytest.mark.parametrize("trouble", ["read_only", "full"])
def test_a_declaration_and_messages_are_spooled_and_recorded_once_the_database_is_writable(house, trouble):
    statement = "PRAGMA query_only = ON" if trouble == "read_only" else f"PRAGMA max_page_count = {pages(house)}"
    ends = Trouble(house, statement)
    if trouble == "full":
        fill(house)

    response = house.declare()
    channel = house.channel("inc-unrecorded")
    house.say("ann", channel.id, "The gateway times out")
    typed = house.slash("ann", channel.id, "note Restarted by hand")
    waiting = {one.kind for one in house.spool.pending()}
    house.look()
    why = house.muster.store.availability.why
    ends.over()
    house.come_back()

    assert "not recorded yet" in response
    assert "Not recorded" in typed
    assert waiting == {"request", "capture", "draft"}
    assert why == trouble
    assert house.numbers() == ["INC-2026-0001"]
    assert channel.name == "inc-2026-0001-payments-fail"
    assert [e.fact.text for e in house.entries("message_posted")] == ["The gateway times out"]
    assert [m.text for m in house.direct("ann") if "Restarted by hand" in m.text]


def test_nothing_is_acknowledged_without_both_database_and_spool(house):
    ends = Trouble(house, "PRAGMA query_only = ON")
    house.spool.close()
    (house.folder / "spool").rmdir()
    (house.folder / "spool").write_text("in the way")

    delivery = house.actor.slash("ann", "general", "/incident", "declare service=checkout impact=1 urgency=1 Lost")
    acked = delivery.wait().acked
    ends.over()
    (house.folder / "spool").unlink()

    assert not acked
    assert house.channels("inc-") == []
