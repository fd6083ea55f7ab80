"""A typed line runs at once without the number or the text that its verb can do without."""

from __future__ import annotations

from tests.support.wait import until

LINES = {
    "notice police by phone file 881/26": "outside_notice_given",
    "affected clients 12 known": "affected_noted",
}


def test_a_line_without_what_is_optional_is_recorded_and_a_pack_is_shown(place, channel, incident):
    for line in LINES:
        place.actor.slash("ann", channel, "/incident", line)
    place.actor.slash("ann", channel, "/incident", "pack")

    assert until(lambda: {*LINES.values()} <= {entry.fact.kind for entry in place.entries(incident.key)})
    assert until(lambda: any("There is no pack" in (one.text or "") for one in place.whispers("ann")))


def test_values_without_a_value_and_affected_without_a_number_or_a_text_open_their_forms(place, channel, incident):
    for line, name in (("pack values", "values"), ("affected clients", "text")):
        view = place.actor.slash("ann", channel, "/incident", line).view()

        assert name in [block.get("block_id") for block in view.blocks]
