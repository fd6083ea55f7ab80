"""Checks how the people whom the policy calls would be paged, and the credentials of the channels. Pages no one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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
from incident.medium import Medium
from incident.model.contact_method import ContactMethod, address_fault
from incident.policy import Policy
from incident.policy_parts.update_recipients import medium_of_recipient
from incident.ports import Person
from roles.person_ids import PersonId, slack_user
from storage.errors import StorageError

# Groups say who may do what; every other part of the policy that names people names whom a call reaches.
_AUTHORITY: Final = "groups"
_MOST_NAMED: Final = 8
_ADD: Final = "`muster contact add @name sms +491701234567` adds a way that does."


def check_contacts(
    record: RecordSettings, policy: Policy | None, channels: Mapping[Medium, Channel]
) -> Iterator[CheckResult]:
    """Yield how each person would be paged whom the policy calls, and who by a direct message alone."""
    if policy is None:
        return
    try:
        people, methods = _directory(record)
    except (NotFound, StorageError, SQLAlchemyError):
        return
    called = {who for place, who in named_ids(policy) if place[0] != _AUTHORITY}
    yield from contact_results([one for one in people if slack_user(one.id) in called], methods, channels)


def contact_results(
    called: Sequence[Person], methods: Mapping[PersonId, Sequence[ContactMethod]], channels: Mapping[Medium, Channel]
) -> Iterator[CheckResult]:
    """Yield a result for each person who has contact methods, and one for all who have none that wakes them."""
    asleep = []
    for person in called:
        usable = [one for one in methods.get(person.id, ()) if one.medium is Medium.SLACK or one.medium in channels]
        if any(one.is_loud for one in usable):
            yield passed(f"{person.name} can be paged by {', then '.join(words_of(one) for one in usable)}.")
        else:
            asleep.append(person.name)
        for one in methods.get(person.id, ()):
            if one not in usable:
                yield wrong(f"{person.name} has {words_of(one)}, and {NEEDED_SETTING[one.medium]} is not set.")
    if asleep:
        more = f" and {len(asleep) - _MOST_NAMED} more" if len(asleep) > _MOST_NAMED else ""
        names = ", ".join(asleep[:_MOST_NAMED]) + more
        yield note(f"No contact method wakes {names}: a Slack direct message alone wakes no one. {_ADD}")


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


def _directory(record: RecordSettings) -> tuple[Sequence[Person], Mapping[PersonId, Sequence[ContactMethod]]]:
    with open_database(record) as (store, _):
        return store.directory.all_people(), store.directory.all_contact_methods()
