"""A redaction names every entry that quotes a message, and only people named in the policy may redact."""

from __future__ import annotations

import pytest

from commands.core.request import Place
from commands.redact import Redact
from incident.entries import conversation
from incident.entries.delivery import ChannelMade, DeliveryFailed, Exported
from incident.entries.role_holders import Escalated
from incident.medium import Medium
from incident.refusal import Code
from roles.person_ids import MUSTER
from tests.support.command_bench import GROUPS
from tests.support.handmade_incidents import CHANNEL, EVA, ROB, ROSA, HandmadeDesk, later, worded

TS = "1749463200.000100"
WHY = "secret pasted; key revoked"
FACTS = (
    conversation.MessagePosted(channel=CHANNEL, ts=TS, author=EVA, text="key=1"),
    conversation.Noted(text="somebody pasted a key"),
    conversation.MessagePinned(channel=CHANNEL, ts=TS, author=EVA, text="key=1"),
    conversation.MessageEdited(
        channel=CHANNEL, ts=TS, edited_ts="1749463260.0", author=EVA, text="-", previous="key=1"
    ),
    conversation.DecisionMade(id="D1", text="key=1", channel=CHANNEL, ts=TS),
    conversation.PinRemoved(channel=CHANNEL, ts=TS),
    conversation.MessageDeleted(channel=CHANNEL, ts=TS, author=EVA, previous="-"),
)
LAWYERS = frozenset({"legal"})


def redaction_desk(groups=LAWYERS, place=Place(channel=CHANNEL)) -> HandmadeDesk:  # noqa: B008 - a frozen value
    found = HandmadeDesk(groups=groups, place=place)
    found.holds(*FACTS)
    return found


@pytest.mark.parametrize(
    "ref",
    [
        TS,
        f"{CHANNEL}:{TS}",
        "<https://x.slack.com/archives/C100/p1749463200000100>",
        "https://x.slack.com/archives/C100/p1749463200000100?thread_ts=1.2",
        "1",
        "#3",
        "E4",
        "5",
    ],
)
def test_a_redaction_names_every_entry_that_quotes_the_message_and_no_other(ref):
    (redacted,) = redaction_desk().does(Redact(ref=ref, reason=WHY))

    assert redacted == conversation.Redacted(channel=CHANNEL, ts=TS, entries=(1, 3, 4, 5, 7), reason=WHY)


def test_without_a_reference_the_message_of_the_shortcut_is_used():
    here = Place(channel=CHANNEL, message=TS)

    assert redaction_desk(place=here).does(Redact(reason=WHY))[0].ts == TS


@pytest.mark.parametrize(
    ("ref", "answer"),
    [
        ("1749463200.000999", "that is not a message of INC-2026-0042."),
        (f"https://x.slack.com/archives/COTHER/p{TS.replace('.', '')}", "that is not a message of INC-2026-0042."),
        ("that one", "that is not a message of INC-2026-0042."),
        (None, "that is not a message of INC-2026-0042."),
        ("99", "INC-2026-0042 has no entry 99; the last is 9. For another incident, put that incident's number first."),
        ("0", "INC-2026-0042 has no entry 0;"),
        ("E6", "entry 6 (pin removed) has no text by a person."),
    ],
)
def test_a_reference_to_no_text_of_the_incident_is_refused_before_authority_is_checked(ref, answer):
    refusal = redaction_desk(frozenset()).refuses(Redact(ref=ref, reason=WHY))

    assert refusal.code == Code.STATE
    assert worded(refusal).startswith(f"Nothing removed: {answer}")
    assert refusal.also == ()
    assert len(worded(refusal).split()) < 31


@pytest.mark.parametrize("ref", ["2", "#2", "E2"])
def test_an_entry_that_is_about_no_message_is_redacted_by_its_number(ref):
    (redacted,) = redaction_desk().does(Redact(ref=ref, reason=WHY))

    assert redacted == conversation.Redacted(entry=2, entries=(2,), reason=WHY)


def test_a_redaction_of_an_entry_names_every_entry_that_repeats_a_whole_text_of_it():
    here = HandmadeDesk(groups=LAWYERS)
    here.holds(
        conversation.Noted(text="ring Maria Huber"),
        conversation.Corrected(corrects=1, text="ring Maria Huber, not Karl"),
        conversation.MessagePosted(channel=CHANNEL, ts=TS, author=EVA, text="I will ring Maria Huber."),
        conversation.Noted(text="ring Maria Hubertus"),
        conversation.Redacted(channel=CHANNEL, ts="1749463200.000200", entries=(), reason="ring Maria Huber first"),
    )

    assert here.does(Redact(ref="1", reason=WHY))[0].entries == (1, 2, 3, 5)


