"""Provenance: which rows of the store a result came from, so that they can be read again and compared."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Select, func, select
from sqlmodel import col

from domain.errors import InvalidInput
from store import tables
from store.reads.fingerprints import checksum_halves, checksum_of
from store.session import BrandSession
from store.snapshot import read_once
from store.tables.base import BrandOwned, Fact

Values = str | list[str]
_OF_NOTHING = checksum_of(0, 0)
_BOOKKEEPING = frozenset({"known_at", "recorded_at", "seq"})


@dataclass(frozen=True)
class _Source:
    """A table that results may come from, by which of its columns rows are picked, and the one they are shown by.

    Of one that is `by_row`, results come from a few rows out of very many.
    """

    called: str
    picked_by: Mapping[str, Callable[[str], Any]]
    moment: str | None = None
    by_row: bool = False

    @property
    def table(self) -> type[BrandOwned]:
        """The table, made when rows of it are first picked: making all of them takes longer than most verbs."""
        return getattr(tables, self.called)


SOURCES: Mapping[str, _Source] = {
    "bank_balance": _Source("BankBalance", {"account": str}, "balance_at"),
    "brand_rules": _Source("BrandRules", {"version": int}),
    "campaign_budget": _Source("CampaignBudget", {"campaign": str}, "valid_from"),
    "channel": _Source("Channel", {"id": UUID, "code": str}),
    "competitor_price": _Source("CompetitorPrice", {"product_id": UUID}, "observed_at"),
    "expected_expense": _Source("ExpectedExpense", {"source": str}, "expected_at"),
    "expense": _Source("Expense", {"category": str}, "spent_at"),
    "inventory_movement": _Source("InventoryMovement", {"stock_item_id": UUID}, "moved_at"),
    "knowledge_document": _Source("KnowledgeDocument", {"id": UUID}, "known_at", by_row=True),
    "knowledge_passage": _Source("KnowledgePassage", {"id": UUID}, by_row=True),
    "location": _Source("Location", {"id": UUID, "code": str}),
    "lead": _Source("Lead", {"code": str}, "opened_at"),
    "message": _Source("Message", {"id": UUID}, "received_at", by_row=True),
    "message_send": _Source("MessageSend", {"source": str}, "sent_at", by_row=True),
    "invoice": _Source("Invoice", {"customer_id": UUID}, "issued_at"),
    "invoice_reminder": _Source("InvoiceReminder", {"invoice_id": UUID}, "sent_at"),
    "payment": _Source("Payment", {"invoice_id": UUID}, "paid_at"),
    "price_history": _Source("PriceHistory", {"price_id": UUID}, "valid_from"),
    "product": _Source("Product", {"id": UUID, "sku": str}),
    "product_cost": _Source("ProductCost", {"product_id": UUID}, "valid_from"),
    "purchase_order": _Source("PurchaseOrder", {"product_id": UUID, "supplier_id": UUID, "source": str}, "ordered_at"),
    "stand_bonus": _Source("StandBonusRow", {"location_id": UUID, "source": str}, "starts_at"),
    "stand_refill_order": _Source("StandRefillOrder", {"location_id": UUID, "source": str}, "planned_at"),
    "stand_visit": _Source("StandVisitRow", {"location_id": UUID, "source": str}, "planned_at"),
    "sales_order": _Source("Order", {"channel_id": UUID}, "ordered_at"),
    "stock_item": _Source("StockItem", {"product_id": UUID, "location_id": UUID}),
    "supplier": _Source("Supplier", {"id": UUID, "code": str}),
    "supplier_offer": _Source("SupplierOffer", {"product_id": UUID, "supplier_id": UUID}, "valid_from"),
    "sales_fact": _Source("SalesFact", {"product_id": UUID, "channel_id": UUID, "location_id": UUID}, "period_start"),
}


class RowSelection(BaseModel):
    """The rows of one table that fit `where`, as known at `as_of`.

    `about` names the result's cells that they bear on, as JSON pointers of these or of what holds them; empty: all.
    """

    model_config = ConfigDict(frozen=True)

    table: str
    where: dict[str, Values] = Field(default_factory=dict)
    about: tuple[str, ...] = ()
    since: datetime | None = None
    """Only what happened after this moment, for tables whose rows have one."""
    as_of: datetime
    count: int
    checksum: str

    def bearing_on(self, *about: str) -> "RowSelection":
        """These rows, as the source of these cells (JSON pointers)."""
        return self.model_copy(update={"about": about})

    def bears_on(self, path: str) -> bool:
        """Whether the cell at a JSON pointer came from these rows."""
        return not self.about or any(path == part or path.startswith(f"{part}/") for part in self.about)


@dataclass(frozen=True)
class OpenedRows:
    """Rows read again: the first few, how many there were, and whether they still are what they were."""

    rows: Sequence[Mapping[str, Any]]
    count: int
    unchanged: bool


def selected(
    session: BrandSession, table: str, *, about: Iterable[str] = (), since: datetime | None = None, **where: Any
) -> RowSelection:
    """Note which rows a result came from: `selected(session, "product", id=product.id)`."""
    draft = _draft(session, table, about, where).model_copy(update={"since": since})
    is_counted = session.snapshot is not None and not _source(draft).by_row
    return _with(draft, _counted(session, table, since).of(draft.where) if is_counted else _fingerprint(session, draft))


def selected_each(
    session: BrandSession, table: str, by: str, values: Iterable[UUID], *, since: datetime | None = None, **where: Any
) -> dict[UUID, RowSelection]:
    """`selected` for each value of a column, in one query: `selected_each(session, "product", "id", ids)`."""
    fixed = _draft(session, table, (), where).model_copy(update={"since": since})
    drafts = {value: fixed.model_copy(update={"where": {by: str(value), **fixed.where}}) for value in values}
    if session.snapshot is not None and not _source(fixed).by_row:
        counted = _counted(session, table, since)
        return {value: _with(draft, counted.of(draft.where)) for value, draft in drafts.items()}
    column = getattr(SOURCES[table].table, by)
    every = fixed.model_copy(update={"where": {by: [str(value) for value in drafts], **fixed.where}})
    rows = session.execute(_pick(_fingerprints(table, column), every).group_by(column)).all() if drafts else []
    fingerprints = {value: _Rows(count, int(first), int(second)) for value, count, first, second in rows}
    return {value: _with(draft, fingerprints.get(value, _NONE)) for value, draft in drafts.items()}


def selected_row(session: BrandSession, table: str, row: UUID, checksum: str) -> RowSelection:
    """One row by its id, that was read together with its checksum."""
    return _draft(session, table, (), {"id": row}).model_copy(update={"count": 1, "checksum": checksum})


@dataclass(frozen=True, slots=True)
class _Rows:
    """A number of rows, and the sums of their two hashes."""

    count: int
    first: int
    second: int

    @property
    def checksum(self) -> str:
        return checksum_of(self.first, self.second)


_NONE = _Rows(0, 0, 0)


class _CountedRows:
    """A table's rows, counted and summed for each combination of the columns that selections pick by."""

    def __init__(self, names: Sequence[str], groups: Iterable[Any]) -> None:
        self._groups = [
            (tuple(None if value is None else str(value) for value in values), _Rows(count, int(first), int(second)))
            for *values, count, first, second in groups
        ]
        self._places = {name: at for at, name in enumerate(names)}
        self._by_value: list[dict[str | None, list[int]]] = [defaultdict(list) for _ in names]
        for at, (values, _) in enumerate(self._groups):
            for place, value in enumerate(values):
                self._by_value[place][value].append(at)

    def of(self, where: Mapping[str, Values]) -> _Rows:
        """The rows that fit."""
        wanted = {self._places[name]: {values} if isinstance(values, str) else set(values)
                  for name, values in where.items()}  # fmt: skip
        fitting: Iterable[int] = range(len(self._groups))
        if wanted:
            place = min(wanted, key=lambda at: len(wanted[at]))
            fitting = [at for value in wanted.pop(place) for at in self._by_value[place].get(value, ())]
        count = first = second = 0
        for at in fitting:
            values, rows = self._groups[at]
            if all(values[place] in allowed for place, allowed in wanted.items()):
                count, first, second = count + rows.count, first + rows.first, second + rows.second
        return _Rows(count, first, second)


