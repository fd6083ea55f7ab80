"""Pages: one direct message to the person paged."""

from __future__ import annotations

from tests.support.block_kit import pressed
from tests.support.worker_env import worker_env_on


def test_a_page_to_a_person_unknown_to_slack_says_so(rig):
    key = rig.declare()
    rig.sandbox.workspace.people[rig.users["eva"]].deleted = True

    rig.act("escalate", "ilse", key, reason="we need a database expert")
    rig.after(seconds=2)

    assert any("could not be called by direct message. Phone them" in text for text in rig.texts(key))


def test_a_page_about_a_restricted_incident_shows_only_the_necessary_data(rig):
    key = rig.declare("Customer data of Acme leaked", private=True)

    rig.act("escalate", "ilse", key, who=rig.person("rosa"), reason="we need a lawyer")
    rig.drain()

    [called] = rig.direct("rosa")
    assert "*INC-2026-0001*" in called.text
    for hidden in ("Acme", "we need a lawyer", f"<#{rig.channel(key).id}>"):
        assert hidden not in called.text + str(called.blocks)

    rig.act("answer", "rosa", key, **pressed(called)["I have it"][1]["f"])
    rig.after(seconds=5)

    answered = rig.direct("rosa")[0].text
    assert all(detail in answered for detail in ("Acme", "we need a lawyer", f"<#{rig.channel(key).id}>"))
    assert rig.users["rosa"] in rig.channel(key).members


def test_a_page_of_an_incident_that_becomes_restricted_shows_its_number_alone(rig):
    key = rig.declare("Customer data of Acme leaked")
    rig.act("escalate", "ilse", key, who=rig.person("rosa"), reason="we need a lawyer")
    rig.drain()
    assert "Acme" in str(rig.direct("rosa")[0].blocks)

    rig.act("reclassify", "ilse", key, type="security", reason="an attacker has been inside")
    rig.after(seconds=5)

    assert "Acme" not in rig.direct("rosa")[0].text + str(rig.direct("rosa")[0].blocks)


def test_a_page_by_a_rule_names_the_rule_asks_for_a_decision_and_says_who_is_on_it(sqlite_store):
    rule = {"when": {"priority": "P1", "unrestored_minutes": 10}, "call": "manager", "how": "hierarchical"}
    with worker_env_on(sqlite_store, call_rules=(rule,), people={"manager": "U04ROSA"}) as rig:
        key = rig.declare()
        rig.act("escalate", "ilse", key, who=rig.person("eva"), reason="we need a database expert")
        rig.act("answer", "eva", key, answer="accepted")
        rig.after(minutes=10, seconds=2)

        [page] = [one for one in rig.direct("rosa") if "a decision from you" in one.text]
        shown = str(page.blocks)
        assert "*INC-2026-0001*, P1, needs a decision from you. Answer by" in page.text
        assert "The policy has you called: P1, not restored after 10 min." in shown
        assert "<@U02EVA> is on it" in shown
        assert any("by the rule: P1, not restored after 10 min." in text for text in rig.texts(key))
        rig.act("reclassify", "ilse", key, type="security", reason="an attacker has been inside")
        rig.after(seconds=5)
        assert "*INC-2026-0001* needs a decision from you. Answer by" in rig.direct("rosa")[0].text


def test_a_page_that_reaches_no_one_goes_to_the_next_level_at_once(rig):
    key = rig.declare()
    rig.sandbox.workspace.people[rig.users["eva"]].deleted = True

    rig.act("escalate", "ilse", key, reason="we need a database expert")
    rig.after(seconds=5)

    first, second = rig.incident(key).escalations
    assert (first.person, first.answer, second.person) == (rig.person("eva"), "lapsed", rig.person("rosa"))
    assert "<@U01ILSE> needs your help" in rig.direct("rosa")[-1].text
    assert "<@U02EVA> was called before you and did not answer." in str(rig.direct("rosa")[-1].blocks)
    assert any("<@U02EVA> cannot be reached. <@U04ROSA> has been called" in text for text in rig.texts(key))


def test_a_page_not_answered_in_time_keeps_its_button_and_the_link_and_can_still_be_accepted(rig):
    key = rig.declare()
    rig.act("escalate", "ilse", key, reason="we need a database expert")

    rig.after(minutes=6)

    [late] = rig.direct("eva")
    channel = rig.channel(key).id
    assert late.text.startswith("You didn't answer in time, so <@U04ROSA> was called: *INC-2026-0001*")
    assert f"You can still help: <#{channel}>" in late.text
    action, value = pressed(late)["I have it"]
    assert (action, list(pressed(late))) == ("verb:answer", ["I have it"])

    rig.act("answer", "eva", key, **value["f"])
    rig.after(minutes=10)

    assert "You have it" in rig.direct("eva")[0].text
    [other] = rig.direct("rosa")
    assert (pressed(other), "<@U02EVA> has *INC-2026-0001*; you need not answer" in other.text) == ({}, True)
    assert [call.answer for call in rig.incident(key).escalations] == ["accepted", None]


def test_a_late_page_of_a_restricted_incident_says_nothing_of_it(rig):
    key = rig.declare("Customer data of Acme leaked", private=True)
    rig.act("escalate", "ilse", key, who=rig.person("rosa"), reason="we need a lawyer")

    rig.after(minutes=6)

    [late] = rig.direct("rosa")
    assert "You didn't answer in time" in late.text
    assert "Acme" not in str(late)


def test_a_person_is_paged_also_when_the_incident_has_no_channel(rig):
    rig.sandbox.faults.fail_with("restricted_action", "conversations.create", times=99)
    key = rig.declare()
    rig.after(minutes=1)

    rig.act("escalate", "ilse", key, reason="we need a database expert")
    rig.after(seconds=5)

    assert rig.incident(key).places.channel is None
    assert "needs your help" in rig.direct("eva")[-1].text