def test_a_redaction_of_one_level_of_a_call_names_every_level_since_each_repeats_the_reason():
    here = HandmadeDesk(groups=LAWYERS)
    call = {"how": "hierarchical", "to": "owner", "person": ROB, "reason": "4711"}
    here.holds(
        Escalated(**call),
        Escalated(**call, follows=1),
        Escalated(**call),
        Escalated(**call, follows=2),
    )

    for n in (1, 2, 4):
        assert here.does(Redact(ref=str(n), reason=WHY))[0].entries == (1, 2, 4)
    assert here.does(Redact(ref="3", reason=WHY))[0].entries == (3,)


def test_a_text_that_is_only_a_mention_or_an_error_of_slack_is_quoted_by_no_other_entry():
    here = HandmadeDesk(groups=LAWYERS)
    here.holds(
        conversation.Noted(text="<@UEVA56789>"),
        conversation.Noted(text="<@UEVA56789> restarts it"),
        DeliveryFailed(medium=Medium.SLACK, what="members", error="user_is_restricted"),
        DeliveryFailed(medium=Medium.SLACK, what="page", error="user_is_restricted"),
    )

    assert here.does(Redact(ref="1", reason=WHY))[0].entries == (1,)
    assert here.does(Redact(ref="3", reason=WHY))[0].entries == (3,)


def test_the_reason_of_a_mask_is_redacted_by_the_number_of_its_entry_and_the_mask_stays():
    here = HandmadeDesk(groups=LAWYERS)
    here.holds(FACTS[0], conversation.Masked(channel=CHANNEL, ts=TS, entries=(1,), reason="Eva's key is key=1"))

    (redacted,) = here.does(Redact(ref="2", reason=WHY))

    assert redacted == conversation.Redacted(entry=2, entries=(2,), reason=WHY)


@pytest.mark.parametrize("groups", [LAWYERS, frozenset()])
def test_a_reason_that_repeats_the_text_is_refused_since_reasons_are_kept(groups):
    here = HandmadeDesk(groups=groups)
    here.holds(conversation.Noted(text="hunter2hunter2"))

    refusal = here.refuses(Redact(ref="1", reason="hunter2hunter2 is a password"))

    assert (refusal.code, refusal.fields, refusal.also) == (Code.BAD_VALUE, ("reason",), ())


@pytest.mark.parametrize("group", ["privacy", "compliance", "legal", "security_lead"])
def test_people_named_in_the_policy_may_redact(group):
    assert redaction_desk(frozenset({group})).does(Redact(ref=TS, reason=WHY))


def test_a_refused_redaction_still_masks_every_entry_that_quotes_the_message():
    refusal = redaction_desk(frozenset({"responder"})).refuses(Redact(ref=TS, reason=WHY))

    assert refusal.also == (conversation.Masked(channel=CHANNEL, ts=TS, entries=(1, 3, 4, 5, 7), reason=WHY),)


@pytest.mark.parametrize(("groups", "says"), [({"legal": ("U0",)}, "I ask them now"), ({}, "policy names none. Your")])
def test_no_other_person_may_redact_and_people_are_asked_only_where_the_policy_names_some(groups, says):
    here = redaction_desk(frozenset({"responder", "major_authority"}))
    here.policy = here.policy.model_copy(update={"groups": groups})

    refusal = here.refuses(Redact(ref=TS, reason=WHY))

    answer = worded(refusal)
    assert refusal.code == Code.NOT_AUTHORISED
    assert "only privacy, compliance, legal or security lead can remove it" in answer
    assert says in answer
    assert ("I ask" in answer) == bool(groups)
    assert len(answer.split()) < 42


def test_a_refused_redaction_of_an_entry_masks_it_and_what_repeats_it():
    here = HandmadeDesk(groups=frozenset({"responder"}))
    here.holds(conversation.Noted(text="ring Maria Huber"), conversation.Noted(text="Rob can ring Maria Huber"))

    assert here.refuses(Redact(ref="E1", reason=WHY)).also == (
        conversation.Masked(entry=1, entries=(1, 2), reason=WHY),
    )


@pytest.fixture
def hidden(room):
    """A key was posted and pinned, and a person without authority asked for its redaction."""
    room.says("eva", "use key=1", at=5, ts=TS)
    room.do("pin", at=6, channel=CHANNEL, ts=TS)
    assert room.do("redact", "rob", at=7, ref=TS, reason=WHY).code == "E_NOT_AUTHORISED"
    return room


def test_the_refusal_is_recorded_with_the_person_the_mask_and_the_reason(hidden):
    refused, masked = (entry.fact for entry in hidden.entries()[-2:])

    assert (refused.kind, refused.code) == ("refused", "E_NOT_AUTHORISED")
    assert (masked.kind, masked.reason) == ("masked", WHY)
    assert hidden.entries()[-1].by.endswith("UROB")
    assert "key=1" in "".join(entry.fact.model_dump_json() for entry in hidden.entries()), "the record keeps the words"


