"""Every time and every length of time that a verb takes is bounded, whatever surface it came through."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from commands.core import verb_registry
from commands.core.fields.field_validation import read_form
from commands.core.fields.form_field import Control, form_fields
from incident.policy_parts.policy_numbers import MOST_MINUTES
from incident.refusal import Code, Refusal
from tests.support.command_bench import CommandBench
from tests.support.policies import small_policy

MOMENTS = [
    (verb, name)
    for verb in verb_registry.verbs()
    for name, one in form_fields(verb).items()
    if one.control is Control.MOMENT
]
LENGTHS = [
    (verb, name)
    for verb in verb_registry.verbs()
    for name, one in form_fields(verb).items()
    if one.control is Control.MINUTES
]
# Fields that a verb needs beside the one in question.
NEEDED: dict[str, Any] = {
    "field": "detected_at",
    "entry": 1,
    "basis": "a log",
    "assignee": "slack:T1:U1",
    "text": "words",
    "audience": ["internal"],
    "form": "add",
    "what": "open",
    "change": "cover",
    "owner": "slack:T1:U1",
    "how": "fix",
    "criterion": "user_confirmed",
    "evidence": "a graph",
    "started_at": "2026-01-01T09:00:00Z",
    "at": "2026-01-01T10:00:00Z",
    "reason": "it came back after a week of quiet",
}


NEEDED_BY: dict[str, dict[str, Any]] = {
    "vendor": {"form": "case"},
    "contain": {"term": "long"},
    "notice": {"to": "police", "road": "phone"},
    "recover": {"method": "backup"},
    "review": {"what": "held"},
    "cap": {"what": "add"},
    "submitted": {"regime": "gdpr33", "obligation": "authority", "ref": "DPA-1"},
}


def refusal(verb: Any, name: str, value: object) -> Refusal | None:
    needed = {one: NEEDED[one] for one in verb.model_fields if one in NEEDED} | NEEDED_BY.get(verb.name, {})
    try:
        read_form(verb, {**needed, name: value})
    except Refusal as refused:
        return refused
    return None


@pytest.mark.parametrize(("verb", "name"), MOMENTS, ids=lambda one: getattr(one, "name", one))
@pytest.mark.parametrize(
    "at",
    [
        "0001-01-01T00:00:00+14:00",
        "0001-01-01T00:00:00Z",
        "1999-12-31T23:59:59Z",
        "2100-01-01T00:00:00Z",
        "9999-12-31T23:59:59-14:00",
        10**13,
    ],
)
def test_a_time_outside_the_century_is_refused_by_the_name_of_its_field(verb: Any, name: str, at: object) -> None:
    refused = refusal(verb, name, at)

    assert refused is not None
    assert (refused.code, refused.fields) == (Code.BAD_VALUE, (name,))


@pytest.mark.parametrize(("verb", "name"), MOMENTS, ids=lambda one: getattr(one, "name", one))
def test_a_time_of_this_century_is_read(verb: Any, name: str) -> None:
    assert refusal(verb, name, "2026-06-01T10:00:00Z") is None


@pytest.mark.parametrize(("verb", "name"), LENGTHS, ids=lambda one: getattr(one, "name", one))
def test_a_length_of_time_is_a_year_at_most(verb: Any, name: str) -> None:
    refused = refusal(verb, name, MOST_MINUTES + 1)

    assert refused is not None
    assert (refused.code, refused.fields) == (Code.BAD_VALUE, (name,))
    assert refusal(verb, name, MOST_MINUTES) is None


def test_there_are_times_and_lengths_of_time_to_bound() -> None:
    assert (len(MOMENTS) > 5, len(LENGTHS) > 0) == (True, True)


def test_the_time_at_which_something_happened_is_bounded(room: CommandBench) -> None:
    outcome = room.do("note", text="long ago", occurred_at=datetime(1999, 1, 1, tzinfo=UTC))

    assert (outcome.code, outcome.fields) == (Code.BAD_VALUE, ("occurred_at",))


@pytest.mark.parametrize(
    "changes",
    [
        {"targets": {"P1": {"ack": 10**14, "restore": 60}}},
        {"updates": {"P1": {"internal": {"first": 1, "every": MOST_MINUTES + 1}}}},
        {"update_rules": {"grace_minutes": 10**9}},
        {"update_rules": {"monitoring_factor": 10**9}},
        {"review_business_days": {"P1": 10**9}},
        {"roles": {"commander_gap_max_minutes": 10**14}},
        {"stale_minutes": 10**14},
        {"resolution": {"min_chars": 10**9}},
    ],
)
def test_a_policy_with_a_length_of_time_beyond_the_calendar_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="less than or equal"):
        small_policy(**changes)


def test_the_longest_lengths_of_a_policy_still_end_within_the_calendar() -> None:
    rules = small_policy(update_rules={"monitoring_factor": 100}).update_rules

    longest = timedelta(minutes=MOST_MINUTES) * rules.monitoring_factor
    assert datetime(2099, 12, 31, tzinfo=UTC) + 2 * longest < datetime(9999, 1, 1, tzinfo=UTC)
