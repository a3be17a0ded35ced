"""Receipts opened: their numbers get a short code that a person can type to see where a number came from."""

import base64
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from typing import Any, TypeVar
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlmodel import col

from domain.errors import InvalidInput, NotFound
from domain.figure import Cell, FigureRef, cell_at
from domain.ids import ReceiptId
from store.reads.figures import figure_codes
from store.session import BrandSession
from store.tables import FigureRow, Receipt
from tools.sources import RowSelection, open_rows

Key = TypeVar("Key")

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


class CitedCells:
    """The numbers that references may point at: results, by their receipt."""

    def __init__(self, results: Mapping[UUID, Any]) -> None:
        self._results = results

    def cell(self, ref: FigureRef) -> Cell:
        """Raises NotFound, InvalidInput."""
        if ref.receipt not in self._results:
            raise NotFound(f"There is no receipt {ref.receipt} here.", remedy="Cite a receipt of this run.")
        return cell_at(self._results[ref.receipt], ref.path)


def cited_cells(session: BrandSession, receipts: Iterable[UUID], run_id: UUID | None = None) -> CitedCells:
    """The cells of these receipts, as far as they exist (in this run, if one is named); read at once."""
    query = select(col(Receipt.id), col(Receipt.result)).where(col(Receipt.id).in_(set(receipts)))
    rows = session.execute(query if run_id is None else query.where(col(Receipt.run_id) == run_id)).all()
    return CitedCells({row[0]: row[1] for row in rows})


def resolve(session: BrandSession, ref: FigureRef, run_id: UUID | None = None) -> Cell:
    """The number that a reference points at, in this run's receipts if one is named. Raises NotFound, InvalidInput."""
    return cited_cells(session, [ref.receipt], run_id).cell(ref)


def figure_code(ref: FigureRef, length: int = CODE_LENGTH) -> str:
    """The first `length` characters of what identifies a cell: letters and digits that are not mistaken for others."""
    digest = hashlib.sha256(f"{ref.receipt}{ref.path}".encode()).digest()
    return base64.b32encode(digest).decode().lower()[:length]


def record_figures(session: BrandSession, run_id: UUID, refs: Mapping[Key, FigureRef]) -> dict[Key, str]:
    """Give every cited cell its code, by the key it is cited under. Raises NotFound for another run's receipts."""
    cited = cited_cells(session, {ref.receipt for ref in refs.values()}, run_id)
    codes, new = figure_rows(session, refs, cited)
    session.add_all(new)
    session.flush()
    return codes


def figure_rows(
    session: BrandSession, refs: Mapping[Key, FigureRef], cited: CitedCells
) -> tuple[dict[Key, str], list[FigureRow]]:
    """The code of every cited cell, by the key it is cited under, and the rows that are still to be written."""
    cells = {_place(ref): cited.cell(ref) for ref in refs.values()}
    codes, taken = _given_out(session, refs.values())
    rows = []
    for place, ref in {_place(ref): ref for ref in refs.values()}.items():
        if place not in codes:
            codes[place] = _free_code(session, ref, taken)
            taken.add(codes[place])
            rows.append(
                FigureRow(
                    id=session.ctx.new_id(),
                    code=codes[place],
                    receipt_id=ref.receipt,
                    path=ref.path,
                    **cells[place].model_dump(),
                )
            )
    return {key: codes[_place(ref)] for key, ref in refs.items()}, rows


def _place(ref: FigureRef) -> tuple[UUID, str]:
    return ref.receipt, ref.path


def _given_out(session: BrandSession, refs: Iterable[FigureRef]) -> tuple[dict[tuple[UUID, str], str], set[str]]:
    """The codes that cells of these receipts have already, and which codes are not free any more."""
    wanted = list(refs)
    session.flush()
    rows = figure_codes(session, {ref.receipt for ref in wanted}, {figure_code(ref) for ref in wanted})
    return {(receipt, path): code for receipt, path, code in rows}, {code for _, _, code in rows}


def _free_code(session: BrandSession, ref: FigureRef, taken: Set[str]) -> str:
    """The shortest free beginning. A code is only made longer where the shorter one is taken, which is rare."""
    longest = figure_code(ref, 52)
    if longest[:CODE_LENGTH] not in taken:
        return longest[:CODE_LENGTH]
    rivals = session.scalars(
        select(col(FigureRow.code)).where(col(FigureRow.code).startswith(longest[:CODE_LENGTH], autoescape=True))
    ).all()
    return next(longest[:n] for n in range(CODE_LENGTH, len(longest) + 1) if longest[:n] not in {*rivals, *taken})


def why(
    session: BrandSession, code: str, most_rows: int = ROWS_SHOWN, render: Callable[[Cell], str] = Cell.render
) -> Opened:
    """Open a figure by its code or an unambiguous beginning of it, with so many rows; `render` writes its numbers.

    Raises NotFound, InvalidInput.
    """
    figure = _find(session, code)
    receipt = session.scalars(select(Receipt).where(col(Receipt.id) == figure.receipt_id)).one()
    cell = resolve(session, FigureRef(receipt=ReceiptId(receipt.id), path=figure.path))
    sources = (RowSelection.model_validate(source) for source in receipt.sources)
    selections = [source for source in sources if source.bears_on(figure.path)]
    rows, unchanged = _open(session, selections, most_rows)
    return Opened(
        code=figure.code,
        value=cell.value,
        unit=cell.unit,
        rendered=render(cell),
        receipt=OpenedReceipt(
            id=receipt.id,
            tool=receipt.tool,
            agent=receipt.agent,
            arguments=receipt.arguments,
            as_of=receipt.as_of.isoformat(),
            label=receipt.label,
        ),
        path=figure.path,
        beside=_beside(receipt, figure.path, render),
        rows=rows,
        rows_total=sum(selection.count for selection in selections),
        rows_unchanged=unchanged,
    )


def _beside(receipt: Receipt, path: str, render: Callable[[Cell], str]) -> dict[str, str]:
    """The numbers that the same answer gave of the same thing: what one needs to do the sum again."""
    node: Any = receipt.result
    *parents, own = path.split("/")[1:]
    for part in parents:
        node = node[int(part)] if isinstance(node, list) else node[part]
    cells = {name: value for name, value in node.items() if isinstance(value, dict) and {"value", "unit"} <= set(value)}
    return {name: render(Cell.model_validate(value)) for name, value in cells.items() if name != own}


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


def _open(
    session: BrandSession, selections: Sequence[RowSelection], most_rows: int
) -> tuple[list[dict[str, Any]], bool]:
    rows: list[dict[str, Any]] = []
    unchanged = True
    for selection in selections:
        opened = open_rows(session, selection, most_rows - len(rows))
        rows.extend(dict(row) for row in opened.rows)
        unchanged = unchanged and opened.unchanged
    return rows, unchanged
