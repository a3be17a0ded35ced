"""`search_knowledge`: what is no question is told so, and what it cites opens to the rows as they were read."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from connectors.documents import read_document
from domain.clock import FixedClock
from domain.context import Context
from domain.ids import TimeOrderedIds
from memory.knowledge import KnowledgeBase
from memory.library import Filing
from store.database import Database
from store.tables import Receipt
from tests.integration.priced_brand import start_run
from tools.readings import Readings
from tools.sources import OpenedRows, RowSelection, open_rows
from tools.toolbox import Toolbox

NewBrand = Callable[..., Context]
RETURNS = "# Returns\n\nCustomers may send goods back within thirty days of delivery."


@pytest.fixture
def ctx(database: Database, new_brand: NewBrand) -> Context:
    made = new_brand()
    KnowledgeBase().add(database, made, read_document("returns.md", RETURNS.encode()), Filing())
    return made


def open_toolbox(database: Database, ctx: Context) -> Toolbox:
    present, run = replace(ctx, as_of=ctx.now()), start_run(database, ctx)
    return Toolbox(database, present, run, "pricing_director", ["search_knowledge"], Readings(KnowledgeBase()))


@pytest.mark.parametrize("question", ["", "?! … ---", "goods\0back", "goods " * 100])
def test_what_is_no_question_may_be_asked_otherwise(database: Database, ctx: Context, question: str) -> None:
    reply = open_toolbox(database, ctx).call("search_knowledge", {"question": question})
    assert (reply.ok, reply.retryable) == (False, True)
    assert json.loads(reply.content)["error"]["message"].startswith("question: ")


def test_a_citation_opens_to_the_rows_that_were_read_and_tells_when_they_changed(
    database: Database, ctx: Context
) -> None:
    reply = open_toolbox(database, ctx).call("search_knowledge", {"question": "giving goods back"})
    assert reply.ok, reply.content
    assert reply.receipt_id
    opened = reopened(database, ctx, reply.receipt_id)
    assert {table: rows.unchanged for table, rows in opened.items()} == {
        "knowledge_passage": True,
        "knowledge_document": True,
    }
    assert "thirty days" in opened["knowledge_passage"].rows[0]["text"]

    clock = FixedClock(ctx.now() + timedelta(days=1))
    later = replace(ctx, clock=clock, ids=TimeOrderedIds(clock))
    KnowledgeBase().remove(database, later, "returns.md")
    opened = reopened(database, later, reply.receipt_id)
    assert {table: rows.unchanged for table, rows in opened.items()} == {
        "knowledge_passage": True,
        "knowledge_document": False,
    }


def reopened(database: Database, ctx: Context, receipt_id: UUID) -> dict[str, OpenedRows]:
    with database.read(ctx) as session:
        receipt = session.get_one(Receipt, (ctx.brand_id, receipt_id))
        selections = [RowSelection.model_validate(source) for source in receipt.sources]
        return {selection.table: open_rows(session, selection, 5) for selection in selections}
