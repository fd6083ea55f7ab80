"""Checks Slack: tokens, the scopes of app.yaml, the people and channels the policy names. Joins and posts nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from http.client import HTTPException
from pathlib import Path
from typing import Any, Final

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web import SlackResponse

from bot.cli.checks.check_result import CheckResult, missing, passed, wrong
from bot.cli.checks.machine_check import check_clock
from bot.cli.checks.policy_check import GROUP, PolicyText, check_people
from bot.cli.cli_errors import explain, slack_refused
from bot.clock import Clock
from bot.config.policy_faults import named_ids
from bot.config.settings import Settings
from bot.config.yaml_positions import read_document
from bot.plain_yaml import load_yaml
from bot.slack.client.client_factory import client_for
from bot.slack.client.cursor_pages import pages
from incident.policy import Policy

MANIFEST: Final = Path(__file__).resolve().parents[3] / "app.yaml"
_NO_REPLY: Final = (SlackClientError, OSError, HTTPException)
_PAGE_SIZE: Final = 900


@dataclass(frozen=True)
class Manifest:
    """The bot scopes and slash commands of app.yaml."""

    scopes: frozenset[str]
    commands: tuple[str, ...]


def read_manifest(path: Path = MANIFEST) -> Manifest:
    """Read app.yaml."""
    manifest = load_yaml(path.read_text(encoding="utf-8"))
    commands = tuple(one["command"] for one in manifest["features"]["slash_commands"])
    return Manifest(frozenset(manifest["oauth_config"]["scopes"]["bot"]), commands)


def check_slack(settings: Settings, file: PolicyText | None, clock: Clock) -> Iterator[CheckResult]:
    """Check that the tokens are valid and grant what app.yaml asks for."""
    manifest = read_manifest()
    yield from check_command(settings, manifest)
    client = client_for(settings.slack_api_url, settings.slack_bot_token.get_secret_value())
    before = clock.now()
    try:
        identity = client.auth_test()
    except _NO_REPLY as error:
        yield wrong(f"{settings.slack_api_url}: {explain(error)}")
        return
    yield passed(f"The bot token opens {identity.get('team')} ({identity.get('team_id')}).")
    yield from check_clock(_header(identity, "date"), before, clock.now())
    yield from _check_scopes(_header(identity, "x-oauth-scopes"), manifest)
    yield from _check_app_token(client, settings)
    if file is not None:
        yield from _looked_up(lambda: check_people(file, _members(client), _groups(client, file.policy)))
        yield from _looked_up(lambda: check_channels(file, _channels(client)))


def check_command(settings: Settings, manifest: Manifest) -> Iterator[CheckResult]:
    """Check that app.yaml registers the slash command of the settings."""
    if settings.command not in manifest.commands:
        registered = " and ".join(manifest.commands)
        yield wrong(
            f"MUSTER_COMMAND is {settings.command}, and app.yaml registers {registered}: change the setting, or rename "
            "the command in app.yaml and in the app's settings at api.slack.com/apps."
        )


def check_channels(file: PolicyText, channels: Mapping[str, Mapping[str, Any]]) -> Iterator[CheckResult]:
    """Report channels of the policy that do not exist or are archived. `channels` is keyed by id and by name."""
    policy, nodes = file.policy, read_document(file.text)
    places: dict[tuple[str, ...], str] = {("incidents_channel",): policy.incidents_channel or ""}
    places |= {("audit_channel",): policy.audit_channel or "", ("digest", "channel"): policy.digest.channel or ""}
    places |= {("audiences", str(name)): place for name, place in policy.audiences.items()}
    for setting, place in places.items():
        channel = channels.get(place.removeprefix("#"))
        if not place:
            continue
        if channel is None:
            fault = (
                f"is {place}, and there is no such channel that Muster can see: make it, correct this line, "
                "or, where it is private, invite Muster into it."
            )
            yield missing(f"{file.path} {nodes.error_at(setting, fault)}")
        elif channel.get("is_archived"):
            yield wrong(f"{file.path} {nodes.error_at(setting, f'is {place}, which is archived: name another one.')}")
        else:
            joins = "" if channel.get("is_member") else "; Muster joins it when it posts"
            yield passed(f"{'.'.join(setting)} is {place}{joins}.")


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
    except _NO_REPLY as error:
        yield wrong(f"Socket Mode: {explain(error)}")
    else:
        yield passed("The app token opens a Socket Mode connection.")


def _looked_up(check: Callable[[], Iterator[CheckResult]]) -> Iterator[CheckResult]:
    """Yield the results, or one that says that Slack could not be asked."""
    try:
        results = list(check())
    except _NO_REPLY as error:
        results = [wrong(f"Not all of policy.yaml could be looked up. {explain(error)}")]
    yield from results


def _members(client: WebClient) -> dict[str, Any]:
    return {one["id"]: one for page in pages(partial(client.users_list, limit=_PAGE_SIZE)) for one in page["members"]}


def _groups(client: WebClient, policy: Policy) -> frozenset[str]:
    """Return the user groups of the policy that exist in the workspace."""
    named = {who for _, who in named_ids(policy) if who.startswith(GROUP)}
    found = set()
    for group in sorted(named):
        try:
            client.usergroups_users_list(usergroup=group)
        except SlackApiError as refused:
            if refused.response.get("error") != "no_such_subteam":
                raise
        else:
            found.add(group)
    return frozenset(found)


def _channels(client: WebClient) -> dict[str, Any]:
    fetch = partial(client.conversations_list, types="public_channel,private_channel", limit=_PAGE_SIZE)
    every = [one for page in pages(fetch) for one in page["channels"]]
    live = [one for one in every if not one.get("is_archived")]
    return {key: one for one in (*every, *live) for key in (one["id"], one["name"])}


def _header(response: SlackResponse, name: str) -> str | None:
    value = next((value for key, value in response.headers.items() if key.lower() == name), None)
    return value[0] if isinstance(value, list) else value
