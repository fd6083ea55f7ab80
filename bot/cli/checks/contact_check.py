"""Checks how the people whom the policy or a schedule calls would be paged, and the credentials of the channels. Pages no one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from pydantic import SecretStr
from sqlalchemy.exc import SQLAlchemyError

from bot.cli.checks.check_result import CheckResult, note, passed, wrong
from bot.cli.contacts.contact_command import words_of
from bot.cli.database_access import NotFound, open_database
from bot.clock import Clock
from bot.config.paging_settings import PagingSettings
from bot.config.policy_faults import named_ids
from bot.config.settings import RecordSettings
from bot.notify.channel import Channel, CheckedChannel
from bot.notify.channel_factory import NEEDED_SETTING, make_channels
from bot.worker.port import Delivered, RateLimited
from commands.core.sessions.staffed_policy import staffed
from incident.medium import Medium
from incident.model.contact_method import ContactMethod, address_fault
from incident.policy import Policy
from incident.policy_parts.update_recipients import medium_of_recipient
from incident.ports import Person
from roles.person_ids import PersonId, slack_user
from storage.errors import StorageError

# Groups say who may do what; every other part of the policy that names people names whom a call reaches.
_AUTHORITY: Final = "groups"
_ADD: Final = "`muster contact add @name sms +491701234567` adds a way that does."


def check_contacts(
    record: RecordSettings, policy: Policy | None, channels: Mapping[Medium, Channel], now: datetime
) -> Iterator[CheckResult]:
    """Yield how each person would be paged whom the policy calls or a schedule has on call, and who by Slack alone."""
    if policy is None:
        return
    try:
        with open_database(record) as (store, _):
            people, methods, team = (
                store.directory.all_people(),
                store.directory.all_contact_methods(),
                store.team or "",
            )
            in_force = store.recorder.read(lambda reader: staffed(policy, reader, team))
    except (NotFound, StorageError, SQLAlchemyError):
        return
    called = {who for place, who in named_ids(policy) if place[0] != _AUTHORITY}
    shifts = on_shifts(in_force, now)
    yield from contact_results(
        [one for one in people if slack_user(one.id) in called or one.id in shifts], methods, channels
    )
    yield from _without_directory_entry(shifts, people)


def on_shifts(policy: Policy, now: datetime) -> frozenset[PersonId]:
    """Return the people whom feeds, covers, takes and swaps have on call now or later."""
    copies = (copy for name in policy.schedules if (copy := policy.feed_of(name)) is not None)
    of_feeds = {one.person for copy in copies for one in copy.shifts if one.end > now}
    return frozenset(of_feeds | {one.add for one in policy.overrides if one.add is not None and one.end > now})


def _without_directory_entry(shifts: Iterable[PersonId], people: Sequence[Person]) -> Iterator[CheckResult]:
    """Yield the people on shifts whom Muster has not met: they have no contact method, and are reached in Slack only."""
    unknown = sorted(set(shifts) - {one.id for one in people})
    if unknown:
        yield note(
            f"On call and not in the directory yet, so reached by a Slack direct message alone: {', '.join(unknown)}."
        )


def check_notices(policy: Policy | None, channels: Mapping[Medium, Channel]) -> Iterator[CheckResult]:
    """Yield the media that rules of `notify` name and that have no settings."""
    named = {medium for rule in policy.notify for medium in rule.by} if policy else set()
    for medium in sorted(named - {*channels, Medium.SLACK}):
        yield wrong(f"A rule of `notify` names {medium}, and {NEEDED_SETTING[medium]} is not set.")


def contact_results(
    called: Sequence[Person], methods: Mapping[PersonId, Sequence[ContactMethod]], channels: Mapping[Medium, Channel]
) -> Iterator[CheckResult]:
    """Yield a result for each person who has contact methods, and one for all who have none that wakes them."""
    alone: list[str] = []
    mailed: list[str] = []
    for person in called:
        usable = [one for one in methods.get(person.id, ()) if one.medium is Medium.SLACK or one.medium in channels]
        if any(one.is_loud for one in usable):
            yield passed(f"{person.name} can be paged by {', then '.join(words_of(one) for one in usable)}.")
        else:
            (mailed if any(one.medium is Medium.EMAIL for one in usable) else alone).append(person.name)
        for one in methods.get(person.id, ()):
            if one not in usable:
                yield wrong(f"{person.name} has {words_of(one)}, and {NEEDED_SETTING[one.medium]} is not set.")
    if alone:
        yield note(f"A Slack direct message alone reaches {', '.join(alone)}, and wakes no one. {_ADD}")
    if mailed:
        yield note(f"A Slack direct message and mail reach {', '.join(mailed)}, and wake no one. {_ADD}")


def check_credentials(settings: PagingSettings, clock: Clock) -> Iterator[CheckResult]:
    """Yield whether each provider takes the credentials of the settings; those without credentials are not asked."""
    channels = make_channels(settings, clock)
    # Calls and text messages share one account.
    asked = [medium for medium in NEEDED_SETTING if medium is not Medium.SMS]
    asked += [Medium.NTFY] if settings.ntfy_token is not None else []
    for medium in asked:
        channel = channels.get(medium)
        if isinstance(channel, CheckedChannel):
            result = channel.check()
            if isinstance(result, Delivered):
                yield passed(f"The credentials for {medium} are good.")
            elif isinstance(result, RateLimited):
                yield note(f"The credentials for {medium} could not be checked: the provider was asked too often.")
            else:
                yield wrong(result.why)


def check_recipients(
    policy: Policy | None, given: Mapping[str, SecretStr], channels: Mapping[Medium, Channel]
) -> Iterator[CheckResult]:
    """Yield the recipients of updates outside Slack that cannot be reached, by the names of their settings."""
    named = {name for several in policy.update_recipients.values() for name in several} if policy else set()
    faults = []
    for name in sorted(named):
        medium, address = medium_of_recipient(name), given.get(name)
        if address is None:
            faults.append(f"`update_recipients` names {name}, and there is no such setting. It holds an address.")
        elif fault := address_fault(medium, address.get_secret_value()):
            faults.append(f"{name} {fault}.")
        elif medium not in channels:
            faults.append(f"`update_recipients` names {name}, and {NEEDED_SETTING[medium]} is not set.")
    yield from (wrong(one) for one in faults)
    if named and not faults:
        yield passed(f"Updates can be sent to {', '.join(sorted(named))}.")
