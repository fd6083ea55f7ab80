"""Finds a negation at the start of a text: `restored not yet` and `determine … no, …` may say that it is not so.

Only verbs that say of something that it is so (`asserts`) are asked about; in any other text these words are data.
"""

from __future__ import annotations

from typing import Final

from bot.grammar.parse_state import ParseState
from bot.grammar.text.fixed_words import is_fixed
from bot.grammar.tokenizer import Token, tokens_of
from commands.core.fields.form_field import Control

_NEGATIONS: Final = frozenset({"not", "never", "nearly", "almost", "hardly", "cannot", "neither", "nope"})
# Words that may come before it: `it is not back`, `that's not so`, `still not there`.
_BEFORE: Final = frozenset(
    {"it", "it's", "its", "that", "that's", "this", "is", "was", "are", "has", "still", "we", "do", "does", "did"}
)
# `no errors` says that something is so; `no`, `no, …`, `no because …` and `no longer` do not.
_AFTER_NO: Final = frozenset({"because", "longer", "not", "it", "since"})
_MOST_BEFORE: Final = 3


def negation_in(text: str, start: int = 0) -> str | None:
    """Return the negation with which a text begins at a position, with the words before it; None without one."""
    tokens = tokens_of(text, start, _MOST_BEFORE + 2)
    for index, token in enumerate(tokens[: _MOST_BEFORE + 1]):
        following = tokens[index + 1] if index + 1 < len(tokens) else None
        if _negates(token, following):
            return " ".join(one.text for one in tokens[: index + 1])
        if _plain(token) not in _BEFORE:
            return None
    return None


def hint_negation(state: ParseState, start: int) -> None:
    """Doubt a text that begins with a negation; where a field says whether it is so, fill that."""
    choices = [name for name, one in state.form_fields.items() if one.leading and one.control is Control.CHOICE]
    chosen = state.values.get(choices[0]) if choices else None
    is_so = state.asserts if isinstance(state.asserts, bool) else (chosen or "") in state.asserts
    words = negation_in(state.line.text, start) if is_so else None
    if words is None:
        return
    for name, one in state.empty_fields():
        if one.control is Control.CHOICE and not one.leading and is_fixed(one, "not"):
            state.values[name] = dict(one.synonyms)["not"]
            state.doubt("field_in_words", words, one.label)
            return
    state.doubt("negated", words)


def _negates(token: Token, following: Token | None) -> bool:
    word = _plain(token)
    if word == "no":
        return following is None or token.raw != token.text or _plain(following) in _AFTER_NO
    return word in _NEGATIONS or word.endswith("n't")


def _plain(token: Token) -> str:
    return token.text.lower().replace("‘", "'")
