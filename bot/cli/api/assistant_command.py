"""`muster assistant`: the server of the Model Context Protocol over standard input and output, for one token. Needs no Slack."""

from __future__ import annotations

from pathlib import Path

from bot.api.callers import Callers, service_actor
from bot.api.problem import Problem, document
from bot.api.service import ApiService
from bot.cli.cli_errors import EXPECTED_ERRORS, explain, fail
from bot.cli.database_access import open_record_store, policy_in_force
from bot.clock import RealClock
from bot.config.policy_loader import ActivePolicy
from bot.export.reader_names import ReaderNames
from bot.rendering.renderer import Mode, Renderer
from bot.requests.bounded_call import RecordAbsent
from bot.requests.reply import Texts
from bot.requests.request_path import RequestPath
from bot.slack.user_directory import account_of
from commands.core.record_service import RecordService
from commands.core.request import RESPONDER, Actor
from incident.model.api.api_token import ApiToken
from incident.policy import Policy
from roles.accounts import Account
from roles.person_ids import person_named, slack_user, team_of
from storage.store import Store


def serve_assistant(token_file: Path) -> int:
    """Serve until the input ends. Return the exit status: 1 without a valid token."""
    try:
        presented = token_file.read_text("utf-8").strip()
        with open_record_store() as (store, settings):
            _serve(store, ActivePolicy(policy_in_force(store, settings)), presented)
    except Problem as problem:
        return fail(document(problem)["detail"])
    except RecordAbsent:
        return fail("The database does not answer.")
    except (*EXPECTED_ERRORS, OSError) as error:
        return fail(explain(error))
    return 0


def _serve(store: Store, active: ActivePolicy, presented: str) -> None:
    """Identify the token once, so that a wrong one ends at once, and then at each call."""
    record = RecordService(store.recorder, active, RealClock())
    callers = Callers(store.tokens, lambda token: _actor(store, record.policy, token), record.clock)
    authorization = f"Bearer {presented}"
    callers.identify(authorization)
    from bot.api.assistants.mcp_server import mcp_server
    from bot.api.assistants.tools import AssistantTools

    team = store.team or ""
    names = ReaderNames(lambda person: record.read(lambda reader: reader.person(person)), team)
    service = ApiService(team, RequestPath(record, Texts(Renderer(Mode.TERMINAL, names=names), "/incident")))
    mcp_server(AssistantTools(service, lambda: callers.identify(authorization))).run("stdio")


def _actor(store: Store, policy: Policy, token: ApiToken) -> Actor:
    """Return the actor behind a token, as the directory knows them: Slack's user groups are not known here."""
    team = team_of(token.owner)
    if slack_user(token.owner) is None or team is None:
        return service_actor(token, policy)
    known = store.directory.person(token.owner)
    account = account_of(known, team) if known else Account.UNKNOWN
    named = {name for name, members in policy.groups.items() if token.owner in {person_named(team, m) for m in members}}
    groups = named if RESPONDER in policy.groups or account is not Account.MEMBER else {*named, RESPONDER}
    return Actor(id=token.owner, groups=frozenset(groups), account=account)
