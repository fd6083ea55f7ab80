"""The levels of impact and urgency that answers propose by the rules of the policy (S1-38, S1-41). A person's own levels count."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from incident.entries.classification import LevelsProposed
from incident.policy import Policy
from incident.policy_parts.classification_rules import LOW, ImpactRule


@dataclass(frozen=True)
class ImpactAnswers:
    """What a person answers about the impact: words, how many are affected, percent of all, minutes until it is unacceptable."""

    words: str | None = None
    affected: int | None = None
    share: int | None = None
    unbearable_in: int | None = None

    @property
    def is_empty(self) -> bool:
        """True if nothing was answered."""
        return (self.words, self.affected, self.share, self.unbearable_in) == (None, None, None, None)


def proposed_levels(
    answers: ImpactAnswers, policy: Policy, *, tier: int, personal_data: bool, at: datetime
) -> LevelsProposed | None:
    """Return the answers with the levels that follow from them at `at` (UTC); None without an answer.

    Counts that no rule names propose a low impact, and a longer time than every rule names a low urgency.
    """
    if answers.is_empty:
        return None
    impact, impact_rule = _impact(answers, policy, tier, personal_data=personal_data)
    urgency, urgency_rule = _urgency(answers.unbearable_in, policy)
    minutes = answers.unbearable_in
    return LevelsProposed(
        impact_words=answers.words,
        affected=answers.affected,
        share=answers.share,
        unbearable_in=minutes,
        unbearable_at=None if minutes is None else at + timedelta(minutes=minutes),
        impact=impact,
        urgency=urgency,
        rules=tuple(one for one in (impact_rule, urgency_rule) if one),
    )


def _impact(answers: ImpactAnswers, policy: Policy, tier: int, *, personal_data: bool) -> tuple[int | None, str]:
    rules = policy.classification.impact_rules
    if not rules or (answers.affected is None and answers.share is None):
        return None, ""
    held = next((one for one in rules if _holds(one, answers, tier, personal_data=personal_data)), None)
    return (held.impact, _conditions(held)) if held else (LOW, "")


def _holds(rule: ImpactRule, answers: ImpactAnswers, tier: int, *, personal_data: bool) -> bool:
    return (
        (rule.share is None or (answers.share is not None and answers.share >= rule.share))
        and (rule.affected is None or (answers.affected is not None and answers.affected >= rule.affected))
        and (rule.tier is None or tier <= rule.tier)
        and (personal_data or not rule.personal_data)
    )


def _conditions(rule: ImpactRule) -> str:
    named = (
        None if rule.share is None else f"share >= {rule.share}",
        None if rule.affected is None else f"affected >= {rule.affected}",
        None if rule.tier is None else f"tier <= {rule.tier}",
        "personal data" if rule.personal_data else None,
    )
    return ", ".join(one for one in named if one)


def _urgency(minutes: int | None, policy: Policy) -> tuple[int | None, str]:
    limits = sorted(policy.classification.urgency_rules.items())
    if minutes is None or not limits:
        return None, ""
    held = next(((level, most) for level, most in limits if minutes <= most), None)
    return (held[0], f"unbearable_in <= {held[1]}") if held else (LOW, "")
