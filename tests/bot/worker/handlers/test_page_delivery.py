"""Pages: one direct message to the person paged."""

from __future__ import annotations


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
    assert "we need a lawyer" in str(called.blocks)
    assert "Acme" not in str(called.blocks)
