"""Which prompts share one message: those that are due together and ask the same person first. Knows no text."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import Final

from incident.entries.delivery import PromptDue
from incident.entry import Entry
from incident.model.slack_references import OpenPrompt

# Each person who may decide gets a direct message about one masked text.
MASK_DECISION: Final = "mask"


def shared_prompts(entries: Iterable[Entry]) -> tuple[tuple[Entry, ...], ...]:
    """Return the prompts among the entries of one act, those of one message together."""
    found: dict[Hashable, list[Entry]] = {}
    for entry in entries:
        if isinstance(entry.fact, PromptDue):
            found.setdefault(_group(entry.fact, entry.n), []).append(entry)
    return tuple(tuple(several) for several in found.values())


def span_of(prompted: OpenPrompt, others: Sequence[OpenPrompt]) -> tuple[int, int]:
    """Return the first and last entry of the prompts that were due together with one, itself included."""
    group = _group(prompted, prompted.n)
    numbers = [one.n for one in others if one.at == prompted.at and _group(one, one.n) == group]
    return min(numbers, default=prompted.n), max(numbers, default=prompted.n)


def _group(prompt: PromptDue | OpenPrompt, n: int) -> Hashable:
    return prompt.asked[0] if prompt.asked and prompt.ask != MASK_DECISION else n
