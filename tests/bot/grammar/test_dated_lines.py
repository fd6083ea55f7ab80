"""Several dated lines become notes at their own times, or are named by their numbers; any other text stays one note."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.grammar.command_parser import parse_command
from bot.grammar.dated_lines import dated_fields

AT = datetime(2026, 6, 9, 12, 0, tzinfo=UTC)


def read(text: str, zone: str = "UTC", **named: str) -> list[str] | None:
    """Return the lines that a text holds, as `time text`; None for one note."""
    found = dated_fields({"text": text, **named}, at=AT, zone=zone)
    if found is None:
        return None
    assert found.invalid == (), found.invalid
    return [str(line).replace(":00.000000Z", "Z", 1) for line in found.fields["lines"]]


def unread(text: str, **named: str) -> dict[str, str]:
    found = dated_fields({"text": text, **named}, at=AT, zone="UTC")
    assert found is not None
    assert "lines" not in found.fields
    return dict(found.invalid)


@pytest.mark.parametrize(
    "text",
    [
        "10:05 one\n10:07 two",
        "10:05: one\n10:07: two",
        "[10:05] one\n[10:07] two",
        "(10:05) one\n(10:07) two",
        "*10:05* one\n*10:07* two",
        "- 10:05 – one\n- 10:07 – two",
        "* 10:05 - one\n* 10:07 - two",
        "> 10:05 one\n> 10:07 two",
        "| 10:05 | one |\n| 10:07 | two |",
        "10:05 UTC one\n10:07 UTC two",
        "10:05Z one\n10:07Z two",
        "12:05 CEST one\n12:07 CEST two",
        "2026-06-09 10:05 one\n2026-06-09 10:07 two",
        "2026-06-09T10:05:00Z one\n2026-06-09T10:07:00Z two",
        "9 June 2026, 10:05 UTC: one\n9 June 2026, 10:07 UTC: two",
        "10:05 UTC, 9th June 2026: one\n10:07 UTC, 9th June 2026: two",
        "\n10:05 one\n\n\n10:07 two\n",
        "10:05\tone\n10:07\ttwo",
        "10:05—one\n10:07—two",
        "10:05-one\n10:07-two",
        "10:05 -- one\n10:07 => two",
        "&gt; 10:05 =&gt; one\n&gt; 10:07 -&gt; two",
        "1. 10:05 one\n2. 10:07 two",
        "At 10:05, one\nAt 10:07, two",
        "#### 10:05\none\n#### 10:07\ntwo",
        "10:05\none\n10:07\ntwo",
        "*10:05 UTC*\n• one\n*10:07 UTC*\n• two",
        "1005Z one\n1007Z two",
        "10:05 a.m. one\n10:07 a.m. two",
        "\u200b10:05 one\n\ufeff10:07 two",
    ],
)
def test_the_shapes_of_published_timelines_are_read(text: str) -> None:
    assert read(text) == ["2026-06-09T10:05Z one", "2026-06-09T10:07Z two"]


@pytest.mark.parametrize(
    "text",
    [
        "We restarted the pump.\nIt is quiet now.",
        "10:05 the pump came back\nand then we watched",
        "Restarted at 10:05\nStopped at 10:07",
        "2 hours of work\n3 hours of tests",
        "one line",
        "404 for all\n503 for some",
    ],
)
def test_any_other_text_is_one_note(text: str) -> None:
    assert read(text) is None


def test_a_pasted_table_stays_whole_in_the_line_above_it() -> None:
    table = "| host | lag |\n|------|-----|\n| db2 | 4 GB |"

    assert read(f"10:05 writes lock up\n{table}\n10:07 a page") == [
        f"2026-06-09T10:05Z writes lock up\n{table}",
        "2026-06-09T10:07Z a page",
    ]


def test_a_line_without_a_time_has_that_of_the_line_before_and_an_indented_one_goes_on() -> None:
    assert read("10:05 one\nalso seen\n10:07 two\n   in all regions") == [
        "2026-06-09T10:05Z one",
        "2026-06-09T10:05Z also seen",
        "2026-06-09T10:07Z two\nin all regions",
    ]


def test_a_date_alone_holds_for_the_lines_after_it() -> None:
    assert read("21 October 2018\n22:52 one\n22 October 2018\n00:05 two") == [
        "2018-10-21T22:52Z one",
        "2018-10-22T00:05Z two",
    ]


def test_a_date_that_goes_back_is_that_day_and_a_line_without_a_time_below_it_has_none() -> None:
    assert read("1 Feb 2017 10:00 later\n31 January 2017\n09:00 earlier") == [
        "2017-02-01T10:00Z later",
        "2017-01-31T09:00Z earlier",
    ]
    assert "line 4" in unread("10:00 one\n10:05 two\n2017-01-31\nthree")["text"]


def test_a_date_without_a_year_is_in_that_of_the_lines_above() -> None:
    assert read("31 January 2017 23:50 UTC: one\n00:36 UTC Feb 1: two\nFeb 1 00:40 UTC: three") == [
        "2017-01-31T23:50Z one",
        "2017-02-01T00:36Z two",
        "2017-02-01T00:40Z three",
    ]


@pytest.mark.parametrize(
    "line",
    [
        "11:00 UTC - 11:20 UTC: work on staging",
        "11:00 to 11:20: work on staging",
        "11:00-11:20 work on staging",
        "around 11:00 UTC: db2 is slow",
        "~11:00 db2 is slow",
        "from about 11:00 db2 is slow",
        "between 11:00 and 11:20 db2 is slow",
    ],
)
def test_a_range_and_a_time_that_is_not_exact_are_named(line: str) -> None:
    assert line in unread(f"10:00 UTC: one\n10:05 UTC: two\n{line}")["text"]


def test_a_time_or_a_number_that_begins_the_text_is_text() -> None:
    assert read("10:00: 11:00 is the deadline\n10:05 - 2 to 3 minutes later\nAbout 3 restarts were needed") == [
        "2026-06-09T10:00Z 11:00 is the deadline",
        "2026-06-09T10:05Z 2 to 3 minutes later",
        "2026-06-09T10:05Z About 3 restarts were needed",
    ]


def test_the_day_goes_on_past_midnight_and_a_line_slightly_out_of_order_stays_on_its_day() -> None:
    assert read("2018-10-21 23:50 one\n23:58 two\n00:05 three\n00:03 four") == [
        "2018-10-21T23:50Z one",
        "2018-10-21T23:58Z two",
        "2018-10-22T00:05Z three",
        "2018-10-22T00:03Z four",
    ]


def test_the_day_and_the_zone_that_are_named_hold_where_a_line_has_none() -> None:
    found = dated_fields(
        {"text": "22:52 one\n23:07 UTC two", "day": "2018-10-21", "zone": "America/New_York"},
        at=AT,
        zone="Europe/Berlin",
    )

    assert found is not None
    assert found.fields["lines"] == ["2018-10-22T02:52:00.000000Z one", "2018-10-21T23:07:00.000000Z two"]


def test_an_indented_point_is_a_note_of_its_own_at_the_time_of_the_line_before() -> None:
    assert read("22:52 failover\n - the database, they think\n23:07 back") == [
        "2026-06-08T22:52Z failover",
        "2026-06-08T22:52Z the database, they think",
        "2026-06-08T23:07Z back",
    ]


def test_lines_without_a_date_are_of_the_latest_such_times() -> None:
    assert read("22:52 one\n23:07 two") == ["2026-06-08T22:52Z one", "2026-06-08T23:07Z two"]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("first words\n10:05 one\n10:07 two", "line 1 “first words”"),
        ("10:05 one\n25:07 two\n10:09 three", "line 2 “25:07 two”"),
        ("10:05 one\n10:07 CST two\n10:09 three", "line 2 “10:07 CST two”"),
        ("10:05 one\n10:07\n10:09 three", "line 2 “10:07”"),
        ("10:05 one\n10:07 two\n10:09", "line 3 “10:09”"),
        ("25:05 one\n26:07 two", "line 1 “25:05 one”, line 2 “26:07 two”"),
        ("10:05–10:20 one\n10:21 two\n10:22 three", "line 1 “10:05–10:20 one”"),
        ("10:05 BST one\n10:07 UTC two\n10:08 three", "line 1 “10:05 BST one”"),
        ("Tuesday\n10:05 one\n10:07 two", "line 1 “Tuesday”"),
        ("10:05 one\n13:07 two", "line 2 “13:07 two”"),
    ],
)
def test_a_line_that_cannot_be_read_is_named_and_nothing_else_is_taken(text: str, named: str) -> None:
    assert unread(text) == {"text": named}


def test_a_time_without_a_zone_after_one_of_another_zone_is_asked_about() -> None:
    text = "2026-06-08 22:52 +02:00 The link is lost\n22:54 Alerts arrive"

    assert unread(text) == {"text": "line 2 “22:54 Alerts arrive”"}
    found = dated_fields({"text": text, "zone": "Europe/Berlin"}, at=AT, zone="UTC")
    assert found is not None
    assert [str(line)[:16] for line in found.fields["lines"]] == ["2026-06-08T20:52", "2026-06-08T20:54"]


def test_a_time_without_a_zone_after_one_of_the_authors_own_needs_no_question() -> None:
    assert read("2026-06-08 22:52 UTC one\n22:54 two") == ["2026-06-08T22:52Z one", "2026-06-08T22:54Z two"]


def test_only_the_first_unread_lines_are_named() -> None:
    text = "\n".join(["a", "b", "c", "d", "e", "f", "10:05 one", "10:07 two"])

    assert unread(text)["text"].endswith("line 5 “e”, and 1 more")


def test_a_day_or_a_zone_that_cannot_be_read_is_named() -> None:
    text = "10:05 one\n10:07 two"

    assert unread(text, day="the other day", zone="Middle Earth") == {"day": "the other day", "zone": "Middle Earth"}


def test_a_typed_paste_names_its_day_and_zone_before_the_lines() -> None:
    line = "note date=2018-10-21 zone=UTC\n22:52 The link is lost\n23:07 Deployments stop"

    parsed = parse_command(line, at=AT, zone="Europe/Berlin")

    assert parsed.is_complete
    assert parsed.fields["lines"] == [
        "2018-10-21T22:52:00.000000Z The link is lost",
        "2018-10-21T23:07:00.000000Z Deployments stop",
    ]
    assert parsed.occurred_at is None


def test_a_typed_paste_that_cannot_be_read_keeps_all_of_its_text() -> None:
    parsed = parse_command("note 10:05 one\n25:07 two\n10:09 three", at=AT)

    assert not parsed.is_complete
    assert parsed.invalid == (("text", "line 2 “25:07 two”"),)
    assert parsed.fields["text"] == "10:05 one\n25:07 two\n10:09 three"


def test_reading_takes_time_in_proportion_to_the_text() -> None:
    text = "\n".join(["[" + "x" * 3000] * 3 + ["10:05 " + "( " * 1500, "10:07 two"])

    assert "text" in unread(text)
