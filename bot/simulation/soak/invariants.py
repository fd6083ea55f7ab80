"""Invariants that hold after a soak, when Muster is idle. Reads the record and the workspace; changes neither.

Each check yields one sentence per violation. Losses and duplicates are counted by the sentence's first word.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from bot.clock import RealClock
from bot.export.reader_names import ReaderNames
from bot.rendering.renderer import Renderer
from bot.simulation.soak.ledger import Ledger, LedgerEntry
from bot.simulation.soak.soak_environment import SoakEnvironment
from bot.slack.capture.channel_history import NOTHING, RecordedMessages, recorded_messages
from bot.slack.client.sent_lookup import job_of
from bot.slack.surfaces.incident_card import card_message
from bot.slack.surfaces.surface_context import surface_context
from incident.entries.conversation import MessageDeleted, MessagePinned, MessagePosted
from incident.entry import Entry
from incident.model.incident import Incident
from incident.record.message_history import MESSAGE_KINDS
from sandbox.state.entities import Channel
from storage.maintenance.verification import verify
from storage.store import Store

LOST: Final = "lost"
DOUBLED: Final = "doubled"
_PIN_REACTION: Final = "pushpin"
_TOMBSTONE: Final = "tombstone"
_CHANGE_SUBTYPES: Final = frozenset({"message_changed", "message_deleted"})
_FACT_KINDS: Final = {
    "note": "noted",
    "decide": "decision_made",
    "workaround": "workaround_found",
    "action": "action_opened",
    "declare": "declared",
}


@dataclass(frozen=True)
class SoakState:
    """The state after a soak: the database, the workspace, and the ledger of actions."""

    store: Store
    environment: SoakEnvironment
    ledger: Ledger

    def incidents(self) -> list[Incident]:
        """Return every incident, oldest first."""
        listed = self.store.queries.incidents(self.environment.sandbox.workspace.team_id)
        found = [self.store.queries.incident(one.key) for one in reversed(listed)]
        return [one for one in found if one is not None]

    def entries(self, incident: Incident, *kinds: str) -> list[Entry]:
        """Return an incident's entries of these kinds, or all."""
        return list(self.store.recorder.read(lambda reader: reader.entries(incident.key, kinds=kinds)))

    def problems(self) -> list[str]:
        """Return every violation."""
        incidents = self.incidents()
        found = [*self._acknowledged(incidents), *self._channels(incidents), *self._posts()]
        for one in incidents:
            found += [*self._messages(one), *self._card(one)]
        return [*found, *self._jobs(), *self._record()]

    def _acknowledged(self, incidents: list[Incident]) -> Iterator[str]:
        """Everything acknowledged is on the record exactly once."""
        by_kind: dict[str, list[str]] = {kind: [] for kind in _FACT_KINDS.values()}
        for incident in incidents:
            for entry in self.entries(incident, *by_kind):
                by_kind[entry.fact.kind].append(entry.fact.model_dump_json())
        for ledger_entry in self.ledger.entries:
            count = sum(ledger_entry.token in fact for fact in by_kind[_FACT_KINDS[ledger_entry.verb]])
            yield from _entry_problems(ledger_entry, count)

    def _messages(self, incident: Incident) -> Iterator[str]:
        """Every message is recorded once, with its present text, and its deletion if it was deleted."""
        channel = self._channel_of(incident)
        if channel is None:
            return
        known, unknowable = (
            recorded_messages(self.entries(incident, *MESSAGE_KINDS), channel.id),
            self.unknowable(incident),
        )
        for (message_channel, ts), text in sorted(self.ledger.messages.items()):
            if message_channel == channel.id:
                if ts in unknowable:
                    continue
                label = f"{incident.number} {ts} {text!r}"
                yield from _message_problems(label, text, known.get(ts), channel, ts)

    def unknowable(self, incident: Incident) -> frozenset[str]:
        """Return the messages that Muster cannot know: Slack gave up on the message event and on its deletion event.

        No delivery of either was acknowledged, and Slack no longer shows the message.
        """
        channel = incident.places.channel
        given_up = (body["event"] for body in self.environment.sandbox.dispatcher.given_up())
        events = [one for one in given_up if one["type"] == "message" and one["channel"] == channel]
        posted = {event["ts"] for event in events if event.get("subtype") not in _CHANGE_SUBTYPES}
        unreported = posted & {_deleted(event) for event in events}
        known = recorded_messages(self.entries(incident, *MESSAGE_KINDS), channel or "")
        return frozenset(ts for ts in unreported if _has_no_content(known.get(ts, NOTHING)))

    def _channels(self, incidents: list[Incident]) -> Iterator[str]:
        """Each incident has one channel, and each channel that Muster created has an incident."""
        workspace = self.environment.sandbox.workspace
        created = Counter(c.id for c in workspace.channels.values() if c.creator == workspace.bot.id and not c.is_im)
        owners = Counter(one.places.channel for one in incidents)
        for incident in incidents:
            if incident.places.channel is None:
                yield f"{LOST}: {incident.number} has no channel"
        for channel, count in owners.items():
            if channel and count > 1:
                yield f"{DOUBLED}: {count} incidents share {channel}"
        for channel in created.keys() - owners.keys():
            yield f"{DOUBLED}: {workspace.channels[channel].name} was made and belongs to no incident"

    def _posts(self) -> Iterator[str]:
        """No job posted twice."""
        workspace = self.environment.sandbox.workspace
        for channel in workspace.channels.values():
            posts = [m for m in channel.messages.values() if m.user == workspace.bot.id]
            jobs = Counter(job for m in posts if (job := job_of({"metadata": m.metadata})))
            for job, count in jobs.items():
                if count > 1:
                    yield f"{DOUBLED}: {job} was posted {count} times in {channel.name}"

    def _card(self, incident: Incident) -> Iterator[str]:
        """The card exists, is pinned and up to date."""
        channel, ts = self._channel_of(incident), incident.places.card_ts
        if channel is None:
            return
        message = channel.messages.get(ts or "")
        if message is None or ts not in channel.pins:
            yield f"{LOST}: {incident.number} has no pinned card"
            return
        now = RealClock().now()
        policy = self.environment.policy
        context = self.store.recorder.read(lambda reader: surface_context(incident, policy, reader, now))
        names = ReaderNames(self.store.directory.person, incident.key.team)
        expected = card_message(context, Renderer(names=names.known)).arguments()
        if visible_texts(message.blocks) != visible_texts(expected["blocks"]):
            yield f"stale: the card of {incident.number} does not show the present"

    def _jobs(self) -> Iterator[str]:
        """No job is overdue or dead."""
        overdue = self.store.jobs.due_count(RealClock().now())
        if overdue:
            yield f"overdue: {overdue} jobs are due and not done"
        for dead in self.store.jobs.dead_letters():
            yield f"dead: {dead.job.key}: {dead.error}"

    def _record(self) -> Iterator[str]:
        """The record verifies."""
        for problem in verify(self.store).problems:
            yield f"unsound: {problem}"

    def _channel_of(self, incident: Incident) -> Channel | None:
        return self.environment.sandbox.workspace.channels.get(incident.places.channel or "")


