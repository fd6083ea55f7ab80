"""`help`: every verb by group, or one verb with what it takes. All of it is read off the verbs; nothing is typed twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from commands.core import verb_registry
from commands.core.fields.form_field import Control, FormField, form_fields
from commands.core.verb import DecisionContext, Group, Verb
from incident.entry import Fact
from incident.refusal import Code, Refusal

ALL: Final = "all"


@dataclass(frozen=True)
class HelpLine:
    """One verb and what it does."""

    name: str
    aliases: tuple[str, ...]
    does: str


@dataclass(frozen=True)
class HelpView:
    """All verbs by group, with what each does when `whole`, or the one that was asked about."""

    groups: tuple[tuple[Group, tuple[HelpLine, ...]], ...]
    whole: bool = False
    one: HelpLine | None = None
    usage: str = ""
    fields: tuple[FormField, ...] = ()


class Help(Verb):
    """Say what can be typed; `help all` tells what each does, `help update` all about one of them."""

    name = "help"
    group = Group.OTHER
    asks = True
    needs_incident = False

    about: Annotated[str | None, FormField("About", Control.LINE, "Any verb, or all", leading=True)] = None

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Answer, or refuse a word that names no verb and offer the nearest."""
        if self.about and self.about != ALL and verb_registry.find(self.about) is None:
            nearest = verb_registry.nearest(self.about)
            raise Refusal(Code.UNKNOWN_VERB, "help_near" if nearest else "help_unknown", "about", nearest=nearest or "")
        return ()

    def view(self, now: DecisionContext) -> HelpView:
        """Read the verbs off the registry."""
        verb = verb_registry.find(self.about) if self.about else None
        if verb is None:
            every = verb_registry.verbs()
            groups = ((group, tuple(_line(v) for v in every if v.group == group)) for group in Group)
            return HelpView(groups=tuple(pair for pair in groups if pair[1]), whole=self.about == ALL)
        return HelpView(groups=(), one=_line(verb), usage=usage(verb), fields=tuple(form_fields(verb).values()))


def usage(verb: type[Verb]) -> str:
    """Write a verb as it is typed: fixed words first, then what has a name, then the text."""
    marks = form_fields(verb)
    leading = [_place(name, ask) for name, ask in marks.items() if ask.leading]
    named = [f"[{(ask.words or (name,))[0]}=…]" for name, ask in marks.items() if _is_named(ask)]
    rest = [_place(name, ask) for name, ask in marks.items() if ask.rest]
    because = ["[because …]" for ask in marks.values() if ask.because and not ask.rest]
    return " ".join([verb.name, *leading, *named, *rest, *because])


def _is_named(ask: FormField) -> bool:
    return not (ask.leading or ask.rest or ask.because)


def _place(name: str, ask: FormField) -> str:
    shown = name if ask.control == Control.CHECK else f"<{name.strip('_').replace('_', ' ')}>"
    return shown if ask.needed else f"[{shown}]"


def _line(verb: type[Verb]) -> HelpLine:
    return HelpLine(verb.name, verb.aliases, (verb.__doc__ or "").strip().splitlines()[0])
