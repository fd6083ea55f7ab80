"""`muster page-test` and `muster contact verify`: pages one person without an incident. Records nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import randbelow
from threading import Event
from typing import Final

from bot.cli.cli_errors import EXPECTED_ERRORS, explain, fail
from bot.cli.contacts.contact_command import find_person, numbered, words_of
from bot.cli.database_access import claimed_identity, open_database
from bot.clock import RealClock
from bot.config.settings import Settings, read_settings
from bot.notify.answers.answer_address import ADDRESSED, AnswerAddresses, answer_addresses
from bot.notify.answers.trial_answers import trial_key, trial_url
from bot.notify.channel import Acknowledged, Channel, PolledChannel
from bot.notify.channel_factory import NEEDED_SETTING, make_channels
from bot.notify.channels.slack_message import SlackMessage
from bot.notify.page_text import trial_page
from bot.rendering.renderer import Mode, Renderer
from bot.slack.client.client_factory import client_for
from bot.worker.port import Delivered, RateLimited, Result
from incident.medium import Medium
from incident.model.contact_method import ContactMethod
from roles.person_ids import PersonId, slack_user, team_of
from storage.store import Store

_LOOK_SECONDS: Final = 1.0


@dataclass(frozen=True)
class Pager:
    """The channels of one run, and the clock that they share. Without `addresses` a page has no address that answers it."""

    settings: Settings
    person: PersonId
    clock: RealClock
    addresses: AnswerAddresses | None = None

    def send(self, method: ContactMethod, position: int, code: str = "") -> Result | None:
        """Send a page by one contact method; None when there are no settings for its medium."""
        by = str(claimed_identity()).removeprefix("cli:")
        address = "" if code else trial_url(self.addresses, self.person, position, method, self.clock.now())
        key = trial_key(self.addresses, self.person, position, method, self.clock.now())
        page = trial_page(key, by, Renderer(mode=Mode.DOCUMENT), code=code, answer_url=address)
        channel = self.channel(method.medium)
        return None if channel is None else channel.send(page, method)

    def channel(self, medium: Medium) -> Channel | None:
        """Return the channel of a medium, None without its settings."""
        if medium is not Medium.SLACK:
            return make_channels(self.settings, self.clock).get(medium)
        client = client_for(self.settings.slack_api_url, self.settings.slack_bot_token.get_secret_value())
        return SlackMessage(client, slack_user(self.person) or "", self.clock)

    def takes_answer(self, medium: Medium) -> bool:
        """True if an answer by this medium reaches us: at our public address, or by asking its provider."""
        has_webhook = {
            Medium.PAGERDUTY: self.settings.pagerduty_webhook_secret,
            Medium.JSM: self.settings.jsm_webhook_secret,
        }.get(medium)
        is_addressed = self.addresses is not None and (medium in ADDRESSED or has_webhook is not None)
        return is_addressed or isinstance(self.channel(medium), PolledChannel)


@dataclass(frozen=True)
class _Sent:
    """A test page that a provider took, by its number in the person's order."""

    position: int
    method: ContactMethod
    ref: str
    at: datetime


def page_person(word: str, wait_seconds: int) -> int:
    """Page a person by each contact method, print each result, and then each answer as it comes.

    Return 0 when every method took the page.
    """
    try:
        with open_database() as (store, _):
            person = find_person(store, word)
            methods = store.directory.contact_methods(person)
    except EXPECTED_ERRORS as error:
        return fail(explain(error))
    if not methods:
        return fail(f"{word} has no contact method. Add one: muster contact add {word} sms +491701234567")
    settings = read_settings()
    addresses = answer_addresses(settings.public_url, settings.slack_bot_token, team_of(person) or "")
    pager, sent, failed = Pager(settings, person, RealClock(), addresses), list[_Sent](), 0
    for position, method in enumerate(methods, 1):
        at, result = pager.clock.now(), pager.send(method, position)
        failed += not isinstance(result, Delivered)
        print(f"{position}. {words_of(method)}: {result_words(method, result)}", flush=True)
        if isinstance(result, Delivered) and pager.takes_answer(method.medium):
            sent.append(_Sent(position, method, result.ref, at))
    _await_answers(pager, sent, wait_seconds)
    return 1 if failed else 0


def _await_answers(pager: Pager, sent: list[_Sent], seconds: int) -> None:
    """Print each answer as it comes, and at the end the pages that no one answered."""
    until, waiting = pager.clock.now() + timedelta(seconds=seconds), list(sent)
    if waiting and seconds:
        print(f"Answer each where it arrives: a key, a button, a link. I look for {seconds} seconds.", flush=True)
    while waiting and pager.clock.now() < until:
        with open_database() as (store, _):
            answered = list(_answered(pager, store, waiting))
        for one, at in answered:
            waiting.remove(one)
            print(f"{one.position}. {words_of(one.method)}: answered after {(at - one.at).seconds} s", flush=True)
        if waiting:
            Event().wait(_LOOK_SECONDS)
    for one in waiting if seconds else ():
        print(f"{one.position}. {words_of(one.method)}: no answer within {seconds} s", flush=True)


def _answered(pager: Pager, store: Store, waiting: list[_Sent]) -> Iterator[tuple[_Sent, datetime]]:
    methods = store.directory.contact_methods(pager.person)
    for one in waiting:
        [now] = methods[one.position - 1 : one.position] or [one.method]
        if now.verified_at is not None and now.verified_at >= one.at:
            yield one, now.verified_at
        elif _is_acknowledged(pager, one):
            at = pager.clock.now()
            store.directory.verify_contact_method(pager.person, one.position, one.method, at)
            yield one, at


def _is_acknowledged(pager: Pager, one: _Sent) -> bool:
    channel = pager.channel(one.method.medium)
    return isinstance(channel, PolledChannel) and isinstance(channel.acknowledged(one.ref, one.method), Acknowledged)


def verify_contact(word: str, position: int, ask: Callable[[], str]) -> int:
    """Send a code by one contact method, ask for it, and store that the address is the person's. Return the exit status."""
    code = f"{randbelow(1_000_000):06}"
    try:
        with open_database() as (store, _):
            person = find_person(store, word)
            methods = store.directory.contact_methods(person)
            method = methods[numbered(methods, position) - 1]
            clock = RealClock()
            result = Pager(read_settings(), person, clock).send(method, position, code)
            print(f"{words_of(method)}: {result_words(method, result)}", flush=True)
            if not isinstance(result, Delivered):
                return 1
            if ask().strip() != code:
                return fail("That is not the code. The contact method stays as it was.")
            if not store.directory.verify_contact_method(person, position, method, clock.now()):
                return fail("The contact method is no longer as it was. See: muster contact list")
    except EXPECTED_ERRORS as error:
        return fail(explain(error))
    print("Verified.")
    return 0


def result_words(method: ContactMethod, result: Result | None) -> str:
    """Return a result in words."""
    if result is None:
        return f"not sent; {NEEDED_SETTING[method.medium]} is not set"
    if isinstance(result, Delivered):
        return f"sent ({result.ref})" if result.ref else "sent"
    if isinstance(result, RateLimited):
        return f"not sent; the provider takes no page before {result.after:%H:%M:%S} UTC"
    return result.why
