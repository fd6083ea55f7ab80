"""What a person does in channels: say, edit, delete, react, pin, join, leave, invite, make a channel, share a file.

People and channels may be named by id or by name. Nothing here waits for the app: events go out on their own.
"""

from sandbox.state.entities import Channel, Message, Payload, Person
from sandbox.state.mutations import channel_mutations, message_mutations
from sandbox.state.workspace import Workspace
from sandbox.wire_log import WireLog
from sandbox.workspace_errors import NotPossibleError


class ConversationActions:
    """Somebody's hands on messages and channels."""

    def __init__(self, workspace: Workspace, wire_log: WireLog) -> None:
        self._ws = workspace
        self._wire_log = wire_log

    def post(self, user: str, channel: str, text: str, thread_ts: str | None = None, *, broadcast: bool = False) -> str:
        """Say something in a channel or thread and return its timestamp; only members can."""
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
        """Change one's own message."""
        with self._ws.lock:
            person, _, message = self._message(user, channel, ts)
            if message.user != person.id or message.subtype not in (None, "thread_broadcast", "file_share"):
                raise NotPossibleError("only one's own messages can be edited")
            message_mutations.edit(self._ws, message, by=person.id, text=text)
        self._wire_log.mark_changed()

    def delete(self, user: str, channel: str, ts: str) -> None:
        """Delete one's own message, or as an admin anybody's."""
        with self._ws.lock:
            person, _, message = self._message(user, channel, ts)
            if message.user != person.id and not person.is_admin:
                raise NotPossibleError("only one's own messages can be deleted")
            message_mutations.delete(self._ws, message)
        self._wire_log.mark_changed()

    def react(self, user: str, channel: str, ts: str, name: str) -> None:
        """Add a reaction; a second one of the same name changes nothing."""
        with self._ws.lock:
            person, _, message = self._message(user, channel, ts)
            if person.id not in message.reactions.get(name, []):
                message_mutations.react(self._ws, message, person.id, name)
        self._wire_log.mark_changed()

    def unreact(self, user: str, channel: str, ts: str, name: str) -> None:
        """Take one's reaction back, if it is there."""
        with self._ws.lock:
            person, _, message = self._message(user, channel, ts)
            if person.id in message.reactions.get(name, []):
                message_mutations.unreact(self._ws, message, person.id, name)
        self._wire_log.mark_changed()

    def pin(self, user: str, channel: str, ts: str) -> None:
        """Pin a message to its channel, if it is not pinned yet."""
        with self._ws.lock:
            person, conversation, message = self._message(user, channel, ts)
            if ts not in conversation.pins:
                message_mutations.pin(self._ws, message, person.id)
        self._wire_log.mark_changed()

    def unpin(self, user: str, channel: str, ts: str) -> None:
        """Take a pin off, if there is one."""
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
        """Leave a channel one is in."""
        with self._ws.lock:
            person, conversation = self._member(user, channel)
            channel_mutations.leave(self._ws, conversation, person.id)
        self._wire_log.mark_changed()

    def invite(self, user: str, channel: str, *others: str) -> None:
        """Bring others, people or the bot, into a channel one is in."""
        with self._ws.lock:
            person, conversation = self._member(user, channel)
            found = [self._ws.find_person(other).id for other in others]
            channel_mutations.invite(self._ws, conversation, found, person.id)
        self._wire_log.mark_changed()

    def create_channel(self, user: str, name: str, private: bool = False) -> str:
        """Make a channel and return its id; its name must be free."""
        with self._ws.lock:
            person = self._ws.find_person(user)
            if any(one.name == name for one in self._ws.channels.values()):
                raise NotPossibleError("that name is taken")
            created = channel_mutations.create(self._ws, name, person.id, is_private=private)
        self._wire_log.mark_changed()
        return created.id

    def archive(self, user: str, channel: str) -> None:
        """Archive a channel one is in."""
        with self._ws.lock:
            person, conversation = self._member(user, channel)
            channel_mutations.archive(self._ws, conversation, person.id)
        self._wire_log.mark_changed()

    def unarchive(self, user: str, channel: str) -> None:
        """Open an archived channel again, which people can do and bots cannot."""
        with self._ws.lock:
            person, conversation = self._visible(user, channel)
            if not conversation.is_archived:
                raise NotPossibleError("the channel is not archived")
            channel_mutations.unarchive(self._ws, conversation, person.id)
        self._wire_log.mark_changed()

    def share_file(self, user: str, channel: str, name: str, text: str = "", *, thread_ts: str | None = None) -> str:
        """Share a file with a few words, in a channel or thread, and return the message's timestamp."""
        with self._ws.lock:
            person, conversation = self._member(user, channel)
            file: Payload = {
                "id": self._ws.new_id("F"),
                "name": name,
                "title": name,
                "user": person.id,
                "created": self._ws.seconds(),
            }
            self._ws.files[file["id"]] = file
            message = message_mutations.post(
                self._ws, conversation, person.id, text, subtype="file_share", files=[file], thread_ts=thread_ts
            )
        self._wire_log.mark_changed()
        return message.ts

    def mark_read(self, user: str, channel: str) -> None:
        """Read a channel to its end."""
        with self._ws.lock:
            person, conversation = self._visible(user, channel)
            conversation.last_read[person.id] = max(conversation.messages, default="0")
        self._wire_log.mark_changed()

    def _visible(self, user: str, channel: str) -> tuple[Person, Channel]:
        """Return person and channel when the one may look into the other."""
        try:
            person, conversation = self._ws.find_person(user), self._ws.find_channel(channel)
        except KeyError as unknown:
            raise NotPossibleError(f"nobody and nothing is called {unknown}") from unknown
        if conversation.id not in {one.id for one in self._ws.visible_to(person.id)}:
            raise NotPossibleError(f"{person.name} cannot see that channel")
        return person, conversation

    def _member(self, user: str, channel: str) -> tuple[Person, Channel]:
        """Return person and channel when the one may speak in the other."""
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
