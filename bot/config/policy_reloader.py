"""Activates the policy file at the start and whenever it changes. Knows no rule of the policy.

The active text is stored in the directory, so that a start with a broken file falls back to the last good one.
"""

from __future__ import annotations

import logging
from pathlib import Path

from bot.clock import Clock
from bot.config.policy_loader import ActivePolicy, active_policy, reread
from bot.config.schedule_faults import moved_shifts
from bot.config.yaml_positions import ConfigError
from incident.policy import Policy
from storage.directory import Directory
from storage.errors import Unavailable

_log = logging.getLogger(__name__)


class PolicyReloader:
    """Watches one policy file. `errors` are its faults; while there are any, the last good text stays active."""

    def __init__(self, path: Path, directory: Directory, clock: Clock) -> None:
        """Activate the file, or the last good text when it is broken. Raise BrokenPolicy when there is neither.

        While the database is unavailable only the file counts; call `store_active` once it is back.
        """
        self._path, self._directory, self._clock = path, directory, clock
        self.active, self.errors = self._activate()

    def reload(self) -> None:
        """Read the file again: activate a changed text, or log its faults once and change nothing."""
        hash_before, errors_before, policy_before = self.active.hash, self.errors, self.active.policy
        now = self._clock.now()
        self.errors = reread(self.active, self._path, now)
        if self.active.hash != hash_before:
            self.store_active()
            _log.info("policy %s is active from now on", self.active.policy.version)
            self._warn_of_moved_shifts(policy_before)
        if self.errors != errors_before:
            for one in self.errors:
                _log.error("%s is not used, the last good policy stays: %s", self._path, one)

    def _activate(self) -> tuple[ActivePolicy, tuple[ConfigError, ...]]:
        try:
            stored = self._directory.active_policy()
        except Unavailable:
            return active_policy(self._path, self._clock.now(), lambda: None)
        active, errors = active_policy(self._path, self._clock.now(), lambda: stored[1] if stored else None)
        self._directory.activate_policy(active.policy, active.loaded.text, self._clock.now())
        return active, errors

    def _warn_of_moved_shifts(self, before: Policy) -> None:
        for name in moved_shifts(before, self.active.policy, self._clock.now()):
            _log.warning(
                "the new policy changes who is on call now for %s. If that is not meant, put back what it was before.",
                name,
            )

    def store_active(self) -> None:
        """Store the active text in the directory."""
        self._directory.activate_policy(self.active.policy, self.active.loaded.text, self._clock.now())
