"""Receipts opened: their numbers get a short code that a person can type to see where a number came from."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlmodel import col

from domain.errors import InvalidInput, NotFound
from domain.figure import Cell, FigureRef, cell_at
from domain.ids import ReceiptId
from store.session import BrandSession
from store.tables import FigureRow, Receipt
from tools.sources import RowSelection, open_rows

CODE_LENGTH = 8
SHORTEST_PREFIX = 4
ROWS_SHOWN = 20


class OpenedReceipt(BaseModel):
    """The tool call behind a number."""

    id: UUID
    tool: str
    agent: str
    arguments: dict[str, Any]
    as_of: str
    label: str


class Opened(BaseModel):
    """A number opened: what it says, the call that computed it, and the rows that the call read."""

    code: str
    value: int | float
    unit: str
    rendered: str
    receipt: OpenedReceipt
    path: str
    beside: dict[str, str] = Field(description="the other numbers of the same answer")
    rows: list[dict[str, Any]]
    rows_total: int
    rows_unchanged: bool


def resolve(session: BrandSession, ref: FigureRef, run_id: UUID | None = None) -> Cell:
    """The number that a reference points at, in this run's receipts if one is named. Raises NotFound, InvalidInput."""
    found = session.scalars(select(Receipt).where(col(Receipt.id) == ref.receipt)).first()
    if found is None or run_id not in (None, found.run_id):
        raise NotFound(f"There is no receipt {ref.receipt} here.", remedy="Cite a receipt of this run.")
    return cell_at(found.result, ref.path)


def figure_code(ref: FigureRef, length: int = CODE_LENGTH) -> str:
    """The first `length` characters of what identifies a cell: letters and digits that are not mistaken for others."""
    digest = hashlib.sha256(f"{ref.receipt}{ref.path}".encode()).digest()
    return base64.b32encode(digest).decode().lower()[:length]


def record_figures(session: BrandSession, run_id: UUID, refs: Mapping[str, FigureRef]) -> dict[str, str]:
    """Give every cited cell its code, by the key it is cited under. Raises NotFound for another run's receipts."""
    return {key: _recorded(session, run_id, ref) for key, ref in refs.items()}


def _recorded(session: BrandSession, run_id: UUID, ref: FigureRef) -> str:
    cell = resolve(session, ref, run_id)
    cited = select(FigureRow).where(col(FigureRow.receipt_id) == ref.receipt, col(FigureRow.path) == ref.path)
    if (known := session.scalars(cited).first()) is not None:
        return known.code
    code = _free_code(session, ref)
    row = FigureRow(code=code, receipt_id=ref.receipt, path=ref.path, **cell.model_dump())
    session.add(row)
    session.flush()
    return code


def _free_code(session: BrandSession, ref: FigureRef) -> str:
    longest = figure_code(ref, 52)
    rivals = session.scalars(
        select(col(FigureRow.code)).where(col(FigureRow.code).startswith(longest[:CODE_LENGTH], autoescape=True))
    ).all()
    return next(longest[:n] for n in range(CODE_LENGTH, len(longest) + 1) if longest[:n] not in rivals)


def why(session: BrandSession, code: str) -> Opened:
    """Open a figure by its code or an unambiguous beginning of it. Raises NotFound or InvalidInput."""
    figure = _find(session, code)
    receipt = session.scalars(select(Receipt).where(col(Receipt.id) == figure.receipt_id)).one()
    cell = resolve(session, FigureRef(receipt=ReceiptId(receipt.id), path=figure.path))
    sources = (RowSelection.model_validate(source) for source in receipt.sources)
    selections = [source for source in sources if source.bears_on(figure.path)]
    rows, unchanged = _open(session, selections)
    return Opened(
        code=figure.code,
        value=cell.value,
        unit=cell.unit,
        rendered=cell.render(),
        receipt=OpenedReceipt(
            id=receipt.id,
            tool=receipt.tool,
            agent=receipt.agent,
            arguments=receipt.arguments,
            as_of=receipt.as_of.isoformat(),
            label=receipt.label,
        ),
        path=figure.path,
        beside=_beside(receipt, figure.path),
        rows=rows,
        rows_total=sum(selection.count for selection in selections),
        rows_unchanged=unchanged,
    )


def _beside(receipt: Receipt, path: str) -> dict[str, str]:
    """The numbers that the same answer gave of the same thing: what one needs to do the sum again."""
    node: Any = receipt.result
    *parents, own = path.split("/")[1:]
    for part in parents:
        node = node[int(part)] if isinstance(node, list) else node[part]
    cells = {name: value for name, value in node.items() if isinstance(value, dict) and {"value", "unit"} <= set(value)}
    return {name: Cell.model_validate(value).render() for name, value in cells.items() if name != own}


def _find(session: BrandSession, code: str) -> FigureRow:
    wanted = code.strip().strip("[]").lower()
    if len(wanted) < SHORTEST_PREFIX:
        raise InvalidInput(f"Give at least {SHORTEST_PREFIX} characters of the figure's code.")
    fitting = session.scalars(
        select(FigureRow).where(col(FigureRow.code).startswith(wanted, autoescape=True)).limit(50)
    ).all()
    exact = [row for row in fitting if row.code == wanted]
    if not fitting:
        raise NotFound(
            f"No figure {wanted[:60]} in brand {session.ctx.brand}.",
            remedy="Codes stand beside the numbers in minutes.",
        )
    if len(fitting) > 1 and not exact:
        raise InvalidInput(f"{wanted} fits {len(fitting)} figures.", remedy="Give more of the code.")
    return (exact or fitting)[0]


def _open(session: BrandSession, selections: Sequence[RowSelection]) -> tuple[list[dict[str, Any]], bool]:
    rows: list[dict[str, Any]] = []
    unchanged = True
    for selection in selections:
        opened = open_rows(session, selection, ROWS_SHOWN - len(rows))
        rows.extend(dict(row) for row in opened.rows)
        unchanged = unchanged and opened.unchanged
    return rows, unchanged
