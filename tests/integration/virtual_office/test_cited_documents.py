"""A meeting whose order rests on a document: the minutes quote it, and the citation opens to the passage."""

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from sqlalchemy import select

from bootstrap.library import add_files, shelf_of
from bootstrap.office import Office
from domain.context import Context
from domain.language import Language
from settings import Settings
from store.database import Database
from store.tables import ActionItem, Run
from tests.integration.stocked_brand import Stocked, Supply, stock
from tools.receipts import why
from virtual_office.minutes.document import write_minutes
from virtual_office.minutes.summary import meeting_document

CLAUSE = "Orders below €700 are not accepted."
GATE = "common.untrusted_text"


def held(database: Database, ctx: Context, home: Path, label: str) -> tuple[Office, dict[str, object]]:
    stock(database, ctx, [Stocked("LOW", 250, supplier="LOTUS")], [Supply("LOTUS", "Lotus Naturals GmbH")])
    office = Office(Settings(home=home), database)
    file = home / "lotus-2026.md"
    file.write_text(f"# Terms of Lotus Naturals GmbH\n\n## Orders\n\n{CLAUSE} Goods leave on Mondays.\n")
    added = add_files(office, ctx, [file], "", shelf_of("contract", ["LOTUS"], label, "2026-01-10", ""))
    assert (added["rejected"], added["index"]) == ([], "")
    run_id = office.meetings.meet(ctx, "Stock", ["inventory_forecaster"])
    with database.read(ctx) as session:
        return office, meeting_document(session, run_id)


def items(database: Database, ctx: Context) -> list[ActionItem]:
    with database.read(ctx) as session:
        return list(session.scalars(select(ActionItem)))


def test_the_minutes_quote_the_document_and_the_citation_opens_to_it(
    database: Database, new_brand: Callable[..., Context], tmp_path: Path
) -> None:
    ctx = new_brand()
    office, met = held(database, ctx, tmp_path, "trusted")
    minutes = str(met["minutes"])
    cited = next(line for line in minutes.splitlines() if "has to come to" in line and "passage 1" in line)
    assert f"“{CLAUSE}”" in cited
    assert "lotus-2026.md" in cited
    linked = next(line for line in str(met["linked"]).splitlines() if "[passage 1](figure:" in line)
    code = linked.split("[passage 1](figure:", 1)[1].split(")")[0]
    with database.read(ctx) as session:
        opened = why(session, code)
        run = session.get_one(Run, (ctx.brand_id, UUID(str(met["meeting_id"]))))
        german = write_minutes(session, run, run.result, Language.DE)
    assert opened.receipt.tool == "order_advice"
    assert {row["table"] for row in opened.rows} == {"knowledge_passage", "knowledge_document"}
    assert any(CLAUSE in str(row.get("text")) for row in opened.rows)
    assert opened.rows_unchanged
    assert "lotus-2026.md, Abschnitt 1" in german
    assert GATE not in str(items(database, ctx)[0].verdict)
    office.close()


def test_what_outsiders_wrote_asks_a_person(
    database: Database, new_brand: Callable[..., Context], tmp_path: Path
) -> None:
    ctx = new_brand()
    office, _ = held(database, ctx, tmp_path, "untrusted")
    (item,) = items(database, ctx)
    assert (item.label, item.status) == ("untrusted", "proposed")
    assert GATE in str(item.verdict)
    office.close()
