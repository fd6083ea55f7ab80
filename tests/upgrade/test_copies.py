"""What the code of commit e06b798 left is opened, verified and carried on: its database, its spool, its pretend workspace."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.support import postgres
from tests.support.upgrade_env import (
    COPIES,
    MADE_AT,
    TEAM,
    USERS,
    EntryPoint,
    IncidentKey,
    Store,
    UpgradeEnv,
    entries,
    jobs,
    open_store,
    projections,
    rebuild,
    restore,
    unpacked,
    verified,
    waiting_lines,
)

DELIVERED = ("channel_made", "card_posted", "announced", "prompt_sent", "update_delivered")
SECRET = "xyzzy-plugh"


class Carried:
    """A copy as it was opened, and the Muster that carries it on: drained, worked off, and pressed on."""

    def __init__(self, store: Store, *, is_in_place: bool) -> None:
        self.is_in_place = is_in_place
        self.report = verified(store)
        self.rows = projections(store)
        self.jobs = jobs(store)
        self.keys = {row["number"]: IncidentKey(TEAM, row["incident"]) for row, _ in self.rows}
        self.open = {row["number"]: row["channel"] for row, _ in self.rows if not row["is_over"]}
        self.facts = {number: [e.fact for e in entries(store, key, *DELIVERED)] for number, key in self.keys.items()}
        self.draft = store.drafts.fetch("T00ACME:command:1781021724000000.60.99a77b2775d0419b")
        self.last = {number: entries(store, key)[-1].n for number, key in self.keys.items()}
        self.shown = words_shown(store, self.keys["INC-2026-0002"])
        self.people = {person.id: person.name for person in store.directory.all_people()}
        self.house: UpgradeEnv

    def go_on(self, house: UpgradeEnv) -> None:
        """Drain the spool first, then do what is due, as a start does."""
        self.house = house
        house.drain_spool()
        house.settle()
        house.later(2)  # Rate-limited jobs are postponed.
        self.worked = jobs(house.store)

    def of(self, number: str, *kinds: str) -> list[Any]:
        return entries(self.house.store, self.keys[number], *kinds)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def carried(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Carried]:
    """The copy, once as the SQLite file it is, once as a backup that is restored into PostgreSQL."""
    folder = tmp_path_factory.mktemp("copies")
    if request.param == "sqlite":
        yield from going_on(f"sqlite:///{unpacked('muster.db.gz', folder)}", folder)
        return
    with postgres.server().database() as url:
        restore(url, unpacked("backup-of-postgresql.db.gz", folder), replace=False)
        yield from going_on(url, folder)


def going_on(url: str, folder: Any) -> Iterator[Carried]:
    with open_store(url, team=TEAM) as store:
        store.migrate()
        found = Carried(store, is_in_place=url.startswith("sqlite"))
    house = UpgradeEnv(folder, url)
    try:
        found.go_on(house)
        yield found
    finally:
        house.close()


def test_the_record_verifies_as_it_was_left_with_every_signature(carried: Carried) -> None:
    assert carried.report.problems == ()
    assert (carried.report.entries, carried.report.chains, carried.report.checkpoints) == (466, 13, 9)
    assert carried.report.trusted is not None
    assert carried.report.trusted.signed_by is not None
    assert carried.report.unsigned == 0


def test_every_incident_folds_to_the_row_that_was_stored(carried: Carried) -> None:
    assert len(carried.rows) == 12
    for then, now in carried.rows:
        if then["shape"] != now["shape"]:  # Another release's model; its own columns must agree all the same.
            then, now = ({k: v for k, v in row.items() if k not in ("shape", "folded")} for row in (then, now))
        assert then == now


def test_names_and_the_draft_that_was_kept_are_read(carried: Carried) -> None:
    assert carried.people[f"slack:{TEAM}:{USERS['nadia']}"] == "Nadia"
    assert carried.draft is not None
    assert carried.draft.fields["text"] == "Thumbnails work"


def test_no_job_that_was_due_is_left_and_none_was_given_up(carried: Carried) -> None:
    then, now = ({job["id"]: job for job in found} for found in (carried.jobs, carried.worked))
    due = [job for job in then.values() if job["state"] == "ready" and job["run_at"] <= carried.house.clock.now()]

    assert {"update", "update_here", "page", "card", "prompt", "say", "duties", "make_channel", "before"} <= {
        job["kind"] for job in due
    }
    # A timer is set again under its key, for the next thing that falls due.
    assert [now[job["id"]] for job in due if job["kind"] != "timer" and now[job["id"]]["state"] != "done"] == []
    assert [j["key"] for j in now.values() if j["state"] == "ready" and j["run_at"] <= carried.house.clock.now()] == []
    assert [j["key"] for j in now.values() if j["state"] == "dead" and then.get(j["id"], j)["state"] != "dead"] == []
    assert sum(job["state"] == "dead" for job in then.values()) == 8


def test_a_claim_of_a_process_that_died_is_taken_over_and_its_update_goes_out_once(carried: Carried) -> None:
    held = {job["kind"] for job in carried.jobs if job["lease_owner"]}
    words = "Half of the searches work"

    # What is restored from a backup is in no process's hands; it is marked as tried.
    assert held == ({"update", "update_here", "page"} if carried.is_in_place else set())
    for channel in (carried.open["INC-2026-0002"], "exec"):
        posted = carried.house.ours(carried.house.channel(channel))
        assert sum(words in m.text and float(m.ts) > MADE_AT.timestamp() for m in posted) == 1
    delivered = [e.fact for e in carried.of("INC-2026-0002", "update_delivered")]
    assert len(delivered) == len({(fact.update, fact.audience) for fact in delivered}) == 4
    assert all(fact.error is None for fact in delivered)


def test_what_was_delivered_before_is_known_and_not_delivered_again(carried: Carried) -> None:
    for number, then in carried.facts.items():
        now = [e.fact for e in carried.of(number, *DELIVERED)]
        assert now[: len(then)] == then
        counts = Counter(fact.kind for fact in now)
        assert counts["card_posted"] <= 1, number
        assert counts["announced"] <= 1, number
        asked = [fact.prompt for fact in then if fact.kind == "prompt_sent"]
        again = [fact.prompt for fact in now[len(then) :] if fact.kind == "prompt_sent"]
        assert set(asked).isdisjoint(again), number


def test_everything_in_the_spool_is_on_the_record_in_its_order(carried: Carried) -> None:
    lines = [line for line in waiting_lines() if line["kind"] in ("capture", "mark")]
    placed: dict[str, list[int]] = {}
    for line in lines:
        channel, wanted = line_of(line)
        key = key_of(carried.house, channel)
        found = [e for e in entries(carried.house.store, key) if wanted.items() <= facts_of(e).items()]
        assert len(found) == 1, line
        assert found[0].source.surface is EntryPoint.SPOOL
        placed.setdefault(channel, []).append(found[0].n)

    assert len(lines) == 11
    assert [numbers == sorted(numbers) for numbers in placed.values()] == [True, True]
    assert (carried.house.spooled(), carried.house.set_aside()) == (0, 0)


def line_of(line: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Where a line's words were said, and what its entry must hold."""
    if line["kind"] == "mark":
        fields = line["body"]["request"]["fields"]
        return fields["channel"], {"kind": "message_pinned", "ts": fields["ts"]}
    fact = line["body"]["fact"]
    names = ("kind", "channel", "ts", "edited_ts", "text", "who", "emoji")
    return fact["channel"], {name: fact[name] for name in names if fact.get(name) is not None}


