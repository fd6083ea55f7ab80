"""Whatever is determined, submitted, decided, packed and reopened: a clock starts once and never moves, a frozen pack never changes."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from bot.rendering.renderer import TEMPLATES
from incident.entries.outside.report_packs import PackFrozen
from incident.fold.fold import fold
from incident.record.hash_chain import digest
from incident.report.pack_document import document_text
from tests.support.clock import T
from tests.support.command_bench import CommandBench
from tests.support.regulated import WHY, as_legal, regulated

SCHEMA = Draft202012Validator(
    json.loads((TEMPLATES.parent / "docs/reference/dora-pack.schema.json").read_text("utf-8"))
)
REGIMES = ("gdpr33", "nis2", "dora", "certin")
WHATS = (
    "aware_personal_data_breach",
    "aware_significant_incident",
    "classified_major",
    "aware_ict_incident",
    "noticed_incident",
)
REPORTS = (("gdpr33", "authority"), ("nis2", "notification"), ("dora", "initial"), ("dora", "intermediate"))

determinations = st.tuples(st.just("determine"), st.sampled_from(WHATS), st.booleans())
submissions = st.tuples(st.just("submitted"), st.sampled_from(REPORTS), st.none())
decisions = st.tuples(st.just("not_reportable"), st.sampled_from(REGIMES), st.none())
reopenings = st.tuples(st.just("reopen"), st.none(), st.none())
typings = st.tuples(st.just("values"), st.sampled_from(REPORTS), st.none())
freezings = st.tuples(st.just("freeze"), st.sampled_from(REPORTS), st.none())
approvals = st.tuples(st.just("approve"), st.integers(1, 4), st.booleans())
acts = st.tuples(st.integers(1, 3000), st.one_of(determinations, submissions, decisions, reopenings))
packings = st.tuples(
    st.integers(1, 300), st.one_of(acts.map(lambda act: act[1]), typings, freezings, freezings, approvals)
)
FIELDS = {"gdpr33": "33.3c", "nis2": "indicators", "dora": "2.10"}


def pack(desk: CommandBench, at: float, kind: str, subject: Any, is_legal: bool | None) -> None:
    """Type a value that differs each time, freeze a report, or have a pack approved by one of two people."""
    if kind == "approve":
        form = {"act": kind, "pack": f"PK{subject}"}
    else:
        regime, obligation = subject
        values = {"values": f"{FIELDS[regime]}: known at {at}"} if kind == "values" else {"act": kind}
        form = {"regime": regime, "obligation": obligation, **values}
    as_legal(desk, "pack", at, form) if is_legal else desk.do("pack", "rob", at, form=form)


def frozen_packs(desk: CommandBench) -> dict[str, str | None]:
    facts = (entry.fact for entry in desk.entries() if isinstance(entry.fact, PackFrozen))
    return {fact.pack: document_text(desk.incident.number, fact) for fact in facts}


def act(desk: CommandBench, at: float, kind: str, subject: Any, result: bool | None) -> None:
    forms: dict[str, dict[str, Any]] = {
        "determine": {"what": subject, "result": result, "reason": WHY},
        "submitted": {"regime": (subject or ("", ""))[0], "obligation": (subject or ("", ""))[1], "ref": "R-1"},
        "not_reportable": {"regime": subject, "reason": WHY},
        "reopen": {"reason": "it was real after all"},
    }
    if kind == "reopen":
        desk.do("void", "ilse", at, form={"as_": "false_alarm", "reason": "monitoring of another service"})
    as_legal(desk, kind, at, forms[kind])


@settings(max_examples=40)
@given(st.lists(acts, max_size=14))
def test_a_clock_starts_once_never_moves_and_is_met_iff_submitted_by_its_due_time(script):
    desk, at, first = regulated(*REGIMES), 0, {}
    for wait, (kind, subject, result) in script:
        at += wait
        act(desk, at, kind, subject, result)
        for clock in desk.incident.clocks:
            started = (clock.trigger_at, clock.due_at, clock.internal_due_at)
            assert first.setdefault((clock.regime, clock.obligation), started) == started

    clocks = desk.incident.clocks
    assert len({(clock.regime, clock.obligation) for clock in clocks}) == len(clocks)
    for clock in clocks:
        is_in_time = clock.submitted_at is not None and clock.submitted_at <= clock.due_at
        assert (clock.status(T(at)) == "met") is is_in_time
        assert clock.trigger_at < clock.internal_due_at <= clock.due_at or clock.trigger_at == clock.due_at
    assert fold(desk.entries()).clocks == clocks


@settings(max_examples=20)
@given(st.lists(packings, min_size=4, max_size=12))
def test_a_frozen_pack_never_changes_has_its_digest_and_is_approved_by_none_of_its_authors(script):
    desk, at, first = regulated(*REGIMES, type="security"), 0, {}
    for wait, (kind, subject, result) in script:
        at += wait
        (pack if kind in ("values", "freeze", "approve") else act)(desk, at, kind, subject, result)
        for name, text in frozen_packs(desk).items():
            assert first.setdefault(name, text) == text

    revisions: dict[tuple[str, str], list[int]] = {}
    for one in desk.incident.packs:
        text = first[one.id]
        assert text is not None
        assert digest(text) == one.sha256
        assert one.approved_by not in one.authors
        revisions.setdefault((one.regime, one.obligation), []).append(one.revision)
        if one.regime == "dora":
            SCHEMA.validate(json.loads(text))
    assert all(found == list(range(1, len(found) + 1)) for found in revisions.values())
    assert fold(desk.entries()).packs == desk.incident.packs
