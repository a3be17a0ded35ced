"""An import loads what fits, names what does not by file and line, and changes nothing twice."""

import gzip
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from connectors.importer import LARGE, import_folder
from domain.context import Context
from domain.errors import Conflict, DomainError, Forbidden, ImportRejected, InvalidInput
from store.database import Database
from store.reads.pricing.prices import price_now
from store.reads.settings import rules_of
from store.tables import (
    AuditEntry,
    Channel,
    Customer,
    ImportBatch,
    InventoryMovement,
    MoneyLedgerEntry,
    Order,
    Price,
    PriceHistory,
    Product,
    SalesFact,
)

BRAND = "name: Acme\ncurrency: EUR\n"
PRODUCTS = "sku,title\nS-1,Shampoo\nS-2,Balm\n"
CHANNELS = "code,title\nshop,Own shop\n"
SALES = "period_start,channel,sku,units,unit_price\n2026-01-05,shop,S-1,10,9.90\n2026-01-05,shop,S-2,4,12.50\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "data"
    made.mkdir()
    files = {"brand.yaml": BRAND, "products.csv": PRODUCTS, "channels.csv": CHANNELS, "sales.csv": SALES}
    for name, text in files.items():
        (made / name).write_text(text, encoding="utf-8")
    return made


def rows(database: Database, ctx: Context, table: type) -> list:  # type: ignore[type-arg]
    with database.read(ctx) as session:
        return list(session.scalars(select(table)).all())


def test_a_folder_is_loaded_and_again_changes_nothing(
    database: Database, new_brand: Callable[..., Context], folder: Path
) -> None:
    ctx = new_brand()
    first = import_folder(ctx, database, folder)
    assert (first.rows_read, first.rows_loaded, first.rows_rejected) == (5, 5, [])
    before = [row.model_dump() for row in rows(database, ctx, SalesFact)]
    again = import_folder(ctx, database, folder)
    assert (again.rows_loaded, again.rows_duplicate) == (0, 5)
    assert [row.model_dump() for row in rows(database, ctx, SalesFact)] == before
    assert len(rows(database, ctx, ImportBatch)) == 2
    assert [row.action for row in rows(database, ctx, AuditEntry)].count("import.loaded") == 2


def test_sales_are_known_when_their_period_has_ended(
    database: Database, new_brand: Callable[..., Context], folder: Path
) -> None:
    ctx = new_brand()
    import_folder(ctx, database, folder)
    known = {row.known_at.isoformat() for row in rows(database, ctx, SalesFact)}
    assert known == {"2026-01-12T00:00:00+00:00"}
    assert {row.recorded_at for row in rows(database, ctx, SalesFact)} == {ctx.now()}


@pytest.mark.own_database
def test_after_a_large_import_the_planner_knows_what_is_there(
    database: Database, new_brand: Callable[..., Context], folder: Path
) -> None:
    """PostgreSQL itself looks a minute later; until then it would plan as if the tables were empty."""
    rows = "".join(f"P{number},Product {number}\n" for number in range(LARGE))
    (folder / "products.csv").write_text(PRODUCTS + rows, encoding="utf-8")
    import_folder(new_brand(), database, folder)
    with database.engine.connect() as connection:
        known = connection.exec_driver_sql("select reltuples from pg_class where relname = 'product'").scalar_one()
    assert known == LARGE + 2


BAD_ROWS = {
    "a word for a number": ("2026-01-12,shop,S-1,many,9.90", "units"),
    "a negative count": ("2026-01-12,shop,S-1,-3,9.90", "units"),
    "no number at all": ("2026-01-12,shop,S-1,3,NaN", "unit_price"),
    "endless": ("2026-01-12,shop,S-1,3,Infinity", "unit_price"),
    "a huge amount": ("2026-01-12,shop,S-1,3,99999999999999999", "unit_price"),
    "no date": ("12/31/2026,shop,S-1,3,9.90", "write a date as"),
    "a date out of time": ("0026-01-12,shop,S-1,3,9.90", "before 1900"),
    "a time out of time": ("0001-01-01T00:00:00+14:00,shop,S-1,3,9.90", "before 1900"),
    "an unknown product": ("2026-01-12,shop,S-9,3,9.90", "no product S-9"),
    "an unknown channel": ("2026-01-12,moon,S-1,3,9.90", "no channel moon"),
    "too few columns": ("2026-01-12,shop,S-1", "has not 5 columns"),
    "too many columns": ("2026-01-12,shop,S-1,3,9.90,7", "has not 5 columns"),
    "a contradiction": ("2026-01-05,shop,S-1,11,9.90", "says something else"),
    "an empty key": ("2026-01-12,shop,,3,9.90", "sku"),
}


