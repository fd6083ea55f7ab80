"""Takes the checkpoint of a minute: the one job that calls nobody outside."""

from __future__ import annotations

from collections.abc import Sequence

from bot.worker.job_context import JobContext, JobHandler, JobRun
from incident.entry import Fact
from storage.integrity.checkpoints import Checkpoints
from storage.integrity.signing_keys import Signer


def checkpoint_by(checkpoints: Checkpoints, signer: Signer | None) -> JobHandler:
    """Give the function that takes a checkpoint, signed when there is a key."""

    def take(task: JobRun, means: JobContext) -> Sequence[Fact]:
        checkpoints.take(task.at, signer, team=task.job.incident.team)
        return ()

    return take
