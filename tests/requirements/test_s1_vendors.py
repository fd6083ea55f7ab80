"""What the guide demands of third parties: how to call them, both clocks, chases on record, our own proof at the end."""

from __future__ import annotations

import pytest

from incident.refusal import Code
from storage.store import Store
from tests.support.clock import T
from tests.support.command_bench import CommandBench, who
from tests.support.policies import team_policy
from tests.support.worked_incidents import a_major, record
from tests.support.worker_env import worker_env_on

OPEN = {"form": "case", "provider": "cloud-1", "case_id": "7712"}
VENDOR = {
    "owner": "UEVA",
    "comms_owner": "UNADIA",
    "how_to_open": "Open it as urgent, then call",
    "contacts": ["+49 30 1"],
}


def with_vendor() -> CommandBench:
    policy = team_policy()
    checkout = policy.services["checkout"].model_dump() | {"vendors": ["cloud-1"]}
    changed = policy.model_dump() | {
        "vendors": {"cloud-1": VENDOR},
        "services": {**policy.model_dump()["services"], "checkout": checkout},
    }
    return CommandBench(policy=type(policy).model_validate(changed)).declared(impact=1, urgency=1)


def asked(desk: CommandBench, ask: str) -> list[tuple[float, tuple[str, ...]]]:
    """Return the minute of each prompt of one kind, and who was asked."""
    due = (entry for entry in desk.entries() if entry.fact.kind == "prompt_due" and entry.fact.ask == ask)
    return [((entry.recorded_at - T(0)).total_seconds() / 60, entry.fact.asked) for entry in due]


def test_a_vendor_s_case_is_asked_for_until_it_is_open():
    desk = with_vendor()
    desk.do("take", "ilse", 1, role="commander")
    desk.do("take", "nadia", 1, role="tech_lead")
    desk.do("reclassify", "rob", 5, type="third_party", reason="calls to the provider time out")
    for minute in (5, 15, 25):
        desk.tick(minute)
    desk.do("vendor", "rob", 26, form=OPEN)
    desk.tick(60)

    both = (who("ilse"), who("nadia"))
    assert asked(desk, "case") == [(5, both[:1]), (15, both), (25, (*both, who("eva")))]


def test_a_vendor_that_is_silent_for_an_hour_on_a_p1_is_chased_and_that_is_on_record():
    desk = with_vendor()
    desk.do("take", "ilse", 1, role="commander")
    desk.do("vendor", "rob", 10, form=OPEN)
    desk.tick(69)
    before = asked(desk, "chase")
    desk.tick(70)
    desk.do("vendor", "rob", 75, form={**OPEN, "form": "chase"})
    desk.tick(134)
    desk.tick(135)

    assert before == []
    assert asked(desk, "chase") == [(70, (who("rob"),)), (135, (who("rob"),))]
    assert [e["kind"] for e in record(desk, 136)["timeline"]].count("chase") == 1


def test_a_vendor_that_stays_silent_is_chased_by_its_owner_and_the_commander_too():
    desk = with_vendor()
    desk.do("take", "ilse", 1, role="commander")
    desk.do("vendor", "rob", 10, form=OPEN)
    desk.tick(70)
    desk.tick(130)

    assert asked(desk, "chase")[-1] == (130, (who("rob"), who("eva"), who("ilse")))


@pytest.mark.parametrize("end", ["news", "resolved", "restored"])
def test_a_vendor_is_not_chased_once_it_gave_news_or_nothing_is_broken(end):
    desk = with_vendor()
    desk.do("vendor", "rob", 10, form=OPEN)
    news = {**OPEN, "form": "update", "text": "found"}
    ends = {
        "news": ("vendor", news),
        "resolved": ("vendor", {**news, "status": "provider_resolved"}),
        "restored": ("restored", {"text": "works again"}),
    }
    desk.do("ack", "rob", 11)
    verb, form = ends[end]
    desk.do(verb, "rob", 30, form=form)
    desk.tick(80)

    assert asked(desk, "chase") == []


def test_both_times_of_a_vendor_s_message_are_on_the_record():
    desk = with_vendor()
    desk.do("vendor", "rob", 10, form=OPEN)
    news = {**OPEN, "form": "update", "text": "found it", "provider_at": T(26).isoformat()}
    desk.do("vendor", "rob", 30, form=news)

    line = record(desk, 31)["timeline"][-1]
    assert (line["kind"], line["occurred_at"], line["recorded_at"]) == (
        "third_party",
        "2026-06-09T10:26:00Z",
        "2026-06-09T10:30:00Z",
    )


def test_a_provider_outage_is_closed_by_our_own_proof_and_not_by_the_provider_s_word():
    desk = a_major(type="third_party", without=("monitoring", "owner"))
    desk.do("vendor", "rob", 35, form=OPEN)
    desk.do("vendor", "rob", 36, form={**OPEN, "form": "update", "text": "all normal", "status": "provider_resolved"})
    desk.do("validate", "rob", 37, criterion="provider_all_clear", evidence="their status page is green")
    refused = desk.do("close", "ilse", 40)
    desk.do("validate", "rob", 41, criterion="monitoring", evidence="errors at 0.1 % since 10:20")
    desk.do("validate", "nadia", 42, criterion="owner", evidence="orders of the last hour reconciled")

    assert (refused.code, set(refused.missing)) == (Code.CLOSE_INCOMPLETE, {"VALIDATION"})
    assert desk.do("close", "ilse", 43).code is None


def test_the_call_steps_are_posted_when_a_service_with_a_vendor_turns_third_party(sqlite_store: Store):
    with worker_env_on(sqlite_store, vendors={"cloud-1": VENDOR}) as rig:
        key = rig.declare()
        rig.after(seconds=5)
        before = [m for m in rig.messages(key) if "Open a case with the provider" in str(m.blocks)]
        rig.act("reclassify", "rob", key, type="third_party", reason="calls to the provider time out")
        rig.after(seconds=5)

        [posted] = [m for m in rig.messages(key) if "Open a case with the provider" in str(m.blocks)]
        assert before == []
        assert all(part in str(posted.blocks) for part in ("Open it as urgent, then call", "+49 30 1", "form:vendor"))
        assert "+49 30 1" not in str(rig.entries(key))