def test_the_timeline_hides_a_masked_text_until_the_mask_is_lifted(hidden, monkeypatch):
    monkeypatch.setitem(GROUPS, "rosa", {"legal"})
    hidden.do("timeline", "rosa", at=8)
    assert "[masked]" in hidden.answer()
    assert "key=1" not in hidden.answer()

    hidden.do("unmask", "rosa", at=9, ref=TS)

    hidden.do("timeline", at=10)
    assert "use key=1" in hidden.answer()


def test_a_second_request_is_refused_too_and_masks_only_new_entries(hidden):
    before = len(hidden.entries())

    hidden.do("redact", "eva", at=8, ref=TS, reason=WHY)
    assert [entry.fact.kind for entry in hidden.entries()[before:]] == ["refused"]

    hidden.do("note", at=9, text="eva wrote: use key=1")
    hidden.do("redact", "eva", at=10, ref=TS, reason=WHY)
    assert [entry.fact.kind for entry in hidden.entries()[-2:]] == ["refused", "masked"]
    hidden.do("timeline", at=11)
    assert "key=1" not in hidden.answer()


def test_a_pin_on_a_masked_message_keeps_its_text_on_the_record(room):
    room.says("eva", "use key=1", at=5, ts=TS)
    room.do("redact", "rob", at=6, ref=TS, reason=WHY)

    room.do("pin", at=7, channel=CHANNEL, ts=TS)

    assert room.facts()[0].text == "use key=1"
    room.do("timeline", at=8)
    assert "key=1" not in room.answer()


def test_a_redaction_removes_every_masked_text_and_ends_the_mask(hidden, monkeypatch):
    monkeypatch.setitem(GROUPS, "rosa", {"legal"})
    hidden.do("note", at=8, text="eva wrote: use key=1")
    hidden.do("redact", "rob", at=9, ref=TS, reason=WHY)

    hidden.do("redact", "rosa", at=10, ref=TS, reason=WHY)

    assert hidden.incident.masks == ()
    assert "key=1" not in "".join(entry.fact.model_dump_json() for entry in hidden.entries())


def test_a_redacted_message_is_not_masked(hidden, monkeypatch):
    monkeypatch.setitem(GROUPS, "rosa", {"legal"})
    hidden.do("redact", "rosa", at=8, ref=TS, reason=WHY)

    hidden.do("redact", "rob", at=9, ref=TS, reason=WHY)

    assert hidden.entries()[-1].fact.kind == "refused"
    assert hidden.answer().startswith("Nothing changed: that text is gone from the record already.")


def test_an_entry_is_redacted_once(room, monkeypatch):
    monkeypatch.setitem(GROUPS, "rosa", {"legal"})
    room.do("note", at=5, text="the card is 4111 1111")
    number = str(room.entries()[-1].n)
    room.do("redact", "rosa", at=6, ref=number, reason=WHY)

    assert room.do("redact", "rosa", at=7, ref=number, reason=WHY).code == Code.STATE
    assert "gone from the record already" in room.answer()


def test_an_edit_of_a_message_that_was_redacted_as_a_quotation_brings_no_text_back(room, monkeypatch):
    monkeypatch.setitem(GROUPS, "rosa", {"legal"})
    room.do("note", at=5, text="the card is 4111 1111")
    number = str(room.entries()[-1].n)
    room.says("eva", "so the card is 4111 1111", at=6, ts=TS)
    room.do("redact", "rosa", at=7, ref=number, reason=WHY)

    edited = conversation.MessageEdited(
        channel=CHANNEL, ts=TS, edited_ts="1.2", author=EVA, text="4111 1111", previous="4111 1111"
    )
    room.hears(edited, "eva", at=8)

    assert "4111" not in "".join(entry.fact.model_dump_json() for entry in room.entries())


def test_a_mask_by_number_is_lifted_by_the_number_of_any_entry_it_hides(room, monkeypatch):
    monkeypatch.setitem(GROUPS, "rosa", {"legal"})
    room.do("note", at=5, text="the card is 4111 1111")
    noted = room.entries()[-1].n
    room.do("redact", "rob", at=6, ref=f"E{noted}", reason=WHY)
    room.do("timeline", at=7)
    assert "4111" not in room.answer()
    assert [mask.ref for mask in room.incident.masks] == [f"E{noted}"]

    for ref in (f"E{noted}", str(room.entries()[-1].n)):
        assert room.do("unmask", "rosa", at=8, ref=ref).code is None
        assert room.incident.masks == ()
        room.do("timeline", at=9)
        assert "4111" in room.answer()
        room.do("redact", "rob", at=10, ref=f"E{noted}", reason=WHY)


