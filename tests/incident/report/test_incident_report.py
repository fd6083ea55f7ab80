"""The account: which keys it has, how it names and numbers, and what it says of messages that changed."""

from __future__ import annotations

from incident.entries.closure import Refused
from incident.entries.conversation import (
    Corrected,
    MessageDeleted,
    MessageEdited,
    MessagePinned,
    MessagePosted,
    SourceChanged,
)
from incident.entries.role_holders import Escalated, RoleTaken
from incident.entries.status_updates import UpdatesHeld
from incident.entry import Entry, EntryPoint, Source, workspace_chain
from incident.report.incident_report import incident_report
from incident.states import Priority
from roles.person_ids import MUSTER
from roles.role_names import Role
from tests.support.clock import T
from tests.support.entry_chains import ADA, BEN, EXEC, INTERNAL, REGULATOR, Chain

NAMES = {ADA: "ada", BEN: "ben", MUSTER: "bot"}


def told(chain, *before, at=60, probes=()):
    return incident_report(
        [*before, *chain.entries],
        as_of=T(at),
        sentence=lambda entry: f"<{entry.fact.kind}>",
        name=lambda person: NAMES[person],
        source=lambda entry: entry.source.event or "",
        message=lambda channel, ts: f"m{ts}",
        probes=probes,
    )


def posted(ts, text, author=BEN):
    return MessagePosted(channel="C1", ts=ts, author=author, text=text)


def edited(ts, when, text, previous=None):
    return MessageEdited(channel="C1", ts=ts, edited_ts=when, author=BEN, text=text, previous=previous)


def test_the_account_has_every_key_of_the_record():
    assert list(told(Chain())) == [
        "as_of",
        "state",
        "incident",
        "timestamps",
        "state_history",
        "priority_history",
        "category_history",
        "type_history",
        "roles",
        "updates",
        "obligations",
        "escalations",
        "containment",
        "temporary_fixes",
        "workarounds",
        "third_party_cases",
        "links",
        "actions",
        "resolution",
        "validation",
        "closure_attempts",
        "reopens",
        "pir",
        "refusals",
        "capture",
        "revisions",
        "metrics",
        "timeline",
        "roles_at",
    ]


def test_the_timeline_numbers_only_what_a_reader_needs_and_points_by_those_numbers():
    chain = Chain(Priority.P3)
    chain.add(posted("1.0", "db1 is down"), at=1, by=BEN)
    chain.add(MessagePinned(channel="C1", ts="1.0", author=BEN, text="db1 is down"), at=3, occurred=1, by=ADA)
    pin = chain.now.n
    chain.add(edited("1.0", "4.0", "db2 is down"), SourceChanged(corrects=pin, change="edited"), at=4, by=BEN)
    chain.add(Corrected(corrects=pin, text="it was db2"), at=5)

    tail = told(chain)["timeline"][3:]

    assert tail == [
        {
            "n": 4,
            "entry": pin,
            "occurred_at": "2026-06-09T10:01:00Z",
            "kind": "observation",
            "by": "ben",
            "src": "e01",
            "text": "<message_pinned>",
            "recorded_at": "2026-06-09T10:03:00Z",
            "promoted_from": "m1.0",
            "promoted_by": "ada",
        },
        {
            "n": 5,
            "entry": pin + 2,
            "occurred_at": "2026-06-09T10:04:00Z",
            "kind": "correction",
            "by": "ben",
            "src": "e01",
            "text": "<source_changed>",
            "corrects": 4,
            "corrects_entry": pin,
        },
        {
            "n": 6,
            "entry": pin + 3,
            "occurred_at": "2026-06-09T10:05:00Z",
            "kind": "correction",
            "by": "ada",
            "src": "e01",
            "text": "<corrected>",
            "corrects": 4,
            "corrects_entry": pin,
        },
    ]


def test_a_message_that_changed_keeps_its_original():
    chain = Chain()
    chain.add(posted("1.0", "one"), posted("2.0", "two"), posted("3.0", "three"), at=1, by=BEN)
    chain.add(edited("1.0", "5.0", "one!"), edited("1.0", "6.0", "one!!"), at=2, by=BEN)
    chain.add(MessageDeleted(channel="C1", ts="2.0", author=BEN), at=3, by=BEN)
    assert told(chain)["revisions"] == {
        "m1.0": {"original": "one", "current": "one!!", "edits": 2, "deleted": False},
        "m2.0": {"original": "two", "current": None, "edits": 0, "deleted": True},
    }
    assert told(chain)["capture"] == {"messages": 3, "edits": 2, "deletes": 1}


