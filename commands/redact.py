"""`redact`: the words of a message leave the record, in every entry that quotes it. Who wrote it and when stay."""

from __future__ import annotations

import re
from typing import Annotated, Final

from commands.ask import Ask, Control
from commands.guards import has_authority
from commands.verb import Group, Situation, Verb
from incident.entries import said
from incident.entries.opened import Declared
from incident.entry import Entry, Fact
from incident.messages import is_message
from incident.refusal import Code, Refusal

_QUOTES: Final = (
    said.MessagePosted,
    said.MessageEdited,
    said.MessageDeleted,
    said.MessagePinned,
    said.DecisionMade,
    said.ActionOpened,
)
_COPIES: Final = (*_QUOTES, Declared)
_ENTRY: Final = re.compile(r"#?(\d{1,9})")
_LINK: Final = re.compile(r"/archives/(?P<channel>[A-Z0-9]+)/p(?P<seconds>\d{10})(?P<micros>\d{6})")
_TS: Final = re.compile(r"(?:(?P<channel>[A-Z0-9]+)[:/])?(?P<ts>\d{10}\.\d{6})")


class Redact(Verb):
    """Remove the words of a message from the record; who wrote it, and when, stay."""

    name = "redact"
    group = Group.RECORD

    ref: Annotated[
        str | None, Ask("Message", Control.LINE, "Its link, or its number in the timeline", leading=True)
    ] = None
    reason: Annotated[str, Ask("Because", Control.TEXT, rest=True, because=True, needed=True)]

    def decide(self, now: Situation) -> tuple[Fact, ...]:
        """Name every entry that quotes the message; only those whom the policy names may."""
        channel, ts = self._message(now)
        entries = now.reader.message(now.open.key, channel, ts)
        if not is_message(entries) and not any(isinstance(entry.fact, Declared) for entry in entries):
            raise Refusal(Code.STATE, "redact_no_message", "ref")
        may = now.policy.authority.redact
        if not has_authority(now, may):
            raise Refusal(Code.NOT_AUTHORISED, "redact_not_yours", who=", ".join(may))
        quoting = tuple(entry.n for entry in entries if isinstance(entry.fact, _COPIES))
        return (said.Redacted(channel=channel, ts=ts, entries=quoting, reason=self.reason),)

    def _message(self, now: Situation) -> tuple[str, str]:
        here = now.place.channel or now.open.places.channel or ""
        if self.ref is None:
            return here, now.place.message or ""
        text = self.ref.strip("<> ")
        if link := _LINK.search(text):
            return link["channel"], f"{link['seconds']}.{link['micros']}"
        if exact := _TS.fullmatch(text):
            return exact["channel"] or here, exact["ts"]
        if number := _ENTRY.fullmatch(text):
            return _behind(now, int(number[1]))
        return here, ""


def _behind(now: Situation, number: int) -> tuple[str, str]:
    """Give the message behind an entry, when there is one."""
    found: list[Entry] = [e for e in now.reader.entries(now.open.key, after=number - 1)[:1] if e.n == number]
    fact = found[0].fact if found else None
    if isinstance(fact, Declared):
        return fact.from_channel or "", fact.from_message or ""
    if isinstance(fact, _QUOTES) and fact.channel and fact.ts:
        return fact.channel, fact.ts
    return "", ""
