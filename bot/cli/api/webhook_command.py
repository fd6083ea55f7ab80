"""`muster webhook`: adds, lists, replays and removes webhooks. Sends nothing: the Muster that runs does. No address is printed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from bot.api.webhooks.allowed_addresses import AllowedAddresses
from bot.api.webhooks.signature import new_secret
from bot.cli.cli_errors import EXPECTED_ERRORS, explain, fail
from bot.cli.database_access import NotFound, claimed_identity, find, open_record_store, policy_in_force
from bot.clock import RealClock
from bot.config.settings import read_record_settings
from incident.effects.api.webhook_jobs import webhook_jobs
from incident.entries import KINDS
from incident.jobs import JobKind
from incident.model.api.webhook import Signature, Webhook
from storage.jobs.dead_letters import DeadJob
from storage.store import Store


def add_webhook(name: str, url: str, kinds: Sequence[str], services: Sequence[str], *, ed25519: bool) -> int:
    """Add a webhook, and print what its receiver verifies with. Return the exit status."""
    allowed = AllowedAddresses.of_setting(read_record_settings().webhook_networks)
    if fault := allowed.fault(url):
        return fail(f"The address {fault}. Private receivers need MUSTER_WEBHOOK_NETWORKS.", 2)
    if unknown := [one for one in kinds if one not in {kind for kind, _ in KINDS}]:
        return fail(f"There is no kind of entry {unknown[0]}. docs/glossary.md lists them.", 2)
    signature = Signature.ED25519 if ed25519 else Signature.HMAC
    secret = new_secret(signature)
    try:
        with open_record_store() as (store, settings):
            known = policy_in_force(store, settings).policy.services
            if missing := [one for one in services if one not in known]:
                return fail(f"The policy has no service {missing[0]}. It has {', '.join(known)}.", 2)
            added = store.webhooks.add(
                Webhook(
                    id="",
                    name=name,
                    url=url,
                    secret=secret.stored,
                    signature=signature,
                    kinds=tuple(kinds),
                    services=tuple(services),
                    created_at=RealClock().now(),
                    created_by=claimed_identity(),
                )
            )
    except EXPECTED_ERRORS as error:
        return fail(explain(error))
    print(f"{described(added, {})}\nIts receiver verifies with this, which is shown this once:\n{secret.shown}")
    return 0


def list_webhooks() -> int:
    """Print the webhooks. Return the exit status."""
    try:
        with open_record_store() as (store, _):
            webhooks, dead = store.webhooks.all(), Counter(one.job.webhook for one in dead_messages(store))
    except EXPECTED_ERRORS as error:
        return fail(explain(error))
    for one in webhooks:
        print(described(one, dead))
    if not webhooks:
        print("There is no webhook. Add one: muster webhook add board")
    return 0


def remove_webhook(webhook: str) -> int:
    """Remove a webhook. Return the exit status."""
    try:
        with open_record_store() as (store, _):
            _known(store, webhook)
            store.webhooks.remove(webhook)
    except EXPECTED_ERRORS as error:
        return fail(explain(error))
    print(f"Webhook {webhook} learns nothing more.")
    return 0


def enable_webhook(webhook: str) -> int:
    """Switch a webhook on, and enqueue what was given up. Return the exit status."""
    try:
        with open_record_store() as (store, _):
            _known(store, webhook)
            store.webhooks.report_success(webhook)
            dead = [one for one in dead_messages(store) if one.job.webhook == webhook]
            again = sum(store.jobs.retry_dead(one.id, RealClock().now()) for one in dead)
    except EXPECTED_ERRORS as error:
        return fail(explain(error))
    print(f"Webhook {webhook} is on; {again} messages are sent again.")
    return 0


def replay_entries(webhook: str, number: str, first: int) -> int:
    """Enqueue the messages about an incident again. Return the exit status."""
    try:
        with open_record_store() as (store, _):
            choice, key = _known(store, webhook), find(store, number)
            incident = store.recorder.read(lambda reader: reader.peek(key))
            entries = store.recorder.read(lambda reader: reader.entries(key, after=first - 1))
            jobs = webhook_jobs(incident, entries, [choice]) if incident else ()
            store.recorder.transact(lambda unit: unit.enqueue(jobs, RealClock().now()))
    except EXPECTED_ERRORS as error:
        return fail(explain(error))
    print(f"{len(jobs)} messages are sent again.")
    return 0


def grant_webhook(webhook: str, number: str, *, withdraw: bool) -> int:
    """Let a webhook learn of a restricted incident, or no longer. Return the exit status."""
    try:
        with open_record_store() as (store, _):
            before = _known(store, webhook).restricted
            incident = store.queries.incident(find(store, number))
            whole = incident.number if incident else number
            others = tuple(one for one in before if one != whole)
            store.webhooks.grant(webhook, others if withdraw else (*others, whole))
    except EXPECTED_ERRORS as error:
        return fail(explain(error))
    print(f"Webhook {webhook} {'no longer learns' if withdraw else 'learns'} of {whole}.")
    return 0


def described(webhook: Webhook, dead: Mapping[str | None, int]) -> str:
    """Return a webhook in words, of its address the host alone."""
    parts = [f"{webhook.id}  {webhook.name}: {urlsplit(webhook.url).hostname}, {webhook.signature}"]
    parts += [f"kinds {', '.join(webhook.kinds)}" if webhook.kinds else "what the timeline shows"]
    parts += [f"services {', '.join(webhook.services)}"] if webhook.services else []
    parts += [f"restricted {', '.join(webhook.restricted)}"] if webhook.restricted else []
    if webhook.failing_since:
        state = "switched off" if webhook.disabled_at else "failing"
        parts += [f"{state}, since {webhook.failing_since:%Y-%m-%d %H:%M} UTC: {webhook.problem}"]
    parts += [f"{dead[webhook.id]} messages given up"] if dead.get(webhook.id) else []
    return "; ".join(parts)


def dead_messages(store: Store) -> tuple[DeadJob, ...]:
    """Return the latest messages to webhooks that were given up."""
    return tuple(one for one in store.jobs.dead_letters(limit=10_000) if one.job.kind is JobKind.WEBHOOK)


def _known(store: Store, webhook: str) -> Webhook:
    found = store.webhooks.get(webhook)
    if found is None:
        raise NotFound("There is no webhook with that id. `muster webhook list` shows them.")
    return found
