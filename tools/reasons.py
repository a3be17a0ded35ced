"""Why a tool answers as it does: keys of the catalogue, which the rooms that people read put into words."""

from collections.abc import Iterable


def reason_keys(noun: str, codes: Iterable[str]) -> list[str]:
    """The keys of an analysis' reasons; what is a key already stays one."""
    return [code if "." in code else f"{noun}.reason.{code}" for code in codes]
