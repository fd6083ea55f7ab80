"""Certificates in a time stamp are sorted where they are found; everything else is left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.integrity.der import sort_certificates


def part(tag: int, *inside: bytes) -> bytes:
    content = b"".join(inside)
    if len(content) < 128:
        return bytes([tag, len(content)]) + content
    length = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return bytes([tag, 128 + len(length)]) + length + content


def answer(*certificates: bytes) -> bytes:
    signed = part(0x30, part(2, b"\x03"), part(0x31), part(0x30, b""), part(0xA0, *certificates), part(0x31))
    return part(0x30, part(0x30, part(2, b"\x00")), part(0x30, part(6, b"\x2a"), part(0xA0, signed)))


A, B, C = part(0x30, b"a" * 300), part(0x30, b"b" * 200), part(0x30, b"c")


@pytest.mark.parametrize("given_order", [(A, B, C), (C, B, A), (B, A, C)])
def test_certificates_in_any_order_are_sorted(given_order: tuple[bytes, ...]) -> None:
    assert sort_certificates(answer(*given_order)) == answer(*sorted(given_order))


def test_a_response_without_certificates_is_unchanged() -> None:
    signed = part(0x30, part(2, b"\x03"), part(0x31))
    bare = part(0x30, part(0x30), part(0x30, part(6, b"\x2a"), part(0xA0, signed)))

    for data in (bare, b"", b"\x30", b"no answer", answer(A)[:40]):
        assert sort_certificates(data) == data


@given(st.binary(max_size=200))
def test_nothing_that_is_sent_breaks_it_or_changes_its_length(data: bytes) -> None:
    assert len(sort_certificates(data)) == len(data)
