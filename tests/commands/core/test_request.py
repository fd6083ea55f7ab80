"""Requests: what an entry point may put into one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from commands.core.request import Actor, Place, Request
from incident.entry import EntryPoint, Source
from incident.frozen import clean
from roles.person_ids import slack_person

NOW = datetime(2026, 6, 9, 10, 20, 40, tzinfo=UTC)


def request(verb: str = "note", occurred_at: datetime | None = None, **fields: Any) -> Request:
    return Request(
        occurred_at=occurred_at,
        verb=verb,
        fields=fields,
        actor=Actor(id=slack_person("T1", "U1")),
        team="T1",
        place=Place(channel="C1"),
        source=Source(surface=EntryPoint.COMMAND),
        key="T1:command:1",
        at=NOW,
    )


@pytest.mark.parametrize("broken", ["nul \x00 here", "half \ud83d here", "a pair \ud83d\ude00 in halves"])
def test_a_request_refuses_text_that_its_entry_point_did_not_clean(broken: str) -> None:
    for fields in ({"text": broken}, {"text": [broken]}, {"text": {"part": broken}}):
        with pytest.raises(ValidationError, match="no database can store"):
            request(**fields)
    with pytest.raises(ValidationError, match="no database can store"):
        request(verb=broken)

    assert request(text=clean(broken)).fields == {"text": clean(broken)}


def test_a_request_takes_any_other_text_and_values_that_are_no_text() -> None:
    fields = {"text": "🔥 שלום é", "impact": 1, "drill": True, "reason": None, "audience": ["internal"]}

    assert request(**fields).fields == fields


@pytest.mark.parametrize(("seconds", "is_late"), [(-40, False), (-100, True), (-39, True), (0, True), (20, True)])
def test_the_present_minute_is_now(seconds: float, is_late: bool) -> None:
    given = NOW + timedelta(seconds=seconds)

    assert request(occurred_at=given).occurred_at == (given if is_late else None)
