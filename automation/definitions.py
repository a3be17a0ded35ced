"""Rules, workflows and templates as a brand has them: versions with author, reason and difference."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from automation.references import check_references
from automation.rule import KINDS, Document, Rule, TextTemplate, Workflow
from domain.actor import Permission
from domain.errors import Conflict, InvalidInput, NotFound
from store.audit import append_audit
from store.outbox import emit
from store.session import BrandSession
from store.tables import AutomationDefinition

LONGEST_REASON = 500


@dataclass(frozen=True)
class DefinitionVersion:
    """A definition as it stood from one moment on; without a `document` it was removed then."""

    kind: str
    name: str
    version: int
    document: Document | None
    author: str
    author_id: UUID
    reason: str
    created_at: datetime


def versions_of(session: BrandSession, kind: str, name: str) -> list[DefinitionVersion]:
    """Every version by this moment, oldest first. Raises NotFound."""
    versions = [version for version in _all(session, kind) if version.name == name]
    if not versions:
        names = ", ".join(sorted({version.name for version in _all(session, kind)})) or "none yet"
        raise NotFound(f"There is no {kind} {name} in brand {session.ctx.brand}.", remedy=f"There is: {names}.")
    return versions


def holding(session: BrandSession, kind: str) -> list[DefinitionVersion]:
    """The newest version of each name, without those removed."""
    newest = {version.name: version for version in _all(session, kind)}
    return [version for _, version in sorted(newest.items()) if version.document is not None]


def definition_of(session: BrandSession, kind: str, name: str) -> DefinitionVersion:
    """The newest version of this name. Raises NotFound, also where it was removed."""
    newest = versions_of(session, kind, name)[-1]
    if newest.document is None:
        raise NotFound(f"The {kind} {name} was removed.", remedy=f"Bring it back: mhos {kind}s rollback {name}.")
    return newest


def workflow_of(session: BrandSession, name: str) -> tuple[Workflow, DefinitionVersion]:
    """Raises NotFound."""
    definition = definition_of(session, "workflow", name)
    assert isinstance(definition.document, Workflow)
    return definition.document, definition


def template_of(session: BrandSession, name: str) -> TextTemplate:
    """Raises NotFound."""
    document = definition_of(session, "template", name).document
    assert isinstance(document, TextTemplate)
    return document


def set_definition(session: BrandSession, kind: str, document: Document, reason: str) -> DefinitionVersion:
    """Let this hold from now on.

    Raises Forbidden, InvalidInput without a reason or for what it names and is not there, Conflict where nothing
    changes.
    """
    session.ctx.require(Permission.AUTOMATION_WRITE)
    check_references(session, document, lambda of_kind: {version.name for version in holding(session, of_kind)})
    return _append(session, kind, document.name, document, reason)


def disable(session: BrandSession, name: str, reason: str, *, paused: bool = True) -> DefinitionVersion:
    """Let a rule sleep until it is enabled again. Raises NotFound, Conflict where it is so already."""
    rule = definition_of(session, "rule", name).document
    assert isinstance(rule, Rule)
    return _append(session, "rule", name, rule.model_copy(update={"paused": paused}), reason)


def remove(session: BrandSession, kind: str, name: str, reason: str) -> DefinitionVersion:
    """Let it hold no more; its versions stay. Raises NotFound."""
    definition_of(session, kind, name)
    return _append(session, kind, name, None, reason)


def roll_back(session: BrandSession, kind: str, name: str, version: int | None, reason: str) -> DefinitionVersion:
    """Let an earlier version hold again (the one before the newest by default), as a new version. Raises NotFound."""
    versions = versions_of(session, kind, name)
    wanted = versions[-1].version - 1 if version is None else version
    restored = next((candidate for candidate in versions if candidate.version == wanted), None)
    if restored is None:
        raise NotFound(f"{name} has no version {wanted}.", remedy=f"Versions: 1 to {versions[-1].version}.")
    return _append(session, kind, name, restored.document, reason)


def differences(before: Document | None, after: Document | None) -> list[dict[str, Any]]:
    """Field by field what one version says otherwise than another; None is one that does not exist."""
    old, new = (
        document.model_dump(mode="json", exclude_defaults=True) if document else {} for document in (before, after)
    )
    return [
        {"field": name, "before": old.get(name), "after": new.get(name)}
        for name in dict.fromkeys((*old, *new))
        if old.get(name) != new.get(name)
    ]


def version_document(version: DefinitionVersion, before: DefinitionVersion | None) -> dict[str, Any]:
    """A version as the CLI and the API show it: who set it, why, and what it changed."""
    return {
        "version": version.version,
        "author": version.author,
        "reason": version.reason,
        "created_at": version.created_at.isoformat(),
        "removed": version.document is None,
        "changes": differences(before.document, version.document) if before else [],
    }


def _all(session: BrandSession, kind: str) -> Sequence[DefinitionVersion]:
    row = AutomationDefinition
    known = select(row).where(col(row.kind) == kind, col(row.created_at) <= session.ctx.known_until)
    return [_version(row) for row in session.scalars(known.order_by(col(row.name), col(row.version)))]


_parsed: dict[UUID, Document | None] = {}
_MOST_PARSED = 10_000


def _version(row: AutomationDefinition) -> DefinitionVersion:
    """Rows never change, so each is parsed once."""
    if row.id not in _parsed:
        if len(_parsed) >= _MOST_PARSED:
            _parsed.clear()
        _parsed[row.id] = KINDS[row.kind].model_validate(row.document) if row.document else None
    document = _parsed[row.id]
    return DefinitionVersion(
        row.kind, row.name, row.version, document, row.author, row.author_id, row.reason, row.created_at
    )


def _append(session: BrandSession, kind: str, name: str, document: Document | None, reason: str) -> DefinitionVersion:
    session.ctx.require(Permission.AUTOMATION_WRITE)
    reason = " ".join(reason.split())
    if not reason or len(reason) > LONGEST_REASON:
        raise InvalidInput(f"A change of a {kind} needs a reason, in a sentence.", remedy="Say it with --reason.")
    versions = [version for version in _all(session, kind) if version.name == name]
    before = versions[-1].document if versions else None
    changed = differences(before, document)
    if not changed:
        raise Conflict(f"{name} says so already: nothing was changed.", remedy=f"See mhos {kind}s show {name}.")
    row = AutomationDefinition(
        kind=kind,
        name=name,
        version=versions[-1].version + 1 if versions else 1,
        document=document.model_dump(mode="json") if document else {},
        author=session.ctx.actor.label,
        author_id=session.ctx.actor.id,
        reason=reason,
        created_at=session.ctx.now(),
    )
    session.add(row)
    try:
        session.flush()
    except IntegrityError as error:
        raise Conflict(f"Somebody else has just changed {name}.", remedy="Look at it, and set it again.") from error
    details = {"kind": kind, "version": row.version, "reason": reason, "changes": changed}
    append_audit(session, f"{kind}.set", name, details)
    emit(session, f"{kind}.set", name, details)
    return _version(row)
