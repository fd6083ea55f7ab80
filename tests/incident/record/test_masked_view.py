"""What a mask hides and what it does not: entries about the message, what quoted it, and the folded words that repeat it."""

from __future__ import annotations

import pytest

from incident.entries.conversation import (
    ActionOpened,
    DecisionMade,
    Masked,
    MaskLifted,
    MessageEdited,
    MessagePinned,
    MessagePosted,
    Noted,
    Redacted,
)
from incident.entries.outside.evidence_items import FileSecured
from incident.entries.status_updates import StatusUpdatePosted
from incident.entry import Entry
from incident.fold.fold import fold
from incident.record import masked_view
from incident.states import Audience, Priority
from tests.support.entry_chains import ADA, BEN, Chain

PLACE = ("C1", "7.0")
SECRET = "the key is hunter2"
OTHER = MessagePosted(channel="C1", ts="8.0", author=ADA, text="nothing to see")


def with_a_secret() -> Chain:
    """A posted key is pinned and made an action; a note and an update repeat it."""
    chain = Chain(Priority.P1)
    chain.add(
        MessagePosted(channel="C1", ts="7.0", author=ADA, text=SECRET),
        MessagePinned(channel="C1", ts="7.0", author=ADA, text=SECRET),
        ActionOpened(id="A1", text="revoke it", assignee=BEN, channel="C1", ts="7.0"),
        Noted(text=f"ADA wrote: {SECRET}."),
        StatusUpdatePosted(audience=Audience.INTERNAL, text=f"We saw “{SECRET}” in the channel"),
        DecisionMade(id="D1", text="rotate every key", rationale="one is out"),
        OTHER,
        at=1,
    )
    return chain


def quoted(chain: Chain) -> tuple[int, ...]:
    return masked_view.quoting(chain.entries, PLACE)


def masked(chain: Chain) -> Chain:
    chain.add(Masked(channel="C1", ts="7.0", entries=quoted(chain), reason="a key"), at=2, by=BEN)
    return chain


def shown(chain: Chain) -> list[Entry]:
    masks = masked_view.masks_of_chain(chain.entries)
    return [masked_view.masked(entry, masks) for entry in chain.entries]


def test_quoting_names_what_was_made_of_the_message_and_what_repeats_its_whole_text():
    chain = with_a_secret()
    kinds = {entry.n: entry.fact.kind for entry in chain.entries}

    assert [kinds[n] for n in quoted(chain)] == [
        "message_posted",
        "message_pinned",
        "action_opened",
        "noted",
        "status_update_posted",
    ]


@pytest.mark.parametrize("text", ["hunter2", "ok", "  "])
def test_a_text_too_short_to_mean_anything_elsewhere_is_not_looked_for(text):
    chain = Chain(Priority.P1)
    chain.add(MessagePosted(channel="C1", ts="7.0", author=ADA, text=text), Noted(text=f"it said {text} here"), at=1)

    assert quoted(chain) == (chain.now.n - 1,)


def test_a_part_of_another_word_is_no_quotation():
    chain = Chain(Priority.P1)
    chain.add(MessagePosted(channel="C1", ts="7.0", author=ADA, text="restarted"), Noted(text="unrestarted?"), at=1)

    assert quoted(chain) == (chain.now.n - 1,)


def test_another_file_of_the_same_name_is_no_quotation():
    chain = Chain(Priority.P1)
    files = (
        FileSecured(id=f"EV{ts}", file=f"F{ts}", name="image.png", size=1, channel="C1", ts=f"{ts}.0") for ts in (7, 8)
    )
    chain.add(*files, Noted(text="image.png shows the key"), at=1)
    first, second, note = (entry.n for entry in chain.entries[-3:])

    assert quoted(chain) == (first, note)
    assert masked_view.quoting(chain.entries, second) == (second, note)


def test_no_word_of_what_is_masked_is_shown_and_every_other_is():
    chain = masked(with_a_secret())

    texts = "".join(entry.fact.model_dump_json() for entry in shown(chain))

    assert "hunter2" not in texts
    assert "revoke it" not in texts
    assert "rotate every key" in texts
    assert "nothing to see" in texts
    assert "a key" in texts, "why it was masked is no secret"


def test_what_is_said_about_the_message_later_is_masked_too():
    chain = masked(with_a_secret())
    chain.add(
        MessageEdited(channel="C1", ts="7.0", edited_ts="9.0", author=ADA, text="the key was hunter3", previous=SECRET),
        DecisionMade(id="D2", text="hunter3 is gone too", channel="C1", ts="7.0"),
        at=3,
    )

    assert "hunter3" not in "".join(entry.fact.model_dump_json() for entry in shown(chain))


def test_facts_and_the_record_itself_stay_as_they_are():
    chain = masked(with_a_secret())

    for before, after in zip(chain.entries, shown(chain), strict=True):
        assert (before.n, before.by, before.recorded_at) == (after.n, after.by, after.recorded_at)
    assert SECRET in "".join(entry.fact.model_dump_json() for entry in chain.entries)


def test_the_folded_incident_shows_no_word_that_a_masked_entry_holds():
    chain = masked(with_a_secret())

    veiled = masked_view.masked_incident(chain.now, chain.entries)

    assert veiled.actions[0].text == masked_view.MASKED
    assert veiled.title == chain.now.title
    assert veiled.key == chain.now.key
    assert chain.now.actions[0].text == "revoke it", "what is folded keeps its words"
    assert veiled == fold(shown(chain)), "it is what the masked entries fold to"


@pytest.mark.parametrize(
    "end",
    [
        MaskLifted(channel="C1", ts="7.0", entries=(4,)),
        Redacted(channel="C1", ts="7.0", entries=(4,), reason="a key"),
    ],
)
def test_a_mask_ends_when_it_is_lifted_or_the_words_are_redacted(end):
    chain = masked(with_a_secret())
    assert [(mask.channel, mask.ts, mask.by) for mask in chain.now.masks] == [("C1", "7.0", BEN)]

    chain.add(end, at=3)

    assert chain.now.masks == masked_view.masks_of_chain(chain.entries) == ()


def test_masking_again_widens_the_mask_that_stands_and_another_message_has_its_own():
    chain = masked(with_a_secret())
    first = chain.now.masks[0]

    chain.add(Masked(channel="C1", ts="7.0", entries=(1,), reason="also the title"), at=3, by=ADA)
    chain.add(Masked(channel="C1", ts="8.0", entries=(11,), reason="this too"), at=4, by=ADA)

    assert chain.now.masks[0] == first.model_copy(update={"entries": (1, *first.entries)})
    assert [mask.ts for mask in chain.now.masks] == ["7.0", "8.0"]


def test_redacted_words_stay_redacted_under_a_mask():
    chain = masked(with_a_secret())
    gone = [entry.model_copy(update={"redacted": True}) for entry in chain.entries]

    assert [masked_view.masked(entry, chain.now.masks) for entry in gone] == gone
