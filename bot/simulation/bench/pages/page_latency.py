"""Page latency: from the entry of a call until the provider has the first page of it, many calls at once.

The provider is on this machine and answers at once, so that what is measured is Muster's own part.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from bot.notify.answers.page_key import call_of_key
from bot.simulation.bench.bench_environment import COMMAND, BenchEnvironment, bench_environment
from bot.simulation.bench.pages.pager_double import PagerDouble
from bot.simulation.bench.percentiles import spread
from incident.entries.role_holders import Escalated
from incident.medium import Medium
from incident.model.contact_method import ContactMethod
from roles.person_ids import slack_person, slack_user
from sandbox.delivery.envelope import Delivery
from storage.store import open_store

# Those on call are called by the policy, so they are neither callers nor called.
_OTHERS: Final = 6
_MS: Final = 1000.0
_TRIES: Final = 6


def measure_pages(*, pages: int, database: str | None = None) -> dict[str, Any]:
    """Call so many people at the same time in one P1, each by another person. Return the latency in ms, and how many arrived.

    `database` is the address of an empty database, a SQLite file unless given.
    """
    with PagerDouble() as provider:
        settings = {"MUSTER_PAGERDUTY_URL": provider.url, **({"DATABASE_URL": database} if database else {})}
        with bench_environment(people=pages + _OTHERS, more=settings) as environment:
            callers, called = environment.users[1 : pages + 1], environment.users[:pages]
            channel = _open_incident(environment, callers)
            _reach(environment, called)
            _call_all(environment, channel, list(zip(callers, called, strict=True)))
            environment.until(lambda: len(provider.arrived) >= pages)
            return _latency(environment, provider, pages)


def _open_incident(environment: BenchEnvironment, people: list[str]) -> str:
    """Declare an incident, raise it to a P1, and let everyone join its channel, which is returned."""
    user = people[0]
    environment.submit(user, environment.open_declare_form(user), "Checkout fails")
    environment.require(lambda: bool(environment.incident_channels()), "No channel was made")
    [channel] = environment.incident_channels()
    environment.settle()
    for absent in set(people) - set(environment.sandbox.workspace.find_channel(channel).members):
        environment.sandbox.actor.join(absent, channel)
    line = "priority impact=1 urgency=1 because every customer who pays is affected"
    environment.sandbox.actor.slash(user, channel, COMMAND, line).wait()
    environment.settle()
    return channel


def _reach(environment: BenchEnvironment, people: list[str]) -> None:
    """Store a contact method of each person."""
    team = environment.sandbox.workspace.team_id
    with open_store(environment.database, team=team) as store:
        for n, user in enumerate(people):
            method = ContactMethod(medium=Medium.PAGERDUTY, address=f"{n:032d}")
            store.directory.put_contact_methods(slack_person(team, user), [method])


def _call_all(environment: BenchEnvironment, channel: str, pairs: list[tuple[str, str]]) -> None:
    """Make the calls at the same time, and once more those that the database was too busy to take in time."""
    team = environment.sandbox.workspace.team_id
    for _ in range(_TRIES):
        environment.run_concurrently([_call(environment, channel, *pair) for pair in pairs])
        with open_store(environment.database, team=team) as store:
            [listed] = store.queries.incidents(team)
            incident = store.queries.incident(listed.key)
            calls = incident.escalations if incident else ()
            taken = {slack_user(call.person) for call in calls if call.person}
        pairs = [pair for pair in pairs if pair[1] not in taken]
        if not pairs:
            return


def _call(environment: BenchEnvironment, channel: str, caller: str, called: str) -> Callable[[], Delivery]:
    line = f"escalate <@{called}> because the database is full"
    return lambda: environment.sandbox.actor.slash(caller, channel, COMMAND, line).wait()


def _latency(environment: BenchEnvironment, provider: PagerDouble, pages: int) -> dict[str, Any]:
    """Compare the arrivals with the entries of the calls."""
    team = environment.sandbox.workspace.team_id
    with open_store(environment.database, team=team) as store:
        [incident] = store.queries.incidents(team)
        entries = store.recorder.read(lambda reader: reader.entries(incident.key, kinds=(Escalated.kind,)))
    recorded = {entry.n: entry.recorded_at for entry in entries}
    found = [(call_of_key(key, team), at) for key, at in provider.arrived.items()]
    latencies = [(at - recorded[call.n]).total_seconds() * _MS for call, at in found if call is not None]
    return {"pages": pages, "arrived": len(latencies), **spread(latencies)}
