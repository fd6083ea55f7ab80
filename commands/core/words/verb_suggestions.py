"""The verb to suggest for a word that is none: from a table of what people type elsewhere, then by the spelling.

A suggestion never leads to a verb that deletes, ends, restricts or releases. Knows words only.
"""

from __future__ import annotations

from functools import cache
from typing import Final

from commands.core import verb_registry
from commands.core.verb import Verb
from commands.core.words.near_misses import nearest

# Verb: the words by which other tools and other people know it.
WORDS: Final = {
    "correct": "edit amend change fix-typo rewrite",
    "title": "name",
    "summary": "overview recap tldr brief briefing sitrep",
    "status": "stats statistics info state progress dashboard metrics",
    "update": "comms communicate communication announce announcement broadcast notify tell inform publish preview draft",
    "note": "log comment remark write record add observe memo jot",
    "timeline": "tl history events activity audit chronology",
    "list": "incidents all search active find ls closed",
    "oncall": "rota schedule duty shift pagerduty",
    "escalate": "call ring alert summon wake help-needed need",
    "assign": "give delegate owner assignee appoint set-role",
    "take": "claim own grab",
    "roles": "role who-is people team responders",
    "priority": "pri prio level p downgrade upgrade raise lower",
    "decide": "approve agree choose approved",
    "action": "todos followup follow-up item reminder remind",
    "done": "finish finished complete completed tick",
    "validate": "check verify proof verified checked test",
    "confirm": "confirmed",
    "review": "retro retrospective postmortem post-mortem",
    "regress": "back again worse broke broken recurred relapse",
    "tempfix": "temp temporary hotfix patch",
    "workaround": "bypass",
    "later": "wait postpone",
    "link": "ticket jira issue attach",
    "answer": "decline yes no coming busy",
    "time": "started began detected when impact-start",
    "declare": "incident trigger fire sos outage emergency",
    "help": "commands usage man manual how howto",
    "category": "tag label classify type",
    "handover": "swap relieve",
    "subscribe": "unsubscribe mute unmute watch unwatch digest",
    "contain": "isolate block stop",
    "mitigated": "better improved fix",
}


# The verb that is suggested for such a word takes it as its first field: `list closed`.
FIELDS_TOO: Final = frozenset({"closed", "digest"})


def suggestion(word: str, text: str = "") -> str | None:
    """Return the name of a verb that may be meant by a word that is none; None if none is like it.

    `text` is the whole line: `i need help` is not about its first word.
    """
    lower = word.strip().lower()
    if lower in _SPEAKERS and len(words := text.lower().split()) > 1:
        lower = words[1]
    meant = verb_registry.find(_table().get(lower, ""))
    if meant is None and lower not in _NEVER:
        meant = _prefixed(lower)
    if meant is None and lower not in _NEVER:
        near = nearest(lower, (known for known, verb in verb_registry.words().items() if not verb.drastic))
        meant = verb_registry.find(near) if near else None
    return None if meant is None or meant.drastic else meant.name


def _prefixed(word: str) -> type[Verb] | None:
    """Return the one verb whose name a word is the start of (`stat`), if it is the only one."""
    found = (
        [verb for verb in verb_registry.verbs() if verb.name.startswith(word)] if len(word) >= _SHORTEST_START else []
    )
    return found[0] if len(found) == 1 else None


_SHORTEST_START: Final = 3
_SPEAKERS: Final = frozenset({"i", "we"})
# These are typed to erase text, or to hide or end an incident: a verb of another meaning must not be offered.
_NEVER: Final = frozenset({
    "delete", "remove", "erase", "purge", "wipe", "forget", "hide", "private", "secret", "restrict",
    "restricted", "lock", "end", "stop", "abort", "kill",
})  # fmt: skip


@cache
def _table() -> dict[str, str]:
    return {word: verb for verb, words in WORDS.items() for word in words.split()}
