"""`muster webhook`, on a real database. Nothing is sent."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from bot.clock import RealClock
from tests.support.started_record import StartedRecord

URL = "https://board.example.org/hooks/s3cret"


def added(record: StartedRecord, here: Path, *more: str) -> str:
    made = record.muster(here, "webhook", "add", "board", URL, *more)
    assert made.code == 0, made.everything
    return made.out.split()[0]


def test_a_webhook_shows_its_secret_once_and_its_address_never(record: StartedRecord, here: Path) -> None:
    made = record.muster(here, "webhook", "add", "board", URL, "--service", "checkout", "--ed25519")
    listed = record.muster(here, "webhook", "list").out

    assert made.out.splitlines()[-1].startswith("whpk_")
    assert "board: board.example.org, v1a; what the timeline shows; services checkout" in listed
    assert "s3cret" not in made.everything + listed
    assert "whsk_" not in made.everything + listed


def test_what_cannot_be_a_webhook_is_refused(record: StartedRecord, here: Path) -> None:
    assert "https://" in record.muster(here, "webhook", "add", "x", "http://10.0.0.7/").err
    assert (
        record.muster(here, "webhook", "add", "x", "http://10.0.0.7/", MUSTER_WEBHOOK_NETWORKS="10.0.0.0/8").code == 0
    )
    assert "no kind of entry" in record.muster(here, "webhook", "add", "x", URL, "--kind", "zebra").err
    assert "no service zebra" in record.muster(here, "webhook", "add", "x", URL, "--service", "zebra").err
    assert "`muster webhook list`" in record.muster(here, "webhook", "remove", "nope").err


def test_replay_enqueues_an_incident_from_an_entry_on_and_enable_what_was_given_up(
    record: StartedRecord, here: Path, number: str
) -> None:
    webhook, at = added(record, here), RealClock().now()

    assert "messages are sent again" in record.muster(here, "webhook", "replay", webhook, number, "--from", "2").out
    with record.store() as store:
        claimed = [one for one in store.jobs.claim(at + timedelta(days=1), "test", limit=50) if one.job.webhook]
        assert claimed
        assert min(one.job.entry or 0 for one in claimed) >= 2
        store.jobs.dead_letter(claimed[0], "it answers 410", at)
        found = store.webhooks.get(webhook)
        assert found is not None
        store.webhooks.report_failure(found, "it answers 410", at, retry_at=at, is_gone=True)

    listed, checked = record.muster(here, "webhook", "list").out, record.muster(here, "doctor").out
    assert "switched off" in listed
    assert "1 messages given up" in listed
    assert f"muster webhook enable {webhook}" in checked
    assert "s3cret" not in listed + checked

    assert "1 messages are sent again" in record.muster(here, "webhook", "enable", webhook).out
    assert "webhooks take what they are sent" in record.muster(here, "doctor").out
    record.muster(here, "webhook", "grant", webhook, number)
    assert f"restricted {number}" in record.muster(here, "webhook", "list").out
    record.muster(here, "webhook", "remove", webhook)
    assert "There is no webhook" in record.muster(here, "webhook", "list").out
