"""A person's actions in channels: messages, reactions, pins, membership, channels, files.

People and channels by id or name. No action waits for the app: events are sent in the background.
"""

from sandbox.state.entities import Channel, Message, Person
from sandbox.state.mutations import channel_mutations, message_mutations
from sandbox.state.workspace import Workspace
from sandbox.wire_log import WireLog
from sandbox.workspace_errors import NotPossibleError


class ConversationActions:
    """A person's actions on messages and channels."""

    def __init__(self, workspace: Workspace, wire_log: WireLog) -> None:
        self._ws = workspace
        self._wire_log = wire_log

    def post(self, user: str, channel: str, text: str, thread_ts: str | None = None, *, broadcast: bool = False) -> str:
        """Post to a channel or thread and return the timestamp. Members only."""
        with self._ws.lock:
            person, conversation = self._member(user, channel)
            if thread_ts is not None and thread_ts not in conversation.messages:
                raise NotPossibleError("there is no such thread")
            message = message_mutations.post(
                self._ws, conversation, person.id, text, thread_ts=thread_ts, broadcast=broadcast
            )
        self._wire_log.mark_changed()
        return message.ts

    def edit(self, user: str, channel: str, ts: str, text: str) -> None:
        """Edit a message of one's own."""
        with self._ws.lock:
            person, _, message = self._message(user, channel, ts)
            if message.user != person.id or message.subtype not in (None, "thread_broadcast", "file_share"):
                raise NotPossibleError("only one's own messages can be edited")
            message_mutations.edit(self._ws, message, by=person.id, text=text)
        self._wire_log.mark_changed()

    def delete(self, user: str, channel: str, ts: str) -> None:
        """Delete a message: one's own, or any as an admin."""
        with self._ws.lock:
            person, _, message = self._message(user, channel, ts)
            if message.user != person.id and not person.is_admin:
                raise NotPossibleError("only one's own messages can be deleted")
            message_mutations.delete(self._ws, message)
        self._wire_log.mark_changed()

    def react(self, user: str, channel: str, ts: str, name: str) -> None:
        """Add a reaction. A second one of the same name has no effect."""
        with self._ws.lock:
            person, _, message = self._message(user, channel, ts)
            if person.id not in message.reactions.get(name, []):
                message_mutations.react(self._ws, message, person.id, name)
        self._wire_log.mark_changed()

    def unreact(self, user: str, channel: str, ts: str, name: str) -> None:
        """Remove one's reaction, if there is one."""
        with self._ws.lock:
            person, _, message = self._message(user, channel, ts)
            if person.id in message.reactions.get(name, []):
                message_mutations.unreact(self._ws, message, person.id, name)
        self._wire_log.mark_changed()

    def pin(self, user: str, channel: str, ts: str) -> None:
        """Pin a message, unless it is pinned."""
        with self._ws.lock:
            person, conversation, message = self._message(user, channel, ts)
            if ts not in conversation.pins:
                message_mutations.pin(self._ws, message, person.id)
        self._wire_log.mark_changed()

    def unpin(self, user: str, channel: str, ts: str) -> None:
        """Unpin a message, if it is pinned."""
        with self._ws.lock:
            person, conversation, message = self._message(user, channel, ts)
            if ts in conversation.pins:
                message_mutations.unpin(self._ws, message, person.id)
        self._wire_log.mark_changed()

    def join(self, user: str, channel: str) -> None:
        """Join a public channel."""
        with self._ws.lock:
            person, conversation = self._visible(user, channel)
            self._require_open(conversation)
            channel_mutations.join(self._ws, conversation, person.id)
        self._wire_log.mark_changed()

    def leave(self, user: str, channel: str) -> None:
        """Leave a channel."""
        with self._ws.lock:
            person, conversation = self._member(user, channel)
            channel_mutations.leave(self._ws, conversation, person.id)
        self._wire_log.mark_changed()

    def invite(self, user: str, channel: str, *others: str) -> None:
        """Invite people, or the bot, to a channel that one is in."""
        with self._ws.lock:
            person, conversation = self._member(user, channel)
            found = [self._ws.find_person(other).id for other in others]
            channel_mutations.invite(self._ws, conversation, found, person.id)
        self._wire_log.mark_changed()

    def create_channel(self, user: str, name: str, private: bool = False) -> str:
        """Create a channel and return its id. Raises NotPossibleError when the name is taken."""
        with self._ws.lock:
            person = self._ws.find_person(user)
            if any(one.name == name for one in self._ws.channels.values()):
                raise NotPossibleError("that name is taken")
            created = channel_mutations.create(self._ws, name, person.id, is_private=private)
        self._wire_log.mark_changed()
        return created.id

    def archive(self, user: str, channel: str) -> None:
        """Archive a channel that one is in."""
        with self._ws.lock:
            person, conversation = self._member(user, channel)
            channel_mutations.archive(self._ws, conversation, person.id)
        self._wire_log.mark_changed()

    def unarchive(self, user: str, channel: str) -> None:
        """Unarchive a channel. People can, bots cannot."""
        with self._ws.lock:
            person, conversation = self._visible(user, channel)
            if not conversation.is_archived:
                raise NotPossibleError("the channel is not archived")
            channel_mutations.unarchive(self._ws, conversation, person.id)
        self._wire_log.mark_changed()

    def share_file(
        self,
        user: str,
        channel: str,
        name: str,
        text: str = "",
        *,
        thread_ts: str | None = None,
        content: bytes | None = None,
    ) -> str:
        """Share a file with a text in a channel or thread, and return the message's timestamp."""
        with self._ws.lock:
            person, conversation = self._member(user, channel)
            file = self._ws.add_file(name, person.id, content, uploaded=True)
            message = message_mutations.post(
                self._ws, conversation, person.id, text, subtype="file_share", files=[file], thread_ts=thread_ts
            )
        self._wire_log.mark_changed()
        return message.ts

    def delete_file(self, user: str, file: str) -> None:
        """Delete a file that one shared."""
        with self._ws.lock:
            known = self._ws.files.get(file)
            if known is None or known.get("user") != self._ws.find_person(user).id:
                raise NotPossibleError("only who shared a file deletes it")
            message_mutations.delete_file(self._ws, file)
        self._wire_log.mark_changed()

    def mark_read(self, user: str, channel: str) -> None:
        """Mark a channel as read to its end."""
        with self._ws.lock:
            person, conversation = self._visible(user, channel)
            conversation.last_read[person.id] = max(conversation.messages, default="0")
        self._wire_log.mark_changed()

    def _visible(self, user: str, channel: str) -> tuple[Person, Channel]:
        """Return person and channel if the person can see the channel."""
        try:
            person, conversation = self._ws.find_person(user), self._ws.find_channel(channel)
        except KeyError as unknown:
            raise NotPossibleError(f"there is no person or channel called {unknown}") from unknown
        if conversation.id not in {one.id for one in self._ws.visible_to(person.id)}:
            raise NotPossibleError(f"{person.name} cannot see that channel")
        return person, conversation

    def _member(self, user: str, channel: str) -> tuple[Person, Channel]:
        """Return person and channel if the person can post in the channel."""
        person, conversation = self._visible(user, channel)
        if person.id not in conversation.members:
            raise NotPossibleError(f"{person.name} is not in #{conversation.name}")
        self._require_open(conversation)
        return person, conversation

    def _message(self, user: str, channel: str, ts: str) -> tuple[Person, Channel, Message]:
        person, conversation = self._visible(user, channel)
        self._require_open(conversation)
        message = conversation.messages.get(ts)
        if message is None:
            raise NotPossibleError("that message is gone")
        return person, conversation, message

    @staticmethod
    def _require_open(conversation: Channel) -> None:
        if conversation.is_archived:
            raise NotPossibleError(f"#{conversation.name} is archived")