def test_revisions_do_not_depend_on_the_order_of_arrival():
    first, second = edited("1.0", "5.0", "b", previous="a"), edited("1.0", "6.0", "c", previous="b")
    in_order, upside_down = Chain(), Chain()
    in_order.add(posted("1.0", "a"), first, second, at=1, by=BEN)
    upside_down.add(second, first, posted("1.0", "a"), at=1, by=BEN)
    unknown = Chain()
    unknown.add(second, first, at=1, by=BEN)
    assert told(in_order)["revisions"] == told(upside_down)["revisions"] == told(unknown)["revisions"]


def test_what_came_before_the_declaration_counts_too():
    source = Source(surface=EntryPoint.EVENT, event="e00")
    refused = Refused(verb="declare", intent="declare", code="E_UNKNOWN_SERVICE")
    before = [
        Entry(key=workspace_chain("T1"), n=n, by=BEN, occurred_at=T(-9), recorded_at=T(-9), source=source, fact=fact)
        for n, fact in enumerate((posted("0.5", "is it down?"), refused), start=1)
    ]
    record = told(Chain(), *before)
    assert record["capture"]["messages"] == 1
    assert record["refusals"] == [
        {"at": "2026-06-09T09:51:00Z", "by": "ben", "intent": "declare", "code": "E_UNKNOWN_SERVICE", "src": "e00"}
    ]
    assert record["timeline"][0]["kind"] == "logged"


def test_roles_at_a_moment_name_only_who_held_them_then():
    chain = Chain()
    chain.add(RoleTaken(role=Role.COMMANDER, who=ADA), at=1)
    chain.add(RoleTaken(role=Role.SME, who=BEN), at=5)
    assert told(chain, probes=(T(0), T(1), T(5)))["roles_at"] == [
        {"at": "2026-06-09T10:00:00Z", "commander": [], "sme": []},
        {"at": "2026-06-09T10:01:00Z", "commander": ["ada"], "sme": []},
        {"at": "2026-06-09T10:05:00Z", "commander": ["ada"], "sme": ["ben"]},
    ]


def test_updates_list_every_audience_ever_owed_sent_or_held_and_no_other():
    chain = Chain(Priority.P2)
    chain.post(REGULATOR, 3)
    chain.add(UpdatesHeld(audience=EXEC, reason="counsel says so"), at=4)
    chain.tick(40)
    chain.post(INTERNAL, 45, occurred=32)
    updates = told(chain)["updates"]
    assert set(updates) == {"internal", "regulator", "exec"}
    assert updates["regulator"] == {
        "slots": [],
        "met": 0,
        "missed": 0,
        "adherence": None,
        "posts": 1,
        "next_due_at": None,
    }
    assert updates["internal"]["slots"] == [
        {
            "due_at": "2026-06-09T10:30:00Z",
            "status": "met_out_of_band",
            "update_at": "2026-06-09T10:32:00Z",
            "recorded_at": "2026-06-09T10:45:00Z",
        }
    ]
    assert updates["internal"]["next_due_at"] == "2026-06-09T11:32:00Z"


def test_a_person_called_is_named_and_a_body_stands_as_written():
    chain = Chain()
    chain.add(Escalated(how="functional", to=BEN, person=BEN, reason="need a DBA"), at=1)
    chain.add(Escalated(how="hierarchical", to="the board", person=None, reason="it is big"), at=2)
    assert [e["to"] for e in told(chain)["escalations"]] == ["ben", "the board"]


def test_adherence_is_given_to_three_places():
    chain = Chain(Priority.P2)
    chain.post(INTERNAL, 10)
    chain.tick(200)
    internal = told(chain, at=200)["updates"]["internal"]
    assert (internal["met"], internal["missed"], internal["adherence"]) == (1, 3, 0.25)
    chain.post(INTERNAL, 201, occurred=74)
    assert told(chain)["updates"]["internal"]["adherence"] == 0.5
