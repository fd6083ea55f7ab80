"""The projection of the workspace chain is saved, verified, rebuilt, backed up and redacted as an incident's is."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from commands.core.request import Actor, Place, Request
from commands.core.run import note_outcome, run
from incident.entries.integrity import CheckpointPublished
from incident.entry import EntryPoint, IncidentKey, Source, workspace_chain
from incident.medium import Medium, slack_ref
from organisation.fold.organisation_fold import ORGANISATION
from organisation.model.organisation import Organisation
from storage.maintenance.backup import back_up
from storage.maintenance.projection_rebuild import rebuild
from storage.maintenance.restore import restore
from storage.maintenance.verification import verify
from storage.record.projections import projection
from storage.record.projections.organisation_table import ORGANISATION as TABLE
from storage.store import Store, open_store
from tests.support.policies import small_policy
from tests.support.recorded_team import ADA, BEN, SECRET, TEAM, at, record_all

KEY = workspace_chain(TEAM)


def act(store: Store, minutes: float, groups: tuple[str, ...] = ("responder",), **fields) -> None:
    request = Request(
        verb="task",
        fields=fields,
        actor=Actor(id=ADA, groups=frozenset(groups)),
        team=TEAM,
        place=Place(),
        source=Source(surface=EntryPoint.CLI),
        key=f"request:{minutes}",
        at=at(minutes),
    )
    outcome = run(request, recorder=store.recorder, policy=small_policy(), policy_hash="0" * 64)
    assert not outcome.is_refused, outcome


@pytest.fixture
def recorded(store: Store) -> Store:
    """A record with incidents, and two tasks between other entries of the workspace chain."""
    record_all(store)
    act(store, 200, what="open", owner=BEN, due=at(9000).isoformat(), text=SECRET)
    store.checkpoints.take(at(201), None)
    act(store, 202, what="open", owner=ADA, due=at(9000).isoformat(), text="Write the runbook")
    act(store, 203, what="done", id="T2", evidence="It is in the wiki")
    store.checkpoints.take(at(204), None)
    return store


def state(store: Store) -> Organisation:
    found = store.recorder.read(lambda reader: reader.peek_aggregate(ORGANISATION, KEY))
    assert found is not None
    return found


def problems(store: Store) -> list[tuple[str, IncidentKey | None]]:
    return [(one.kind, one.key) for one in verify(store).problems]


def test_the_saved_state_is_the_fold_of_the_whole_chain(recorded: Store):
    entries = recorded.recorder.read(lambda reader: reader.entries(KEY))

    assert state(recorded) == ORGANISATION.fold(entries)
    assert [task.id for task in state(recorded).tasks] == ["T1"]
    assert problems(recorded) == []


def test_a_chain_that_nothing_changed_has_no_row(store: Store):
    record_all(store)
    store.checkpoints.take(at(201), None)
    published = CheckpointPublished(seq=1, root="r" * 64, medium=Medium.SLACK, ref=slack_ref("C0AUDIT", "1.0"))
    note_outcome(KEY, [published], job="publish:1", recorder=store.recorder, policy=small_policy(), at=at(202))

    assert store.recorder.read(lambda reader: reader.peek_aggregate(ORGANISATION, KEY)) is None
    assert problems(store) == []


@pytest.mark.parametrize(
    "change",
    [
        update(TABLE).values(folded=Organisation(key=KEY).model_dump_json()),
        update(TABLE).values(n=1),
        delete(TABLE),
    ],
    ids=["another state", "another entry", "no row"],
)
def test_a_row_that_differs_from_the_chain_is_found_and_rebuilt(recorded: Store, change):
    before = state(recorded)
    recorded.transactions.write(lambda connection: connection.execute(change))
    projection.clear_caches()
    assert problems(recorded) == [("rebuild", KEY)]

    assert rebuild(recorded) == (KEY,)

    assert problems(recorded) == []
    assert state(recorded) == before


def test_a_row_of_a_later_entry_than_there_is_shows_a_truncated_chain(recorded: Store):
    recorded.transactions.write(lambda connection: connection.execute(update(TABLE).values(n=99)))

    assert problems(recorded) == [("truncated", KEY)]


def test_a_row_of_another_release_is_folded_again_when_it_is_read(recorded: Store):
    before = state(recorded)
    stale = update(TABLE).values(shape="older", folded="{}")
    recorded.transactions.write(lambda connection: connection.execute(stale))

    assert state(recorded) == before
    assert problems(recorded) == []


def test_a_backup_holds_the_tasks_and_can_be_restored(recorded: Store, tmp_path: Path):
    url = recorded.engine.url.render_as_string(hide_password=False)
    assert back_up(recorded, url, tmp_path / "backup.db").problems == ()

    target = f"sqlite:///{tmp_path / 'restored.db'}"
    restore(target, tmp_path / "backup.db", replace=False)

    with open_store(target, team=TEAM) as restored:
        assert state(restored) == state(recorded)
        assert verify(restored).problems == ()


def test_the_words_of_a_task_can_be_redacted_and_leave_the_projection(recorded: Store):
    [task] = state(recorded).tasks
    act(recorded, 300, groups=("privacy",), what="redact", id="T1", reason="It held a password")

    assert state(recorded).tasks[0].text == "[redacted]"
    assert state(recorded).tasks[0].model_copy(update={"text": SECRET}) == task
    assert problems(recorded) == []
    assert SECRET not in recorded.transactions.read(lambda connection: connection.scalar(select(TABLE.c.folded)))
