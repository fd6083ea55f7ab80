"""The bench as a whole: its output, and the guarantees that are counts. No test judges a speed."""

from __future__ import annotations

import json
from contextlib import redirect_stdout
from io import StringIO
from typing import Any

import pytest

from bot.simulation.bench.bench_command import ORDER, QUICK, bench
from bot.simulation.bench.overload import PER_SECOND

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def printed() -> dict[str, Any]:
    out = StringIO()
    with redirect_stdout(out):
        assert bench(quick=True) == 0
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


def test_one_json_object_with_every_measurement_is_printed_and_nothing_else(printed: dict[str, Any]) -> None:
    assert tuple(printed) == ORDER
    assert set(printed["ack_ms"]) == {"sequence", "burst50_at_300ms"}
    assert set(printed["ack_ms"]["sequence"]) == {"p50", "p99"}
    assert set(printed["ack_ms"]["burst50_at_300ms"]) == {"p50", "p99", "lost"}
    assert set(printed["declare_at_once"]) == {"declared", "latency_ms", "acked_within_3s", "max_ack_ms", "created"}
    assert set(printed["capture"]) == {"posted", "recorded", "per_s"}


def test_every_rate_and_time_was_measured(printed: dict[str, Any]) -> None:
    times = ("export_s", "export_evidence_s", "replay_s", "startup_s", "restart_s", "resume_s")
    for name in ("verify_entries_per_s", *times, "idle_rss_mb"):
        assert printed[name] > 0, name


def test_a_channel_is_ready_after_two_serial_calls_at_any_latency(printed: dict[str, Any]) -> None:
    rows = printed["declare"]
    assert [row["latency_ms"] for row in rows] == [0, 100, 300]
    # Where calls take no time a busy machine runs some of them one after the other that need not be.
    assert [row["serial_calls"] for row in rows[1:]] == [2, 2]
    assert rows[0]["serial_calls"] >= 2
    assert all(row["calls"] >= 3 for row in rows)
    assert rows[2]["ready_ms"] >= 600


def test_no_acknowledgement_of_a_burst_is_lost(printed: dict[str, Any]) -> None:
    assert printed["ack_ms"]["burst50_at_300ms"]["lost"] == 0


def test_every_concurrent_declaration_gets_its_channel(printed: dict[str, Any]) -> None:
    assert printed["declare_at_once"]["declared"] == QUICK.at_once
    assert printed["declare_at_once"]["created"] == QUICK.at_once


def test_every_page_of_a_burst_reaches_its_provider(printed: dict[str, Any]) -> None:
    assert set(printed["page_ms"]) == {"pages", "arrived", "p50", "p99"}
    assert printed["page_ms"]["arrived"] == QUICK.pages
    assert printed["page_ms"]["p99"] >= printed["page_ms"]["p50"] > 0


def test_every_alert_that_was_accepted_is_durable(printed: dict[str, Any]) -> None:
    found = printed["intake"]
    assert found["durable"] == found["accepted"] == 2 * QUICK.posts
    assert found["alerts_per_s"] > 0
    assert found["ack_ms_at_200_per_s"]["p99"] > 0


def test_every_message_is_recorded_once(printed: dict[str, Any]) -> None:
    assert printed["capture"]["posted"] == 50
    assert printed["capture"]["recorded"] == 50


def test_no_command_and_no_event_of_a_burst_is_lost_and_each_is_counted(printed: dict[str, Any]) -> None:
    assert printed["burst_of_events"]["lost"] == 0
    assert printed["burst_of_events"]["events_counted"] == PER_SECOND * QUICK.burst_s


def test_every_event_of_a_backlog_is_recorded_once(printed: dict[str, Any]) -> None:
    backlog = printed["backlog"]
    assert (backlog["events"], backlog["recorded"], backlog["lost"]) == (QUICK.backlog, QUICK.backlog, 0)
    assert backlog["caught_up_s"] >= 0


def test_a_small_incident_takes_at_most_three_acts_and_one_form_from_declared_to_closed(
    printed: dict[str, Any],
) -> None:
    assert printed["small_incident"]["acts"] <= 3
    assert printed["small_incident"]["forms"] == 1
