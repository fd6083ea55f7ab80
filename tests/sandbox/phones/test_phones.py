"""The pretend telephones: what a provider is asked reaches its owner, and a key reaches the app, signed as Twilio signs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.notify.channels.twilio_voice import call_script
from sandbox.phones.phones import Phones
from sandbox.state.workspace_clock import RealClock
from sandbox.workspace_errors import NotPossibleError
from tests.support.http_double import Called, HttpDouble

PUBLIC, ANN = "https://muster.internal", "+491701111111"
SCRIPT = call_script("Press 4", f"{PUBLIC}/answer/voice/t")


class App(HttpDouble):
    """Takes whatever is posted; what it answers is no script."""

    def play(self, call: Called) -> tuple[int, dict[str, str]]:
        return 200, {}


@pytest.fixture
def app() -> Iterator[App]:
    double = App()
    yield double
    double.close()


@pytest.fixture
def phones(app: App) -> Phones:
    found = Phones(RealClock(), lambda: None)
    found.connect("UANN", ANN, "phone-ann")
    found.answer_to(PUBLIC, app.url)
    return found


def test_a_call_rings_at_its_owner_alone_until_the_app_hangs_up(phones: Phones) -> None:
    ring = phones.call({"To": ANN, "Twiml": SCRIPT})

    [shown] = phones.of("UANN")
    assert (shown["lines"], phones.rings_at(), phones.of("UBEN")) == (["Press 4"], ["UANN"], [])
    assert phones.hang_up(ring)
    assert not phones.hang_up(ring)
    assert (phones.rings_at(), phones.status(ring)) == ([], "completed")
    with pytest.raises(NotPossibleError):
        phones.press("UANN", ring, "4")


def test_a_call_that_rings_out_reaches_the_app_and_takes_no_key_of_another_person(phones: Phones, app: App) -> None:
    ring = phones.call({"To": ANN, "Twiml": SCRIPT, "StatusCallback": f"{PUBLIC}/answer/voice/t"})

    with pytest.raises(NotPossibleError):
        phones.press("UBEN", ring, "4")
    phones.press("UANN", ring, "no-answer")

    [posted] = app.calls
    assert (posted.path, posted.form) == ("/answer/voice/t", {"CallSid": ring, "CallStatus": "no-answer"})
    assert posted.headers["X-Twilio-Signature"]


def test_a_push_message_is_answered_by_its_button(phones: Phones, app: App) -> None:
    url = f"{PUBLIC}/answer/ntfy/t?answer=accepted"
    ring = phones.push(
        {"topic": "phone-ann", "title": "P1", "message": "Help", "actions": [{"label": "Yes", "url": url}]}
    )

    phones.press("UANN", ring, "Yes")

    assert [(one.path, one.query) for one in app.calls] == [("/answer/ntfy/t", {"answer": "accepted"})]


def test_a_reply_has_the_code_that_a_text_message_asks_for(phones: Phones) -> None:
    phones.text({"To": ANN, "Body": "Help. Reply 4 42-17 if you have it, 6 42-17 if you cannot."})

    assert [one["label"] for one in phones.of("UANN")[0]["keys"]] == ["Reply 4 42-17", "Reply 6 42-17"]
