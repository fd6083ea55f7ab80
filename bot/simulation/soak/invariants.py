"""What must hold when a soak is over and Muster has come to rest. Reads the record and the workspace; changes neither.

Each function gives a sentence for everything that is wrong. What was lost and what was done twice are counted by the first
word of their sentence.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from bot.clock import RealClock
from bot.rendering.renderer import for_slack
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
_MARK: Final = "pushpin"
_STONE: Final = "tombstone"
_CHANGES: Final = frozenset({"message_changed", "message_deleted"})
_KIND_OF: Final = {
    "note": "noted",
    "decide": "decision_made",
    "workaround": "workaround_found",
    "action": "action_opened",
    "declare": "declared",
}


@dataclass(frozen=True)
class SoakState:
    """What a soak left: the database, the workspace, and the ledger of what was done."""

    store: Store
    house: SoakEnvironment
    ledger: Ledger

    def incidents(self) -> list[Incident]:
        """Give every incident, oldest first."""
        listed = self.store.queries.incidents(self.house.sandbox.workspace.team_id)
        found = [self.store.queries.incident(one.key) for one in reversed(listed)]
        return [one for one in found if one is not None]

    def entries(self, incident: Incident, *kinds: str) -> list[Entry]:
        """Give the entries of an incident."""
        return list(self.store.recorder.read(lambda reader: reader.entries(incident.key, kinds=kinds)))

    def problems(self) -> list[str]:
        """Check everything."""
        incidents = self.incidents()
        found = [*self._promises(incidents), *self._channels(incidents), *self._posts()]
        for one in incidents:
            found += [*self._messages(one), *self._card(one)]
        return [*found, *self._jobs(), *self._record()]

    def _promises(self, incidents: list[Incident]) -> Iterator[str]:
        """Everything acknowledged is on the record, and nothing twice."""
        by_kind: dict[str, list[str]] = {kind: [] for kind in _KIND_OF.values()}
        for incident in incidents:
            for entry in self.entries(incident, *by_kind):
                by_kind[entry.fact.kind].append(entry.fact.model_dump_json())
        for told in self.ledger.told:
            times = sum(told.token in words for words in by_kind[_KIND_OF[told.verb]])
            yield from _promise(told, times)

    def _messages(self, incident: Incident) -> Iterator[str]:
        """Every message is recorded once, reads as it reads in Slack, and is gone where it is gone there."""
        channel = self._channel_of(incident)
        if channel is None:
            return
        known, unknowable = (
            recorded_messages(self.entries(incident, *MESSAGE_KINDS), channel.id),
            self.unknowable(incident),
        )
        for (where, ts), text in sorted(self.ledger.said.items()):
            if where == channel.id:
                if ts in unknowable:
                    continue
                place = f"{incident.number} {ts} {text!r}"
                yield from _message(place, text, known.get(ts), channel, ts)

    def unknowable(self, incident: Incident) -> frozenset[str]:
        """Name the messages whose words nobody can know: Slack gave up telling of them and of their deletion.

        Each was sent as often as Slack sends anything, was never heard, and Slack shows it no more.
        """
        channel = incident.places.channel
        given_up = (body["event"] for body in self.house.sandbox.dispatcher.given_up())
        told = [one for one in given_up if one["type"] == "message" and one["channel"] == channel]
        posted = {one["ts"] for one in told if one.get("subtype") not in _CHANGES}
        untold = posted & {_deleted(one) for one in told}
        known = recorded_messages(self.entries(incident, *MESSAGE_KINDS), channel or "")
        return frozenset(ts for ts in untold if _says_nothing(known.get(ts, NOTHING)))

    def _channels(self, incidents: list[Incident]) -> Iterator[str]:
        """Each incident has one channel, and each channel of ours an incident."""
        workspace = self.house.sandbox.workspace
        made = Counter(c.id for c in workspace.channels.values() if c.creator == workspace.bot.id and not c.is_im)
        theirs = Counter(one.places.channel for one in incidents)
        for incident in incidents:
            if incident.places.channel is None:
                yield f"{LOST}: {incident.number} has no channel"
        for channel, times in theirs.items():
            if channel and times > 1:
                yield f"{DOUBLED}: {times} incidents share {channel}"
        for channel in made.keys() - theirs.keys():
            yield f"{DOUBLED}: {workspace.channels[channel].name} was made and belongs to no incident"

    def _posts(self) -> Iterator[str]:
        """Nothing of Muster's stands twice."""
        workspace = self.house.sandbox.workspace
        for channel in workspace.channels.values():
            ours = [m for m in channel.messages.values() if m.user == workspace.bot.id]
            jobs = Counter(job for m in ours if (job := job_of({"metadata": m.metadata})))
            for job, times in jobs.items():
                if times > 1:
                    yield f"{DOUBLED}: {job} was posted {times} times in {channel.name}"

    def _card(self, incident: Incident) -> Iterator[str]:
        """The card is there, pinned, and shows the present."""
        channel, ts = self._channel_of(incident), incident.places.card_ts
        if channel is None:
            return
        message = channel.messages.get(ts or "")
        if message is None or ts not in channel.pins:
            yield f"{LOST}: {incident.number} has no pinned card"
            return
        now = RealClock().now()
        policy = self.house.policy
        context = self.store.recorder.read(lambda reader: surface_context(incident, policy, reader, now))
        wanted = card_message(context, for_slack()).arguments()
        if words(message.blocks) != words(wanted["blocks"]):
            yield f"stale: the card of {incident.number} does not show the present"

    def _jobs(self) -> Iterator[str]:
        """Nothing is overdue, and nothing was given up."""
        overdue = self.store.jobs.due_count(RealClock().now())
        if overdue:
            yield f"overdue: {overdue} jobs are due and not done"
        for dead in self.store.jobs.dead_letters():
            yield f"dead: {dead.job.key}: {dead.error}"

    def _record(self) -> Iterator[str]:
        """The record is sound."""
        for problem in verify(self.store).problems:
            yield f"unsound: {problem}"

    def _channel_of(self, incident: Incident) -> Channel | None:
        return self.house.sandbox.workspace.channels.get(incident.places.channel or "")


