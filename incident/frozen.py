"""The base of every value: frozen, closed to unknown fields, times in UTC, personal text marked."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, PlainSerializer

if TYPE_CHECKING:
    from pydantic._internal._model_construction import ModelMetaclass
else:
    ModelMetaclass = type(BaseModel)


class _ValueType(ModelMetaclass):
    """The class of values, of which none is registered as a virtual subclass: the class alone says what an instance is.

    pydantic's own check takes four times as long, and a record is asked for its facts' classes a hundred thousand times.
    """

    __instancecheck__ = type.__instancecheck__


class Frozen(BaseModel, metaclass=_ValueType):
    """A value that never changes and refuses unknown fields."""

    # Validators are built at first use: a start needs few of the hundreds. Errors do not repeat the value that they
    # refuse: it may be what a person wrote, and errors are logged.
    model_config = ConfigDict(
        frozen=True, extra="forbid", arbitrary_types_allowed=False, defer_build=True, hide_input_in_errors=True
    )


def utc_text(at: datetime) -> str:
    """Return a time as microsecond UTC text, the only form that is stored or hashed."""
    return f"{at.astimezone(UTC).isoformat(timespec='microseconds')[:-6]}Z"


def _aware_utc(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError("a moment without a time zone cannot be stored")
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise ValueError("a moment outside the calendar cannot be stored") from None


Utc = Annotated[datetime, AfterValidator(_aware_utc), PlainSerializer(utc_text, return_type=str, when_used="json")]


class _TextMark:
    """Marks a field of personal text, which is stored apart from the data so that it can be redacted."""


PERSONAL_TEXT: Final = _TextMark()
PersonalText = Annotated[str, PERSONAL_TEXT]
MaybePersonalText = Annotated[str | None, PERSONAL_TEXT]

REDACTED: Final = "[redacted]"


@cache
def text_fields(model: type[BaseModel]) -> frozenset[str]:
    """Return the fields of a model that hold personal text."""
    return frozenset(
        name for name, info in model.model_fields.items() if any(m is PERSONAL_TEXT for m in info.metadata)
    )


def clean(text: str) -> str:
    """Return text that can be stored and hashed: lone surrogates and NUL become U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\x00", "�")


def is_clean(text: str) -> bool:
    """True if `clean` would return the text as it is."""
    if "\x00" in text:
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
