"""Templates of the policy for updates: placeholders are checked before and filled in one pass."""

from __future__ import annotations

import pytest

from bot.rendering.renderer import Renderer
from bot.rendering.update_text import text_of_update, update_context
from incident.entries.status_updates import StatusUpdatePosted
from incident.model.components import AudienceState, OpenSlot
from incident.policy import Policy
from incident.rules.updates.update_template import PLACEHOLDERS, faults, fill
from incident.states import Audience
from tests.support.handmade_incidents import ILSE, an_incident, later
from tests.support.policies import small_policy

EVERY = "\n".join(f"{name}={{{name}}}" for name in PLACEHOLDERS)


def read(template: str, text: str = "Cards fail.", **changes: object) -> str:
    slot = AudienceState(audience=Audience.CUSTOMER, open=OpenSlot(due_at=later(60), missed_after=later(65)))
    update = StatusUpdatePosted(audience=Audience.CUSTOMER, text=text)
    incident = an_incident(audiences=(slot,), **changes)
    policy: Policy = small_policy(update_templates={"customer": template})
    context = update_context(
        incident, update, audiences=(Audience.CUSTOMER,), by=ILSE, at=later(0), recorded_at=later(0)
    )
    return text_of_update(Renderer(), policy, context)


@pytest.mark.parametrize(
    ("template", "fault"),
    [
        ("{text} {titel}", "has a placeholder that does not exist: {titel}. Did you mean {title}?"),
        ("{text} {text.__class__}", "has a placeholder that does not exist: {text.__class__}."),
        ("{text} {}", "has a placeholder that does not exist: {}."),
        ("{text} {0}", "has a placeholder that does not exist: {0}."),
        ("{text:>900}", "has a format in {text}: write the name alone"),
        ("{text!r}", "has a format in {text}: write the name alone"),
        ("{text", "has a brace without a partner"),
        ("text}", "has a brace without a partner"),
        ("{title} is down", "has no {text}: the update itself would be left out"),
    ],
)
def test_a_template_that_cannot_be_filled_in_is_named(template: str, fault: str) -> None:
    assert any(found.startswith(fault) for found in faults(template)), list(faults(template))


@pytest.mark.parametrize("template", ["{text}", "*{title}* {{as it is}}\n{text}\n{next_update}", EVERY])
def test_a_template_of_known_placeholders_is_right(template: str) -> None:
    assert list(faults(template)) == []


def test_what_people_wrote_is_never_read_as_a_placeholder() -> None:
    assert fill("{title}: {text} {{x}}", {"title": "{text}", "text": "{number}"}.__getitem__) == "{text}: {number} {x}"


def test_every_placeholder_has_its_value() -> None:
    lines = dict(line.split("=", 1) for line in read(EVERY).splitlines())

    assert lines["text"] == "Cards fail."
    assert (lines["number"], lines["title"], lines["service"]) == ("INC-2026-0042", "Checkout errors", "checkout")
    assert (lines["priority"], lines["state"], lines["commander"]) == ("P2", "being worked on", "<@UILSE>")
    assert lines["next_update"].startswith("Next update by <!date^")
    assert {name for name, line in lines.items() if not line} == {"business_impact"}


def test_the_text_keeps_its_lines_and_notifies_no_group() -> None:
    shown = read("*Notice* {text}", "One <!channel>\n• two {title}")

    assert shown == "*Notice* One @channel\n• two {title}"


def test_a_restricted_incident_keeps_its_title_and_service() -> None:
    shown = read("{title} {service} {text}", restricted=True)

    assert shown == "INC-2026-0042 restricted Cards fail."
