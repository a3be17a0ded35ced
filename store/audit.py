"""The audit: one hash-chained line of entries per brand, written in the transaction it tells of."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from domain.canonical import sha256_of
from store.session import BrandSession, raw_connection
from store.tables import AuditEntry, AuditHead

GENESIS = "0" * 64
_LARGEST_SEQ = 2**62


@dataclass(frozen=True)
class AuditCheck:
    """Whether a brand's chain holds: `broken_at` is the first entry that does not fit."""

    ok: bool
    entries: int
    head: str
    broken_at: int | None = None


def append_audit(session: BrandSession, action: str, subject: str, detail: dict[str, Any]) -> None:
    """Add an entry in the Context's name. Waits for others who write to the same brand's chain."""
    ctx = session.ctx
    head = _locked_head(session)
    entry = AuditEntry(
        seq=head.seq + 1,
        at=ctx.now(),
        actor=ctx.actor.label,
        action=action,
        subject=subject,
        detail=detail,
        previous_hash=head.hash or GENESIS,
        hash="",
    )
    entry.hash = _hash(entry)
    head.seq, head.hash = entry.seq, entry.hash
    session.add(entry)
    session.flush()


def newest_entries(session: BrandSession, most: int, before: int | None = None) -> Sequence[AuditEntry]:
    """The brand's audit entries, newest first; those before the entry of a number, where one is named."""
    wanted = select(AuditEntry).where(col(AuditEntry.at) <= session.ctx.known_until)
    if before is not None:
        wanted = wanted.where(col(AuditEntry.seq) < min(before, _LARGEST_SEQ))
    return session.scalars(wanted.order_by(col(AuditEntry.seq).desc()).limit(most)).all()


def _locked_head(session: BrandSession) -> AuditHead:
    """The end of the chain, begun where it does not exist yet; others wait."""
    start = insert(AuditHead.__table__).values(brand_id=session.ctx.brand_id, seq=0, hash="")  # type: ignore[attr-defined]
    raw_connection(session).execute(start.on_conflict_do_nothing())
    return session.scalars(select(AuditHead).with_for_update(), execution_options=_FRESH).one()


def verify_audit(session: BrandSession) -> AuditCheck:
    """Recompute the whole chain and compare it with its head."""
    head = session.scalars(select(AuditHead)).first() or AuditHead(brand_id=session.ctx.brand_id)
    previous, seq = GENESIS, 0
    for entry in session.scalars(select(AuditEntry).order_by(col(AuditEntry.seq)).execution_options(yield_per=1_000)):
        fits = entry.seq == seq + 1 and entry.previous_hash == previous and entry.hash == _hash(entry)
        if not fits:
            return AuditCheck(False, seq, head.hash, broken_at=seq + 1)
        previous, seq = entry.hash, entry.seq
    ok = seq == head.seq and (head.hash or GENESIS) == previous
    return AuditCheck(ok, seq, head.hash, broken_at=None if ok else seq + 1)


_FRESH = {"populate_existing": True}


def _hash(entry: AuditEntry) -> str:
    at = entry.at.timestamp()
    return sha256_of([entry.previous_hash, entry.seq, at, entry.actor, entry.action, entry.subject, entry.detail])
