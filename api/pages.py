"""Lists in pages: what follows the last entry that was seen, however the list has changed meanwhile."""

import base64
import json
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field

from domain.errors import NotFound

T = TypeVar("T")
R = TypeVar("R")
Limit = Annotated[int, Query(ge=1, le=200, description="How many entries, at most.")]
Cursor = Annotated[
    str | None, Query(max_length=300, description="`next_cursor` of the page before; it is not to be read or made.")
]


class PageMetadata(BaseModel):
    """How many entries a page may have, and how to ask for the next."""

    limit: int
    next_cursor: str | None = Field(description="null where nothing follows")


class Page(BaseModel, Generic[T]):
    """Part of a list."""

    data: list[T]
    metadata: PageMetadata


def read_cursor(cursor: str | None, *types: type) -> tuple[Any, ...] | None:
    """The values that the next page follows. Raises NotFound for what is no cursor of this list."""
    if cursor is None:
        return None
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4)))
    except (ValueError, UnicodeEncodeError):
        values = None
    if (
        not isinstance(values, list)
        or len(values) != len(types)
        or not all(type(value) is wanted for value, wanted in zip(values, types, strict=True))
    ):
        raise NotFound("There is no such page.", remedy="Take `next_cursor` of the page before, or begin without one.")
    return tuple(values)


def read_id(cursor: str | None) -> UUID | None:
    """The id that the next page follows, in lists by id. Raises NotFound for what is no cursor of this list."""
    values = read_cursor(cursor, str)
    if values is None:
        return None
    try:
        return UUID(values[0])
    except ValueError:
        raise NotFound("There is no such page.", remedy="Begin without a cursor.") from None


def all_of(entries: list[T]) -> Page[T]:
    """A list that is short enough for one page."""
    return Page(data=entries, metadata=PageMetadata(limit=len(entries), next_cursor=None))


def page_of(entries: Sequence[R], limit: int, shown: Callable[[R], T], place: Callable[[R], Sequence[Any]]) -> Page[T]:
    """A page of at most `limit` out of one entry more; `place` is what the next page follows, as plain JSON values."""
    kept = entries[:limit]
    cursor = _written(place(kept[-1])) if len(entries) > limit else None
    return Page(data=[shown(entry) for entry in kept], metadata=PageMetadata(limit=limit, next_cursor=cursor))


def _written(values: Sequence[Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(list(values)).encode()).decode().rstrip("=")
