"""Upcasts: entries of old versions are read in the present shape. Stored bytes are never rewritten."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from pydantic import JsonValue

from incident.entries import KINDS
from incident.entry import Fact, join
from incident.medium import Medium, slack_ref


class StoredEntry(NamedTuple):
    """A fact as it is stored; `words` is its personal text, None when it is redacted."""

    kind: str
    version: int
    facts: dict[str, JsonValue]
    words: dict[str, JsonValue] | None


class UnknownKindError(ValueError):
    """An entry has a kind or version that this release does not know."""


Kinds = Mapping[tuple[str, int], type[Fact]]
UpcastSteps = Mapping[tuple[str, int], Callable[[StoredEntry], StoredEntry]]
"""By kind and version, the step that returns the next version."""


def _with_reference(stored: StoredEntry) -> StoredEntry:
    """Deliveries named a Slack message by `channel` and `ts`; version 2 names a medium and its reference."""
    facts = dict(stored.facts)
    channel, ts = facts.pop("channel"), facts.pop("ts")
    ref = None if channel is None or ts is None else slack_ref(str(channel), str(ts))
    return stored._replace(version=2, facts={**facts, "medium": Medium.SLACK.value, "ref": ref})


def _with_medium(stored: StoredEntry) -> StoredEntry:
    """Every failure was Slack's; version 2 names the medium."""
    return stored._replace(version=2, facts={**stored.facts, "medium": Medium.SLACK.value})


def _with_its_name_as_text(stored: StoredEntry) -> StoredEntry:
    """A channel's name was data, which stays; since version 2 it is text, which a redaction removes."""
    facts = dict(stored.facts)
    return stored._replace(version=2, facts=facts, words={"name": facts.pop("name")})


def _as_it_is(stored: StoredEntry) -> StoredEntry:
    """The next version has further fields, and they are optional."""
    return stored._replace(version=stored.version + 1)


STEPS: Final[UpcastSteps] = {
    ("card_posted", 1): _with_reference,
    ("announced", 1): _with_reference,
    ("prompt_sent", 1): _with_reference,
    ("update_delivered", 1): _with_reference,
    ("checkpoint_published", 1): _with_reference,
    ("place_lost", 1): _with_medium,
    ("channel_made", 1): _with_its_name_as_text,
    ("message_deleted", 1): _as_it_is,
    ("message_edited", 1): _as_it_is,
    ("status_update_posted", 1): _as_it_is,
    ("status_update_posted", 2): _as_it_is,
    ("status_update_posted", 3): _as_it_is,
    ("status_update_posted", 4): _as_it_is,
    ("update_corrected", 1): _as_it_is,
    ("update_delivered", 2): _as_it_is,
    ("update_drafted", 1): _as_it_is,
    ("redacted", 1): _as_it_is,
    ("masked", 1): _as_it_is,
    ("mask_lifted", 1): _as_it_is,
    ("contained", 1): _as_it_is,
    ("contained", 2): _as_it_is,
    ("priority_changed", 1): _as_it_is,
    ("escalated", 1): _as_it_is,
    ("escalation_answered", 1): _as_it_is,
    ("escalation_answered", 2): _as_it_is,
}


def read(stored: StoredEntry, steps: UpcastSteps = STEPS, kinds: Kinds = KINDS) -> Fact:
    """Return a stored fact in its present shape; `kinds` are the facts that may be stored. Raises UnknownKindError."""
    while (step := steps.get((stored.kind, stored.version))) is not None:
        stored = step(stored)
    kind = kinds.get((stored.kind, stored.version))
    if kind is None:
        raise UnknownKindError(f"no entry of kind {stored.kind} and version {stored.version} is known")
    return join(kind, stored.facts, stored.words)
