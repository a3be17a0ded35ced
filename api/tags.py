"""ETags: what an answer is bound to, and whether somebody has a thing as it stands."""

from typing import Annotated

from fastapi import Header, Response

from domain.errors import DomainError, SeenOutdated

IfMatch = Annotated[
    str,
    Header(
        alias="If-Match",
        description="The ETag of what you saw. Of something else there is an answer 412 that tells the difference.",
        max_length=200,
        pattern=r"^[\x21-\x7e]+$",
        examples=['"1-0f3a…"'],
    ),
]
OptionalIfMatch = Annotated[
    str | None, Header(alias="If-Match", description="Only in place of what has this ETag.", max_length=200)
]
IfNoneMatch = Annotated[str | None, Header(alias="If-None-Match", description="The ETag of what you have.")]


class Unchanged(DomainError):
    """The client has it as it stands: no error to anybody, and no body."""

    code = "unchanged"
    status = 304


def tagged(response: Response, tag: str) -> None:
    """Name the ETag in the answer."""
    response.headers["ETag"] = f'"{tag}"'


def seen_tag(if_match: str) -> str:
    """The tag in an If-Match header, with or without its quotes; a weak one or `*` is no look at anything."""
    return if_match.removeprefix('"').removesuffix('"')


def require_tag(if_match: str, now: str, subject: str) -> None:
    """Raises SeenOutdated where If-Match names something else than what stands there now."""
    if seen_tag(if_match) != now:
        raise SeenOutdated(f"{subject} is not what you saw any more.", remedy="Read it again.", now=now)


def unchanged(if_none_match: str | None, tag: str) -> None:
    """Raises Unchanged where the client has this."""
    if if_none_match is not None and tag in {part.strip().strip('"') for part in if_none_match.split(",")}:
        raise Unchanged("It is as you have it.", tag=tag)
