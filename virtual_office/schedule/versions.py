"""Meeting definitions as a brand has them: the product's files, overridden by the brand's own versions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from domain.actor import Permission
from domain.errors import Conflict, InvalidInput, NotFound
from domain.language import Language
from store.audit import append_audit
from store.outbox import emit
from store.reads.settings import brand_of, language_of
from store.session import BrandSession
from store.tables import MeetingDefinitionRow, Run
from virtual_office.schedule.definition import MeetingDefinition, differences
from virtual_office.schedule.definition_file import shipped_definitions

SHIPPED = 0
"""The version that the product's own file counts as."""
LONGEST_REASON = 500


@dataclass(frozen=True)
class MeetingDefinitionVersion:
    """A definition as it stood from one moment on; without a `definition` it was removed then."""

    name: str
    version: int
    definition: MeetingDefinition | None
    author: str
    reason: str
    created_at: datetime


@dataclass(frozen=True)
class Scheduled:
    """A definition that holds now, and since when it has been held at the times that it says."""

    name: str
    version: int
    definition: MeetingDefinition
    since: datetime


def versions_of(session: BrandSession, name: str) -> list[MeetingDefinitionVersion]:
    """Every version by this moment, oldest first; the product's own is 0. Raises NotFound."""
    versions = _by_name(session).get(name)
    if versions is None:
        names = ", ".join(sorted(_by_name(session))) or "none"
        raise NotFound(f"There is no meeting definition {name}.", remedy=f"Definitions: {names}.")
    return versions


def definitions(session: BrandSession) -> list[Scheduled]:
    """The definitions that hold now, by name; those that were removed are not in it."""
    return [scheduled for versions in _by_name(session).values() if (scheduled := _holding(versions)) is not None]


def definition_of(session: BrandSession, name: str) -> Scheduled:
    """The definition that holds now under this name. Raises NotFound, also where it was removed."""
    scheduled = _holding(versions_of(session, name))
    if scheduled is None:
        raise NotFound(
            f"The meeting definition {name} was removed.", remedy=f"Bring it back: mhos schedule rollback {name}."
        )
    return scheduled


def set_definition(session: BrandSession, definition: MeetingDefinition, reason: str) -> MeetingDefinitionVersion:
    """Let this hold from now on. Raises InvalidInput without a reason, Conflict where nothing would change."""
    definition.limits.as_resources(brand_of(session).currency)
    return _append(session, definition.name, definition, reason)


def pause(session: BrandSession, name: str, reason: str, *, paused: bool = True) -> MeetingDefinitionVersion:
    """Hold none by it until it is resumed, or resume it. Raises NotFound, Conflict where it is so already."""
    definition = definition_of(session, name).definition
    return _append(session, name, definition.model_copy(update={"paused": paused}), reason)


def remove(session: BrandSession, name: str, reason: str) -> MeetingDefinitionVersion:
    """Hold none by it any more; its versions stay. Raises NotFound."""
    definition_of(session, name)
    return _append(session, name, None, reason)


def roll_back(session: BrandSession, name: str, version: int | None, reason: str) -> MeetingDefinitionVersion:
    """Let an earlier version hold again (the one before the newest by default), as a new version. Raises NotFound."""
    versions = versions_of(session, name)
    wanted = versions[-1].version - 1 if version is None else version
    earlier = next((candidate for candidate in versions if candidate.version == wanted), None)
    if earlier is None:
        known = ", ".join(str(candidate.version) for candidate in versions)
        raise NotFound(f"{name} has no version {wanted}.", remedy=f"Versions: {known}.")
    return _append(session, name, earlier.definition, reason)


def language_of_run(session: BrandSession, run: Run) -> Language:
    """The language that a meeting's minutes are read in unless asked otherwise: its definition's, else the brand's."""
    if run.definition is not None:
        for version in _by_name(session).get(run.definition, ()):
            if version.version == run.definition_version and version.definition and version.definition.language:
                return version.definition.language
    return language_of(session)


def _by_name(session: BrandSession) -> dict[str, list[MeetingDefinitionVersion]]:
    founded = brand_of(session).created_at
    versions = {
        name: [MeetingDefinitionVersion(name, SHIPPED, definition, "mhos", "as shipped", founded)]
        for name, definition in shipped_definitions().items()
    }
    known = col(MeetingDefinitionRow.created_at) <= session.ctx.known_until
    rows = session.scalars(select(MeetingDefinitionRow).where(known).order_by(col(MeetingDefinitionRow.version)))
    for row in rows:
        versions.setdefault(row.name, []).append(_version(row))
    return dict(sorted(versions.items()))


def _version(row: MeetingDefinitionRow) -> MeetingDefinitionVersion:
    definition = MeetingDefinition.model_validate(row.document) if row.document else None
    return MeetingDefinitionVersion(row.name, row.version, definition, row.author, row.reason, row.created_at)


def _holding(versions: Sequence[MeetingDefinitionVersion]) -> Scheduled | None:
    newest = versions[-1]
    if newest.definition is None:
        return None
    since = newest.created_at
    for version in reversed(versions):
        if version.definition is None or version.definition.rhythm != newest.definition.rhythm:
            break
        since = version.created_at
    return Scheduled(newest.name, newest.version, newest.definition, since)


def _append(
    session: BrandSession, name: str, definition: MeetingDefinition | None, reason: str
) -> MeetingDefinitionVersion:
    session.ctx.require(Permission.MEETING_HOLD)
    reason = " ".join(reason.split())
    if not reason or len(reason) > LONGEST_REASON:
        raise InvalidInput("A change of a schedule needs a reason, in a sentence.", remedy="Say it with --reason.")
    versions = _by_name(session).get(name, [])
    before = versions[-1].definition if versions else None
    changed = differences(before, definition)
    if not changed:
        raise Conflict(f"{name} says so already: nothing was changed.", remedy=f"See mhos schedule show {name}.")
    row = MeetingDefinitionRow(
        name=name,
        version=versions[-1].version + 1 if versions else 1,
        document=definition.model_dump(mode="json") if definition else {},
        author=session.ctx.actor.label,
        reason=reason,
        created_at=session.ctx.now(),
    )
    session.add(row)
    try:
        session.flush()
    except IntegrityError as error:
        raise Conflict(f"Somebody else has just changed {name}.", remedy="Look at it, and set it again.") from error
    details: dict[str, Any] = {"version": row.version, "reason": reason, "changes": changed}
    append_audit(session, "meeting_definition.set", name, details)
    emit(session, "meeting_definition.set", name, details)
    return _version(row)
