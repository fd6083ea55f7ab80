"""The record and the page of an export: the schema, both orders, numbers of entries, calls, local time, the script."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from bot.rendering.renderer import TEMPLATES, slug_labels
from incident.entries.closure import Refused
from incident.entries.conversation import Joined, Left, Masked, MessageDeleted, MessageEdited, MessagePosted
from incident.entries.delivery import DeliveryFailed, PageAttempted, PageEnded, PromptSent
from incident.entries.status_updates import UpdateCorrected, UpdateDelivered
from incident.medium import Medium
from incident.states import Audience
from roles.person_ids import slack_person
from storage.store import Store
from tests.support.export_office import SHIPPED, Office, verified

SCHEMA = json.loads((TEMPLATES.parent / "docs/reference/record.schema.json").read_text("utf-8"))
HELPER = slack_person("T1", "UHELPER")
NUMBER = "INC-2026-0001"


class Exported:
    """An incident with calls, updates, notes of earlier and a correction, exported for an organisation in New York."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.office = office = Office(store, folder)
        office.in_force(SHIPPED.replace("time_zone: UTC", "time_zone: America/New_York"), 0)
        self.key = office.do("declare", 1, title="Payments fail", service="checkout", impact=1, urgency=1).key
        for fact in (
            Joined(channel="C1", who=HELPER),
            Left(channel="C1", who=HELPER),
            Joined(channel="C1", who=HELPER),
        ):
            office.note(self.key, fact)
        office.do("escalate", 3, NUMBER, how="functional", who=HELPER, reason="the database needs you")
        self.ring()
        office.do("answer", 5, NUMBER, actor=HELPER, answer="accepted")
        office.do("escalate", 6, NUMBER, how="hierarchical", to="the board", reason="we may have to switch it off")
        office.do("update", 7, NUMBER, audience=["internal"], text="One payment in five fails.")
        self.first = office.do("note", 8, NUMBER, text="the second thing").first
        self.late = office.do("note", 9, NUMBER, text="the first thing", happened_at=2)
        office.do("correct", 10, NUMBER, entry=self.first, text="it was the third")
        self.decision = office.do(
            "decide", 11, NUMBER, text="roll back", rationale="it began then", approved_by=HELPER
        ).first
        office.do("correct", 12, NUMBER, entry=self.decision, text="only the second release")
        office.do("decide", 12, NUMBER, text="keep it off")
        office.do("decide", 12, NUMBER, text="D2", rationale="it would fill up again")
        self.wrong = next(e.n for e in office.entries(self.key) if e.fact.kind == "status_update_posted")
        office.note(
            self.key, UpdateCorrected(update=self.wrong, audience=Audience.INTERNAL, text="One in six fails."), 12
        )
        self.right = office.entries(self.key)[-1].n
        office.note(
            self.key,
            UpdateDelivered(update=self.right, audience=Audience.INTERNAL, medium=Medium.SLACK, ref="C7:1.5"),
            12,
        )
        for fact in (
            message := MessagePosted(channel="C1", ts="1.1", author=HELPER, text="42 percent fail"),
            MessageEdited(channel="C1", ts="1.1", edited_ts="1.2", author=HELPER, text="24 percent fail"),
            MessageDeleted(channel="C1", ts="1.1", author=HELPER),
            MessagePosted(channel="C1", ts="1.3", thread_ts="1.1", author=HELPER, text="who deleted it?"),
            Refused(verb="close", intent="close", code="E_STATE"),
            DeliveryFailed(medium=Medium.SLACK, what="mask_decision", error="nobody_may_redact"),
            PromptSent(prompt=4, medium=Medium.SLACK, ref="D1:1.9"),
        ):
            office.note(self.key, fact, 12)
        self.posted = next(e.n for e in office.entries(self.key) if e.fact == message)
        secret = office.do("note", 13, NUMBER, text="the password is swordfish").first
        office.note(self.key, Masked(entry=secret, entries=(secret,), reason="a secret"), 13)
        self.folder = office.export(self.key, 90)
        self.page = (self.folder / "index.html").read_text("utf-8")
        self.record: dict[str, Any] = json.loads((self.folder / "record.json").read_text("utf-8"))

    def ring(self) -> None:
        """Record that the person called was rung by telephone, at the second attempt, and that it was stopped."""
        voice = {"escalation": self.office.entries(self.key)[-2].n, "position": 1, "medium": Medium.VOICE}
        self.office.note(self.key, PageAttempted(**voice, outcome="unknown", error="Twilio answers 500."), 4)
        self.office.note(self.key, PageAttempted(**voice, attempt=2, outcome="sent", ref="CA1"), 4)
        self.office.note(self.key, PageEnded(**voice, attempt=2, how="stopped"), 5)

    def section(self, name: str) -> str:
        """Return the text of one section of the page, without tags."""
        part = self.page.partition(f'id="{name}">')[2].partition("<section")[0]
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", part))


