"""Checks the webhooks: which fail, which are switched off, and how many messages were given up. Sends nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from bot.cli.api.webhook_command import dead_messages
from bot.cli.checks.check_result import CheckResult, note, passed, wrong
from bot.cli.cli_errors import EXPECTED_ERRORS
from bot.cli.database_access import open_database
from bot.config.settings import RecordSettings


def check_webhooks(settings: RecordSettings) -> Iterator[CheckResult]:
    """Yield the state of the webhooks; nothing without any, or without a database that can be read."""
    try:
        with open_database(settings) as (store, _):
            webhooks = store.webhooks.all()
            dead = Counter(one.job.webhook for one in dead_messages(store)) if webhooks else Counter[str | None]()
    except EXPECTED_ERRORS:
        return  # The check of the database says what is wrong with it.
    for one in webhooks:
        if one.disabled_at is not None:
            yield wrong(
                f"The webhook {one.name} is switched off, since {one.problem}; {dead[one.id]} messages were given up. "
                f"Repair its receiver, then: muster webhook enable {one.id}"
            )
        elif one.failing_since is not None:
            yield note(f"The webhook {one.name} fails since {one.failing_since:%Y-%m-%d %H:%M} UTC: {one.problem}.")
        elif dead[one.id]:
            yield note(
                f"{dead[one.id]} messages to the webhook {one.name} were given up: muster webhook enable {one.id}"
            )
    if webhooks and not any(one.failing_since for one in webhooks):
        yield passed(f"{len(webhooks)} webhooks take what they are sent.")
