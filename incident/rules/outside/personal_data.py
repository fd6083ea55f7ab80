"""Whether a person has to say if personal data are affected, and since when. A rule asks; it never assumes an answer. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from functools import cache

from incident.entries.conversation import Masked, Redacted
from incident.entries.outside.affected_data import PersonalDataMentioned
from incident.entry import Entry
from incident.frozen import text_fields
from incident.model.incident import Incident
from incident.policy import Policy
from roles.person_ids import MUSTER


def first_mention(incident: Incident, added: Sequence[Entry], policy: Policy) -> PersonalDataMentioned | None:
    """Return the first of the new entries in which a person used a word of the policy; None once there was one or an answer."""
    if incident.data_mention is not None or incident.screenings or incident.drill:
        return None
    pattern = _pattern(policy.reporting.data_words)
    # Why a text was hidden or removed says what was in the record, not what the incident affects.
    others = (entry for entry in added if entry.by != MUSTER and not isinstance(entry.fact, Masked | Redacted))
    found = (entry.n for entry in others if _says(entry, pattern))
    first = next(found, None)
    return None if first is None else PersonalDataMentioned(entry=first)


def screened_since(incident: Incident) -> datetime | None:
    """Return since when the question is open (UTC): a security incident, a mention, or an answer that it is not known yet."""
    last = incident.screenings[-1] if incident.screenings else None
    if last is not None:
        return last.at if last.answer == "unsure" else None
    security_at = next((item.at for item in reversed(incident.types) if item.type == "security"), None)
    moments = (
        security_at if incident.type == "security" else None,
        incident.data_mention.at if incident.data_mention else None,
    )
    known = [at for at in moments if at is not None]
    return min(known) if known else None


def affects_personal_data(incident: Incident) -> datetime | None:
    """Return since when it is on record that personal data are or may be affected (UTC); None where it is not, or was denied last."""
    answers = [(one.at, one.answer != "no") for one in incident.screenings]
    recorded = [(one.at, True) for one in incident.affected if one.is_personal]
    since: datetime | None = None
    for at, may_be in sorted((*answers, *recorded)):
        since = (since or at) if may_be else None
    return since


def _says(entry: Entry, pattern: re.Pattern[str] | None) -> bool:
    texts = (getattr(entry.fact, name) for name in text_fields(type(entry.fact)))
    return pattern is not None and any(pattern.search(text) for text in texts if isinstance(text, str))


@cache
def _pattern(words: tuple[str, ...]) -> re.Pattern[str] | None:
    if not words:
        return None
    return re.compile(rf"(?<!\w)(?:{'|'.join(re.escape(word) for word in words)})(?!\w)", re.IGNORECASE)
