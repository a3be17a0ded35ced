"""The bare peer: FastAPI and SQLModel over the same rows, and nothing besides: no logins, rights, walls or words.

Run as a process: `python -m evals.rest_cost.bare URL BRAND_ID`; it prints the port that it listens on.
"""
# pyright: reportAssignmentType=false

import sys
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, FastAPI, HTTPException
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, Session, SQLModel, col, create_engine, select

from evals.rest_cost.spent import serve, spent_router


class Line(SQLModel):
    """The columns that a line of a list shows."""

    id: UUID = Field(primary_key=True)
    kind: str
    proposer: str
    subject: str
    risk: str
    status: str
    status_reason: str
    created_at: datetime
    expires_at: datetime
    snoozed_until: datetime | None
    edited_from: UUID | None
    prediction: dict[str, Any] | None = Field(sa_type=JSONB)


class Item(Line, table=True):
    """An action item."""

    __tablename__ = "action_item"
    brand_id: UUID
    action: dict[str, Any] = Field(sa_type=JSONB)
    preview: dict[str, Any] = Field(sa_type=JSONB)
    rationale: str
    figures: dict[str, str] = Field(sa_type=JSONB)
    receipts: list[str] = Field(sa_type=JSONB)
    facts: dict[str, Any] = Field(sa_type=JSONB)
    verdict: dict[str, Any] = Field(sa_type=JSONB)
    dissent: list[str] = Field(sa_type=JSONB)


class ReceiptLine(SQLModel):
    """A tool call, without its result."""

    id: UUID = Field(primary_key=True)
    tool: str
    arguments: dict[str, Any] = Field(sa_type=JSONB)


class Receipt(ReceiptLine, table=True):
    """A tool call."""

    brand_id: UUID


class FigureCell(SQLModel):
    """A number in prose."""

    code: str
    value: float
    unit: str


class Figure(FigureCell, table=True):
    """A number in prose."""

    id: UUID = Field(primary_key=True)
    brand_id: UUID


class Note(SQLModel, table=True):
    """A question about an item, or an answer."""

    __tablename__ = "item_note"
    id: UUID = Field(primary_key=True)
    brand_id: UUID
    action_item_id: UUID
    author: str
    text: str


class Approval(SQLModel, table=True):
    """A yes."""

    id: UUID = Field(primary_key=True)
    brand_id: UUID
    action_item_id: UUID
    approver: str
    created_at: datetime


class Effect(SQLModel, table=True):
    """Rows that an item changed."""

    id: UUID = Field(primary_key=True)
    brand_id: UUID
    action_item_id: UUID
    state: str


class Lines(SQLModel):
    """A page of lines."""

    data: list[Line]
    next_cursor: str | None


class Details(Line):
    """An item with the rows that belong to it."""

    action: dict[str, Any]
    preview: dict[str, Any]
    rationale: str
    facts: dict[str, Any]
    verdict: dict[str, Any]
    dissent: list[str]
    receipts: list[ReceiptLine]
    figures: list[FigureCell]
    notes: list[Note]
    approvals: list[Approval]
    effects: list[Effect]


class Alone(Line):
    """An item by itself."""

    action: dict[str, Any]
    preview: dict[str, Any]
    rationale: str
    figures: dict[str, str]
    receipts: list[str]
    facts: dict[str, Any]
    verdict: dict[str, Any]
    dissent: list[str]


def create_app(url: str, brand_id: UUID) -> FastAPI:
    """The application; it answers for one brand."""
    engine = create_engine(url, pool_size=5, max_overflow=20)
    app = FastAPI()
    app.include_router(spent_router(engine))

    def session_of() -> Iterator[Session]:
        with Session(engine) as session:
            yield session

    def item_of(item_id: UUID, session: Annotated[Session, Depends(session_of)]) -> Item:
        item = session.get(Item, item_id)
        if item is None or item.brand_id != brand_id:
            raise HTTPException(404)
        return item

    @app.get("/items")
    def list_items(
        session: Annotated[Session, Depends(session_of)], limit: int = 50, after: UUID | None = None
    ) -> Lines:
        wanted = select(*(getattr(Item, name) for name in Line.model_fields)).where(
            col(Item.brand_id) == brand_id, col(Item.status).in_(["proposed", "snoozed"])
        )
        if after is not None:
            wanted = wanted.where(col(Item.id) < after)
        rows = session.exec(wanted.order_by(col(Item.id).desc()).limit(limit + 1)).all()
        following = str(rows[limit - 1].id) if len(rows) > limit else None
        return Lines(data=[Line.model_validate(row._mapping) for row in rows[:limit]], next_cursor=following)

    @app.get("/items/{item_id}")
    def show_item(item: Annotated[Item, Depends(item_of)], session: Annotated[Session, Depends(session_of)]) -> Details:
        about = {table: _about(session, table, item.id) for table in (Note, Approval, Effect)}
        receipts: Any = session.exec(
            select(Receipt.id, Receipt.tool, Receipt.arguments).where(col(Receipt.id).in_(item.receipts))
        ).all()
        figures: Any = session.exec(
            select(Figure.code, Figure.value, Figure.unit).where(col(Figure.code).in_(item.figures.values()))
        ).all()
        return Details(
            **item.model_dump(exclude={"receipts", "figures"}),
            receipts=[ReceiptLine.model_validate(row._mapping) for row in receipts],
            figures=[FigureCell.model_validate(row._mapping) for row in figures],
            notes=about[Note],
            approvals=about[Approval],
            effects=about[Effect],
        )

    @app.get("/alone/{item_id}")
    def show_alone(item: Annotated[Item, Depends(item_of)]) -> Alone:
        return Alone.model_validate(item.model_dump())

    return app


def _about(session: Session, table: Any, item_id: UUID) -> Any:
    return session.exec(select(table).where(table.action_item_id == item_id).order_by(table.id)).all()


if __name__ == "__main__":
    serve(create_app(sys.argv[1], UUID(sys.argv[2])))
