"""Who is on call is asked in Slack whether an event is an incident, and the message is edited once it is judged."""

from __future__ import annotations

from incident.entry import workspace_chain
from tests.support.block_kit import pressed

WHY = "A planned test of the load balancer"


def log(rig, text="The queue grows"):
    rig.act("event", "ilse", what="log", service="checkout", text=text)
    rig.drain()


def questions(rig, name):
    return [one for one in rig.direct(name) if "Is this an incident?" in one.text]


def test_the_question_has_the_buttons_that_answer_it_and_its_answer_edits_it(rig):
    log(rig, "Orders <!channel> | fail")
    asked = [name for name in rig.users if questions(rig, name)]
    assert len(asked) == 1
    [message] = questions(rig, asked[0])
    assert "<!channel>" not in message.text
    assert {name: value[0] for name, value in pressed(message).items()} == {
        "It is an incident": "form:declare",
        "It is none": "form:event",
        "It belongs to one": "form:event:2",
    }
    assert pressed(message)["It is an incident"][1]["f"]["event"].startswith("EV-")

    rig.act("event", asked[0], what="no", id="1", reason=WHY)
    rig.drain()

    [edited] = [one for one in rig.direct(asked[0]) if one.ts == message.ts]
    assert "EV-2026-0001 is no incident, says " in edited.text
    assert WHY in edited.text
    assert pressed(edited) == {}


def test_an_event_that_is_declared_names_the_incident_in_the_question(rig):
    log(rig)
    [name] = [one for one in rig.users if questions(rig, one)]

    rig.act("declare", name, event="EV-2026-0001")
    rig.drain()

    assert any("EV-2026-0001 is an incident: INC-" in one.text for one in rig.direct(name))
    assert rig.entries(workspace_chain(rig.team), "event_judged")[0].by == rig.person(name)
