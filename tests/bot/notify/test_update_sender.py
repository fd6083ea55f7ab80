"""Status updates leave Slack: each recipient gets them once, the record has each result and no address (S2-36)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import jsonschema
import pytest
from pydantic import SecretStr

from bot.clock import Clock
from bot.export.export_record import delivery_rows
from bot.export.page_rows import failed_deliveries, sent_updates
from bot.failpoints import Failpoint, no_failpoint
from bot.notify.channel import Page
from bot.notify.channels.apprise_url import AppriseUrl
from bot.notify.channels.smtp_mail import SmtpMail
from bot.notify.update_sender import UpdateSender
from bot.rendering.renderer import TEMPLATES, Mode, Renderer, VerbContext
from bot.worker.port import RateLimited
from incident.entries.status_updates import UpdateDelivered
from incident.entry import IncidentKey
from incident.medium import Medium
from incident.model.contact_method import ContactMethod
from incident.policy import UpdateRules
from incident.states import Audience
from storage.store import Store
from tests.support.http_double import BROKEN, Called, HttpDouble
from tests.support.smtp_double import SmtpDouble
from tests.support.worker_env import WorkerEnv, worker_env_on

# Apprise's services import what later Pythons lack.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
SCHEMA = json.loads((TEMPLATES.parent / "docs/reference/record.schema.json").read_text("utf-8"))
LIST, SERVICE, ADDRESS = "MUSTER_LIST_CUSTOMERS", "MUSTER_APPRISE_STATUS", "all-customers@example.org"


class Receiver(HttpDouble):
    """Takes what Apprise posts as JSON."""

    def play(self, call: Called) -> tuple[int, dict[str, str]]:
        return 200, {}


@pytest.fixture
def server() -> Iterator[SmtpDouble]:
    double = SmtpDouble()
    yield double
    double.close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    double = Receiver()
    yield double
    double.close()


@pytest.fixture
def rig(sqlite_store: Store, server: SmtpDouble, receiver: Receiver) -> Iterator[WorkerEnv]:
    """A worker that sends updates to customers outside Slack alone, and to executives in their channel and by mail."""
    recipients = {"customer": [LIST, SERVICE], "exec": [LIST]}
    with worker_env_on(sqlite_store, update_recipients=recipients) as env:
        use(env, server, receiver)
        yield env


def use(rig: WorkerEnv, server: SmtpDouble, receiver: Receiver, reached: Failpoint = no_failpoint) -> UpdateSender:
    """Take a worker that sends by these servers in place of the one before."""
    sender = UpdateSender(
        rig.adapter.record,
        {
            Medium.EMAIL: SmtpMail(SecretStr(f"smtp://127.0.0.1:{server.port}"), "muster@example.org", rig.clock),
            Medium.APPRISE: AppriseUrl(),
        },
        {LIST: SecretStr(ADDRESS), SERVICE: SecretStr(f"{receiver.url.replace('http', 'json')}/status")},
        Renderer(Mode.TERMINAL, names=lambda person: person.rpartition(":")[2].capitalize()),
        rig.clock,
        reached,
    )
    rig.worker.stop()
    rig.worker = rig.another_worker("sender", handlers=sender.handlers)
    return sender


def updated(rig: WorkerEnv, *audiences: str, text: str = "Some *cards* are declined.", **declared: Any) -> IncidentKey:
    key = rig.declare(**declared)
    rig.act("take", "ilse", key, role="commander")
    rig.after(seconds=5)
    rig.act("update", "ilse", key, audience=list(audiences), text=text)
    return key


def delivered(rig: WorkerEnv, key: IncidentKey, recipient: str | None = None) -> list[UpdateDelivered]:
    facts = [entry.fact for entry in rig.entries(key, UpdateDelivered.kind)]
    found = [fact for fact in facts if isinstance(fact, UpdateDelivered)]
    return [fact for fact in found if recipient in (None, fact.recipient)]


def test_an_update_goes_to_each_recipient_once_and_no_entry_has_an_address(
    rig: WorkerEnv, server: SmtpDouble, receiver: Receiver
) -> None:
    key = updated(rig, "customer")
    rig.after(seconds=5)

    [mail], [post] = server.received, receiver.calls
    assert (mail["To"], mail["Subject"], mail["Importance"]) == (ADDRESS, "service notice, checkout", None)
    assert mail.get_content().splitlines()[0] == "Service notice · checkout"
    assert "Some *cards* are declined." in mail.get_content()
    assert (post.json["title"], post.json["type"]) == ("service notice, checkout", "info")
    assert {fact.recipient: fact.ref for fact in delivered(rig, key)} == {LIST: mail["Message-ID"], SERVICE: SERVICE}
    assert not any(ADDRESS in entry.model_dump_json() for entry in rig.entries(key))
    assert not rig.incident(key).audience(Audience.CUSTOMER).unreached
    card = str([message.blocks for message in rig.messages(key)])
    assert ":white_check_mark: the mail list customers" in card
    assert ":white_check_mark: status (Apprise)" in card


def test_a_failed_mail_is_repeated_like_a_page_and_then_said_in_the_channel_and_in_the_export(
    rig: WorkerEnv, server: SmtpDouble
) -> None:
    server.replies["DATA END"] = "451 try later"
    key = updated(rig, "exec")
    posted_at = rig.clock.now()
    rig.after(seconds=4)
    assert not any("did not reach" in text for text in rig.texts(key))
    rig.after(minutes=2)

    attempts = [entry for entry in rig.entries(key, UpdateDelivered.kind) if entry.fact.recipient == LIST]
    assert [(entry.recorded_at - posted_at).seconds for entry in attempts] == [0, 5, 20, 65]
    assert [entry.fact.is_final for entry in attempts] == [False, False, False, True]
    assert len({mail["Message-ID"] for mail in server.received}) == 1
    [line] = [text for text in rig.texts(key) if "did not reach" in text]
    assert "the mail list customers, for executives: The mail server refuses the mail (451)." in line
    # Their channel in Slack has it.
    incident = rig.incident(key)
    assert not incident.audience(Audience.EXEC).unreached
    assert incident.missed_recipients(Audience.EXEC) == (LIST,)
    entries, render = rig.entries(key), Renderer(Mode.DOCUMENT)
    [row] = sent_updates(entries, str, render, {}, {Audience.EXEC: "#exec"})
    assert row.reached.endswith(f"{LIST}: not delivered after 4 attempts")
    assert row.reached.startswith("delivered, in #exec")
    assert len(failed_deliveries(entries, render)) == 4
    exported = delivery_rows(entries)
    jsonschema.validate(exported, {**SCHEMA["properties"]["deliveries"], "$defs": SCHEMA["$defs"]})
    assert [(one["recipient"], one["ref"] is None) for one in exported if one["attempt"] == 4] == [(LIST, True)]


def test_an_update_that_fails_everywhere_is_not_said_to_be_posted(
    rig: WorkerEnv, server: SmtpDouble, receiver: Receiver
) -> None:
    server.replies["RCPT"] = f"550 no such user {ADDRESS}"
    receiver.faults = [BROKEN] * 4
    key = updated(rig, "customer")
    rig.after(minutes=2)

    assert rig.incident(key).audience(Audience.CUSTOMER).unreached
    refused = delivered(rig, key, LIST)
    assert [(fact.attempt, fact.error) for fact in refused] == [(1, "The mail server refuses the recipient (550).")]
    assert len(delivered(rig, key, SERVICE)) == 4


def test_a_correction_names_what_it_replaces_and_goes_to_the_same_recipients(
    rig: WorkerEnv, server: SmtpDouble, receiver: Receiver
) -> None:
    key = updated(rig, "customer")
    rig.after(seconds=5)
    rig.policy.update_recipients.clear()
    rig.act("amend", "ilse", key, entry=rig.incident(key).audience(Audience.CUSTOMER).last_post, text="No cards work.")
    rig.after(seconds=5)

    first, second = server.received
    assert second["Subject"] == "Correction: service notice, checkout"
    assert second["In-Reply-To"] == first["Message-ID"]
    assert "It replaces what we sent you at " in second.get_content()
    assert "No cards work." in second.get_content()
    assert [call.json["title"].partition(":")[0] for call in receiver.calls] == [
        "service notice, checkout",
        "Correction",
    ]


def test_what_is_corrected_before_it_was_sent_is_sent_once_and_right(rig: WorkerEnv, server: SmtpDouble) -> None:
    key = updated(rig, "exec")
    rig.act("amend", "ilse", key, entry=rig.incident(key).audience(Audience.EXEC).last_post, text="No cards work.")
    rig.after(seconds=5)

    [mail] = server.received
    assert "No cards work." in mail.get_content()
    first, second = delivered(rig, key, LIST)
    assert first.ref == second.ref


def test_an_update_that_is_taken_back_is_withdrawn_from_who_has_it(rig: WorkerEnv, server: SmtpDouble) -> None:
    key = updated(rig, "exec")
    rig.after(seconds=5)
    rig.act("undo", "ilse", key)
    rig.after(seconds=5)

    first, second = server.received
    assert second["Subject"].startswith("Withdrawn: ")
    assert second["In-Reply-To"] == first["Message-ID"]
    assert "declined" not in second.get_content()


def test_an_update_that_is_taken_back_while_it_is_being_sent_is_withdrawn_by_a_mail_of_its_own(
    rig: WorkerEnv, server: SmtpDouble, receiver: Receiver
) -> None:
    keys = list[IncidentKey]()

    def undo_now(point: str) -> None:
        if point == "update_outside:call:after" and keys:
            rig.act("undo", "ilse", keys.pop())

    use(rig, server, receiver, undo_now)
    keys.append(updated(rig, "exec"))
    rig.after(seconds=10)

    first, second = server.received
    assert second["Subject"].startswith("Withdrawn: ")
    assert second["In-Reply-To"] == first["Message-ID"]
    assert second["Message-ID"] != first["Message-ID"]


def test_an_update_that_was_redacted_after_it_was_sent_is_withdrawn_too(rig: WorkerEnv, server: SmtpDouble) -> None:
    key = updated(rig, "exec")
    rig.after(seconds=5)
    rig.act("redact", "rosa", key, ref=f"E{rig.incident(key).audience(Audience.EXEC).last_post}", reason="a name")
    rig.act("undo", "ilse", key)
    rig.after(seconds=5)

    assert [mail["Subject"].partition(":")[0] for mail in server.received][1:] == ["Withdrawn"]
    assert "[redacted]" not in server.received[1].get_content()


@pytest.mark.parametrize("rule", ["nothing", "number"])
def test_of_a_restricted_incident_the_number_leaves_or_nothing_as_the_policy_says(
    rule: str, rig: WorkerEnv, server: SmtpDouble
) -> None:
    rig.policy.__dict__["update_rules"] = UpdateRules(restricted_outside=rule)
    key = updated(rig, "exec", title="An intruder reads orders", private=True, text="They read orders.")
    rig.after(seconds=5)

    [sent] = delivered(rig, key, LIST)
    assert rig.incident(key).missed_recipients(Audience.EXEC) == (LIST,)
    if rule == "nothing":
        assert (server.received, sent.error) == ([], "restricted")
        assert any("nothing of it leaves Slack" in text for text in rig.texts(key))
    else:
        [mail] = server.received
        words = mail["Subject"] + mail.get_content()
        assert "INC-2026-0001" in words
        for hidden in ("intruder", "orders", "checkout", "P1"):
            assert hidden not in words
        assert sent.is_bare


def test_what_stops_between_the_call_and_its_entry_is_sent_again_under_the_same_message_id(
    rig: WorkerEnv, server: SmtpDouble, receiver: Receiver
) -> None:
    stops = ["update_outside:call:after"]

    def reached(point: str) -> None:
        if point in stops:
            stops.clear()
            raise RuntimeError("the power failed")

    use(rig, server, receiver, reached)
    key = updated(rig, "exec")
    rig.after(seconds=10)

    first, second = server.received
    assert first["Message-ID"] == second["Message-ID"]
    assert [fact.ref for fact in delivered(rig, key, LIST)] == [first["Message-ID"]]


def test_two_replicas_send_an_update_once(rig: WorkerEnv, server: SmtpDouble, receiver: Receiver) -> None:
    other = rig.another_worker("other", handlers=use(rig, server, receiver).handlers)
    key = updated(rig, "customer")

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda worker: worker.drain(rig.clock.now()), (other, rig.worker)))
    other.stop()
    rig.after(seconds=5)

    assert (len(server.received), len(receiver.calls)) == (1, 1)
    assert len(delivered(rig, key)) == 2


def test_the_answer_names_recipients_and_does_not_say_that_they_have_it(rig: WorkerEnv) -> None:
    key = updated(rig, "customer")
    posted = tuple(rig.entries(key, "status_update_posted"))

    view = VerbContext(rig.incident(key), posted, rig.person("ilse"), rig.clock.now())
    answer = rig.adapter.renderer.answer("update", view)

    assert "It goes out of Slack too, to the mail list customers and status (Apprise)." in answer
    assert "Recorded for customers." in answer
    assert "Posted to" not in answer


class Busy:
    """A channel whose provider is busy for moments, each time it is asked."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock

    def send(self, page: Page, to: ContactMethod) -> RateLimited:
        return RateLimited(self.clock.now() + timedelta(seconds=3))


def test_a_provider_that_is_busy_again_and_again_is_on_record_and_given_up(
    rig: WorkerEnv, server: SmtpDouble, receiver: Receiver
) -> None:
    sender = replace(use(rig, server, receiver), channels={Medium.EMAIL: Busy(rig.clock)})
    rig.worker.stop()
    rig.worker = rig.another_worker("busy", handlers=sender.handlers)
    key = updated(rig, "exec")

    rig.after(minutes=3)

    found = delivered(rig, key, LIST)
    assert [one.attempt for one in found] == [1, 2, 3, 4]
    assert [one.is_final for one in found] == [False, False, False, True]
