"""Writes the golden files of a format version, once: `python -m tests.storage.golden.make v1`.

A file that was ever released is never written again. When a kind or a version of a fact is added, the story gets an
entry of it, and a new folder (v2, …) is written beside the old ones, which must go on folding to what they say.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from incident.entry import WORKSPACE, IncidentKey, workspace_chain
from storage.integrity.signing_keys import new_key
from storage.record.projections import projection
from storage.store import Store, open_store
from tests.support.policies import ONE_TARGET_POLICY
from tests.support.recorded_team import TEAM, at, record_all, redacted_by_number, step
from tests.support.recorded_workspace import organised, told_of_keeping

HERE = Path(__file__).parent


def chain(store: Store, key: IncidentKey) -> dict[str, object]:
    lines = store.queries.rows(key)
    folded = store.transactions.read(lambda connection: projection.refold(connection, key))
    return {
        "key": list(key),
        "entries": [{"text": one.text, "hash": one.hash, "salt": one.salt, "words": one.words} for one in lines],
        "state": None if folded is None else json.loads(folded.model_dump_json()),
    }


def main(version: str) -> None:
    folder = HERE / version
    folder.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, open_store(f"sqlite:///{scratch}/golden.db", team=TEAM) as store:
        store.migrate()
        keys = record_all(store)
        drill = store.queries.incident(keys[2])
        for one in redacted_by_number(drill.n + 1 if drill else 0):
            store.recorder.transact(lambda unit, one=one: step(unit, keys[2], one))
        store.directory.activate_policy(ONE_TARGET_POLICY, "version: 1\n", at(150))
        store.recorder.transact(lambda unit: unit.append(workspace_chain(TEAM), told_of_keeping(), at(160)))
        store.recorder.transact(lambda unit: unit.append(workspace_chain(TEAM), organised(), at(170)))
        store.checkpoints.take(at(200), new_key(Path(scratch) / "key.pem"))
        names = ("major", "duplicate", "drill", "workspace")
        for name, key in zip(names, [*keys, IncidentKey(TEAM, WORKSPACE)], strict=True):
            with (folder / f"{name}.json").open("x", encoding="utf-8") as file:
                file.write(json.dumps(chain(store, key), indent=1, ensure_ascii=False, sort_keys=True) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
