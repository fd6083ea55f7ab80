"""The workspace's state: people, channels, messages, open views.

Plain data behind `Workspace.lock`; every reader and writer holds the lock. Assigns ids and timestamps and publishes
events to subscribers. Slack's rules are in the modules around it.
"""

import mimetypes
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from sandbox.state.entities import Channel, Ephemeral, Message, Notice, Payload, Person, Usergroup, View
from sandbox.state.workspace_clock import Clock, MessageTimestamps, to_micros

COLOURS = ("9f69e7", "4bbe2e", "e7392d", "3c989f", "674b1b", "e96699", "de5f24", "2b6836", "5b89d5", "a63024")
Subscriber = Callable[[Payload, Channel | None], None]


class Workspace:
    """The data of a Slack workspace."""

    def __init__(self, clock: Clock, *, bot_name: str = "muster", domain: str = "acme") -> None:
        self.lock = threading.RLock()
        self.clock = clock
        self.timestamps = MessageTimestamps(clock)
        self.team_id = "T00ACME"
        self.app_id = "A00SANDBOX"
        self.domain = domain
        self.people: dict[str, Person] = {}
        self.usergroups: dict[str, Usergroup] = {}
        self.channels: dict[str, Channel] = {}
        self.views: dict[str, View] = {}
        self.notice: Notice | None = None
        self.stacks: dict[str, list[str]] = {}
        self.homes: dict[str, View] = {}
        self.ephemerals: dict[str, list[Ephemeral]] = {}
        self.files: dict[str, Payload] = {}
        self.file_bytes: dict[str, bytes] = {}
        self.file_root = ""
        self.canvases: dict[str, Payload] = {}
        self.scheduled: dict[str, Payload] = {}
        self._subscribers: list[Subscriber] = []
        self._counts: Counter[str] = Counter()
        self.bot = self.add_person(
            Person(bot_name, bot_name.capitalize(), id="U00BOT", bot_id="B00BOT", is_bot=True, color="4a154b")
        )

    def seconds(self) -> int:
        """Return the clock's time in whole Unix seconds."""
        return to_micros(self.clock.now()) // 1_000_000

    def new_id(self, prefix: str) -> str:
        """Return a new id, such as C0000001."""
        with self.lock:
            self._counts[prefix] += 1
            return f"{prefix}{self._counts[prefix]:07d}"

    def add_person(self, person: Person) -> Person:
        """Add a person, and derive an id from position and name when there is none."""
        with self.lock:
            if not person.id:
                letters = "".join(c for c in person.name.upper() if c.isascii() and c.isalnum())[:8]
                person.id = f"U{len(self.people):02d}{letters}"
                person.color = COLOURS[len(self.people) % len(COLOURS)]
            person.email = person.email or f"{person.name}@{self.domain}.example"
            self.people[person.id] = person
            return person

    def find_person(self, user: str) -> Person:
        """Return a person by id or name. Raises KeyError."""
        if user in self.people:
            return self.people[user]
        for person in self.people.values():
            if person.name == user:
                return person
        raise KeyError(user)

    def find_channel(self, identifier: str) -> Channel:
        """Return a channel by id or name, with or without #. Raises KeyError."""
        if identifier in self.channels:
            return self.channels[identifier]
        name = identifier.removeprefix("#")
        for channel in self.channels.values():
            if channel.name == name and not channel.is_im:
                return channel
        raise KeyError(identifier)

    def add_channel(self, name: str, creator: str, *, is_private: bool = False) -> Channel:
        """Add a channel with its creator as the only member. No check, no event."""
        channel = Channel(self.new_id("C"), name, creator, self.seconds(), is_private=is_private, members=[creator])
        self.channels[channel.id] = channel
        return channel

    def add_usergroup(self, handle: str, name: str, users: Iterable[str]) -> Usergroup:
        """Add a user group that can be mentioned."""
        with self.lock:
            group = Usergroup(self.new_id("S"), handle, name, list(users))
            self.usergroups[group.id] = group
            return group

    def add_file(self, name: str, user: str, content: bytes | None = None, **more: Any) -> Payload:
        """Add a file as files.info returns it, with its bytes if they are given."""
        with self.lock:
            file_id = self.new_id("F")
            path = f"{self.file_root}files-pri/{self.team_id}-{file_id}"
            if content is not None:
                self.file_bytes[file_id] = content
                more = {"size": len(content), **more}
            file = {
                "id": file_id,
                "name": name,
                "title": name,
                "mimetype": mimetypes.guess_type(name)[0] or "application/octet-stream",
                "filetype": PurePath(name).suffix.lstrip(".").lower() or "binary",
                "mode": "hosted",
                "is_external": False,
                "user": user,
                "created": self.seconds(),
                "timestamp": self.seconds(),
                "url_private": f"{path}/{quote(name)}",
                "url_private_download": f"{path}/download/{quote(name)}",
                **more,
            }
            self.files[file["id"]] = file
            return file

    def dm(self, user: str) -> Channel:
        """Return the direct message between a person and the bot, created on demand."""
        with self.lock:
            for channel in self.channels.values():
                if channel.is_im and user in channel.members:
                    return channel
            channel = Channel(self.new_id("D"), "", user, self.seconds(), is_im=True, members=[user, self.bot.id])
            self.channels[channel.id] = channel
            return channel

    def visible_to(self, user: str) -> Iterator[Channel]:
        """Yield the channels that a person can read: their own, and public ones unless the person is a guest."""
        is_guest = self.people[user].is_restricted
        for channel in self.channels.values():
            if user in channel.members or not (is_guest or channel.is_private or channel.is_im):
                yield channel

    def stack(self, user: str) -> list[View]:
        """Return a person's open modals, topmost last."""
        return [self.views[view_id] for view_id in self.stacks.get(user, [])]

    def find_message(self, channel: str, ts: str) -> Message | None:
        """Return the message with this timestamp, or None."""
        found = self.channels.get(channel)
        return found.messages.get(ts) if found else None

    def find_ephemeral(self, user: str, ts: str) -> Ephemeral | None:
        """Return a person's ephemeral message with this timestamp, or None."""
        return next((one for one in self.ephemerals.get(user, []) if one.ts == ts), None)

    def subscribe(self, subscriber: Subscriber) -> None:
        """Call `subscriber(event, channel)` for every event from now on, with the lock held."""
        self._subscribers.append(subscriber)

    def publish_event(self, event: dict[str, Any], channel: Channel | None = None) -> None:
        """Pass an event, as Slack would send it, to every subscriber."""
        for subscriber in self._subscribers:
            subscriber(event, channel)
