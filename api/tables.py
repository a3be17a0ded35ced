"""`/api/v1/{os}/{table}`: rows of every table that names its readers, listed, filtered, searched, and one by one."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from api.desk import BrandRoute, ReadDesk
from api.errors import IN_A_BRAND
from api.pages import Page, page_of, read_id
from api.shapes.tables import CURRENCY, OutsidersText, RowsAsked, RowShape, row_shape, rows_asked, text_columns
from domain.context import Context
from domain.errors import Forbidden, InvalidInput
from domain.labels import Label
from store.declarations import TableClass, columns_of, has_money, served_tables
from store.reads.rows import Sought, row_of, rows_of
from store.reads.settings import brand_of
from store.session import BrandSession
from store.tables.served import Served


class Rows:
    """The rows of one table, as they are shown to somebody."""

    def __init__(self, table: TableClass, served: Served) -> None:
        self.table, self.served = table, served
        self.shape: type[RowShape] = row_shape(table, served)
        self.asked: type[RowsAsked] = rows_asked(table)
        self._columns = [name for name in columns_of(table) if name != "id"]
        self._lacks_currency = has_money(table) and CURRENCY not in self._columns

    def page(self, session: BrandSession, asked: RowsAsked) -> Page[Any]:
        """Raises Forbidden where a column is asked for that this person is not shown."""
        rows = rows_of(session, self.table, self._sought(session.ctx, asked), asked.limit + 1, read_id(asked.cursor))
        show = self.showing(session)
        return page_of(rows, asked.limit, show, lambda row: [str(row.id)])

    def showing(self, session: BrandSession) -> Callable[[Any], RowShape]:
        """How a row is shown to this person, in this brand."""
        withheld = self.served.withheld_from(session.ctx.actor.roles)
        names = [name for name in self._columns if name not in withheld]
        added = {CURRENCY: brand_of(session).currency} if self._lacks_currency else {}

        def show(row: Any) -> RowShape:
            values = {name: getattr(row, name) for name in names}
            for name in self.table.UNTRUSTED & values.keys():
                values[name] = OutsidersText(text=values[name], label=Label.UNTRUSTED)
            return self.shape(id=row.id, **values, **added)

        return show

    def _sought(self, ctx: Context, asked: RowsAsked) -> Sought:
        withheld = self.served.withheld_from(ctx.actor.roles)
        own = asked.model_fields_set - {*RowsAsked.model_fields, "as_of", "q"}
        given = {name: value for name in own if (value := getattr(asked, name)) is not None}
        if hidden := sorted(withheld & given.keys()):
            raise Forbidden(f"{ctx.actor.label} is not shown {hidden[0]}, and may not ask by it.")
        equal = {name: value for name, value in given.items() if name in self._columns}
        return Sought(
            equal=equal,
            since=self._moments(given, equal, "_from"),
            before=self._moments(given, equal, "_before"),
            text=getattr(asked, "q", None) or "",
            text_in=[name for name in text_columns(self.table) if name not in withheld],
        )

    def _moments(self, given: dict[str, Any], equal: dict[str, Any], ending: str) -> dict[str, datetime]:
        spans = {name: value for name, value in given.items() if name not in equal and name.endswith(ending)}
        return {name.removesuffix(ending): value for name, value in spans.items()}


def table_router(table: TableClass, served: Served) -> APIRouter:
    """The routes of one table."""
    rows = Rows(table, served)
    router = APIRouter(prefix=served.path, tags=[served.os], responses=IN_A_BRAND, route_class=BrandRoute)
    name = f"{served.os}_{served.name}".replace("-", "_")
    described: dict[str, Any] = {"description": table.__doc__, "response_model_exclude_unset": True}
    listing, showing = f"List {served.name.replace('-', ' ')}", f"One of {served.name.replace('-', ' ')}"
    model = Page[rows.shape]  # type: ignore[name-defined]
    router.get("", operation_id=f"list_{name}", summary=listing, response_model=model, **described)(_list(rows))
    router.get("/{row_id}", operation_id=f"show_{name}", summary=showing, response_model=rows.shape, **described)(
        _show(rows)
    )
    return router


def _list(rows: Rows) -> Callable[..., Page[Any]]:
    query = rows.asked

    def listed(asked: Annotated[query, Query()], desk: ReadDesk) -> Page[Any]:  # pyright: ignore[reportInvalidTypeForm]
        moment = getattr(asked, "as_of", None)
        with desk.read_table(rows.table, lambda ctx: _as_of(ctx, moment)) as session:
            return rows.page(session, asked)

    return listed


def _show(rows: Rows) -> Callable[..., RowShape]:
    def shown(row_id: UUID, desk: ReadDesk) -> RowShape:
        with desk.read_table(rows.table) as session:
            return rows.showing(session)(row_of(session, rows.table, row_id))

    return shown


def _as_of(ctx: Context, moment: datetime | None) -> Context:
    if moment is None:
        return ctx
    if moment > ctx.now():
        raise InvalidInput("as_of lies in the future.", remedy="Give a moment that is past.")
    return replace(ctx, as_of=moment)


TABLE_ROUTERS = tuple(table_router(table, served) for table, served in served_tables())
