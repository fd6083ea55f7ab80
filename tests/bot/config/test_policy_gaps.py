"""What a valid policy leaves open or contradicts is named, and a whole one is not bothered."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.config.policy_loader import BrokenPolicy, located_gaps, read_policy
from incident.policy import People
from tests.support.policy_texts import OURS, TODAY, line_of, uncommented

POLICY_MANUAL = Path(__file__).parents[3] / "docs" / "reference" / "policy.md"
OFFICES = tuple(f"  {office}:" for office in sorted(set(People.model_fields) - {"manager"}))


def gap_texts(text):
    return [str(one) for one in located_gaps(read_policy(text, TODAY).policy, text, TODAY)]


def test_the_shipped_policy_names_the_audiences_that_nobody_can_reach_and_the_services_without_people():
    found = gap_texts(OURS)

    for audience in ("exec", "customer"):
        (one,) = [one for one in found if f"P1, P2 owe {audience} updates" in one]
        assert one.startswith(f"line {line_of(OURS, f'    {audience}: {{first: 30')}: ")
    assert any("No owner for checkout, sign-in, search, internal tools" in one for one in found)


def test_a_night_in_which_no_priority_wakes_anyone_and_one_that_wakes_people_at_night_only_are_named():
    def found(rule):
        text = OURS.replace("page_priorities: [P1, P2]", f"page_priorities: {rule}")
        return [one for one in gap_texts(text) if "pages no one by" in one or "pages people" in one]

    assert found("[P1]") == []
    assert "Muster pages no one by itself: name" in found("[]")[0]
    assert "At other hours Muster pages no one" in found("{business_hours: [P1]}")[0]
    assert "P2 pages people at night and not by day" in found("{business_hours: [P1], other_hours: [P1, P2]}")[0]


def test_lists_of_people_that_no_service_uses_are_named_until_they_are_attached():
    text = uncommented(OURS)
    loose = text.replace("    schedule: payments", "").replace("    ladder: payments", "")

    assert [one for one in gap_texts(text) if "No service uses" in one] == []
    assert [one.split(": ", 1)[1].split(":")[0] for one in gap_texts(loose) if "No service uses" in one] == [
        "No service uses the schedule payments",
        "No service uses the ladder payments",
    ]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("P1: {ack: 15, commander: 15, restore: 240}", "P1: {ack: 300, restore: 240}", "P1 is to be restored before"),
        (
            "P1: {ack: 15, commander: 15, restore: 240}",
            "P1: {ack: 15, restore: 900}",
            "P1 may take longer to restore than P2",
        ),
        (
            "  1: {1: P1, 2: P2, 3: P3}",
            "  1: {1: P3, 2: P2, 3: P3}",
            "With impact 1, urgency 1 gives a lower priority than 2",
        ),
        ("{P1: 240, P2: 480", "{P1: 20, P2: 480", "P1 owes updates every 60 minutes"),
        ("nudge_before_minutes: 10", "nudge_before_minutes: 20", "The first update of P1 is due after 15 minutes"),
        (
            "regimes: []",
            "regimes: [gdpr33]",
            "names no one in privacy, compliance, legal, so no major incident can be closed",
        ),
        ("#audiences:\n", "audiences: {internal: '#a'}\n", "Responders read their updates in the incident channel"),
        (
            "undo_minutes: 10",
            "update_approvals: {exec: {by: [legal]}}\nundo_minutes: 10",
            "No one can approve updates to exec",
        ),
        ("#groups:\n", "groups: {responder: []}\n", "The group responder has no members"),
        (
            "grace_minutes: 5 ",
            "grace_minutes: 45 ",
            "P1 owes updates every 30 minutes, and an update is late only after 45",
        ),
        ("#schedules:\n", "rosters: {payments: []}\n", "The roster payments names no one"),
        ("#schedules:\n", "schedules: {payments: {}}\n", "The schedule payments names no one"),
        ("#ladders:\n", "ladders: {payments: {rungs: []}}\n", "The ladder payments names no one"),
        (
            "#groups:\n",
            "groups: {major_authorty: [U0123ABCD]}\n",
            "Nothing names the group major_authorty, so it gives its members no authority. Did you mean major_authority?",
        ),
        ("#groups:\n", "groups: {painters: [U0123ABCD]}\n", "group painters, so it gives its members no authority."),
        ("#audit_channel:", 'audit_channel: "#incidents"\n#', "`audit_channel` is the `incidents_channel`"),
        (
            "#groups:\n",
            "groups: {responder: [U0123ABCD]}\nladders: {payments: {rungs: [U0123ABCE]}}\n",
            "U0123ABCE is called and is not in the group responder",
        ),
        (
            "#groups:\n",
            "groups: {responder: [U0123ABCD, U0123ABCE, U0123ABCD]}\n",
            "U0123ABCD is named twice in groups responder",
        ),
        ("#schedules:\n", "rosters: {payments: [U1, U2, U1]}\n", "U1 is named twice in rosters payments"),
        ("#groups:\n", "groups: {legal: []}\n", "The group legal has no members"),
    ],
)
def test_numbers_and_lists_that_contradict_each_other_are_named(old, new, says):
    assert sum(says in one for one in gap_texts(OURS.replace(old, new, 1))) == 1


def test_a_group_of_the_organisation_that_authority_or_an_approval_names_is_used():
    used = OURS.replace("#groups:\n", "groups: {duty: [U0123ABCD], press: [U0123ABCD]}\n").replace(
        "redact: [privacy", "redact: [duty, privacy"
    )

    assert [
        one for one in gap_texts(used + "update_approvals: {exec: {by: [press]}}\n") if "Nothing names" in one
    ] == []


def test_a_policy_under_which_no_one_can_take_over_from_a_silent_commander_says_how_to_let_anyone():
    anyone = OURS.replace("force_take: [major_authority]", "force_take: [major_authority, responder]")
    says = "When a commander stops answering, no one can take over."

    assert any(says in one and "`force_take: [responder]`" in one for one in gap_texts(OURS))
    assert anyone != OURS
    assert not any(says in one for one in gap_texts(anyone))


def test_an_office_that_no_one_holds_is_named_and_one_that_is_filled_is_not():
    text = uncommented(OURS)

    assert [one for one in gap_texts(text) if "under `people`" in one] == []
    [one, called] = [one for one in gap_texts(text.replace("  manager: U0123ABCD\n", "")) if "under `people`" in one]
    assert "No one is named as manager" in one
    assert "manager is to be called, and no one is" in called


def test_only_the_offices_that_a_rule_asks_are_missed_and_the_manual_says_which_have_none():
    text = "\n".join(line for line in uncommented(OURS).splitlines() if not line.startswith(OFFICES))
    missed = {one.split(" is named as ")[1].split()[0] for one in gap_texts(text) if " is named as " in one}
    rows = [row for row in POLICY_MANUAL.read_text("utf-8").splitlines() if row.startswith("| `people.")]

    assert "policy_owner" in missed
    assert {"manager"} | missed == {
        row.split("`")[1].removeprefix("people.") for row in rows if "no rule uses it yet" not in row
    }


def test_holidays_that_end_soon_are_named_and_a_calendar_of_the_country_ends_it():
    soon = OURS.replace("holidays: []}", "holidays: [2025-12-25]}")
    lasting = OURS.replace("holidays: []}", "holidays: [2025-12-25], calendar: DE-BE}")

    assert sum("The holidays end on 2025-12-31" in one for one in gap_texts(soon)) == 1
    assert not any("The holidays end" in one for one in gap_texts(lasting))
    with pytest.raises(BrokenPolicy, match="names no calendar of holidays: XX"):
        read_policy(OURS.replace("holidays: []}", "calendar: XX}"), TODAY)


def test_what_the_text_has_no_key_for_has_no_line():
    found = [one for one in gap_texts(OURS) if "isms_manager" in one]

    assert found == ["No one is named as isms_manager under `people`: what that person is to do reaches no one."]