def words(blocks: Any) -> list[str]:
    """Give the texts that blocks show, in their order."""
    if isinstance(blocks, list):
        return [text for block in blocks for text in words(block)]
    if isinstance(blocks, dict):
        shown = [text for name, value in blocks.items() if name != "text" for text in words(value)]
        text = blocks.get("text")
        return [*([text] if isinstance(text, str) else words(text)), *shown]
    return []


def _promise(told: LedgerEntry, times: int) -> Iterator[str]:
    if told.was_acknowledged and not times:
        yield f"{LOST}: {told.verb} {told.token} was answered with {told.answer!r} and is not on the record"
    if times > 1:
        yield f"{DOUBLED}: {told.verb} {told.token} is on the record {times} times"


def _deleted(event: dict[str, Any]) -> str | None:
    """Name the message whose deletion an event tells of; the head of a thread leaves a stone."""
    stone = event.get("message") or {}
    ts = stone.get("ts") if stone.get("subtype") == _STONE else event.get("deleted_ts")
    return str(ts) if ts else None


def _says_nothing(known: RecordedMessages) -> bool:
    """Tell whether no word of a message is known, and no more than that it is gone."""
    facts = [entry.fact for entry in known.entries]
    return len(facts) <= 1 and all(isinstance(fact, MessageDeleted) and fact.previous is None for fact in facts)


def _holds_what_it_said(known: RecordedMessages, text: str) -> bool:
    """Tell whether the deletion is all that is known, and holds the text that stood in Slack when it was deleted."""
    deleted = [entry.fact for entry in known.entries if isinstance(entry.fact, MessageDeleted)]
    return not known.is_recorded and [fact.previous for fact in deleted] == [text]


def _message(place: str, text: str, known: RecordedMessages | None, channel: Channel, ts: str) -> Iterator[str]:
    message = channel.messages.get(ts)
    stands = message is not None and message.subtype != _STONE
    if known is not None and not stands and _holds_what_it_said(known, text):
        # Slack gave up telling us of it and no longer shows it; the record has it from the news that it was deleted.
        return
    if known is None or not known.is_recorded:
        yield f"{LOST}: {place} is not on the record"
        return
    posted = sum(isinstance(entry.fact, MessagePosted) for entry in known.entries)
    gone = sum(isinstance(entry.fact, MessageDeleted) for entry in known.entries)
    if posted > 1 or gone > 1:
        yield f"{DOUBLED}: {place} is recorded {posted} times, its deletion {gone} times"
    if stands == bool(gone):
        yield f"{LOST}: {place} {'stands and is' if gone else 'was deleted and is not'} recorded as deleted"
    if message is None or not stands:
        return
    if known.text != message.text:
        yield f"{LOST}: {place} reads {message.text!r} and is recorded as {known.text!r}"
    if message.reactions.get(_MARK) and not known.has(MessagePinned):
        yield f"{LOST}: {place} was marked and is not in the timeline"
