"""Corrections from Slack: by a line, by the menu of a message, and by the button in an answer."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.grammar.command_parser import parse_command
from incident.entries.conversation import Corrected, Masked, Noted, TimeCorrected
from incident.entries.lifecycle import Undone, Voided
from incident.entries.status_updates import UpdateCorrected
from incident.states import State
from tests.support.clock import T
from tests.support.wait import until


def typed(place, channel, text, by="ann"):
    return place.actor.slash(by, channel, "/incident", text)


def noted(place, channel, incident, text="seen"):
    typed(place, channel, f"note {text}")
    return place.entries(incident.key, Noted.kind)[-1]


def test_a_typed_time_corrects_the_time_of_an_entry_at_once(place, channel, incident):
    n = noted(place, channel, incident).n
    earlier = incident.states[0].at.isoformat(timespec="seconds").replace("+00:00", "Z")

    reply = typed(place, channel, f"correct {n} happened={earlier}")

    (entry,) = place.entries(incident.key, TimeCorrected.kind)
    assert entry.fact.corrects == n
    assert entry.fact.happened_at == datetime.fromisoformat(earlier)
    assert "Its first time stays beside it." in reply.payload["text"]


def test_a_corrected_clock_time_is_of_the_day_of_its_entry(place, channel, incident):
    typed(place, channel, 'note happened="31 Jan 2017 23:10 UTC" db1 was deleted')
    n = place.entries(incident.key, Noted.kind)[-1].n

    late = typed(place, channel, f"correct {n} happened=11:30 PM UTC")
    after_midnight = typed(place, channel, f"correct {n} happened=00:10 UTC")

    first, second = place.entries(incident.key, TimeCorrected.kind)[-2:]
    assert first.fact.happened_at == datetime(2017, 1, 31, 23, 30, tzinfo=UTC), late.payload["text"]
    assert second.fact.happened_at == datetime(2017, 2, 1, 0, 10, tzinfo=UTC), after_midnight.payload["text"]


def test_a_line_that_names_an_entry_and_a_time_is_complete():
    parsed = parse_command("correct 23 happened=09:42", at=T(0))

    assert parsed.fields["entry"] == 23
    assert parsed.fields.get("happened") or parsed.occurred_at


def test_the_menu_of_a_message_opens_the_form_that_redacts_it(place, channel, incident):
    ts = place.actor.post("bea", channel, "my password is hunter2")
    assert place.sandbox.settle()

    form = place.actor.message_shortcut("ann", channel, ts, "redact_message").view()
    place.actor.submit("ann", form.id, {"reason": "a password was posted"})

    (masked,) = place.entries(incident.key, Masked.kind)
    assert (masked.fact.channel, masked.fact.ts) == (place.channel(channel), ts)


def test_a_line_that_hid_a_text_is_not_offered_to_be_sent_again(place, channel, incident):
    n = noted(place, channel, incident).n

    reply = typed(place, channel, f"redact E{n} because it names a customer")

    assert len(place.entries(incident.key, Masked.kind)) == 1
    text = reply.payload["text"] if reply.payload else place.whispers("ann")[-1].text
    assert text.startswith("Hidden, not removed")
    assert "send again" not in text


def test_the_answer_to_a_correction_opens_the_update_with_its_old_text(place, channel, incident):
    typed(place, channel, "take commander")
    typed(place, channel, "update internal Card paymnets fail")
    (update,) = place.entries(incident.key, "status_update_posted")
    typed(place, channel, f"correct {update.n} it says paymnets")
    answer = place.whispers("ann")[-1]
    assert "Responders still read the old text" in answer.text

    form = place.actor.press("ann", channel, answer.ts, "form:amend").view()

    assert form.values["text"]["text"]["value"] == "Card paymnets fail"
    place.actor.submit("ann", form.id, {"text": "Card payments fail"})
    (corrected,) = place.entries(incident.key, UpdateCorrected.kind)
    assert (corrected.fact.update, corrected.fact.text) == (update.n, "Card payments fail")


def test_a_typed_correction_of_an_update_is_shown_before_it_is_sent(place, channel, incident):
    typed(place, channel, "take commander")
    typed(place, channel, "update internal Card paymnets fail")
    (update,) = place.entries(incident.key, "status_update_posted")

    form = typed(place, channel, f"amend {update.n} Card payments fail").view()

    assert "everyone who got it reads the text below" in str(form.blocks)
    assert not place.entries(incident.key, UpdateCorrected.kind)
    place.actor.submit("ann", form.id)
    (corrected,) = place.entries(incident.key, UpdateCorrected.kind)
    assert corrected.fact.text == "Card payments fail"


def test_undo_acts_at_once(place, channel, incident):
    n = noted(place, channel, incident, "wrong channel").n

    reply = typed(place, channel, "undo")

    (undone,) = place.entries(incident.key, Undone.kind)
    assert undone.fact.entries == (n,)
    assert "wrong channel" in reply.payload["text"]


def test_a_button_voids_the_other_incident_where_this_one_is_too_far_on(place, channel, incident):
    other = place.incident("The same", channel=f"{channel}-other")
    typed(place, channel, "ack")
    typed(place, channel, "mitigated traffic moved away")
    typed(place, channel, f"void duplicate of {other.number} because the same errors as there")
    answer = place.whispers("ann")[-1]

    form = place.actor.press("ann", channel, answer.ts, "form:void").view()
    place.actor.submit("ann", form.id, {"reason": "the same errors as there"})

    (voided,) = place.entries(other.key, Voided.kind)
    assert voided.fact.duplicate_of == incident.number
    assert place.now(incident.key).state == State.MITIGATED


def options(form, field="entry"):
    (element,) = [block["element"] for block in form.blocks if block.get("block_id") == field]
    return {one["value"]: one["text"]["text"] for one in element["options"]}


def test_a_correction_without_a_number_offers_the_entries_of_the_timeline_newest_first(place, channel, incident):
    first, last = noted(place, channel, incident, "pool empty"), noted(place, channel, incident, "pool full")

    form = typed(place, channel, "correct").view()
    offered = options(form)
    place.actor.submit("ann", form.id, {"entry": str(first.n), "text": "it was half empty"})

    assert list(offered)[:2] == [str(last.n), str(first.n)]
    assert offered[str(first.n)].endswith(" · pool empty")
    (corrected,) = place.entries(incident.key, Corrected.kind)
    assert (corrected.fact.corrects, corrected.fact.text) == (first.n, "it was half empty")


def test_a_correction_of_a_named_entry_asks_for_no_other(place, channel, incident):
    n = noted(place, channel, incident).n

    form = typed(place, channel, f"correct {n} happened=whenever").view()

    (element,) = [block["element"] for block in form.blocks if block.get("block_id") == "entry"]
    assert (element["type"], element["initial_value"]) == ("number_input", str(n))


def test_an_update_to_correct_is_chosen_from_those_that_were_sent(place, channel, incident):
    place.run("update", {"audience": ["internal"], "text": "Half the payments fail"}, channel=place.channel(channel))

    offered = options(typed(place, channel, "amend").view())

    assert len(offered) == 1
    assert "Half the payments fail" in str(offered)


def test_a_form_with_nothing_to_act_on_does_not_open_and_says_what_to_do(place, channel, incident):
    for line, says in (("done", "`/incident action @name`"), ("amend", "`/incident update`")):
        before = len(place.whispers("ann"))

        typed(place, channel, line)

        assert says in until(lambda start=before: place.whispers("ann")[start:])[0].text
