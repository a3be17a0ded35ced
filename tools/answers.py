"""Answers kept as receipts: what a tool said in a run is found again instead of computed again."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import col

from domain.canonical import sha256_of
from domain.context import Context
from domain.errors import NotFound
from domain.labels import Label, join
from store.session import BrandSession
from store.tables import Receipt
from tools.base import ToolAnswer, ToolArguments


def request_hash(ctx: Context, agent: str, tool: str, args: ToolArguments) -> str:
    """The identity of a call: who asked which tool what, as of when."""
    return sha256_of([agent, tool, args.model_dump(mode="json"), ctx.known_until])


def find_receipt(session: BrandSession, run_id: UUID, call: str) -> Receipt | None:
    """The receipt of a call (its `request_hash`) in a run; None while it was not answered."""
    return session.scalars(
        select(Receipt).where(col(Receipt.run_id) == run_id, col(Receipt.request_hash) == call)
    ).first()


def last_asked(session: BrandSession, tool: str, names: Sequence[str]) -> dict[tuple[str, ...], datetime]:
    """When earlier runs last asked a tool about what these arguments name; an argument that was not given is ""."""
    rows = session.execute(
        select(col(Receipt.arguments), func.max(col(Receipt.as_of)))
        .where(col(Receipt.tool) == tool, col(Receipt.as_of) < session.ctx.known_until)
        .group_by(col(Receipt.arguments))
    ).all()
    asked: dict[tuple[str, ...], datetime] = {}
    for arguments, moment in rows:
        key = tuple(str(arguments.get(name) or "") for name in names)
        asked[key] = max(moment, asked.get(key, moment))
    return asked


def answers_in(session: BrandSession, run_id: UUID) -> dict[str, Receipt]:
    """Every answer that was given in a run, by its call (its `request_hash`)."""
    return {row.request_hash: row for row in session.scalars(select(Receipt).where(col(Receipt.run_id) == run_id))}


def receipt_for(ctx: Context, run_id: UUID, agent: str, tool: str, args: ToolArguments, answer: ToolAnswer) -> Receipt:
    """An answer as it is to be kept. The same call in the same run has one receipt only."""
    return Receipt(
        id=ctx.new_id(),
        run_id=run_id,
        agent=agent,
        tool=tool,
        request_hash=request_hash(ctx, agent, tool, args),
        arguments=args.model_dump(mode="json"),
        result=answer.result.model_dump(mode="json"),
        sources=[selection.model_dump(mode="json") for selection in answer.sources],
        as_of=ctx.known_until,
        label=answer.label,
        created_at=ctx.now(),
    )


def store_receipt(
    session: BrandSession, run_id: UUID, agent: str, tool: str, args: ToolArguments, answer: ToolAnswer
) -> Receipt:
    """Keep an answer in this transaction; a second one of the same call in the same run is an IntegrityError."""
    receipt = receipt_for(session.ctx, run_id, agent, tool, args, answer)
    session.add(receipt)
    session.flush()
    return receipt


def receipt_of_run(session: BrandSession, run_id: UUID, receipt_id: UUID) -> Receipt:
    """A receipt, if it was made in this run. Raises NotFound."""
    receipt = session.scalars(
        select(Receipt).where(col(Receipt.id) == receipt_id, col(Receipt.run_id) == run_id)
    ).first()
    if receipt is None:
        raise NotFound(f"This run has no receipt {receipt_id}.", remedy="Cite a receipt that a tool gave in this run.")
    return receipt


def joined_label(session: BrandSession, receipts: Iterable[UUID], run_id: UUID, agent: str) -> Label:
    """The label of what an agent makes out of some receipts, in view of all that it was told in the run."""
    of_agent = (col(Receipt.run_id) == run_id) & (col(Receipt.agent) == agent)
    labels = session.scalars(
        select(col(Receipt.label)).where(col(Receipt.id).in_(list(receipts)) | of_agent).distinct()
    )
    return join(Label(label) for label in labels)
