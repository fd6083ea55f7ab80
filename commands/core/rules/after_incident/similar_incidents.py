"""Which incidents are alike by their words. Pure: the words are those of the folded incidents, so a redaction reaches them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import log
from typing import Final

from commands.core.request import Actor
from incident.frozen import REDACTED
from incident.model.incident import Incident
from incident.states import VOID

MOST_READ: Final = 300
_LEAST_WORDS: Final = 2
_LEAST_LENGTH: Final = 3
_WORD: Final = re.compile(r"[^\W_]+")
_MASKED: Final = "[masked]"
_COMMON: Final = frozenset(
    [
        "a",
        "about",
        "after",
        "all",
        "and",
        "any",
        "are",
        "because",
        "been",
        "before",
        "but",
        "can",
        "could",
        "does",
        "for",
        "from",
        "had",
        "has",
        "have",
        "how",
        "into",
        "its",
        "more",
        "not",
        "now",
        "off",
        "one",
        "only",
        "our",
        "out",
        "over",
        "since",
        "some",
        "than",
        "that",
        "the",
        "their",
        "them",
        "then",
        "there",
        "they",
        "this",
        "too",
        "was",
        "were",
        "what",
        "when",
        "where",
        "which",
        "while",
        "will",
        "with",
        "you",
        "your",
        "again",
        "back",
        "still",
        "users",
        "user",
        "incident",
        "service",
    ]
)


@dataclass(frozen=True)
class SimilarIncident:
    """An incident that is alike, with the words that match, rarest first."""

    incident: Incident
    words: tuple[str, ...]


def words_of(text: str) -> frozenset[str]:
    """Return the words of a text that tell it from others: lower case, no common ones, without the s of a plural."""
    found = (word.casefold() for word in _WORD.findall(text.replace(REDACTED, " ").replace(_MASKED, " ")))
    rare = (word for word in found if len(word) >= _LEAST_LENGTH and word not in _COMMON)
    return frozenset(word[:-1] if word.endswith("s") and not word.endswith("ss") else word for word in rare)


def words_of_incident(incident: Incident) -> frozenset[str]:
    """Return the words of what people saw and did: title, symptom, cause, workarounds and resolution."""
    rca = incident.aftermath.rca
    texts = [
        incident.title,
        incident.symptom,
        incident.resolution.text if incident.resolution else "",
        *(one.text for one in incident.workarounds),
        *(one.text for one in (rca.parts if rca else ())),
    ]
    return words_of(" ".join(texts))


def similar(
    words: frozenset[str], known: Iterable[Incident], actor: Actor, *, limit: int = 5
) -> tuple[SimilarIncident, ...]:
    """Return the incidents that share most with these words, a rare word counting more; only those the actor may see.

    One word alone matches only where it is all that was asked for. Drills and void incidents are left out.
    """
    candidates = [(one, words_of_incident(one)) for one in known if _is_shown(one, actor)]
    occurrences = Counter(word for _, theirs in candidates for word in theirs)
    weight = {word: log(1 + len(candidates) / occurrences[word]) for word in words if word in occurrences}
    least = min(_LEAST_WORDS, len(words))
    found = []
    for incident, theirs in candidates:
        shared = sorted(words & theirs, key=lambda word: (-weight[word], word))
        if shared and len(shared) >= least:
            found.append((sum(weight[word] for word in shared), SimilarIncident(incident, tuple(shared))))
    found.sort(key=lambda scored: scored[0], reverse=True)
    return tuple(one for _, one in found[:limit])


def _is_shown(incident: Incident, actor: Actor) -> bool:
    return not incident.drill and incident.state not in VOID and actor.may_see(incident)


def without(incident: Incident | None, known: Sequence[Incident]) -> tuple[Incident, ...]:
    """Return the incidents other than this one."""
    return tuple(one for one in known if incident is None or one.key != incident.key)
