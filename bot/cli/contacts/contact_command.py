"""`muster contact`: lists and changes the contact methods of people. They are no part of the record. Sends nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bot.cli.cli_errors import EXPECTED_ERRORS, explain, fail
from bot.cli.database_access import NotFound, open_database
from bot.cli.name_lookup import name_finder
from incident.medium import Medium
from incident.model.contact_method import ContactMethod, address_fault
from roles.person_ids import PersonId
from storage.store import Store

_SPOKEN = {Medium.EMAIL: "e-mail", Medium.SMS: "SMS", Medium.VOICE: "voice call", Medium.SLACK: "Slack"}


def list_contacts(word: str) -> int:
    """Print the contact methods of a person, or of everyone. Return the exit status."""
    try:
        with open_database() as (store, _):
            names = {one.id: one.name for one in store.directory.all_people()}
            every = store.directory.all_contact_methods()
            people = [find_person(store, word)] if word else sorted(every, key=lambda one: names.get(one, one))
    except EXPECTED_ERRORS as error:
        return fail(explain(error))
    for person in people:
        print(f"{names.get(person, person)}:")
        lines = described(every.get(person, ()))
        print("\n".join(f"  {one}" for one in lines or ("nothing; a Slack direct message alone, which wakes no one",)))
    if not people:
        print("No one has a contact method. Add one: muster contact add @name sms +491701234567")
    return 0


def add_contact(word: str, medium: Medium, address: str, after: int) -> int:
    """Add a contact method to the end of a person's, and print them. Return the exit status."""
    fault = address_fault(medium, address)
    if fault:
        return fail(f"The address {fault}.", 2)
    added = ContactMethod(medium=medium, address=address, delay_minutes=after)
    return _change(word, lambda methods: (*methods, added), "Added for")


def remove_contact(word: str, position: int) -> int:
    """Remove a contact method, and print those that stay. Return the exit status."""
    return _change(
        word, lambda methods: (*methods[: position - 1], *methods[numbered(methods, position) :]), "Removed for"
    )


def numbered(methods: Sequence[ContactMethod], position: int) -> int:
    """Return the position; raise NotFound where the person has no such contact method."""
    if position > len(methods):
        raise NotFound(f"There is no contact method {position}; `muster contact list` shows them.")
    return position


def find_person(store: Store, word: str) -> PersonId:
    """Return the person whom a word names; raise NotFound for none, or for several."""
    person = name_finder(store.directory.all_people())(word.removeprefix("@"))
    if person is None:
        raise NotFound(
            f"{word} names no one person in the directory, which Muster fills when it starts. "
            "Use a Slack id of someone in it, such as U012AB3CD."
        )
    return person


def described(methods: Sequence[ContactMethod]) -> list[str]:
    """Return a line for each contact method."""
    return [f"{position}. {words_of(method)}" for position, method in enumerate(methods, 1)]


def words_of(method: ContactMethod) -> str:
    """Return a contact method in words, with as much of its address as others may read."""
    where = f" {method.masked_address}" if method.address else ""
    after = f" after {method.delay_minutes} min" if method.delay_minutes else ""
    verified = "" if method.verified_at or method.medium is Medium.SLACK else ", not verified"
    return f"{_SPOKEN.get(method.medium, str(method.medium))}{where}{after}{verified}"


def _change(word: str, change: Callable[[tuple[ContactMethod, ...]], tuple[ContactMethod, ...]], done: str) -> int:
    try:
        with open_database() as (store, _):
            person = find_person(store, word)
            name = next((one.name for one in store.directory.all_people() if one.id == person), person)
            methods = store.directory.change_contact_methods(person, change)
    except EXPECTED_ERRORS as error:
        return fail(explain(error))
    print(f"{done} {name}. Now:")
    print("\n".join(described(methods)) or "No contact method is left.")
    return 0