@read_once
def _counted(session: BrandSession, table: str, since: datetime | None) -> _CountedRows:
    source = SOURCES[table]
    columns = [getattr(source.table, name) for name in source.picked_by]
    every = _draft(session, table, (), {}).model_copy(update={"since": since})
    groups = session.execute(_pick(_fingerprints(table, *columns), every).group_by(*columns)).all()
    return _CountedRows(list(source.picked_by), groups)


def _with(draft: RowSelection, rows: _Rows) -> RowSelection:
    return draft.model_copy(update={"count": rows.count, "checksum": rows.checksum})


def _draft(session: BrandSession, table: str, about: Iterable[str], where: Mapping[str, Any]) -> RowSelection:
    plain = {name: _plain(value) for name, value in where.items()}
    return RowSelection(
        table=table, where=plain, about=tuple(about), as_of=session.ctx.known_until, count=0, checksum=_OF_NOTHING
    )


def open_rows(session: BrandSession, selection: RowSelection, limit: int) -> OpenedRows:
    """Read a selection again, as of its own moment."""
    present = _fingerprint(session, selection)
    table = _source(selection).table
    ordered = _pick(select(table), selection).order_by(*_order(selection)).limit(limit)
    rows = [_as_document(selection.table, row) for row in session.scalars(ordered)]
    unchanged = (present.count, present.checksum) == (selection.count, selection.checksum)
    return OpenedRows(_with_codes(session, rows), selection.count, unchanged)


