"""Jobs about files that are evidence: fetches the bytes that a person keeps, and erases those of what was redacted."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bot.slack.client.file_download import DownloadLater, DownloadRefused, download
from bot.slack.client.web_api import SlackError, UnknownOutcome
from bot.worker.job_context import JobContext, SlackHandler
from bot.worker.port import Delivered, JobHandler, JobRun, Result
from incident.entries.outside.evidence_items import FileErased, FileNotStored, FileStored
from incident.entry import Fact
from incident.jobs import JobKind
from incident.model.incident import Incident
from incident.model.outside_records import EvidenceItem
from storage.files.evidence_files import EvidenceFiles, FileTooLarge

_log = logging.getLogger(__name__)
_WHY: Final = {
    "file_not_found": "deleted",
    "file_deleted": "deleted",
    "missing_scope": "no_scope",
    "not_allowed_token_type": "no_scope",
    "access_denied": "no_access",
    "no_permission": "no_access",
}
_TIMEOUT_SECONDS: Final = 10.0


@dataclass(frozen=True)
class EvidenceJobs:
    """The jobs of one process, which stores the bytes in `files`."""

    files: EvidenceFiles

    @property
    def handlers(self) -> dict[JobKind, JobHandler]:
        """The handlers of the jobs that need no Slack."""
        return {JobKind.EVIDENCE_ERASURE: self.erase}

    @property
    def slack_handlers(self) -> dict[JobKind, SlackHandler]:
        """The handlers of the jobs that ask Slack."""
        return {JobKind.EVIDENCE_FILE: self.fetch}

    def fetch(self, run: JobRun, context: JobContext) -> Sequence[Fact]:
        """Fetch a file, store its bytes, and return its digest or why there is none. A repetition stores the same again."""
        item = _item(run.incident, run.job.entry)
        if item is None or item.file is None or item.stored != "pending" or item.is_redacted:
            return ()
        try:
            info = context.slack.call("files.info", file=item.file)["file"]
        except SlackError as error:
            if error.error not in _WHY:
                raise
            return (self._not_stored(item, _WHY[error.error]),)
        size = info.get("size")
        if info.get("mode") == "tombstone":
            return (self._not_stored(item, "deleted"),)
        if info.get("is_external") or info.get("mode") == "external":
            return (self._not_stored(item, "external"),)
        if isinstance(size, int) and size > self.files.most_bytes:
            return (self._not_stored(item, "too_large", size),)
        return (self._stored(run, context, item, info),)

    def _stored(self, run: JobRun, context: JobContext, item: EvidenceItem, info: dict[str, Any]) -> Fact:
        address = str(info.get("url_private_download") or info.get("url_private") or "")
        slack = context.slack

        def pieces() -> Iterator[bytes]:
            slack.check_lease(slack.clock.now())
            mimetype = str(info.get("mimetype"))
            for piece in download(slack.client, address, mimetype=mimetype, timeout=_TIMEOUT_SECONDS):
                slack.check_lease(slack.clock.now())
                yield piece

        try:
            stored = self.files.store(run.incident.key, pieces())
        except DownloadRefused as refused:
            return self._not_stored(item, refused.why)
        except DownloadLater as later:
            raise UnknownOutcome(f"the download of a file: {later}") from None
        except FileTooLarge:
            return self._not_stored(item, "too_large", info.get("size"))
        except OSError as error:
            _log.error("evidence cannot be stored in %s: %s", self.files.folder, error.strerror)
            return self._not_stored(item, "no_room")
        before = [one for one in run.incident.evidence if one.file == item.file and one.n < item.n and one.sha256]
        differs = next((one.id for one in reversed(before) if one.sha256 != stored.sha256), None)
        return FileStored(id=item.id, secured=item.n, sha256=stored.sha256, size=stored.size, differs=differs)

    def _not_stored(self, item: EvidenceItem, why: Any, size: int | None = None) -> FileNotStored:
        most = self.files.most_bytes if why == "too_large" else None
        return FileNotStored(id=item.id, secured=item.n, why=why, size=size or item.size, most_bytes=most)

    def erase(self, run: JobRun) -> Result:
        """Erase the bytes of a file that was redacted, unless a legal hold was set since or another item has the same."""
        item = _item(run.incident, run.job.entry)
        if item is None or not item.is_redacted or item.stored != "stored" or item.sha256 is None:
            return Delivered()
        if run.incident.preserved:
            return Delivered()
        others = (one for one in run.incident.evidence if one.n != item.n and not one.is_redacted)
        if all(one.sha256 != item.sha256 or one.stored != "stored" for one in others):
            self.files.erase(run.incident.key, item.sha256)
        return Delivered(facts=(FileErased(id=item.id, secured=item.n),))


def _item(incident: Incident, n: int | None) -> EvidenceItem | None:
    return next((one for one in incident.evidence if one.n == n), None)
