from incident.entries.conversation import ActionOpened, DecisionMade, Noted
from incident.states import State
from roles.role_names import Role
from tests.support.wait import until


def opened(place, channel, text, by="ann"):
    return place.actor.slash(by, channel, "/incident", text).view()


def test_a_form_is_on_the_record_when_it_closes(place, channel, incident):
    form = opened(place, channel, "note")

    response = place.actor.submit("ann", form.id, {"text": "Seen <!channel> & co"})

    assert response.acked
    assert [e.fact.text for e in place.entries(incident.key, Noted.kind)] == ["Seen &lt;!channel&gt; &amp; co"]
    assert form.id not in place.sandbox.workspace.views


def test_an_action_form_sets_the_assignee_and_the_time_box(place, channel, incident):
    form = opened(place, channel, "action")

    place.actor.submit(
        "ann", form.id, {"assignee": place.user("bea"), "text": "Restart the pump", "timebox_minutes": "15"}
    )

    (action,) = place.now(incident.key).actions
    assert action.assignee == place.person("bea")
    assert (action.due_at - action.opened_at).total_seconds() == 900


def test_an_earlier_event_has_both_its_times_on_the_record(place, channel, incident):
    form = opened(place, channel, "note")
    earlier = int(incident.states[0].at.timestamp()) - 600

    place.actor.submit("ann", form.id, {"text": "It began here", "occurred_at": earlier})

    (entry,) = place.entries(incident.key, Noted.kind)
    assert int(entry.occurred_at.timestamp()) == earlier
    assert entry.recorded_at > entry.occurred_at


def test_a_form_that_gave_an_impossible_time_asks_at_once_which_is_wrong(place, channel, incident):
    place.run("ack", {}, "bea", channel=place.channel(channel))
    form = opened(place, channel, "restored")
    earlier = int(incident.states[0].at.timestamp()) - 600

    response = place.actor.submit("ann", form.id, {"text": "Payments succeed again", "occurred_at": earlier})

    assert place.now(incident.key).state is State.RESTORED
    assert "These times cannot be right: restoration" in response.payload["view"]["blocks"][0]["text"]["text"]


def test_a_refusal_is_shown_at_its_field_and_the_form_keeps_the_typed_text(place, channel, incident):
    place.run("take", {"role": "scribe"}, "bea", channel=place.channel(channel))
    form = opened(place, channel, "assign")

    place.actor.submit("ann", form.id, {"role": "scribe", "to": place.user("ann")})

    shown = place.sandbox.workspace.views[form.id]
    assert "Bea Ortiz is scribe" in shown.errors["role"]
    assert "<@" not in shown.errors["role"]
    assert shown.values["to"]["to"]["selected_user"] == place.user("ann")


def test_a_corrected_form_is_a_new_request_and_the_same_form_sent_again_is_not(place, channel, incident):
    form = opened(place, channel, "priority")
    short = {"impact": "1", "urgency": "1", "justification": "bad"}
    place.actor.submit("ann", form.id, short)
    place.actor.submit("ann", form.id, short)
    assert len(place.entries(incident.key, "refused")) == 1

    place.actor.submit("ann", form.id, short | {"justification": "every customer is affected"})

    assert place.now(incident.key).priority == "P1"


def test_a_refusal_without_a_field_is_shown_above_the_form_and_keeps_the_typed_text(place, channel, incident):
    form = opened(place, channel, "regress")

    place.actor.submit("ann", form.id, {"text": "The pool is empty again"})

    shown = place.sandbox.workspace.views[form.id]
    assert shown.blocks[0]["block_id"] == "form:banner"
    assert shown.values["text"]["text"]["value"] == "The pool is empty again"
    assert place.now(incident.key).state is State.TRIAGED


def test_a_form_submitted_after_the_state_changed_is_refused_and_says_so(place, channel, incident):
    form = opened(place, channel, "mitigated")
    place.run("void", {"as_": "false_alarm", "reason": "A probe was misconfigured"}, channel=place.channel(channel))

    response = place.actor.submit("ann", form.id, {"text": "Half of the traffic is back"})

    assert response.payload["response_action"] == "update"
    assert place.now(incident.key).state is State.VOID_FALSE_ALARM