_CODES: Mapping[str, tuple[str, str, str]] = {
    "product_id": ("sku", "Product", "sku"),
    "channel_id": ("channel", "Channel", "code"),
    "location_id": ("location", "Location", "code"),
}


def _with_codes(session: BrandSession, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows with the codes that people know beside the ids that they refer by."""
    named = [dict[str, Any]() for _ in rows]
    for reference, (shown_as, called, code) in _CODES.items():
        table = getattr(tables, called)
        ids = {UUID(row[reference]) for row in rows if row.get(reference)}
        if not ids:
            continue
        pairs = session.execute(select(col(table.id), getattr(table, code)).where(col(table.id).in_(ids))).all()
        codes = {str(row_id): name for row_id, name in pairs}
        for names, row in zip(named, rows, strict=True):
            if row.get(reference):
                names[shown_as] = codes.get(row[reference])
    _add_priced(session, named, rows)
    return [{"table": row["table"], **names, **row} for names, row in zip(named, rows, strict=True)]


def _add_priced(session: BrandSession, named: Sequence[dict[str, Any]], rows: Sequence[dict[str, Any]]) -> None:
    """Adds the product's SKU to rows of a price's history."""
    ids = {UUID(row["price_id"]) for row in rows if row.get("price_id")}
    if not ids:
        return
    from store.tables import Price, Product

    of_entry = (col(Product.id) == col(Price.product_id)) & (col(Product.brand_id) == col(Price.brand_id))
    pairs = session.execute(
        select(col(Price.id), col(Product.sku)).join(Product, of_entry).where(col(Price.id).in_(ids))
    ).all()
    skus = {str(price_id): sku for price_id, sku in pairs}
    for names, row in zip(named, rows, strict=True):
        if row.get("price_id"):
            names["sku"] = skus.get(row["price_id"])


def _plain(value: Any) -> Values:
    return [str(part) for part in value] if isinstance(value, list | tuple) else str(value)


def _source(selection: RowSelection) -> _Source:
    if selection.table not in SOURCES:
        raise InvalidInput(f"{selection.table} is no table that results come from")
    return SOURCES[selection.table]


def _pick(statement: Select[*tuple[Any, ...]], selection: RowSelection) -> Select[*tuple[Any, ...]]:
    source = _source(selection)
    for name, wanted in selection.where.items():
        if name not in source.picked_by:
            raise InvalidInput(f"rows of {selection.table} are not picked by {name}")
        read, column = source.picked_by[name], getattr(source.table, name)
        values = [read(value) for value in ([wanted] if isinstance(wanted, str) else wanted)]
        statement = statement.where(column.in_(values))
    if issubclass(source.table, Fact):
        statement = statement.where(col(source.table.known_at) <= selection.as_of)
    if selection.since is not None:
        if source.moment is None:
            raise InvalidInput(f"rows of {selection.table} have no moment to be picked by")
        statement = statement.where(getattr(source.table, source.moment) > selection.since)
    return statement


def _order(selection: RowSelection) -> list[Any]:
    source = _source(selection)
    newest_first = [getattr(source.table, source.moment).desc()] if source.moment else []
    return [*newest_first, col(source.table.id)]


def _fingerprint(session: BrandSession, selection: RowSelection) -> _Rows:
    count, first, second = session.execute(_pick(_fingerprints(selection.table), selection)).one()
    return _Rows(count, int(first), int(second))


def _fingerprints(table: str, *each: Any) -> Select[*tuple[Any, ...]]:
    """Number of rows and their two sums, computed by the database, as there may be many."""
    rows = SOURCES[table].table
    return select(*each, func.count(col(rows.id)), *checksum_halves(rows))


def _as_document(table: str, row: BrandOwned) -> dict[str, Any]:
    values = row.model_dump(mode="json", exclude={"brand_id"})
    for_people_first = sorted(values, key=lambda name: (name == "id" or name.endswith("_id"), name in _BOOKKEEPING))
    return {"table": table, **{name: values[name] for name in for_people_first}}
