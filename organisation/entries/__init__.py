"""The facts of what belongs to no single incident. A new fact is one class in the module of its theme."""

from __future__ import annotations

from pkgutil import iter_modules
from typing import Final

from incident import entries as incident_entries
from incident.entries import kinds_in

THEMES: Final = tuple(sorted(module.name for module in iter_modules(__path__)))
"""The modules of facts; organisation/fold/ has one of the same name for each."""

OWN: Final = kinds_in(__name__, THEMES)
"""The facts of the workspace chain that this package defines, by kind and version."""

ALL: Final = {**incident_entries.KINDS, **OWN}
"""Every fact that a chain of any kind may hold, by kind and version."""

if len(ALL) != len(incident_entries.KINDS) + len(OWN):
    raise RuntimeError("two facts claim the same kind and version")
