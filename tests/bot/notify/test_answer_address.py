"""Addresses that answer a call: only this installation can make one, and each is good for one call and one medium."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from bot.notify.answers.answer_address import (
    ADDRESSED,
    AnswerAddresses,
    CallReference,
    answer_addresses,
    answer_url,
)
from bot.notify.answers.page_key import call_of_key, page_key
from incident.medium import Medium
from incident.model.components import Escalation
from roles.person_ids import slack_person
from tests.support.clock import T0
from tests.support.handmade_incidents import an_incident

BASE, BOT_TOKEN = "https://muster.example.org", SecretStr("xoxb-1-2-abcdefghijklmnopqrstuvwx")
CALL = CallReference("INC-2026-0042", 17)


def addresses(base: str = BASE, token: SecretStr = BOT_TOKEN, team: str = "T1") -> AnswerAddresses:
    found = answer_addresses(base, token, team)
    assert found is not None
    return found


def token(call: CallReference = CALL, medium: Medium = Medium.NTFY) -> str:
    return addresses().token(call, medium)


def test_a_token_names_its_call_and_replicas_make_the_same() -> None:
    assert addresses().call_of(token(), Medium.NTFY) == CALL
    assert token() == addresses().token(CALL, Medium.NTFY)


@pytest.mark.parametrize(
    "other",
    [
        addresses(token=SecretStr("xoxb-1-2-another")),
        addresses(team="T2"),
    ],
)
def test_a_token_of_another_installation_or_workspace_names_nothing(other: AnswerAddresses) -> None:
    assert other.call_of(token(), Medium.NTFY) is None


def test_a_token_is_good_for_its_own_medium_alone() -> None:
    assert [medium for medium in Medium if addresses().call_of(token(), medium)] == [Medium.NTFY]


@pytest.mark.parametrize(
    "forged",
    [
        "",
        "INC-2026-0042.17",
        "INC-2026-0042.17.",
        "INC-2026-0042.17.AAAAAAAAAAAAAAAAAAAAAA",
        token().replace(".17.", ".18."),
        token().replace("0042", "0043"),
        token()[:-1],
        f"{token()}\n",
        f"{token()}A",
        token().replace(".17.", ".٣."),
        token().replace("INC", "inc"),
        "." * 2000,
    ],
)
def test_a_changed_token_names_nothing(forged: str) -> None:
    assert addresses().call_of(forged, Medium.NTFY) is None


def test_an_address_has_the_public_base_and_shows_no_secret() -> None:
    made = addresses("https://ops.example.org/muster")
    call = Escalation(n=17, at=T0, how="functional", to="ada", person=slack_person("T1", "U2"), by=slack_person("T1", "U1"), reason="")  # fmt: skip

    url = answer_url(made, an_incident(), call, Medium.EMAIL)

    assert url.startswith("https://ops.example.org/muster/answer/email/INC-")
    assert str(made.key) not in repr(made)
    assert BOT_TOKEN.get_secret_value() not in url


def test_only_media_that_come_back_to_us_have_an_address_and_none_has_without_a_public_one() -> None:
    call = Escalation(n=17, at=T0, how="functional", to="ada", person=None, by=slack_person("T1", "U1"), reason="")
    without = answer_addresses(None, BOT_TOKEN, "T1")

    assert {one for one in Medium if answer_url(addresses(), an_incident(), call, one)} == ADDRESSED
    assert {answer_url(without, an_incident(), call, one) for one in Medium} == {""}


def test_the_key_of_a_page_names_its_call_in_its_own_workspace() -> None:
    key = page_key("T1", CALL)

    assert call_of_key(key, "T1") == CALL
    assert call_of_key(f"{key}-2", "T1") == CALL
    assert call_of_key(key, "T2") is None


@pytest.mark.parametrize("key", ["", "muster-T1-", "muster-T1-INC-2026-0042", "muster-test-0af3", "x", "muster-T1-INC-2026-0042-17-2-3", "muster-T1-INC-2026-0042-17\n"])  # fmt: skip
def test_a_key_that_we_did_not_make_names_no_call(key: str) -> None:
    assert call_of_key(key, "T1") is None
