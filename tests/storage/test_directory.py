"""People, policies and drafts: as of now, as of a time, and erased."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from incident.entry import workspace_chain
from incident.medium import Medium
from incident.model.contact_method import ContactMethod
from incident.ports import Person
from storage.directory import digest
from storage.errors import TeamRequired
from storage.record import chain_writer
from storage.store import Store, open_store
from tests.support.policies import ONE_TARGET_POLICY
from tests.support.recorded_team import ADA, BEN, RECORD_START, TEAM, at


def test_a_person_is_read_as_of_a_time(store: Store) -> None:
    before = Person(id=ADA, name="Ada", zone="Europe/Berlin", title="SRE")
    after = before.model_copy(update={"name": "Ada L.", "title": "CTO"})

    assert store.directory.put([before], at(0)) == ((None, before),)
    assert store.directory.put([before], at(5)) == ()
    assert store.directory.put([after], at(10)) == ((before, after),)

    assert store.directory.person(ADA) == after
    assert store.directory.person(ADA, at(9)) == before
    assert store.directory.person(ADA, at(10)) == after
    assert store.directory.person(ADA, at(-1)) is None
    assert store.directory.person(BEN) is None
    assert store.recorder.read(lambda reader: reader.person(ADA)) == after


def test_directory_data_received_out_of_order_does_not_overwrite_newer_data(store: Store) -> None:
    person = Person(id=ADA, name="Ada")
    store.directory.put([person.model_copy(update={"name": "New"})], at(10))

    store.directory.put([person.model_copy(update={"name": "Newer"})], at(10))
    store.directory.put([person.model_copy(update={"name": "Newest"})], at(3))

    assert store.directory.person(ADA).name == "Newest"


def test_an_erased_person_has_no_name_at_any_time(store: Store) -> None:
    for minutes, name in ((0, "Ada"), (10, "Ada L.")):
        store.directory.put([Person(id=ADA, name=name, title="SRE", zone="Europe/Berlin")], at(minutes))

    assert store.directory.erase(ADA)

    for moment in (at(1), at(11), None):
        known = store.directory.person(ADA, moment)
        assert (known.name, known.title, known.zone) == ("erased person", "", "UTC")
    assert not store.directory.erase(BEN)


def test_contact_methods_keep_their_order_and_are_replaced_whole(store: Store) -> None:
    sms = ContactMethod(medium=Medium.SMS, address="+491701234567", verified_at=at(3))
    call = ContactMethod(medium=Medium.VOICE, address="+491701234567", delay_minutes=5)

    store.directory.put_contact_methods(ADA, [sms, call])
    assert store.directory.contact_methods(ADA) == (sms, call)
    assert store.directory.contact_methods(BEN) == ()

    store.directory.put_contact_methods(ADA, [call])
    assert store.directory.all_contact_methods() == {ADA: (call,)}


def test_contact_methods_that_are_added_at_the_same_time_are_all_there(store: Store) -> None:
    store.directory.put([Person(id=ADA, name="Ada")], at(0))
    added = [ContactMethod(medium=Medium.SMS, address=f"+4917012345{n}") for n in range(60, 66)]

    with ThreadPoolExecutor(3) as others:
        done = [
            others.submit(store.directory.change_contact_methods, ADA, lambda old, one=one: (*old, one))
            for one in added
        ]
        for one in done:
            one.result()

    assert {one.address for one in store.directory.contact_methods(ADA)} == {one.address for one in added}


def test_a_contact_method_is_verified_where_it_is_as_it_was_and_nothing_else_changes(store: Store) -> None:
    sms = ContactMethod(medium=Medium.SMS, address="+491701234567")
    call = ContactMethod(medium=Medium.VOICE, address="+491701234567", delay_minutes=5)
    store.directory.put_contact_methods(ADA, [sms, call])

    verified = [
        store.directory.verify_contact_method(person, position, method, at(3))
        for person, position, method in (
            (ADA, 2, call),
            (ADA, 1, call),
            (ADA, 1, sms.model_copy(update={"address": "+491709999999"})),
            (BEN, 1, sms),
        )
    ]

    assert verified == [True, False, False, False]
    assert store.directory.all_contact_methods() == {ADA: (sms, call.model_copy(update={"verified_at": at(3)}))}


def test_an_answer_that_comes_after_an_erasure_brings_nothing_back(store: Store) -> None:
    method = ContactMethod(medium=Medium.EMAIL, address="ada@example.org")
    store.directory.put_contact_methods(ADA, [method])
    store.directory.erase(ADA)

    assert not store.directory.verify_contact_method(ADA, 1, method, at(3))
    assert store.directory.all_contact_methods() == {}


def test_an_erasure_deletes_the_contact_methods_too(store: Store) -> None:
    method = ContactMethod(medium=Medium.EMAIL, address="ada@example.org")
    store.directory.put_contact_methods(ADA, [method])
    store.directory.put_contact_methods(BEN, [method])

    assert store.directory.erase(ADA)

    assert store.directory.all_contact_methods() == {BEN: (method,)}


def test_another_teams_people_are_not_ours(database_url: str) -> None:
    with open_store(database_url, team="T2") as theirs, open_store(database_url, team=TEAM) as ours:
        theirs.directory.put([Person(id=ADA, name="Ada")], RECORD_START)
        theirs.directory.put_contact_methods(ADA, [ContactMethod(medium=Medium.SLACK)])

        assert ours.directory.person(ADA) is None
        assert ours.directory.all_contact_methods() == {}
        assert ours.recorder.read(lambda reader: reader.person(ADA)) is None


def test_a_policy_is_stored_whole_under_its_hash_and_its_activation_is_recorded(store: Store) -> None:
    first = store.directory.activate_policy(ONE_TARGET_POLICY, "version: 1\n", at(0))
    assert store.directory.activate_policy(ONE_TARGET_POLICY, "version: 1\n", at(1)) == first
    second = store.directory.activate_policy(ONE_TARGET_POLICY, "version: 2\n", at(2))
    assert store.directory.activate_policy(ONE_TARGET_POLICY, "version: 1\n", at(3)) == first

    assert store.directory.policy_text(second) == "version: 2\n"
    assert store.directory.active_policy() == (first, "version: 1\n")
    (chain,) = store.queries.chain_keys()
    told = store.recorder.read(lambda reader: reader.entries(chain))
    assert [(e.fact.kind, e.fact.hash) for e in told] == [("policy_activated", h) for h in (first, second, first)]


def test_no_policy_is_active_at_first(store: Store) -> None:
    assert store.directory.active_policy() is None
    assert store.directory.policy_text("0" * 64) is None


def test_a_draft_is_given_back_until_it_is_forgotten(store: Store) -> None:
    fields = {"text": "Rolled back 🔥", "audience": ["internal"], "final": False, "impact": 1, "to": None}
    store.drafts.keep("Ev1", ADA, "update", {"text": "first"}, at=RECORD_START)
    store.drafts.keep("Ev1", ADA, "update", fields, at=RECORD_START)

    kept = store.drafts.fetch("Ev1")
    assert (kept.person, kept.verb, kept.fields, kept.at) == (ADA, "update", fields, RECORD_START)
    store.drafts.forget("Ev1")
    assert store.drafts.fetch("Ev1") is None


def test_drafts_expire_after_two_days(store: Store) -> None:
    store.drafts.keep("old", ADA, "update", {}, at=RECORD_START)
    store.drafts.keep("new", ADA, "update", {}, at=RECORD_START + timedelta(hours=47))

    store.delete_expired(RECORD_START + timedelta(hours=49))

    assert store.drafts.fetch("old") is None
    assert store.drafts.fetch("new") is not None


def test_a_call_that_needs_a_team_is_refused_without_one(sqlite_url: str) -> None:
    with open_store(sqlite_url) as store:
        for ask in (
            lambda: store.checkpoints.take(RECORD_START, None),
            lambda: store.directory.put([Person(id=ADA, name="A")], RECORD_START),
        ):
            with pytest.raises(TeamRequired, match="with a team"):
                ask()


def test_of_replicas_that_start_together_on_an_empty_database_one_activates_the_policy(postgres_url: str) -> None:
    text = "version: 1\n"
    with open_store(postgres_url, team=TEAM) as first, open_store(postgres_url, team=TEAM) as second:
        with first.engine.connect() as connection, ThreadPoolExecutor(1) as other:
            chain_writer.lock_for_append(connection, workspace_chain(TEAM))
            activated = other.submit(second.directory.activate_policy, ONE_TARGET_POLICY, text, at(0))
            with pytest.raises(TimeoutError):
                activated.result(0.3)
            first.directory._store(connection, text, digest(text), at(0))
            first.directory._record(connection, ONE_TARGET_POLICY, digest(text), at(0))
            connection.commit()
            assert activated.result(10) == digest(text)
        assert first.recorder.read(lambda reader: len(reader.entries(workspace_chain(TEAM)))) == 1
