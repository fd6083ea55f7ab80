"""Identity: auth.test, apps.connections.open, team.info, bots.info, emoji.list, api.test."""

from sandbox.api.api_call import ApiCall
from sandbox.api.tiers import SPECIAL, T1, T2, T3, T4
from sandbox.methods.method import Method
from sandbox.state.entities import Payload
from sandbox.workspace_errors import SlackError


def auth_test(call: ApiCall) -> Payload:
    """Return the bot's identity."""
    ws = call.ws
    return {
        "url": call.services.page_url(),
        "team": ws.domain.capitalize(),
        "user": ws.bot.name,
        "team_id": ws.team_id,
        "user_id": ws.bot.id,
        "bot_id": ws.bot.bot_id,
        "is_enterprise_install": False,
    }


def connections_open(call: ApiCall) -> Payload:
    """Return the URL of one Socket Mode connection."""
    root = call.services.page_url().replace("http", "ws", 1)
    return {"url": f"{root}link?ticket={call.services.new_ticket()}&app_id={call.ws.app_id}"}


def team_info(call: ApiCall) -> Payload:
    """Return the workspace."""
    ws = call.ws
    return {"team": {"id": ws.team_id, "name": ws.domain.capitalize(), "domain": ws.domain, "icon": {}}}


def bots_info(call: ApiCall) -> Payload:
    """Return the bot."""
    ws = call.ws
    if call.text("bot", ws.bot.bot_id) != ws.bot.bot_id:
        raise SlackError("bot_not_found")
    bot = {"id": ws.bot.bot_id, "deleted": False, "name": ws.bot.name, "app_id": ws.app_id, "user_id": ws.bot.id}
    return {"bot": bot}


def emoji_list(call: ApiCall) -> Payload:
    """Return the custom emoji: none."""
    return {"emoji": {}, "cache_ts": call.ws.timestamps.next()}


def api_test(call: ApiCall) -> Payload:
    """Return the arguments."""
    if call.args.get("error"):
        raise SlackError(call.text("error"))
    return {"args": call.args}


METHODS = {
    "auth.test": Method(auth_test, SPECIAL),
    "apps.connections.open": Method(connections_open, T1, needs_app_token=True),
    "team.info": Method(team_info, T3, ("team:read",)),
    "bots.info": Method(bots_info, T3, ("users:read",)),
    "emoji.list": Method(emoji_list, T2, ("emoji:read",)),
    "api.test": Method(api_test, T4),
}
