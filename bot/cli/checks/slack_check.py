"""Looks at Slack through the tokens: valid, with the scopes of app.yaml, and the channels the policy names.

It joins nothing and posts nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from http.client import HTTPException
from pathlib import Path
from typing import Any, Final

import yaml
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web import SlackResponse

from bot.cli.checks.check_result import CheckResult, missing, passed, wrong
from bot.cli.checks.machine_check import check_clock
from bot.cli.checks.policy_check import GROUP, PolicyText, check_people, named
from bot.cli.cli_errors import explained, slack_refused
from bot.clock import Clock
from bot.config.settings import Settings
from bot.slack.client.client_factory import client_for
from bot.slack.client.cursor_pages import pages
from incident.policy import Policy

MANIFEST: Final = Path(__file__).resolve().parents[3] / "app.yaml"
_TROUBLES: Final = (SlackClientError, OSError, HTTPException)
_PAGE: Final = 900


@dataclass(frozen=True)
class Manifest:
    """What app.yaml asks for: the bot scopes and the slash commands."""

    scopes: frozenset[str]
    commands: tuple[str, ...]


def read_manifest(path: Path = MANIFEST) -> Manifest:
    """Read app.yaml."""
    told_in = yaml.safe_load(path.read_text(encoding="utf-8"))
    commands = tuple(one["command"] for one in told_in["features"]["slash_commands"])
    return Manifest(frozenset(told_in["oauth_config"]["scopes"]["bot"]), commands)


def check_slack(settings: Settings, file: PolicyText | None, clock: Clock) -> Iterator[CheckResult]:
    """Say whether Slack lets us do what app.yaml asks for."""
    manifest = read_manifest()
    yield from check_command(settings, manifest)
    client = client_for(settings.slack_api_url, settings.slack_bot_token.get_secret_value())
    before = clock.now()
    try:
        answer = client.auth_test()
    except _TROUBLES as trouble:
        yield wrong(f"{settings.slack_api_url}: {explained(trouble)}")
        return
    yield passed(f"The bot token opens {answer.get('team')} ({answer.get('team_id')}).")
    yield from check_clock(_header(answer, "date"), before, clock.now())
    yield from _check_scopes(_header(answer, "x-oauth-scopes"), manifest)
    yield from _check_app_token(client, settings)
    if file is not None:
        yield from _asked(lambda: check_people(file, _members(client), _groups(client, file.policy)))
        yield from _asked(lambda: check_channels(file.policy, _channels(client)))


def check_command(settings: Settings, manifest: Manifest) -> Iterator[CheckResult]:
    """Say whether what people type is what app.yaml registers."""
    if settings.command not in manifest.commands:
        registered = " and ".join(manifest.commands)
        yield wrong(
            f"MUSTER_COMMAND is {settings.command}, and app.yaml registers {registered}: change the setting, or rename "
            "the command in app.yaml and in the app's settings at api.slack.com/apps."
        )


def check_channels(policy: Policy, channels: Mapping[str, Mapping[str, Any]]) -> Iterator[CheckResult]:
    """Say which channels of the policy do not exist or cannot be joined. `channels` is by id and by name."""
    places = {"incidents_channel": policy.incidents_channel or "", "audit_channel": policy.audit_channel or ""}
    places |= {f"audiences.{name}": place for name, place in policy.audiences.items()}
    for setting, place in places.items():
        channel = channels.get(place.removeprefix("#"))
        if not place:
            continue
        if channel is None:
            yield missing(
                f"{setting} is {place}, and there is no such channel that Muster can see: make it, correct policy.yaml, "
                "or, where it is private, invite Muster into it."
            )
        elif channel.get("is_archived"):
            yield wrong(f"{setting} is {place}, which is archived: name another one in policy.yaml.")
        else:
            yield passed(
                f"{setting} is {place}{'' if channel.get('is_member') else '; Muster joins it when it posts'}."
            )


def _check_scopes(granted: str | None, manifest: Manifest) -> Iterator[CheckResult]:
    if granted is None:
        return
    has = {scope.strip() for scope in granted.split(",") if scope.strip()}
    for scope in sorted(manifest.scopes - has):
        yield missing(
            f"The scope {scope} was not granted: paste app.yaml again and reinstall the app. docs/reference/scopes.md says what "
            "does not work without it."
        )
    if has >= manifest.scopes:
        yield passed(f"All {len(manifest.scopes)} scopes of app.yaml are granted.")


def _check_app_token(client: WebClient, settings: Settings) -> Iterator[CheckResult]:
    token = settings.slack_app_token
    if settings.mode != "socket" or token is None:
        return
    try:
        client.apps_connections_open(app_token=token.get_secret_value())
    except SlackApiError as refused:
        yield wrong(slack_refused(str(refused.response.get("error")), "SLACK_APP_TOKEN"))
    except _TROUBLES as trouble:
        yield wrong(f"Socket Mode: {explained(trouble)}")
    else:
        yield passed("The app token opens a Socket Mode connection.")


def _asked(ask: Callable[[], Iterator[CheckResult]]) -> Iterator[CheckResult]:
    """Give what was found, or say that Slack would not tell."""
    try:
        found = list(ask())
    except _TROUBLES as trouble:
        found = [wrong(f"Not all of policy.yaml could be looked up. {explained(trouble)}")]
    yield from found


def _members(client: WebClient) -> dict[str, Any]:
    return {one["id"]: one for page in pages(partial(client.users_list, limit=_PAGE)) for one in page["members"]}


def _groups(client: WebClient, policy: Policy) -> frozenset[str]:
    """Give those of the policy's user groups that the workspace has."""
    wanted = {who for _, who in named(policy) if who.startswith(GROUP)}
    found = set()
    for group in sorted(wanted):
        try:
            client.usergroups_users_list(usergroup=group)
        except SlackApiError as refused:
            if refused.response.get("error") != "no_such_subteam":
                raise
        else:
            found.add(group)
    return frozenset(found)


def _channels(client: WebClient) -> dict[str, Any]:
    fetch = partial(client.conversations_list, types="public_channel,private_channel", limit=_PAGE)
    every = [one for page in pages(fetch) for one in page["channels"]]
    live = [one for one in every if not one.get("is_archived")]
    return {key: one for one in (*every, *live) for key in (one["id"], one["name"])}


def _header(answer: SlackResponse, name: str) -> str | None:
    value = next((value for key, value in answer.headers.items() if key.lower() == name), None)
    return value[0] if isinstance(value, list) else value