def test_a_redaction_of_all_that_another_mask_hides_ends_that_mask(room, monkeypatch):
    monkeypatch.setitem(GROUPS, "rosa", {"legal"})
    room.do("note", at=5, text="the card is 4111 1111")
    noted = room.entries()[-1].n
    room.says("eva", "the card is 4111 1111", at=6, ts=TS)
    room.do("redact", "rob", at=7, ref=f"E{noted}", reason=WHY)

    room.do("redact", "rosa", at=8, ref=TS, reason=WHY)

    assert room.incident.masks == ()


def test_the_channel_line_names_who_asked_for_the_mask_and_why(hidden):
    said_line = [job for job in hidden.memory.queued() if job.template == "redact"]

    assert [hidden.entries()[(job.entry or 0) - 1].fact.kind for job in said_line] == ["masked"]


def test_the_reply_names_the_copies_that_muster_cannot_remove():
    answer = redaction_desk().answer(Redact(ref=TS, reason=WHY))

    assert "entries 1, 3, 4, 5, 7" in answer
    assert "The message in Slack: it was deleted there already." in answer
    assert "Earlier exports: none on record contains it." in answer
    assert "Backups of the database" in answer
    assert "rename the channel" not in answer
    assert "Replies that only one person saw" in answer
    assert "key=1" not in answer + redaction_desk().said(Redact(ref=TS, reason=WHY))


def test_the_message_that_is_still_in_slack_is_linked():
    here = HandmadeDesk(groups=LAWYERS)
    here.holds(FACTS[0])

    answer = here.answer(Redact(ref=TS, reason=WHY))

    assert "<https://slack.com/archives/C100/p1749463200000100|The message> in Slack: its author or an admin" in answer


def test_exports_that_contain_the_text_are_listed_with_author_and_time():
    here = HandmadeDesk(groups=LAWYERS)
    here.holds(conversation.Noted(text="before"))
    here.holds(Exported(who=ROSA, upto=1, head="a" * 64), by=MUSTER)
    here.holds(FACTS[0])
    here.holds(Exported(who=ROB, upto=3, head="b" * 64), by=MUSTER, at=later(3))
    here.holds(Exported(who=EVA, upto=4, head="c" * 64), by=MUSTER, at=later(4))

    answer = here.answer(Redact(ref=TS, reason=WHY))

    assert "The exports made earlier may contain it. Ask for them back:" in answer
    assert f"by <@UROB>, <!date^{int(later(3).timestamp())}^" in answer
    assert "up to entry 4" in answer
    assert "<@UROSA>" not in answer, "hers was made before the message"


@pytest.mark.parametrize(
    "ref", [f"CGENERAL:{TS}", f"https://x.slack.com/archives/CGENERAL/p{TS.replace('.', '')}", "1"]
)
def test_the_text_of_the_declaring_message_is_removed_with_the_name_made_from_the_title(desk, monkeypatch, ref):
    monkeypatch.setitem(GROUPS, "rosa", {"legal"})
    place = Place(channel="CGENERAL", message=TS)
    key = desk.do("declare", place=place, title="key=1 leaked", symptom="use key=1", service="checkout").key
    desk.note(key, ChannelMade(channel=CHANNEL, name="inc-2026-0001-key-1-leaked"))

    desk.do("redact", "rosa", at=7, ref=ref, reason=WHY)

    assert [desk.entries()[n - 1].fact.kind for n in desk.facts()[0].entries] == ["declared", "channel_made"]
    assert "key=1" not in "".join(entry.fact.model_dump_json() for entry in desk.entries())
    assert "key=1" not in desk.incident.model_dump_json()
    assert "I rename the channel too" in desk.answer()


def test_a_redacted_text_is_gone_from_every_entry_and_every_view(room, monkeypatch):
    monkeypatch.setitem(GROUPS, "rosa", {"legal"})
    room.says("eva", "use key=1", at=5, ts=TS)
    room.do("pin", at=6, channel=CHANNEL, ts=TS)

    room.do("redact", "rosa", at=7, ref=TS, reason=WHY)

    named = room.facts()[0].entries
    kept = [entry for entry in room.entries() if entry.n in named]
    assert [(entry.fact.text, entry.redacted) for entry in kept] == [("[redacted]", True)] * 2
    assert "key=1" not in "".join(entry.fact.model_dump_json() for entry in room.entries())
    room.do("timeline", at=8)
    assert "[redacted]" in room.answer()


def test_a_second_message_with_the_same_text_gets_a_mask_of_its_own(room):
    other = "1749463201.000100"
    for ts in (TS, other):
        room.says("eva", "use the key hunter2", at=5, ts=ts)

    room.do("redact", "rob", at=6, ref=TS, reason=WHY)
    room.do("redact", "rob", at=7, ref=other, reason=WHY)

    assert [mask.ts for mask in room.incident.masks] == [TS, other]
