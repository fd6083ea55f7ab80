"""`help`: every verb by group, one verb with its fields, or what a role has to do. Derived from the verbs and the incident."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from commands.core import verb_registry
from commands.core.fields.form_field import Control, FormField, form_fields
from commands.core.rules.guidance.role_help import ROLE_WORDS, RoleHelp, asked_for, role_help
from commands.core.verb import DecisionContext, Group, Verb
from commands.core.words.verb_suggestions import suggestion
from incident.entry import Fact
from incident.refusal import Code, Refusal

ALL: Final = "all"
_ME: Final = ("me", "please", "?")


@dataclass(frozen=True)
class HelpLine:
    """One verb and what it does."""

    name: str
    aliases: tuple[str, ...]
    does: str


@dataclass(frozen=True)
class HelpView:
    """All verbs by group, with what each does when `whole`; or one verb in full; or what `roles` have to do.

    `roles` are empty where the asker has none, and None where no role was asked for. `channel` is that of the incident.
    """

    groups: tuple[tuple[Group, tuple[HelpLine, ...]], ...]
    whole: bool = False
    one: HelpLine | None = None
    usage: str = ""
    fields: tuple[FormField, ...] = ()
    roles: tuple[RoleHelp, ...] | None = None
    channel: str | None = None


class Help(Verb):
    """List the commands; `help all` says what each does, `help update` explains one, `help owner` what a role has to do."""

    name = "help"
    aliases = ("commands", "?")
    group = Group.OTHER
    is_query = True
    needs_incident = False
    for_guests = True

    about: Annotated[
        str | None,
        FormField(
            "About", Control.LINE, "Any command, a role such as owner, or all", leading=True, synonyms=ROLE_WORDS
        ),
    ] = None

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Refuse a word that names no verb and no role, and offer the nearest verb."""
        if self._names_nothing(now):
            nearest = suggestion(self.about or "")
            raise Refusal(Code.UNKNOWN_VERB, "help_near" if nearest else "help_unknown", "about", nearest=nearest or "")
        return ()

    def _names_nothing(self, now: DecisionContext) -> bool:
        about = self.about or ""
        is_known = not about or about in (ALL, *_ME) or verb_registry.find(about) is not None
        return not is_known and asked_for(about, now) is None

    def view(self, now: DecisionContext) -> HelpView:
        """Return the verbs of the registry, or the part of a role in this incident."""
        verb = verb_registry.find(self.about) if self.about else None
        roles = asked_for(self.about, now) if self.about and verb is None else None
        if roles is not None:
            found = tuple(role_help(role, now.incident, now.policy) for role in roles)
            return HelpView(groups=(), roles=found, channel=now.incident.places.channel if now.incident else None)
        if verb is None:
            every = verb_registry.verbs()
            groups = ((group, tuple(_line(v) for v in every if v.group == group)) for group in Group)
            return HelpView(groups=tuple(pair for pair in groups if pair[1]), whole=self.about == ALL)
        return explained(verb)


def explained(verb: type[Verb]) -> HelpView:
    """Return one verb in full."""
    return HelpView(groups=(), one=_line(verb), usage=usage(verb), fields=_typed(verb))


def _typed(verb: type[Verb]) -> tuple[FormField, ...]:
    return tuple(field for field in form_fields(verb).values() if not (field.form_only or field.on_request))


def usage(verb: type[Verb]) -> str:
    """Return a verb as it is typed: leading words, named values, then the text."""
    fields = form_fields(verb)
    leading = [_place(name, field) for name, field in fields.items() if field.leading]
    named = [f"[{(field.words or (name,))[0]}=…]" for name, field in fields.items() if _is_named(field)]
    rest = [_place(name, field) for name, field in fields.items() if field.rest]
    because = ["[because …]" for field in fields.values() if field.because and not field.rest]
    return " ".join([verb.name, *leading, *named, *rest, *because])


def _is_named(field: FormField) -> bool:
    return not (field.leading or field.rest or field.because or field.form_only or field.on_request)


def _place(name: str, field: FormField) -> str:
    shown = name if field.control == Control.CHECK else f"<{name.strip('_').replace('_', ' ')}>"
    return shown if field.needed else f"[{shown}]"


def _line(verb: type[Verb]) -> HelpLine:
    return HelpLine(verb.name, verb.aliases, (verb.__doc__ or "").strip().splitlines()[0])
