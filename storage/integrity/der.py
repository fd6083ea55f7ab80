"""DER order for the certificates of an RFC 3161 response. Knows just enough ASN.1 to find them.

OpenSSL, and so many authorities, writes them in the order of the certificate chain, which `rfc3161_client` refuses: DER
wants a SET sorted. The signature does not cover them.
"""

from __future__ import annotations

from typing import Final, NamedTuple

_LONG_FORM: Final = 0x80
_CERTIFICATES: Final = 0xA0
# TimeStampResp → timeStampToken → content → SignedData, each by its index in the one before.
_PATH: Final = (1, 1, 0)


class _Element(NamedTuple):
    tag: int
    start: int
    inside: int
    end: int


def sort_certificates(response: bytes) -> bytes:
    """Return the response with its certificates sorted, or unchanged when it has another structure."""
    try:
        signed_data = _elements(response, _Element(0, 0, 0, len(response)))[0]
        for index in _PATH:
            signed_data = _elements(response, signed_data)[index]
        found = next((element for element in _elements(response, signed_data) if element.tag == _CERTIFICATES), None)
        if found is None:
            return response
        certificates = sorted(response[element.start : element.end] for element in _elements(response, found))
    except IndexError:
        return response
    return response[: found.inside] + b"".join(certificates) + response[found.end :]


def _elements(data: bytes, parent: _Element) -> list[_Element]:
    elements, at = [], parent.inside
    while at < parent.end:
        inside, length = at + 2, data[at + 1]
        if length >= _LONG_FORM:
            inside += length - _LONG_FORM
            length = int.from_bytes(data[at + 2 : inside], "big")
        if inside + length > parent.end:
            raise IndexError("an element is longer than its parent")
        elements.append(_Element(data[at], at, inside, inside + length))
        at = inside + length
    return elements