def facts_of(entry: Any) -> dict[str, Any]:
    return {"kind": entry.fact.kind, **entry.fact.model_dump(mode="json")}


def key_of(house: UpgradeEnv, channel: str) -> IncidentKey:
    found = [one.key for one in house.store.queries.incidents(TEAM, limit=50) if one.channel == channel]
    assert len(found) == 1
    return found[0]


def test_the_declaration_that_was_only_in_the_spool_gets_its_provisional_channel(carried: Carried) -> None:
    house = carried.house
    (number,) = house.keys().keys() - carried.keys.keys()
    (made,) = entries(house.store, house.keys()[number], "channel_made")

    channel = house.channel(made.fact.channel)
    assert channel.name == f"{number.lower()}-maps-are-gone"
    assert channel.previous_names == ["inc-unrecorded-maps-are-gone"]
    assert any(number in m.text and "database is back" in m.text for m in house.ours(channel))


def test_the_channel_that_was_not_informed_yet_is_informed_once(carried: Carried) -> None:
    channel = carried.house.channel(carried.open["INC-2026-0012"])

    assert channel.name == "inc-2026-0012-images-are-gone"
    assert sum("database is back" in m.text for m in carried.house.ours(channel)) == 1


def test_people_get_back_what_they_typed_while_it_was_absent(carried: Carried) -> None:
    typed = {"eva": "Thumbnails work", "kay": "Restarted by hand", "rob": "Wait for the copy", "ilse": "sends a disk"}
    for name, words in typed.items():
        direct = carried.house.sandbox.workspace.dm(USERS[name])
        assert sum(words in m.text for m in carried.house.ours(direct)) == 1, name