@pytest.mark.parametrize("name", BAD_ROWS)
def test_one_bad_row_is_named_by_file_and_line_and_nothing_is_loaded(
    name: str, database: Database, new_brand: Callable[..., Context], folder: Path
) -> None:
    ctx = new_brand()
    line, reason = BAD_ROWS[name]
    (folder / "sales.csv").write_text(f"{SALES}{line}\n", encoding="utf-8")
    with pytest.raises(ImportRejected) as caught:
        import_folder(ctx, database, folder)
    (rejected,) = caught.value.details["rows_rejected"]
    assert (rejected["file"], rejected["line"]) == ("sales.csv", 4)
    assert reason in rejected["reason"]
    assert (rows(database, ctx, SalesFact), rows(database, ctx, Product)) == ([], [])


def test_the_good_rows_are_kept_when_asked(database: Database, new_brand: Callable[..., Context], folder: Path) -> None:
    ctx = new_brand()
    bad = "\n".join(line for line, _ in BAD_ROWS.values())
    (folder / "sales.csv").write_text(f"{SALES}{bad}\n2026-01-12,shop,S-2,5,12.50\n", encoding="utf-8")
    result = import_folder(ctx, database, folder, keep_good=True)
    assert result.rejected == len(BAD_ROWS)
    assert {row.line for row in result.rows_rejected} == set(range(4, 4 + len(BAD_ROWS)))
    assert len(rows(database, ctx, SalesFact)) == 3


