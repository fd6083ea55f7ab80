"""The directory of one team: people, what they subscribed to, and policies over time. Knows no rule of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, select

from incident.entries.integrity import PolicyActivated
from incident.entry import EntryPoint, NewEntry, Source, workspace_chain
from incident.model.contact_method import ContactMethod
from incident.policy import Policy
from incident.ports import Person
from incident.record.hash_chain import digest
from roles.person_ids import MUSTER, PersonId
from storage import contact_methods, person_names, shift_notices, subscriptions
from storage.api import api_tokens
from storage.database.transactions import Transactions
from storage.database.upsert import insert_for
from storage.errors import require_team
from storage.person_names import PersonChange
from storage.record import chain_writer
from storage.tables import POLICY_ACTIVE, POLICY_TEXT


class Directory:
    """The directory of one team."""

    def __init__(self, transactions: Transactions, team: str | None) -> None:
        self._transactions = transactions
        self._store_team = team

    @property
    def _team(self) -> str:
        return require_team(self._store_team)

    def put(self, people: Iterable[Person], at: datetime) -> tuple[PersonChange, ...]:
        """Store the directory data of people from `at` on; return what changed."""
        stored = tuple(people)

        def work(connection: Connection) -> tuple[PersonChange, ...]:
            found = (person_names.put(connection, self._team, person, at) for person in stored)
            return tuple(change for change in found if change is not None)

        return self._transactions.write(work, first=False)

    def person(self, person: PersonId, at: datetime | None = None) -> Person | None:
        """Return a person's directory data as of now or of a time."""
        return self._transactions.read(lambda connection: person_names.person_at(connection, self._team, person, at))

    def all_people(self) -> tuple[Person, ...]:
        """Return the current directory data of every person, for entry points without Slack."""
        return self._transactions.read(lambda connection: person_names.all_people(connection, self._team))

    def contact_methods(self, person: PersonId) -> tuple[ContactMethod, ...]:
        """Return how a person is paged, in that person's order."""
        return self.all_contact_methods().get(person, ())

    def all_contact_methods(self) -> Mapping[PersonId, tuple[ContactMethod, ...]]:
        """Return how everyone is paged who has contact methods."""
        return self._transactions.read(lambda connection: contact_methods.all_methods(connection, self._team))

    def put_contact_methods(self, person: PersonId, methods: Sequence[ContactMethod]) -> None:
        """Store how a person is paged, in place of what was stored before."""
        self._transactions.write(lambda connection: contact_methods.put(connection, self._team, person, methods))
        self._transactions.truncate_log()

    def change_contact_methods(
        self, person: PersonId, change: Callable[[tuple[ContactMethod, ...]], Sequence[ContactMethod]]
    ) -> tuple[ContactMethod, ...]:
        """Change how a person is paged, one change at a time, and return it; what `change` raises changes nothing."""

        def work(connection: Connection) -> tuple[ContactMethod, ...]:
            person_names.lock(connection, self._team, person)
            before = contact_methods.all_methods(connection, self._team).get(person, ())
            after = tuple(change(before))
            contact_methods.put(connection, self._team, person, after)
            return after

        changed = self._transactions.write(work)
        self._transactions.truncate_log()
        return changed

    def verify_contact_method(self, person: PersonId, position: int, method: ContactMethod, at: datetime) -> bool:
        """Store when a contact method was confirmed, and nothing else of it; False where it was erased or changed by then."""
        return self._transactions.write(
            lambda connection: contact_methods.verify(connection, self._team, person, position, method, at=at)
        )

    def erase(self, person: PersonId) -> bool:
        """Erase every stored name, title, zone, contact method, choice and token of a person; False when the person is unknown."""

        def work(connection: Connection) -> int:
            deleted = contact_methods.delete_all(connection, self._team, person)
            deleted += api_tokens.erase(connection, self._team, person)
            deleted += subscriptions.erase(connection, self._team, person)
            deleted += shift_notices.erase(connection, self._team, person)
            return deleted + person_names.erase(connection, self._team, person)

        erased = self._transactions.write(work)
        self._transactions.truncate_log()
        return erased > 0

    def activate_policy(self, policy: Policy, text: str, at: datetime) -> str:
        """Store a policy's full text, record its activation, and return its hash; the active text again changes nothing."""
        name = digest(text)

        def work(connection: Connection) -> str:
            # The lock of the workspace chain makes replicas that start together agree.
            chain_writer.lock_for_append(connection, workspace_chain(self._team))
            if self._active(connection) != name:
                self._store(connection, text, name, at)
                self._record(connection, policy, name, at)
            return name

        return self._transactions.write(work)

    def _store(self, connection: Connection, text: str, name: str, at: datetime) -> None:
        stored = insert_for(connection.dialect.name)(POLICY_TEXT).values(
            team=self._team, hash=name, stored_at=at, text=text
        )
        connection.execute(stored.on_conflict_do_nothing())
        ours = POLICY_ACTIVE.c.team == self._team
        last = select(POLICY_ACTIVE.c.seq).where(ours).order_by(POLICY_ACTIVE.c.seq.desc()).limit(1)
        seq = (connection.execute(last).scalar_one_or_none() or 0) + 1
        connection.execute(POLICY_ACTIVE.insert().values(team=self._team, seq=seq, hash=name, since=at))

    def _record(self, connection: Connection, policy: Policy, name: str, at: datetime) -> None:
        fact = PolicyActivated(hash=name, policy_version=policy.version, owner=policy.owner, approver=policy.approver)
        draft = NewEntry(fact=fact, by=MUSTER, occurred_at=at, source=Source(surface=EntryPoint.CLI))
        chain_writer.append(connection, workspace_chain(self._team), [draft], at)

    def active_policy(self) -> tuple[str, str] | None:
        """Return hash and text of the active policy."""
        name = self._transactions.read(self._active)
        text = None if name is None else self.policy_text(name)
        return None if name is None or text is None else (name, text)

    def policy_text(self, name: str) -> str | None:
        """Return the full text of the policy with this hash."""
        query = select(POLICY_TEXT.c.text).where(POLICY_TEXT.c.team == self._team, POLICY_TEXT.c.hash == name)
        return self._transactions.read(lambda connection: connection.execute(query).scalar_one_or_none())

    def _active(self, connection: Connection) -> str | None:
        query = select(POLICY_ACTIVE.c.hash).where(POLICY_ACTIVE.c.team == self._team)
        return connection.execute(query.order_by(POLICY_ACTIVE.c.seq.desc()).limit(1)).scalar_one_or_none()
