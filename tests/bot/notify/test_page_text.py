"""What leaves Slack with a page: everything that helps of an open incident, the number alone of a restricted one."""

from __future__ import annotations

from typing import Any

import pytest

from bot.notify.channel import Page
from bot.notify.page_text import PageContext, page_of, trial_page
from bot.rendering.renderer import Mode, Renderer
from incident.model.components import Escalation
from incident.model.incident import Incident
from roles.person_ids import MUSTER, slack_person
from tests.support.clock import T0, T
from tests.support.handmade_incidents import an_incident

CALLER, ADA = slack_person("T1", "U1"), slack_person("T1", "U2")
CALL = Escalation(
    n=17, at=T0, how="functional", to="ada", person=ADA, by=CALLER, reason="The pool is full", answer_by=T(5)
)


def renderer() -> Renderer:
    return Renderer(mode=Mode.DOCUMENT, names=lambda person: {CALLER: "Bea Ray", ADA: "Ada"}.get(person))


def page(**changes: Any) -> Page:
    incident: Incident = an_incident(title="Cards fail", symptom="Nothing is paid", service="checkout", **changes)
    return page_of(PageContext(incident, CALL), renderer(), link="https://slack.example/C1", answer_url="https://a/b")


def words(one: Page) -> str:
    return "\n".join((one.subject, one.text, one.short, one.spoken, one.link))


def test_a_page_says_what_fails_who_calls_and_until_when() -> None:
    one = page()

    assert one.subject.endswith("needs your help: Cards fail")
    for word in ("checkout", "Bea Ray called you: The pool is full", "Answer by 10:05 UTC."):
        assert word in one.text
    assert not any(word in one.text for word in ("Cards fail", "needs your help")), "the subject says so above it"
    assert one.short.endswith("Reply 4 if you have it, 6 if you cannot.")
    assert "Press 4 if you have it" in one.spoken
    assert one.link


@pytest.mark.parametrize(("zone", "until"), [("Europe/Berlin", "12:05 (10:05 UTC)"), ("Nowhere/At_all", "10:05 UTC")])
def test_a_page_says_until_when_by_the_clock_of_its_person(zone: str, until: str) -> None:
    assert PageContext(an_incident(), CALL, zone=zone).until == until


def test_a_page_that_the_policy_demands_is_by_muster() -> None:
    automatic = CALL.model_copy(update={"by": MUSTER, "reason": ""})

    assert "Muster called you.\n" in page_of(PageContext(an_incident(), automatic), renderer()).text


def test_a_page_of_a_restricted_incident_has_the_number_only() -> None:
    one = page(restricted=True)

    assert one.subject.endswith(" needs your help")
    for secret in ("Cards", "paid", "checkout", "Bea", "pool", "P2", "slack.example"):
        assert secret not in words(one)
    assert one.answer_url


def test_a_page_without_an_address_of_ours_asks_for_an_answer_in_slack() -> None:
    one = page_of(PageContext(an_incident(title="Cards fail"), CALL), renderer())

    assert one.answer_line == ""
    for words_of_it in (one.short, one.spoken):
        assert words_of_it.endswith("Answer in Slack.")
        assert "4" not in words_of_it.split("Cards fail")[1]


def test_a_page_of_a_drill_says_so() -> None:
    one = page(drill=True)

    assert one.text.startswith("DRILL: ")
    assert one.short.startswith("DRILL ")
    assert "drill" in one.spoken


def test_the_key_of_a_page_is_that_of_its_call() -> None:
    one = page()

    assert one.key.endswith("-17")
    assert one.key == page().key


@pytest.mark.parametrize("title", ["{{ 7 * 7 }}", "<!channel> <@U1>", "</Say><Dial>1</Dial>"])
def test_the_text_of_people_is_data(title: str) -> None:
    one = page_of(PageContext(an_incident(title=title), CALL), renderer())

    assert "49" not in one.text
    assert "<!channel>" not in one.subject


def test_the_code_of_a_call_is_in_the_text_message_alone() -> None:
    one = page_of(PageContext(an_incident(), CALL, reply_code="42-17"), renderer(), answer_url="https://a/b")

    assert "Reply 4 42-17 if you have it, 6 42-17 if you cannot." in one.short
    assert "42-17" not in one.spoken


def test_a_trial_says_that_no_incident_is_open() -> None:
    assert "No incident is open" in trial_page("k", "root@host", renderer()).text
    assert trial_page("k", "root@host", renderer(), code="123456").text.endswith("The code is 123456.")