@pytest.fixture
def exported(sqlite_store: Store, tmp_path: Path) -> Exported:
    return Exported(sqlite_store, tmp_path)


def test_the_record_has_its_schema_and_no_field_of_its_header_may_be_blank(exported: Exported):
    jsonschema.validate(exported.record, SCHEMA)

    assert exported.record["header"]["reporter"]
    for field in exported.record["header"]:
        blank = {**exported.record, "header": {**exported.record["header"], field: ""}}
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(blank, SCHEMA)


def test_calls_for_help_and_for_a_decision_are_listed_apart_with_answer_and_response_time(exported: Exported):
    asked, decided = exported.record["calls"]

    assert (asked["how"], asked["answer"], asked["answered_at"], asked["response_s"]) == (
        "functional",
        "accepted",
        "2026-06-09T10:05:00Z",
        120,
    )
    assert (decided["how"], decided["to"], decided["answer"], decided["response_s"]) == (
        "hierarchical",
        "the board",
        None,
        None,
    )
    calls = exported.section("calls")
    assert calls.index("For help") < calls.index("the database needs you") < calls.index("For a decision")
    assert calls.index("For a decision") < calls.index("the board")
    assert "accepted" in calls
    assert "2 min" in calls


def test_a_call_shows_each_attempt_to_page_its_person_and_what_became_of_it(exported: Exported):
    first, second = exported.record["calls"][0]["attempts"]

    assert (first["medium"], first["outcome"], first["error"]) == ("voice", "unknown", "Twilio answers 500.")
    assert (second["attempt"], second["outcome"], second["ended"]) == (2, "sent", "stopped")
    assert (second["at"], second["ended_at"]) == ("2026-06-09T10:04:00Z", "2026-06-09T10:05:00Z")
    calls = exported.section("calls")
    assert "unknown: Twilio answers 500." in calls
    assert ", stopped" in calls


def test_the_timeline_is_readable_in_the_order_of_happening_and_in_that_of_recording(exported: Exported):
    happened, recorded = exported.section("timeline"), exported.section("recorded")

    assert happened.index("the first thing") < happened.index("the second thing")
    assert recorded.index("the second thing") < recorded.index("the first thing")
    assert "recorded 2026-06-09 10:09:00" in happened


