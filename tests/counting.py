"""Counts work instead of timing it: calls made, and patterns really compiled."""

import re
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any


def calls_of(work: Callable[[], Any]) -> int:
    """How many functions were called, of Python and of C."""
    count = 0

    def note(_frame: FrameType, event: str, _about: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    _profiled(work, note)
    return count


def compiled_by(work: Callable[[], Any]) -> int:
    """How many patterns were compiled, none of them known before."""
    compiling = re._compiler.compile.__code__  # type: ignore[attr-defined]
    count = 0

    def note(frame: FrameType, event: str, _about: Any) -> None:
        nonlocal count
        count += event == "call" and frame.f_code is compiling

    re.purge()
    _profiled(work, note)
    return count


def _profiled(work: Callable[[], Any], note: Callable[[FrameType, str, Any], None]) -> None:
    before = sys.getprofile()
    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(before)
