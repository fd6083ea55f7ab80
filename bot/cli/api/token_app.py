"""`muster token`: the tokens of the API. Each command imports what it needs only when it runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from incident.model.api.scope import Scope

_PER_MINUTE: Final = 120
_DAYS: Final = 90
_MOST_DAYS: Final = 730

token_app = typer.Typer(no_args_is_help=True)
_token = typer.Typer(no_args_is_help=True, help="Create, list and revoke the tokens of the API.")
token_app.add_typer(_token, name="token")


@token_app.command(name="assistant")
def assistant(
    token_file: Annotated[Path, typer.Option(help="The file with the token; it needs the scope read.", exists=True)],
) -> None:
    """Serve an assistant on this machine over the Model Context Protocol; it reads what the token sees."""
    from bot.cli.api.assistant_command import serve_assistant

    raise typer.Exit(serve_assistant(token_file))


TokenId = Annotated[str, typer.Argument(help="The id of the token, as `muster token list` shows it.")]


@_token.command(name="create")
def create(  # noqa: PLR0917 - typer gives options by name
    name: Annotated[str, typer.Argument(help="The service that acts by it, as deploy-bot.")],
    person: Annotated[str, typer.Option(help="A person, @ada or a Slack id, as whom it acts instead.")] = "",
    scope: Annotated[list[Scope] | None, typer.Option(help="What it may do; read unless given. Repeatable.")] = None,
    service: Annotated[list[str] | None, typer.Option(help="Only incidents of this service. Repeatable.")] = None,
    days: Annotated[int, typer.Option(min=1, max=_MOST_DAYS, help="Days until it expires.")] = _DAYS,
    per_minute: Annotated[int, typer.Option(min=1, max=6000, help="Requests in a minute.")] = _PER_MINUTE,
) -> None:
    """Create a token and print it; it is shown this once."""
    from bot.cli.api.token_command import create_token

    scopes, services = tuple(scope or [Scope.READ]), tuple(service or [])
    raise typer.Exit(create_token(name, person, scopes, services, days=days, per_minute=per_minute))


@_token.command(name="list")
def list_all() -> None:
    """List the tokens: for whom they act, what they may do, until when, and when they were last used."""
    from bot.cli.api.token_command import list_tokens

    raise typer.Exit(list_tokens())


@_token.command(name="revoke")
def revoke(token: TokenId) -> None:
    """End a token at once."""
    from bot.cli.api.token_command import revoke_token

    raise typer.Exit(revoke_token(token))


@_token.command(name="grant")
def grant(
    token: TokenId,
    number: Annotated[str, typer.Argument(help="The number of the restricted incident.")],
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Take the grant back.")] = False,
) -> None:
    """Let a token see one restricted incident. A token of a person also needs a person who may see it."""
    from bot.cli.api.token_command import grant_incident

    raise typer.Exit(grant_incident(token, number, withdraw=withdraw))