def visible_texts(blocks: Any) -> list[str]:
    """Return the texts in blocks, in order."""
    if isinstance(blocks, list):
        return [text for block in blocks for text in visible_texts(block)]
    if isinstance(blocks, dict):
        shown = [text for name, value in blocks.items() if name != "text" for text in visible_texts(value)]
        text = blocks.get("text")
        return [*([text] if isinstance(text, str) else visible_texts(text)), *shown]
    return []


def _entry_problems(entry: LedgerEntry, count: int) -> Iterator[str]:
    if entry.was_acknowledged and not count:
        yield f"{LOST}: {entry.verb} {entry.token} was answered with {entry.reply!r} and is not on the record"
    if count > 1:
        yield f"{DOUBLED}: {entry.verb} {entry.token} is on the record {count} times"


def _deleted(event: dict[str, Any]) -> str | None:
    """Return the ts of the message that an event deletes. A thread's parent becomes a tombstone."""
    tombstone = event.get("message") or {}
    ts = tombstone.get("ts") if tombstone.get("subtype") == _TOMBSTONE else event.get("deleted_ts")
    return str(ts) if ts else None


def _has_no_content(known: RecordedMessages) -> bool:
    """True if nothing is known of a message, or only that it was deleted."""
    facts = [entry.fact for entry in known.entries]
    return len(facts) <= 1 and all(isinstance(fact, MessageDeleted) and fact.previous is None for fact in facts)


def _is_known_by_deletion(known: RecordedMessages, text: str) -> bool:
    """True if the message is known only by its deletion, with the text that it had in Slack."""
    deleted = [entry.fact for entry in known.entries if isinstance(entry.fact, MessageDeleted)]
    return not known.is_recorded and [fact.previous for fact in deleted] == [text]


def _message_problems(
    label: str, text: str, known: RecordedMessages | None, channel: Channel, ts: str
) -> Iterator[str]:
    message = channel.messages.get(ts)
    is_present = message is not None and message.subtype != _TOMBSTONE
    if known is not None and not is_present and _is_known_by_deletion(known, text):
        # Slack gave up on the message's event and no longer shows it; the record has its text from the deletion event.
        return
    if known is None or not known.is_recorded:
        yield f"{LOST}: {label} is not on the record"
        return
    posted = sum(isinstance(entry.fact, MessagePosted) for entry in known.entries)
    gone = sum(isinstance(entry.fact, MessageDeleted) for entry in known.entries)
    if posted > 1 or gone > 1:
        yield f"{DOUBLED}: {label} is recorded {posted} times, its deletion {gone} times"
    if is_present == bool(gone):
        yield f"{LOST}: {label} {'is in Slack and is' if gone else 'was deleted and is not'} recorded as deleted"
    if message is None or not is_present:
        return
    if known.text != message.text:
        yield f"{LOST}: {label} reads {message.text!r} and is recorded as {known.text!r}"
    if message.reactions.get(_PIN_REACTION) and not known.has(MessagePinned):
        yield f"{LOST}: {label} was marked and is not in the timeline"
