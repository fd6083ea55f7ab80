"""What is doubtful about a status update: a repetition, words that contradict the state, an audience without a channel.

None of it is a refusal: the person is asked where that is possible, and the update records what it was warned of.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Final

from commands.core.verb import DecisionContext, Doubt
from incident.entries.status_updates import StatusUpdatePosted, UpdateCorrected, UpdateDrafted
from incident.refusal import Code, Refusal
from incident.rules.visibility import is_restricted
from incident.states import Audience, State

_RECOVERED: Final = frozenset({State.MITIGATED, State.RESTORED, State.RESOLVED, State.CLOSED})
_DONE: Final = frozenset({State.RESOLVED, State.CLOSED})
# "It is not fixed yet", "until it is back to normal": such a word within the three before says the opposite.
_NEGATIONS: Final = frozenset(
    {"not", "no", "never", "until", "till", "once", "when", "if", "before", "unless", "without", "will", "be", "nearly"}
)
_NEAR: Final = 3
_WITH_TEXT: Final = (StatusUpdatePosted.kind, UpdateCorrected.kind, UpdateDrafted.kind)
_WORD: Final = re.compile(r"[\w'’]+")

Texts = Mapping[Audience, str]


def doubts(now: DecisionContext, texts: Texts, replaced: int | None = None) -> tuple[Doubt, ...]:
    """Return what to ask before these texts are posted; nothing about an update that is recorded late.

    `replaced` is the draft that they replace: its words are no repetition.
    """
    if now.happened_at < now.at:
        return ()
    found = (
        _repeats(now, texts, replaced),
        _contradicts(now, texts.values()),
        _without_channel(now, texts),
        _restricted(now, texts),
    )
    return tuple(doubt for doubt in found if doubt is not None)


def contradictions(now: DecisionContext, text: str) -> tuple[Doubt, ...]:
    """Return what to ask before a draft is posted that may have been written in another state."""
    found = _contradicts(now, (text,))
    return (found,) if found else ()


def refuse_contradiction(now: DecisionContext, texts: Iterable[str]) -> None:
    """Refuse words that contradict the state where the policy says so; what is recorded late is about another state."""
    found = _contradicts(now, texts)
    if found is not None and now.policy.update_rules.contradiction == "refuse" and now.happened_at == now.at:
        phrase, state = found.facts["phrase"], found.facts["state"]
        raise Refusal(Code.BAD_VALUE, "update_contradicts_refused", "text", phrase=phrase, state=state)


def lacks_impact(now: DecisionContext, impact: str | None) -> bool:
    """True if an update of a major incident does not say what it means for the business, and the policy asks for that.

    Refuses it where the policy says so (S1-06). What is recorded late was sent another way.
    """
    rule = now.policy.update_rules.impact
    if rule == "allow" or not now.open.major or (impact or "").strip() or now.happened_at < now.at:
        return False
    if rule == "refuse":
        raise Refusal(Code.MISSING_FIELDS, "update_impact", "business_impact")
    return True


def _repeats(now: DecisionContext, texts: Texts, replaced: int | None) -> Doubt | None:
    minutes = now.policy.update_rules.repeat_minutes
    since = now.at - timedelta(minutes=minutes)
    waiting = {draft.n for draft in now.open.update_drafts if draft.outcome is None} - {replaced}
    posted = {
        (entry.fact.audience, _folded(entry.fact.text))
        for entry in now.reader.unmasked().entries(now.open.key, kinds=_WITH_TEXT)
        if entry.recorded_at >= since and entry.n not in now.open.undone
        if isinstance(entry.fact, StatusUpdatePosted | UpdateCorrected)
        or (isinstance(entry.fact, UpdateDrafted) and entry.n in waiting)
    }
    repeated = [one for one, text in texts.items() if minutes and (one, _folded(text)) in posted]
    return Doubt("update_repeats", {"repeated": ", ".join(repeated), "minutes": str(minutes)}) if repeated else None


def _contradicts(now: DecisionContext, texts: Iterable[str]) -> Doubt | None:
    rules, state = now.policy.update_rules, now.open.state
    if rules.contradiction == "allow":
        return None
    words = rules.investigation_words if state in _DONE else () if state in _RECOVERED else rules.recovery_words
    phrase = next((word for text in texts for word in words if says(text, word)), None)
    return Doubt("update_contradicts", {"phrase": phrase, "state": state.value}) if phrase else None


def _without_channel(now: DecisionContext, texts: Texts) -> Doubt | None:
    nowhere = [one for one in texts if one is not Audience.INTERNAL and not _has_address(now, one)]
    return Doubt("update_no_channel", {"nowhere": ", ".join(nowhere)}) if nowhere else None


def _has_address(now: DecisionContext, audience: Audience) -> bool:
    return bool(now.policy.audiences.get(audience) or now.policy.update_recipients.get(audience))


def _restricted(now: DecisionContext, texts: Texts) -> Doubt | None:
    """Doubt that a restricted incident's update may be posted to a channel, until one was."""
    if not is_restricted(now.open):
        return None
    states = [now.open.audience(one) for one in texts if one is not Audience.INTERNAL and _has_address(now, one)]
    unsure = [state.audience for state in states if not state.posts or state.unreached]
    return Doubt("update_restricted", {"unsure": ", ".join(unsure)}) if unsure else None


def says(text: str, phrase: str) -> bool:
    """True if a text says a phrase, and not that it is otherwise (`not fixed`, `until it is fixed`)."""
    words, sought = _words(text), _words(phrase)
    for place in range(len(words) - len(sought) + 1):
        before = words[max(place - _NEAR, 0) : place]
        if words[place : place + len(sought)] == sought and not any(_negates(word) for word in before):
            return bool(sought)
    return False


def _negates(word: str) -> bool:
    return word in _NEGATIONS or word.endswith("n't")


def _words(text: str) -> list[str]:
    return [word.lower().replace("’", "'") for word in _WORD.findall(text)]


def _folded(text: str) -> str:
    """Return a text by which repetitions are recognised: in lower case, its spaces single."""
    return " ".join(text.casefold().split())