BAD_FILES = {
    "not UTF-8": ("sales.csv", SALES.replace("S-1", "Ä-1").encode("latin-1"), "sales.csv, line 2: not UTF-8"),
    "semicolons": ("sales.csv", SALES.replace(",", ";").encode(), "not separated by commas"),
    "no header": ("sales.csv", b"", "is empty"),
    "a missing column": ("sales.csv", b"period_start,channel,sku,units\n", "'unit_price' is missing"),
    "an unknown column": ("sales.csv", SALES.replace("units", "pieces").encode(), "no column 'pieces'"),
    "a column twice": ("sales.csv", SALES.replace("unit_price", "units").encode(), "stands there twice"),
    "a broken quote": ("sales.csv", b'period_start,channel,sku,units,unit_price\n"x', "unexpected end of data"),
    "an endless field": ("sales.csv", SALES.encode() + b"x" * 1_100_000, "field larger than"),
    "a broken archive": ("products.csv.gz", b"no gzip", "same file twice"),
    "an unknown file": ("cakes.csv", b"a\n1\n", "no file of the layout"),
    "a foreign currency": ("brand.yaml", b"name: Acme\ncurrency: USD\n", "keeps its books in EUR"),
    "no brand file": ("brand.yaml", b"", "brand.yaml"),
    "an unknown zone": ("brand.yaml", b"name: A\ncurrency: EUR\nzone: Mars/North\n", "no time zone"),
    "an unknown rule": ("brand.yaml", b"name: A\ncurrency: EUR\nrules: {kindness: 3}\n", "rules.kindness"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_file_that_cannot_be_read_is_explained(
    name: str, database: Database, new_brand: Callable[..., Context], folder: Path
) -> None:
    ctx = new_brand()
    file, content, reason = BAD_FILES[name]
    (folder / file).write_bytes(content)
    with pytest.raises(DomainError, match=reason):
        import_folder(ctx, database, folder)
    assert rows(database, ctx, Product) == []


def test_windows_files_quotes_and_archives_are_read(
    database: Database, new_brand: Callable[..., Context], folder: Path
) -> None:
    ctx = new_brand()
    (folder / "products.csv").unlink()
    text = '\ufeffsku,title\r\nS-1,"Shampoo, ""fine""\r\nand large"\r\n\r\nS-2,Balm\r\n'
    (folder / "products.csv.gz").write_bytes(gzip.compress(text.encode("utf-8")))
    import_folder(ctx, database, folder)
    assert {row.title for row in rows(database, ctx, Product)} == {'Shampoo, "fine"\r\nand large', "Balm"}


def test_no_folder_and_an_empty_one_are_explained(
    database: Database, new_brand: Callable[..., Context], tmp_path: Path
) -> None:
    ctx = new_brand()
    for folder in (tmp_path / "nothing", tmp_path):
        with pytest.raises(InvalidInput):
            import_folder(ctx, database, folder)


def test_who_may_not_import_does_not(database: Database, new_brand: Callable[..., Context], folder: Path) -> None:
    ctx = new_brand()
    powerless = replace(ctx, actor=ctx.actor.model_copy(update={"permissions": frozenset()}))
    with pytest.raises(Forbidden):
        import_folder(powerless, database, folder)


def test_master_data_may_change_and_facts_may_not(
    database: Database, new_brand: Callable[..., Context], folder: Path
) -> None:
    ctx = new_brand()
    import_folder(ctx, database, folder)
    (folder / "products.csv").write_text(PRODUCTS.replace("Balm", "Beard Balm"), encoding="utf-8")
    assert import_folder(ctx, database, folder).rows_loaded == 1
    assert "Beard Balm" in {row.title for row in rows(database, ctx, Product)}
    (folder / "sales.csv").write_text(SALES.replace(",10,", ",12,"), encoding="utf-8")
    with pytest.raises(ImportRejected):
        import_folder(ctx, database, folder)


def test_rules_become_a_new_version_only_when_they_differ(
    database: Database, new_brand: Callable[..., Context], folder: Path
) -> None:
    ctx = new_brand()
    (folder / "brand.yaml").write_text(f"{BRAND}rules: {{min_margin_percent: 33.3}}\n", encoding="utf-8")
    for _ in range(2):
        import_folder(ctx, database, folder)
        with database.read(ctx) as session:
            rules = rules_of(session)
            assert (rules.version, rules.min_margin_bps) == (2, 3_330)


def test_an_old_price_list_does_not_undo_a_newer_price(
    database: Database, new_brand: Callable[..., Context], folder: Path
) -> None:
    ctx = new_brand()
    (folder / "prices.csv").write_text("sku,channel,price,valid_from\nS-1,shop,9.90,2026-01-01\n", encoding="utf-8")
    import_folder(ctx, database, folder)
    with database.begin(ctx) as session:
        entry = session.scalars(select(Price)).one()
        entry.amount_minor, entry.valid_from = 1_090, ctx.now()
        changed = {"price_id": entry.id, "amount_minor": 1_090, "currency": "EUR", "valid_from": ctx.now()}
        session.add(PriceHistory(**changed, source="action_item:x"))
    import_folder(ctx, database, folder)
    assert [row.amount_minor for row in rows(database, ctx, Price)] == [1_090]


def test_stock_counts_and_bookings_balance(database: Database, new_brand: Callable[..., Context], folder: Path) -> None:
    ctx = new_brand()
    (folder / "locations.csv").write_text("code\nL1\n", encoding="utf-8")
    (folder / "stock.csv").write_text("location,sku,on_hand,counted_at\nL1,S-1,40,2026-02-01\n", encoding="utf-8")
    moved = "id,location,sku,kind,quantity,moved_at\nm1,L1,S-1,sale,-3,2026-02-02\n"
    (folder / "inventory_movements.csv").write_text(moved, encoding="utf-8")
    invoice = "number,amount,issued_at,due_at\nR1,119.00,2026-02-01,2026-02-15\n"
    (folder / "invoices.csv").write_text(invoice, encoding="utf-8")
    (folder / "payments.csv").write_text("id,invoice,amount,paid_at\nZ1,R1,119.00,2026-02-10\n", encoding="utf-8")
    (folder / "expenses.csv").write_text("id,category,amount,spent_at\nE1,rent,50,2026-02-01\n", encoding="utf-8")
    for _ in range(2):
        import_folder(ctx, database, folder)
        assert [row.quantity for row in rows(database, ctx, InventoryMovement)] == [40, -3]
        legs = rows(database, ctx, MoneyLedgerEntry)
        assert (len(legs), sum(leg.amount_minor for leg in legs)) == (6, 0)


def test_the_same_files_go_into_two_brands_apart(
    database: Database, new_brand: Callable[..., Context], folder: Path
) -> None:
    mine, other = new_brand("mine"), new_brand("other")
    import_folder(mine, database, folder)
    assert rows(database, other, Product) == []
    import_folder(other, database, folder)
    assert len(rows(database, mine, Product)) == len(rows(database, other, Product)) == 2


@pytest.mark.long
def test_orange_juice_loads_whole_and_is_read_as_of_1991(
    database: Database, new_brand: Callable[..., Context], oj: Path
) -> None:
    ctx = new_brand(currency="USD")
    mapping = Path(__file__).resolve().parents[3] / "examples" / "mappings" / "oj.yaml"
    result = import_folder(ctx, database, oj, mapping)
    assert (result.rows_read, result.rejected) == (106_139 + 11 + 83, 0)
    assert import_folder(ctx, database, oj, mapping).rows_loaded == 0
    from domain.context import parse_moment

    past = ctx.at(parse_moment("1991-06-20"))
    with database.read(ctx) as session:
        total = session.scalar(select(func.count(col(SalesFact.id))))
        latest = _price(session)
    with database.read(past) as session:
        known, newest = session.execute(select(func.count(col(SalesFact.id)), func.max(SalesFact.known_at))).one()
        then = _price(session)
    assert total == 106_139
    assert 0 < known < total
    assert newest <= past.now()
    assert then.valid_from <= past.now() < latest.valid_from
    assert then.amount_minor != latest.amount_minor


def _price(session):  # type: ignore[no-untyped-def]
    product = session.scalars(select(Product).where(col(Product.sku) == "OJ-05")).one()
    return price_now(session, product.id, session.scalars(select(Channel)).one().id)


@pytest.mark.long
def test_cdnow_loads_whole_and_repeated_purchases_stay_apart(
    database: Database, new_brand: Callable[..., Context], cdnow: Path
) -> None:
    ctx = new_brand(currency="USD")
    mapping = Path(__file__).resolve().parents[3] / "examples" / "mappings" / "cdnow.yaml"
    result = import_folder(ctx, database, cdnow, mapping)
    assert (result.rows_read, result.rejected) == (69_659, 0)
    with database.read(ctx) as session:
        assert session.scalar(select(func.count(col(Order.id)))) == 69_659
        assert session.scalar(select(func.count(col(Customer.id)))) == 23_570
    assert import_folder(ctx, database, cdnow, mapping).rows_loaded == 0


BAD_MAPPINGS = {
    "not YAML": ("files: [", "not YAML"),
    "an unknown key": ("currency: EUR\nfiles: [{as: products, file: products.csv, eval: x}]", "eval"),
    "an unknown file of the layout": ("currency: EUR\nfiles: [{as: cakes, file: products.csv}]", "no file 'cakes'"),
    "a way out of the folder": ("currency: EUR\nfiles: [{as: products, file: ../x.csv}]", "no file ../x.csv"),
    "a column that is not there": (
        "currency: EUR\nfiles: [{as: products, file: products.csv, columns: {sku: id}}]",
        "no column 'id'",
    ),
    "a column nobody speaks of": (
        "currency: EUR\nfiles: [{as: products, file: products.csv, columns: {sku: sku}}]",
        "nothing is said about the column 'title'",
    ),
}


@pytest.mark.parametrize("name", BAD_MAPPINGS)
def test_a_mapping_that_does_not_fit_is_explained(
    name: str, database: Database, new_brand: Callable[..., Context], folder: Path, tmp_path: Path
) -> None:
    text, reason = BAD_MAPPINGS[name]
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(text, encoding="utf-8")
    with pytest.raises((InvalidInput, Conflict), match=reason):
        import_folder(new_brand(), database, folder, mapping)


class Killed(BaseException):
    """Stands for the end of the process."""


def test_an_import_that_keeps_the_good_goes_on_where_it_was_cut_off(
    database: Database, new_brand: Callable[..., Context], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die_in_the_sales(file: str, _done: int, _total: int) -> None:
        if file == "sales.csv":  # told first when the first batch is in
            raise Killed

    monkeypatch.setattr("connectors.importer.BATCH", 1)
    cut, whole = new_brand("cut"), new_brand("whole")
    with pytest.raises(Killed):
        import_folder(cut, database, folder, keep_good=True, progress=die_in_the_sales)
    kept = len(rows(database, cut, SalesFact))
    again = import_folder(cut, database, folder, keep_good=True)
    all_of_it = import_folder(whole, database, folder, keep_good=True)
    sold = len(rows(database, whole, SalesFact))
    assert 0 < kept < sold
    assert len(rows(database, cut, SalesFact)) == sold
    assert again.rows_loaded == sold - kept
    assert again.rows_loaded + again.rows_duplicate == all_of_it.rows_loaded
