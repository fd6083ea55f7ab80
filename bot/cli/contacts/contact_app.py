"""`muster contact` and `muster page-test`: how people are paged. Each command imports what it needs only when it runs."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from incident.medium import Medium

_A_DAY: Final = 24 * 60

contact_app = typer.Typer(no_args_is_help=True)
_contact = typer.Typer(no_args_is_help=True, help="List and change how people are paged, beside Slack.")
contact_app.add_typer(_contact, name="contact")

PersonWord = Annotated[str, typer.Argument(help="The person, as @ada or a Slack id.")]
Position = Annotated[
    int, typer.Argument(min=1, help="The number of the contact method, as `muster contact list` shows it.")
]


@_contact.command(name="list")
def list_methods(person: Annotated[str, typer.Argument(help="A person; everyone unless given.")] = "") -> None:
    """List contact methods in the order in which they are used; of each address only the end is shown."""
    from bot.cli.contacts.contact_command import list_contacts

    raise typer.Exit(list_contacts(person))


@_contact.command(name="add")
def add_method(
    person: PersonWord,
    medium: Annotated[Medium, typer.Argument(help="The medium.")],
    address: Annotated[
        str, typer.Argument(help="The address there; asked for unless given, so that no shell keeps a secret one.")
    ] = "",
    after: Annotated[int, typer.Option(min=0, max=_A_DAY, help="Minutes after the page is due.")] = 0,
) -> None:
    """Add a contact method to the end of a person's."""
    from bot.cli.contacts.contact_command import add_contact

    if not address and medium is not Medium.SLACK:
        address = typer.prompt("Address", hide_input=medium in (Medium.PAGERDUTY, Medium.APPRISE))
    raise typer.Exit(add_contact(person, medium, address, after))


@_contact.command(name="remove")
def remove_method(person: PersonWord, position: Position) -> None:
    """Remove a contact method."""
    from bot.cli.contacts.contact_command import remove_contact

    raise typer.Exit(remove_contact(person, position))


@_contact.command(name="verify")
def verify_method(person: PersonWord, position: Position) -> None:
    """Send a code by a contact method, and ask for it: who reads it to you has the address."""
    from bot.cli.contacts.page_test_command import verify_contact

    raise typer.Exit(verify_contact(person, position, lambda: str(typer.prompt("Code"))))


@contact_app.command(name="page-test")
def page_test(
    person: PersonWord,
    wait: Annotated[int, typer.Option(min=0, max=900, help="Seconds to look for answers.")] = 120,
) -> None:
    """Page a person now by each of their contact methods in order, without an incident; print each result and answer."""
    from bot.cli.contacts.page_test_command import page_person

    raise typer.Exit(page_person(person, wait))
