"""`muster webhook`: who learns of new entries. Each command imports what it needs only when it runs."""

from __future__ import annotations

from typing import Annotated

import typer

webhook_app = typer.Typer(no_args_is_help=True)
_webhook = typer.Typer(no_args_is_help=True, help="Add, list, replay and remove webhooks, which learn of new entries.")
webhook_app.add_typer(_webhook, name="webhook")

WebhookId = Annotated[str, typer.Argument(help="The id of the webhook, as `muster webhook list` shows it.")]


@_webhook.command(name="add")
def add(
    name: Annotated[str, typer.Argument(help="Your name for it.")],
    url: Annotated[str, typer.Argument(help="The address; asked for unless given, so that no shell keeps it.")] = "",
    kind: Annotated[list[str] | None, typer.Option(help="A kind of entry; the timeline's unless given.")] = None,
    service: Annotated[list[str] | None, typer.Option(help="Only incidents of this service. Repeatable.")] = None,
    ed25519: Annotated[
        bool, typer.Option("--ed25519", help="Sign with a key of its own, not a shared secret.")
    ] = False,
) -> None:
    """Add a webhook, and print what its receiver verifies with; it is shown this once."""
    from bot.cli.api.webhook_command import add_webhook

    given = url or str(typer.prompt("Address", hide_input=True))
    raise typer.Exit(add_webhook(name, given, tuple(kind or []), tuple(service or []), ed25519=ed25519))


@_webhook.command(name="list")
def list_all() -> None:
    """List the webhooks, which of them fail and why, and how many messages were given up."""
    from bot.cli.api.webhook_command import list_webhooks

    raise typer.Exit(list_webhooks())


@_webhook.command(name="remove")
def remove(webhook: WebhookId) -> None:
    """Remove a webhook with its secret."""
    from bot.cli.api.webhook_command import remove_webhook

    raise typer.Exit(remove_webhook(webhook))


@_webhook.command(name="enable")
def enable(webhook: WebhookId) -> None:
    """Switch a webhook on again that was switched off since it failed, and send again what was given up."""
    from bot.cli.api.webhook_command import enable_webhook

    raise typer.Exit(enable_webhook(webhook))


@_webhook.command(name="replay")
def replay(
    webhook: WebhookId,
    number: Annotated[str, typer.Argument(help="The incident.")],
    first: Annotated[int, typer.Option("--from", min=1, help="The first entry to send.")] = 1,
) -> None:
    """Send the messages about an incident again from an entry on, each under the id that it had."""
    from bot.cli.api.webhook_command import replay_entries

    raise typer.Exit(replay_entries(webhook, number, first))


@_webhook.command(name="grant")
def grant(
    webhook: WebhookId,
    number: Annotated[str, typer.Argument(help="The number of the restricted incident.")],
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Take the grant back.")] = False,
) -> None:
    """Let a webhook learn of one restricted incident."""
    from bot.cli.api.webhook_command import grant_webhook

    raise typer.Exit(grant_webhook(webhook, number, withdraw=withdraw))
