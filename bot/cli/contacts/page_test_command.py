"""`muster page-test` and `muster contact verify`: pages one person without an incident. Records nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from secrets import randbelow, token_hex

from bot.cli.cli_errors import EXPECTED_ERRORS, explain, fail
from bot.cli.contacts.contact_command import find_person, numbered, words_of
from bot.cli.database_access import claimed_identity, open_database
from bot.clock import RealClock
from bot.config.settings import Settings, read_settings
from bot.notify.channel import Channel
from bot.notify.channel_factory import NEEDED_SETTING, make_channels
from bot.notify.channels.slack_message import SlackMessage
from bot.notify.page_text import trial_page
from bot.rendering.renderer import Mode, Renderer
from bot.slack.client.client_factory import client_for
from bot.worker.port import Delivered, RateLimited, Result
from incident.medium import Medium
from incident.model.contact_method import ContactMethod
from roles.person_ids import PersonId, slack_user


@dataclass(frozen=True)
class Pager:
    """The channels of one run, and the clock that they share."""

    settings: Settings
    person: PersonId
    clock: RealClock

    def send(self, method: ContactMethod, code: str = "") -> Result | None:
        """Send a page by one contact method; None when there are no settings for its medium."""
        by = str(claimed_identity()).removeprefix("cli:")
        page = trial_page(f"muster-test-{token_hex(8)}", by, Renderer(mode=Mode.DOCUMENT), code=code)
        channel = self._channel(method.medium)
        return None if channel is None else channel.send(page, method)

    def _channel(self, medium: Medium) -> Channel | None:
        if medium is not Medium.SLACK:
            return make_channels(self.settings, self.clock).get(medium)
        client = client_for(self.settings.slack_api_url, self.settings.slack_bot_token.get_secret_value())
        return SlackMessage(client, slack_user(self.person) or "", self.clock)


def page_person(word: str) -> int:
    """Page a person by each contact method, and print each result. Return 0 when every method took the page."""
    try:
        with open_database() as (store, _):
            person = find_person(store, word)
            methods = store.directory.contact_methods(person)
    except EXPECTED_ERRORS as error:
        return fail(explain(error))
    if not methods:
        return fail(f"{word} has no contact method. Add one: muster contact add {word} sms +491701234567")
    pager, failed = Pager(read_settings(), person, RealClock()), 0
    for position, method in enumerate(methods, 1):
        result = pager.send(method)
        failed += not isinstance(result, Delivered)
        print(f"{position}. {words_of(method)}: {result_words(method, result)}", flush=True)
    return 1 if failed else 0


def verify_contact(word: str, position: int, ask: Callable[[], str]) -> int:
    """Send a code by one contact method, ask for it, and store that the address is the person's. Return the exit status."""
    code = f"{randbelow(1_000_000):06}"
    try:
        with open_database() as (store, _):
            person = find_person(store, word)
            methods = store.directory.contact_methods(person)
            method = methods[numbered(methods, position) - 1]
            clock = RealClock()
            result = Pager(read_settings(), person, clock).send(method, code)
            print(f"{words_of(method)}: {result_words(method, result)}", flush=True)
            if not isinstance(result, Delivered):
                return 1
            if ask().strip() != code:
                return fail("That is not the code. The contact method stays as it was.")
            verified = method.model_copy(update={"verified_at": clock.now()})
            store.directory.put_contact_methods(person, (*methods[: position - 1], verified, *methods[position:]))
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
