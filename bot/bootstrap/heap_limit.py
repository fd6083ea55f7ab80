"""Limits how many heaps the C library keeps for the process."""

from __future__ import annotations

import ctypes
import os
from typing import Final

_MALLOC_ARENA_MAX: Final = -8
_HEAPS: Final = 2


def limit_heaps() -> bool:
    """Have all threads share two heaps; False where the C library is not glibc, or MALLOC_ARENA_MAX sets a number.

    glibc gives each thread a heap of its own, up to eight for each core, and memory that is free in one heap serves no
    other: a burst of requests leaves a fifth of the memory unused as long as the process lives.
    """
    set_option = getattr(ctypes.CDLL(None), "mallopt", None)
    if set_option is None or "MALLOC_ARENA_MAX" in os.environ:
        return False
    return bool(set_option(_MALLOC_ARENA_MAX, _HEAPS))
