"""Brings the policy file into force, at the start and whenever it changes. Knows no rule the file holds.

The text that came into force is kept in the directory, so that a broken file finds the last good one at the next start.
"""

from __future__ import annotations

import logging
from pathlib import Path

from bot.clock import Clock
from bot.config.policy_loader import ActivePolicy, active_policy, read_again
from bot.config.yaml_positions import ConfigError
from storage.directory import Directory
from storage.errors import Unavailable

_log = logging.getLogger(__name__)


class PolicyReloader:
    """Watches one policy file. `wrong` is what is wrong with it now, while the last good text stays in force."""

    def __init__(self, path: Path, directory: Directory, clock: Clock) -> None:
        """Begin with the file, or with the last good text where it is broken; without either, raise BrokenPolicy.

        While the database is absent there is only the file; `keep` is called once it is there.
        """
        self._path, self._directory, self._clock = path, directory, clock
        self.active, self.wrong = self._begin()

    def look(self) -> None:
        """Read the file again: bring what is new and good into force, say once what is wrong and change nothing."""
        before, known = self.active.hash, self.wrong
        now = self._clock.now()
        self.wrong = read_again(self.active, self._path, now.date())
        if self.active.hash != before:
            self.keep()
            _log.info("policy %s is in force from now on", self.active.policy.version)
        if self.wrong != known:
            for one in self.wrong:
                _log.error("%s is left aside, the last good policy stays: %s", self._path, one)

    def _begin(self) -> tuple[ActivePolicy, tuple[ConfigError, ...]]:
        try:
            kept = self._directory.active_policy()
        except Unavailable:
            return active_policy(self._path, self._clock.now().date(), lambda: None)
        active, wrong = active_policy(self._path, self._clock.now().date(), lambda: kept[1] if kept else None)
        self._directory.activate_policy(active.policy, active.loaded.text, self._clock.now())
        return active, wrong

    def keep(self) -> None:
        """Note in the directory which text is in force."""
        self._directory.activate_policy(self.active.policy, self.active.loaded.text, self._clock.now())
