"""Puts the certificates of a time stamp in the order that DER asks for. Knows just enough ASN.1 to find them.

OpenSSL, and so many an authority, writes them in the order of the chain, which strict readers refuse. They are no part
of what is signed, and their order says nothing.
"""

from __future__ import annotations

from typing import Final, NamedTuple

_LONG: Final = 0x80
_CERTIFICATES: Final = 0xA0
# TimeStampResp → timeStampToken → content → SignedData, each as the place it has in the one before.
_WAY: Final = (1, 1, 0)


class _Part(NamedTuple):
    tag: int
    start: int
    inside: int
    end: int


def in_order(answer: bytes) -> bytes:
    """Give the answer with its certificates sorted; what is not built like a time stamp comes back as it is."""
    try:
        signed_data = _parts(answer, _Part(0, 0, 0, len(answer)))[0]
        for place in _WAY:
            signed_data = _parts(answer, signed_data)[place]
        found = next((part for part in _parts(answer, signed_data) if part.tag == _CERTIFICATES), None)
        if found is None:
            return answer
        sets = sorted(answer[part.start : part.end] for part in _parts(answer, found))
    except IndexError:
        return answer
    return answer[: found.inside] + b"".join(sets) + answer[found.end :]


def _parts(data: bytes, whole: _Part) -> list[_Part]:
    parts, at = [], whole.inside
    while at < whole.end:
        inside, length = at + 2, data[at + 1]
        if length >= _LONG:
            inside += length - _LONG
            length = int.from_bytes(data[at + 2 : inside], "big")
        if inside + length > whole.end:
            raise IndexError("a part is longer than what holds it")
        parts.append(_Part(data[at], at, inside, inside + length))
        at = inside + length
    return parts
