"""Typed lines as verbs and fields: leading words, named values, text to the letter, reasons, and no guesses."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.grammar.command_parser import ParsedCommand, parse_command
from commands.core import verb_registry
from incident.frozen import clean
from roles.person_ids import PersonId, slack_person

AT = datetime(2026, 6, 9, 12, 10, tzinfo=UTC)
PEOPLE = {"UILSE": slack_person("T1", "UILSE"), "ilse": slack_person("T1", "UILSE"), "U123": slack_person("T1", "U123")}


def parsed(text: str, zone: str = "Europe/Berlin") -> ParsedCommand:
    return parse_command(clean(text), at=AT, zone=zone, person=PEOPLE.get, services=("checkout", "internal tools"))


def name_of(command: ParsedCommand) -> str | None:
    return command.verb.name if command.verb else None


@pytest.mark.parametrize(
    ("typed", "verb", "fields"),
    [
        ("take commander", "take", {"role": "commander"}),
        ("take IC", "take", {"role": "commander"}),
        ("take comms lead", "take", {"role": "comms_lead"}),
        ("take commander because she is asleep", "take", {"role": "commander", "force_reason": "she is asleep"}),
        ("assign tech <@U123>", "assign", {"role": "tech_lead", "to": "slack:T1:U123"}),
        ("assign tech <@U123|noor>", "assign", {"role": "tech_lead", "to": "slack:T1:U123"}),
        ("assign comms lead @ilse", "assign", {"role": "comms_lead", "to": "slack:T1:UILSE"}),
        ("assign to=ilse role=scribe", "assign", {"role": "scribe", "to": "slack:T1:UILSE"}),
        (
            "handoff ic ilse Restore runs, promised 16:30",
            "handover",
            {"role": "commander", "to": "slack:T1:UILSE", "note": "Restore runs, promised 16:30"},
        ),
        (
            "void false alarm because the probe was broken",
            "void",
            {"as_": "false_alarm", "reason": "the probe was broken"},
        ),
        (
            "cancel duplicate of=INC-2026-0001 same errors",
            "void",
            {"as_": "duplicate", "duplicate_of": "INC-2026-0001", "reason": "same errors"},
        ),
        (
            "void duplicate of INC-2026-0009 because same errors as there",
            "void",
            {"as_": "duplicate", "duplicate_of": "INC-2026-0009", "reason": "same errors as there"},
        ),
        (
            "void duplicate duplicate_of inc-2026-0009, same errors as there",
            "void",
            {"as_": "duplicate", "duplicate_of": "INC-2026-0009", "reason": "same errors as there"},
        ),
        (
            "void false alarm of a broken probe",
            "void",
            {"as_": "false_alarm", "reason": "of a broken probe"},
        ),
        (
            "priority 1 2 writes are locked",
            "priority",
            {"impact": 1, "urgency": 2, "justification": "writes are locked"},
        ),
        (
            "priority 1/1 everybody is affected",
            "priority",
            {"impact": 1, "urgency": 1, "justification": "everybody is affected"},
        ),
        (
            "priority impact 1 urgency 2 writes are locked for all users",
            "priority",
            {"impact": 1, "urgency": 2, "justification": "writes are locked for all users"},
        ),
        (
            "impact high urgency low because it is night",
            "priority",
            {"impact": 1, "urgency": 3, "justification": "it is night"},
        ),
        (
            "category Database/Data loss because cause changed",
            "category",
            {"category": "Database", "subcategory": "Data loss", "reason": "cause changed"},
        ),
        (
            "reclassify third party calls to one region fail",
            "reclassify",
            {"type": "third_party", "reason": "calls to one region fail"},
        ),
        ("drill inject a note asks for payment", "drill", {"what": "inject", "text": "a note asks for payment"}),
        ("drill end two gaps found", "drill", {"what": "end", "text": "two gaps found"}),
        ("contain short blocked 14 ranges", "contain", {"term": "short", "text": "blocked 14 ranges"}),
        (
            "validate monitoring error rate normal",
            "validate",
            {"criterion": "monitoring_verified", "evidence": "error rate normal"},
        ),
        (
            "decide roll back because errors began with it",
            "decide",
            {"text": "roll back", "rationale": "errors began with it"},
        ),
        ("escalate <@U123> database is full", "escalate", {"who": "slack:T1:U123", "reason": "database is full"}),
        ("major revenue path failing", "major", {"reason": "revenue path failing"}),
        ("oncall internal tools", "oncall", {"service": "internal tools"}),
        (
            "update internal exec Errors are down",
            "update",
            {"audience": ["internal", "exec"], "text": "Errors are down"},
        ),
        (
            "update internal, exec and customer Errors are down",
            "update",
            {"audience": ["internal", "exec", "customer"], "text": "Errors are down"},
        ),
        ("post internal final All is well", "update", {"audience": ["internal"], "final": True, "text": "All is well"}),
    ],
)
def test_a_line_is_parsed_into_its_verb_and_fields(typed: str, verb: str, fields: dict[str, object]) -> None:
    command = parsed(typed)

    assert (name_of(command), command.fields) == (verb, fields)
    assert command.is_complete


def test_a_title_that_starts_with_a_number_is_a_title() -> None:
    command = parsed("declare 1 in 5 payments fails")

    assert command.fields == {"title": "1 in 5 payments fails"}
    assert command.missing == ("service",)


def test_a_drill_is_declared_with_the_words_of_a_declaration() -> None:
    command = parsed("drill declare service=checkout Payments fail")

    assert name_of(command) == "declare"
    assert command.fields == {"drill": True, "service": "checkout", "title": "Payments fail"}


@pytest.mark.parametrize(
    "typed",
    [
        "declare impact 1 in 5 payments fails",
        "declare service checkout is down",
        "update internal customer payments fail",
        "update internal final checks are running",
        "update all good, payments are back",
    ],
)
def test_a_line_that_can_be_read_in_two_ways_is_ambiguous(typed: str) -> None:
    command = parsed(typed)

    assert command.ambiguous
    assert not command.is_complete


@pytest.mark.parametrize(
    ("typed", "utc"),
    [
        ("next=16:30 x", "2026-06-09T14:30:00.000000Z"),
        ("next 16:30 x", "2026-06-09T14:30:00.000000Z"),
        ("next 13:00 x", "2026-06-10T11:00:00.000000Z"),
        ("next 45m x", "2026-06-09T12:55:00.000000Z"),
        ("next 1h30m x", "2026-06-09T13:40:00.000000Z"),
        ("next tomorrow 09:00 x", "2026-06-10T07:00:00.000000Z"),
        ("next=tomorrow 09:00 x", "2026-06-10T07:00:00.000000Z"),
        ("next 16:30 UTC x", "2026-06-09T16:30:00.000000Z"),
        ("next 2026-06-09T18:00:00Z x", "2026-06-09T18:00:00.000000Z"),
        ("next 2026-06-09T18:00 x", "2026-06-09T16:00:00.000000Z"),
        ("next 11 June 9am x", "2026-06-11T07:00:00.000000Z"),
        ("next 4:30pm x", "2026-06-09T14:30:00.000000Z"),
    ],
)
def test_a_clock_time_is_in_the_zone_of_the_person(typed: str, utc: str) -> None:
    command = parsed(f"update internal {typed}")

    assert command.fields["next_update_at"] == utc
    assert command.fields["text"] == "x"


def test_a_clock_time_in_the_past_is_the_latest_such_time() -> None:
    assert parsed("time started 17:42 from the log").fields["at"] == "2026-06-08T15:42:00.000000Z"
    assert parsed("reopen since 13:20 same symptom").fields["recurrence_at"] == "2026-06-09T11:20:00.000000Z"


def test_an_unknown_time_zone_is_utc() -> None:
    assert (
        parsed("update internal next 16:30 x", zone="Mars/Base").fields["next_update_at"]
        == "2026-06-09T16:30:00.000000Z"
    )


def test_an_unknown_word_comes_with_the_nearest_verb() -> None:
    assert parsed("handovr commander").nearest == "handover"
    assert parsed("xyzzy").nearest is None
    assert parsed("xyzzy").word == "xyzzy"


def test_an_empty_line_is_empty() -> None:
    assert parsed("   ").is_empty


def test_a_person_who_is_not_known_is_invalid_and_not_text() -> None:
    command = parsed("handover commander @ghost Restore runs and 16:30 is promised")

    assert command.invalid == (("to", "@ghost"),)
    assert command.missing == ("to",)
    assert not command.is_complete


def test_a_named_value_that_does_not_fit_is_invalid_and_not_text() -> None:
    command = parsed("update internal next=whenever Still looking")

    assert command.invalid == (("next_update_at", "whenever"),)
    assert command.fields["text"] == "Still looking"
    assert not command.is_complete


def test_text_for_which_a_verb_has_no_field_is_leftover() -> None:
    assert parsed("assign comms ilse, tech <@U123>").leftover == "tech <@U123>"
    assert parsed("ack on my way").is_complete


def test_an_incident_may_be_named_before_the_verb() -> None:
    command = parsed("inc-2026-0042 ack")

    assert (command.number, name_of(command)) == ("INC-2026-0042", "ack")


def test_happened_sets_the_time_of_an_earlier_event() -> None:
    command = parsed("note happened=13:40 Saw the first errors")

    assert command.occurred_at == datetime(2026, 6, 9, 11, 40, tzinfo=UTC)
    assert command.fields == {"text": "Saw the first errors"}


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("note happened=yesterday 09:30 we saw it", "we saw it"),
        ("note happened=yesterday 09:30, we saw it", "we saw it"),
        ('note happened="yesterday 09:30" 10 people saw it', "10 people saw it"),
        ("contain short happened=yesterday 09:30 Pulled it", "Pulled it"),
    ],
)
def test_happened_may_have_several_words_and_come_after_other_fields(typed: str, text: str) -> None:
    command = parsed(typed)

    assert command.occurred_at == datetime(2026, 6, 8, 7, 30, tzinfo=UTC)
    assert (command.fields["text"], command.is_complete) == (text, True)


@pytest.mark.parametrize("typed", ["note happened=notatime we saw it", "ack happened=notatime"])
def test_a_time_that_cannot_be_parsed_is_invalid(typed: str) -> None:
    command = parsed(typed)

    assert (command.invalid, command.occurred_at, command.is_complete) == ((("happened", "notatime"),), None, False)


def test_the_word_happened_starts_a_text_like_any_other_word() -> None:
    command = parsed("note happened 13:40 or a bit later")

    assert (command.occurred_at, command.fields) == (None, {"text": "happened 13:40 or a bit later"})


def test_a_quoted_value_may_have_several_words() -> None:
    command = parsed('declare service="internal tools" group="the night crew" Wiki is gone')

    assert command.fields == {"service": "internal tools", "owner_group": "the night crew", "title": "Wiki is gone"}


@pytest.mark.parametrize(
    "text", ["🔥 *down* _now_ `x`", "شبكة معطلة الآن", "a  b\n\tc", "<!channel> look", "x=1 because y"]
)
def test_text_is_recorded_verbatim(text: str) -> None:
    assert parsed(f"note {text}").fields == {"text": text}


def test_lone_surrogates_and_nul_are_replaced() -> None:
    assert parsed("note a\ud800b\x00c").fields == {"text": "a�b�c"}


WORDS = st.sampled_from(sorted(verb_registry.words()))
ANYTHING = st.text(st.characters(exclude_categories=()), max_size=200)


@given(WORDS, ANYTHING, st.sampled_from(["UTC", "Asia/Kolkata", "", "../etc", "America/New_York"]))
def test_any_text_after_a_verb_can_be_parsed(word: str, text: str, zone: str) -> None:
    command = parse_command(f"{word} {text}", at=AT, zone=zone, person=lambda _: PersonId("x"), services=("checkout",))

    assert command.verb is not None


@given(ANYTHING)
def test_any_line_can_be_parsed(text: str) -> None:
    command = parsed(text)

    assert command.is_empty or command.verb is not None or command.word


# What may be left out before a text (punctuation that is alone) and around it (zero-width spaces).
LEFT_OUT = re.compile(r"[\s:;,|–—\-=>\u00ad\u200b\u200e\u2060\ufeff]*")


@given(ANYTHING.filter(lambda text: text.strip() and not clean(text).strip().startswith("happened=")))
def test_the_text_of_a_note_is_kept_to_the_letter(text: str) -> None:
    fields = parsed(f"note {text}").fields

    held = str(fields.get("text", ""))
    before, _, after = clean(text).partition(held) if held else (clean(text), "", "")
    assert LEFT_OUT.fullmatch(before) or "text" in text
    assert LEFT_OUT.fullmatch(after)


@given(ANYTHING.filter(lambda text: text.strip()))
def test_the_text_after_leading_words_is_kept_to_the_letter(text: str) -> None:
    command = parsed(f"contain short : x{text}")

    held = str(command.fields["text"])
    assert held.startswith("x")
    assert LEFT_OUT.fullmatch(clean(f"x{text}").removeprefix(held))
