"""An incident gets another title, and everything that shows the title follows."""

from __future__ import annotations

from incident.entries.lifecycle import TitleChanged
from incident.jobs import JobKind
from incident.refusal import Code
from tests.support.command_bench import CommandBench


def test_the_title_changes_and_the_first_one_stays_in_the_record(room: CommandBench) -> None:
    room.do("title", title="Card payments fail at checkout")

    assert room.facts() == [TitleChanged(title="Card payments fail at checkout")]
    assert room.incident.title == "Card payments fail at checkout"
    assert room.entries()[0].fact.title == "Checkout errors"
    assert room.said() == "*New title* by <@UROB>: Card payments fail at checkout"
    assert room.answer().startswith("INC-2026-0001 is now “Card payments fail at checkout”. Card, topic and")


def test_card_topic_channel_name_and_announcement_follow_the_title(room: CommandBench) -> None:
    before = {key: queued.generation for key, queued in room.memory.state.jobs.items()}

    room.do("title", title="Card payments fail at checkout")

    queued = room.memory.state.jobs.items()
    raised = {one.job.kind for key, one in queued if one.generation > before.get(key, 0)}
    assert {JobKind.TOPIC, JobKind.CHANNEL_NAME, JobKind.ANNOUNCE} <= raised | {one.job.kind for _, one in queued}
    assert JobKind.CHANNEL_NAME in {one.job.kind for key, one in queued if key not in before}


def test_a_title_that_is_there_already_is_refused(room: CommandBench) -> None:
    outcome = room.do("title", title="Checkout errors")

    assert (outcome.code, outcome.reason) == (Code.STATE, "title_same")


def test_a_new_title_is_redacted_by_its_own_entry_and_its_channel_name_goes_with_it(room: CommandBench) -> None:
    room.policy = room.policy.model_copy(
        update={"authority": room.policy.authority.model_copy(update={"redact": ("responder",)})}
    )
    n = room.do("title", title="Leak of Jane Doe at checkout").first or 0

    outcome = room.do("redact", ref=f"E{n}", reason="it names a customer")

    assert outcome.code is None
    assert room.incident.title == "[redacted]"
    assert "The incident's title" in room.answer()
    assert "channel_made" in {room.entries()[number - 1].fact.kind for number in room.facts()[0].entries}


def test_a_new_title_that_is_masked_leaves_the_name_of_the_channel(room: CommandBench) -> None:
    n = room.do("title", title="Leak of Jane Doe at checkout").first or 0
    key = f"{JobKind.CHANNEL_NAME}:T1:{room.key.id}"
    renames = room.memory.state.jobs[key].generation

    room.do("redact", by="eva", ref=f"E{n}", reason="it names a customer")

    assert room.memory.state.jobs[key].generation == renames + 1