def test_entries_have_one_number_which_the_page_links(exported: Exported):
    assert exported.page.count(f'id="e{exported.first}"') == 1
    assert f'see <a href="#e{exported.first}">{exported.first}</a>' in exported.page
    assert f"of entry {exported.first}" in exported.page
    ids = re.findall(r' id="([^"]+)"', exported.page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([a-z]+)"', exported.page)) <= set(ids)


def test_every_number_of_the_record_is_on_the_page_once(exported: Exported):
    count = json.loads((exported.folder / "MANIFEST.json").read_text("utf-8"))["entries"]

    numbered = [int(n) for n in re.findall(r' id="e(\d+)"', exported.page)]
    assert sorted(numbered) == list(range(1, count + 1))
    assert "prompt of entry 4 posted in channel D1" in exported.section("others")


def test_what_was_corrected_shows_its_correction_and_points_to_it(exported: Exported):
    assert f"corrected, see {exported.first + 2} : it was the third" in exported.section("timeline")
    decisions = exported.section("decisions")
    assert "Approved by, as the decider says" in decisions
    for words in ("D1 roll back corrected, see", "only the second release", "it began then", "UHELPER"):
        assert words in decisions


def test_a_reason_that_was_added_to_a_decision_is_among_the_reasons(exported: Exported):
    decisions = exported.section("decisions")

    assert "it would fill up again" in decisions.replace("because it would fill up again", "")
    assert "no reason on record" not in decisions


def test_the_correction_of_an_update_is_among_the_updates_with_where_it_was_delivered(exported: Exported):
    updates = exported.section("updates")

    assert f"One payment in five fails. replaced, see {exported.right}" in updates
    assert f"delivered, in channel C7 correction of {exported.wrong} One in six fails." in updates
    assert exported.section("summary").count(f"entry {exported.wrong}") == 2


def test_an_edit_a_deletion_and_a_reply_name_their_message(exported: Exported):
    posted = exported.posted

    messages = exported.section("messages")
    assert f"42 percent fail edited, see {posted + 1} deleted, see {posted + 2}" in messages
    assert f"24 percent fail edit of {posted}" in messages
    assert f"by whom Slack does not say see {posted}" in messages
    assert f"who deleted it? in reply to {posted}" in messages


def test_a_hidden_text_points_to_who_hid_it_and_why(exported: Exported):
    timeline = exported.section("timeline")

    assert "swordfish" not in exported.page
    assert re.search(r"\[masked\] hidden, see \d+", timeline)
    assert "until a person who may redact decides" in timeline
    assert ": a secret" in timeline
    assert "the policy names no one who may redact" in exported.section("undelivered")


def test_an_open_incident_is_not_closed_and_its_refused_closing_has_a_number(exported: Exported):
    assert "It is not closed." in exported.section("summary")
    assert "resolved not yet" in exported.section("summary")
    assert f">{slug_labels()['state'][exported.record['state']]}</span>" in exported.page
    assert "tried to close" not in exported.page
    assert re.search(r"\d+ 2026-06-09 \S+ \S+ EDT \S.* close refused: not possible", exported.section("refused"))


def test_a_missed_update_is_a_line_of_the_timeline(exported: Exported):
    assert "update missed" in exported.section("timeline")


def test_the_page_says_who_sent_an_update_and_who_was_there(exported: Exported):
    assert "One payment in five fails." in exported.section("updates")
    assert [stay["left_at"] is None for stay in exported.record["presence"]] == [False, True]
    assert "UHELPER" in exported.section("presence")


def test_the_organisations_time_is_beside_utc_with_the_date_where_the_day_differs(exported: Exported):
    assert "10:08:00 06:08:00 EDT" in exported.section("timeline")
    assert "Times are UTC; beside them the time in America/New_York." in re.sub(r"\s+", " ", exported.page)


def test_nothing_is_folded_away_and_the_one_script_is_allowed_by_its_digest(exported: Exported):
    [script] = re.findall(r"<script>(.*?)</script>", exported.page, re.DOTALL)

    digest = b64encode(sha256(script.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'" in exported.page
    assert "<details" not in exported.page
    assert verified(exported.folder).returncode == 0


def test_an_unknown_time_zone_in_a_policy_is_refused(tmp_path: Path, sqlite_store: Store):
    with pytest.raises(Exception, match="time_zone"):
        Office(sqlite_store, tmp_path).in_force(SHIPPED.replace("time_zone: UTC", "time_zone: Atlantis/Main"), 0)


def test_roles_priorities_and_updates_owed_name_their_entries(exported: Exported):
    exported.office.do("take", 14, NUMBER, role="commander")
    taken = next(e.n for e in exported.office.entries(exported.key) if e.fact.kind == "role_taken")
    judged = next(e.n for e in exported.office.entries(exported.key) if e.fact.kind == "priority_changed")
    page = (exported.office.export(exported.key, 91) / "index.html").read_text("utf-8")

    def first_entry(section: str) -> list[str]:
        return re.findall(r'<tr><td class="t"><a href="#e(\d+)">', page.partition(f'id="{section}">')[2])[:1]

    assert first_entry("roles") == [str(taken)]
    assert first_entry("classification") == [str(judged)]
    owed = page.partition('id="owed">')[2].partition("</section>")[0]
    assert f'<a href="#e{exported.wrong}">' in owed


def test_a_delivered_update_names_the_channel_where_the_policy_does(exported: Exported):
    office = exported.office
    office.policy = office.policy.model_copy(update={"audiences": {Audience.EXEC: "#board"}})
    office.do("take", 14, NUMBER, role="comms_lead")
    office.do("update", 14, NUMBER, audience=["exec"], text="One payment in six fails.")
    sent = [e.n for e in office.entries(exported.key) if e.fact.kind == "status_update_posted"][-1]
    office.note(
        exported.key, UpdateDelivered(update=sent, audience=Audience.EXEC, medium=Medium.SLACK, ref="C9:1.5"), 14
    )

    page = (office.export(exported.key, 91) / "index.html").read_text("utf-8")

    assert "delivered, in #board (C9)" in page
    assert "delivered, in channel C7" in page


def test_no_sentence_of_the_page_has_an_arrow_or_a_slug(exported: Exported):
    text = re.sub(r"<[^>]+>", " ", exported.page.partition("<main>")[2].partition("<script>")[0])

    assert "→" not in text
    assert re.findall(r"\b[a-z]+_[a-z_]+\b", text) == []