def test_the_declaration_form_shows_the_declared_incident(place):
    form = opened(place, "general", "declare")

    response = place.actor.submit("ann", form.id, {"title": "Sign-in loops", "service": "sign-in"})

    words = response.payload["view"]["blocks"][0]["text"]["text"]
    assert place.open_incidents()[-1].number in words


def test_two_people_declaring_the_same_service_are_both_recorded_and_the_second_can_join_with_one_button(place):
    first = place.incident("Index is gone", channel="inc-twin", service="internal tools", by="bea")
    form = opened(place, "general", "declare")
    response = place.actor.submit("ann", form.id, {"title": "Tools are empty", "service": "internal tools"})
    second = place.open_incidents()[-1]
    shown = response.payload["view"]["blocks"]

    place.actor.press_in_view("ann", form.id, "verb:join")

    assert first.number in shown[0]["text"]["text"]
    assert place.now(second.key).state is State.VOID_DUPLICATE
    assert place.now(second.key).duplicate_of == first.number
    assert place.now(first.key).state is State.TRIAGED


def test_a_form_with_an_expired_trigger_is_offered_again_with_the_typed_text(place, channel, incident):
    long = "rolled back the release " * 100
    before = len(place.whispers("ann"))
    place.sandbox.faults.fail_with("expired_trigger_id", "views.open")

    place.actor.slash("ann", channel, "/incident", f"validate {long}")
    whisper = until(lambda: place.whispers("ann")[before:])[0]

    form = place.actor.press("ann", channel, whisper.ts, "form:validate").view()

    assert "three seconds" in whisper.text
    assert form.values["evidence"]["evidence"]["value"] == long.strip()[:3000]


def test_a_message_becomes_a_decision_that_links_the_message(place, channel, incident):
    ts = place.actor.post("bea", channel, "Let us fail over & wait")
    place.sandbox.settle()

    form = place.actor.message_shortcut("ann", channel, ts, "decision_add").view()
    place.actor.submit("ann", form.id, {"rationale": "It is the quicker way"})

    (entry,) = place.entries(incident.key, DecisionMade.kind)
    assert (entry.fact.text, entry.fact.ts) == ("Let us fail over &amp; wait", ts)


def test_the_files_of_a_message_become_evidence(place, channel, incident):
    ts = place.actor.share_file("bea", channel, "trace.log", "see the log", content=b"02:10 login")
    place.sandbox.settle()

    place.actor.message_shortcut("ann", channel, ts, "evidence_keep")

    [item] = place.now(incident.key).evidence
    assert (item.id, item.item, item.size, item.stored, item.by) == (
        "EV1",
        "trace.log",
        11,
        "pending",
        place.person("ann"),
    )


def test_a_threaded_message_becomes_an_action(place, channel, incident):
    parent = place.actor.post("bea", channel, "What now?")
    ts = place.actor.post("bea", channel, "Check the replica", thread_ts=parent)
    place.sandbox.settle()

    form = place.actor.message_shortcut("ann", channel, ts, "action_add").view()
    place.actor.submit("ann", form.id, {"assignee": place.user("bea")})

    (entry,) = place.entries(incident.key, ActionOpened.kind)
    assert (entry.fact.text, entry.fact.ts) == ("Check the replica", ts)


def test_a_message_becomes_an_incident_that_links_the_message(place):
    ts = place.actor.post("bea", "general", "Nobody can pay\nSince ten minutes")

    form = place.actor.message_shortcut("ann", "general", ts, "declare_from_message").view()
    place.actor.submit("ann", form.id, {"service": "search"})

    declared = place.open_incidents()[-1]
    (entry,) = place.entries(declared.key, "declared")
    assert entry.fact.title == "Nobody can pay"
    assert (entry.fact.from_channel, entry.fact.from_message) == (place.channel("general"), ts)


def test_the_global_shortcut_opens_the_form_that_declares(place):
    form = place.actor.global_shortcut("ann", "declare").view()

    assert form.callback_id == "verb:declare"


def test_a_person_cannot_accept_a_role_that_was_not_offered_to_them(place, channel, incident):
    place.run("take", {"role": "commander"}, "bea", channel=place.channel(channel))

    response = place.actor.slash("ann", channel, "/incident", "accept commander")

    assert response.payload["text"]
    assert place.now(incident.key).holder(Role.COMMANDER) == place.person("bea")