def test_buttons_that_were_posted_before_the_upgrade_still_work_and_their_messages_are_edited(carried: Carried) -> None:
    house = carried.house
    direct = house.sandbox.workspace.dm(USERS["nadia"]).id
    presses = (
        ("INC-2026-0002", "nadia", direct, "verb:unmask", "mask_lifted"),
        ("INC-2026-0003", "ilse", carried.open["INC-2026-0003"], "verb:take", "role_taken"),
        ("INC-2026-0008", "rob", carried.open["INC-2026-0008"], "verb:ack", "acknowledged"),
        ("INC-2026-0010", "jin", carried.open["INC-2026-0010"], "verb:ack", "acknowledged"),
    )
    for number, name, channel, action, kind in presses:
        ts = latest_with(house, channel, action)
        before, posted = house.message(channel, ts).text, len(carried.of(number, kind))

        house.press(name, channel, ts, action)
        house.later(0.1)

        assert len(carried.of(number, kind)) == posted + 1, number
        assert house.message(channel, ts).text != before, number
        assert house.message(channel, ts).edited, number


def latest_with(house: UpgradeEnv, channel: str, action: str) -> str:
    """The latest message with a button, among those that were there when the copy was made."""
    found = [
        m.ts
        for m in house.channel(channel).messages.values()
        if any(part.get("action_id") == action for block in m.blocks for part in block.get("elements", ()))
    ]
    return max(found)


def test_each_open_incident_takes_a_command_and_shows_it_on_the_card_it_has(carried: Carried) -> None:
    house = carried.house
    assert set(carried.open) == {f"INC-2026-{n:04}" for n in (2, 3, 7, 8, 9, 10, 11, 12)}
    for number in carried.open:
        incident = house.store.queries.incident(carried.keys[number])
        channel, cards = incident.places.channel, carried.of(number, "card_posted")
        person = "nadia" if incident.restricted else "ilse"
        if channel is None:
            assert not house.note(person, number, "Carried on").is_refused
        else:
            if USERS[person] not in house.channel(channel).members:
                house.actor.join(USERS[person], channel)
            house.slash(USERS[person], channel, "priority impact=3 urgency=3 because Carried on by new code")
            house.later(0.1)
            assert [e.n for e in carried.of(number, "card_posted")] == [e.n for e in cards]
            assert "P5" in house.message(channel, cards[0].fact.ref.partition(":")[2]).text, number
        assert carried.of(number)[-1].n > carried.last[number]


def test_a_request_that_was_answered_before_the_upgrade_is_not_done_again(carried: Carried) -> None:
    again = carried.house.note("rob", "INC-2026-0002", "Again", key="story:2")

    assert again.repeated
    assert "Again" not in [e.fact.text for e in carried.of("INC-2026-0002", "noted")]


def test_masked_and_redacted_texts_stay_so(carried: Carried) -> None:
    now = words_shown(carried.house.store, carried.keys["INC-2026-0002"])

    assert len(carried.of("INC-2026-0002", "redacted")) == 1
    assert [SECRET in words for words in (carried.shown, now)] == [False, False]
    assert "555-0101" in carried.shown
    assert "sick leave" not in carried.shown


def words_shown(store: Store, key: IncidentKey) -> str:
    """All that a reader is shown of a chain."""
    shown = store.recorder.read(lambda reader: reader.entries(key))
    return "".join(entry.fact.model_dump_json() for entry in shown)


def test_timers_of_the_copy_go_on_to_ring(carried: Carried) -> None:
    def prompted() -> int:
        return sum(len(carried.of(number, "prompt_due")) for number in carried.keys if number.startswith("INC-"))

    before = prompted()

    carried.house.later(45)

    assert prompted() > before


def test_the_record_verifies_after_all_of_it_and_nothing_has_to_be_made_again(carried: Carried) -> None:
    carried.house.clock.set(carried.house.clock.now() + timedelta(minutes=1))
    carried.house.checkpoint()
    report = verified(carried.house.store)

    assert report.problems == ()
    assert report.entries > carried.report.entries
    assert report.checkpoints > carried.report.checkpoints
    assert report.trusted is not None
    assert report.trusted.seq == report.checkpoints
    assert rebuild(carried.house.store) == ()


def test_the_stored_copies_are_small() -> None:
    assert sum(path.stat().st_size for path in COPIES.rglob("*") if path.is_file()) < 600_000
