"""Provisional channels: created at once for incidents that are not recorded yet, and handed over to the record later.

Each step is written into the spool before and after it is taken. After a crash, a step that may have been taken is looked
up in Slack before it is taken again. Knows no database.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Final

from bot.config.policy_loader import ActivePolicy
from bot.rendering.renderer import Renderer
from bot.slack.blocks.block_elements import sections
from bot.slack.blocks.clipper import fit_blocks, fit_text
from bot.slack.channel_names import is_take_of, provisional_name
from bot.slack.client.sent_lookup import CLOCK_SKEW, SentLookup, metadata
from bot.slack.client.web_api import CallPostponed, SlackClient, SlackError, UnknownOutcome
from bot.slack.degraded.dry_run import Preview, dry_run
from bot.slack.degraded.spool_records import read_request
from bot.slack.payload import Json
from bot.spool.segment import SpoolLine
from bot.spool.spool import Spool
from commands.core.request import Request
from incident.jobs import USABLE
from incident.refusal import Refusal
from roles.person_ids import slack_user

TEMPLATE: Final = "slack/surfaces/unrecorded.j2"
KIND: Final = "unrecorded"
RETRY_LATER: Final = (CallPostponed, UnknownOutcome)
_TAKES: Final = 20
_log = logging.getLogger(__name__)

Body = Mapping[str, Any]


@dataclass(frozen=True)
class OpenedChannel:
    """A channel that was created, and the ts of its pinned message."""

    channel: str
    name: str
    ts: str | None = None
    private: bool = False


@dataclass(frozen=True)
class _Facts:
    """The context of the template."""

    f: Preview


@dataclass
class ProvisionalChannels:
    """Creates provisional channels and posts in them. `slack` is the client of the bot."""

    spool: Spool
    slack: SlackClient
    active: ActivePolicy
    renderer: Renderer
    settle: SentLookup = field(default_factory=SentLookup)
    _busy: set[str] = field(default_factory=set)
    _lock: Lock = field(default_factory=Lock)

    def open(self, key: str) -> None:
        """Create the channel of a spooled declaration, with its pinned message; a step that fails is retried later."""
        with self.exclusive(key) as is_ours:
            if not is_ours:
                return
            try:
                self._open(key)
            except RETRY_LATER as error:
                _log.warning("the channel of %s is retried later: %s", key, error)
            except SlackError as error:
                _log.error("Slack refuses the channel of %s: %s", key, error)
                self._note(key, "refused", error=error.error)

    @contextmanager
    def exclusive(self, key: str) -> Iterator[bool]:
        """Work on a request exclusively; False when another thread already does."""
        with self._lock:
            is_ours = key not in self._busy
            self._busy.add(key)
        try:
            yield is_ours
        finally:
            if is_ours:
                with self._lock:
                    self._busy.discard(key)

    def resume_all(self) -> None:
        """Resume every channel that is not complete yet."""
        for one in self.spool.pending():
            if one.kind == "request" and not {"pinned", "refused"} & self._steps(one.key).keys():
                self.open(one.key)

    def opened(self, key: str) -> OpenedChannel | None:
        """Return the channel of a request, or None; one that may have been created is looked up in Slack."""
        steps = self._steps(key)
        if "made?" in steps and "made" not in steps and "refused" not in steps:
            request = self._request(key)
            found = self._find_channel(self._base(request), request) if request else None
            if found is not None:
                self._note(key, "made", **found)
                steps = self._steps(key)
        made, posted = steps.get("made"), steps.get("posted")
        if made is None:
            return None
        if posted is None and "posted?" in steps:
            posted = self._posted(made["channel"], f"{KIND}:posted:{key}", key)
        return OpenedChannel(
            made["channel"], made["name"], posted["ts"] if posted else None, private=made.get("private") is True
        )

    def is_here(self, channel: str | None) -> bool:
        """True if the incident of this channel is still in the spool."""
        waiting = [one.key for one in self.spool.pending() if one.kind == "request"]
        return any(self._steps(key).get("made", {}).get("channel") == channel for key in waiting)

    def post_once(self, key: str, step: str, channel: str, text: str, blocks: Sequence[Json] = ()) -> None:
        """Post in a channel, once per step."""
        job = f"{KIND}:{step}:{key}"
        self._step(key, step, lambda: self._post(channel, job, text, blocks), lambda: self._posted(channel, job, key))

    def hand_over(self, key: str, place: OpenedChannel, name: str, text: str) -> None:
        """Rename the channel after its incident, and update the pinned message: it is recorded now."""
        line = self.slack.for_job(KIND, USABLE)
        if place.ts is not None:
            ts = place.ts
            self._try(key, "updated", lambda: line.call("chat.update", channel=place.channel, ts=ts, **_payload(text)))
        self._try(key, "renamed", lambda: line.call("conversations.rename", channel=place.channel, name=name))

    def _open(self, key: str) -> None:
        request = self._request(key)
        if request is None:
            return
        preview = dry_run(request, self.active.policy)
        made = self._step(
            key, "made", lambda: self._make(request, preview), lambda: self._find_channel(self._base(request), request)
        )
        channel, line = made["channel"], self.slack.for_job(KIND, USABLE)
        self._try(key, "invited", lambda: self._invite(channel, preview))
        job = f"{KIND}:posted:{key}"
        posted = self._step(
            key,
            "posted",
            lambda: self._post(channel, job, self._pinned(preview)),
            lambda: self._posted(channel, job, key),
        )
        self._try(key, "pinned", lambda: line.call("pins.add", channel=channel, timestamp=posted["ts"]))

    def _pinned(self, preview: Preview) -> str:
        parts = (self.renderer.macro(TEMPLATE, part, _Facts(preview)) for part in ("lead", "facts", "calls"))
        return "\n".join(parts)

    def _request(self, key: str) -> Request | None:
        waiting = self.spool.find("request", key)
        line = self.spool.read(waiting) if waiting else None
        return read_request(line, line.at) if line else None

    def _base(self, request: Request) -> str:
        try:
            fact = dry_run(request, self.active.policy).fact
        except Refusal:
            return provisional_name("", restricted=True, drill=False)
        return provisional_name(fact.title, restricted=fact.restricted, drill=fact.drill)

    def _make(self, request: Request, preview: Preview) -> Body:
        line, base = self.slack.for_job(KIND, USABLE), self._base(request)
        for take in range(1, _TAKES):
            name = f"{base}-{take}" if take > 1 else base
            try:
                made = line.call("conversations.create", name=name, is_private=preview.fact.restricted)
            except SlackError as error:
                if error.error != "name_taken":
                    raise
            else:
                return _made(made["channel"])
        raise SlackError("conversations.create", "name_taken", {})

    def _find_channel(self, base: str, request: Request) -> dict[str, Any] | None:
        """Find a channel that was created for a request without a response: no older than it, and of no other request."""
        others = {self._steps(one.key).get("made", {}).get("channel") for one in self.spool.pending()}
        oldest = int(((request.occurred_at or request.at) - CLOCK_SKEW).timestamp())
        for channel in self.settle.channels(self.slack):
            is_ours = channel.get("creator") == self.slack.bot and int(channel.get("created", 0)) >= oldest
            if is_ours and is_take_of(channel["name"], base) and channel["id"] not in others:
                return _made(channel)
        return None

    def _invite(self, channel: str, preview: Preview) -> object:
        users = [user for person in preview.people if (user := slack_user(person)) and user != self.slack.bot]
        line = self.slack.for_job(KIND, USABLE)
        return line.call("conversations.invite", channel=channel, users=",".join(users), force=True)

    def _post(self, channel: str, job: str, text: str, blocks: Sequence[Json] = ()) -> Body:
        client, payload = self.slack.for_job(KIND, USABLE), _payload(text, blocks)
        return {"ts": client.call("chat.postMessage", channel=channel, metadata=metadata(job), **payload)["ts"]}

    def _posted(self, channel: str, job: str, key: str) -> Body | None:
        begun = next(line.at for line in self.spool.steps(key))
        ts = self.settle.message(self.slack, channel, job, begun)
        return {"ts": ts} if ts else None

    def _try(self, key: str, name: str, do: Callable[[], object]) -> None:
        """Take a step that may be taken twice and that no later step needs; an error from Slack is logged."""
        if name in self._steps(key):
            return
        try:
            do()
        except SlackError as error:
            _log.warning("%s of %s: %s", name, key, error)
        self._note(key, name)

    def _step(self, key: str, name: str, do: Callable[[], Body], find: Callable[[], Body | None]) -> Body:
        """Take a step once, and return its result."""
        steps = self._steps(key)
        if name in steps:
            return steps[name]
        body: Body | None = None
        if f"{name}?" in steps:
            body = find()
        else:
            self._note(key, f"{name}?")
        if body is None:
            body = do()
        self._note(key, name, **body)
        return body

    def _steps(self, key: str) -> dict[str, Body]:
        return {str(line.body["step"]): line.body for line in self.spool.steps(key)}

    def _note(self, key: str, step: str, **body: Any) -> None:
        self.spool.append(SpoolLine(kind="step", key=key, at=self.slack.clock.now(), body={"step": step, **body}))


def _payload(text: str, blocks: Sequence[Json] = ()) -> Json:
    return {"text": fit_text(text, "update.text"), "blocks": fit_blocks([*sections(text), *blocks])}


def _made(channel: Mapping[str, Any]) -> dict[str, Any]:
    private = channel.get("is_private") is True
    return {"channel": channel["id"], "name": channel["name"], "private": private}
