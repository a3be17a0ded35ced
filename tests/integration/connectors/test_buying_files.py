"""Files of supplier offers and bank balances: good rows load once, bad ones are named."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from connectors.importer import import_folder
from domain.context import Context
from domain.errors import ImportRejected
from store.database import Database
from store.tables import BankBalance, Product, PurchaseOrder, Supplier, SupplierOffer

FILES = {
    "brand.yaml": "name: Acme\ncurrency: EUR\nrules:\n  max_cover_days: 90\n",
    "products.csv": "sku,title,shelf_life_days\nS-1,Shampoo,365\nS-2,Balm,\n",
    "suppliers.csv": "code,title,lead_time_days,payment_days\nP,Porto,14,30\nQ,,,\n",
    "supplier_offers.csv": (
        "supplier,sku,from_quantity,unit_cost,valid_from\nP,S-1,100,4.00,2026-01-01\nP,S-1,500,3.80,2026-01-01\n"
        "Q,S-2,,7.5,2026-02-01\n"
    ),
    "bank_balances.csv": "account,amount,balance_at\nmain,1200.50,2026-02-27\nloan,-300,2026-02-27\n",
    "purchase_orders.csv": (
        "number,supplier,sku,quantity,unit_cost,ordered_at,received_at,cancelled_at\n"
        "N1,P,S-1,200,4.00,2026-01-10,2026-01-24,\nN2,P,S-1,200,4.00,2026-02-10,,2026-02-11\n"
    ),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "data"
    made.mkdir()
    for name, text in FILES.items():
        (made / name).write_text(text, encoding="utf-8")
    return made


def rows(database: Database, ctx: Context, table: type) -> list:  # type: ignore[type-arg]
    with database.read(ctx) as session:
        return list(session.scalars(select(table).order_by(table.id)).all())  # type: ignore[attr-defined]


def test_offers_terms_balances_and_cancellations_are_loaded_once(
    database: Database, new_brand: Callable[..., Context], folder: Path
) -> None:
    ctx = new_brand()
    first, again = import_folder(ctx, database, folder), import_folder(ctx, database, folder)
    assert (first.rows_loaded, again.rows_loaded, again.rows_duplicate) == (11, 0, 11)
    offers = {(row.from_quantity, row.unit_cost_minor, row.currency) for row in rows(database, ctx, SupplierOffer)}
    assert offers == {(100, 400, "EUR"), (500, 380, "EUR"), (1, 750, "EUR")}
    assert {(row.account, row.amount_minor) for row in rows(database, ctx, BankBalance)} == {
        ("main", 120_050),
        ("loan", -30_000),
    }
    terms = {row.code: (row.lead_time_days, row.payment_days) for row in rows(database, ctx, Supplier)}
    assert terms == {"P": (14, 30), "Q": (None, None)}
    assert {row.sku: row.shelf_life_days for row in rows(database, ctx, Product)} == {"S-1": 365, "S-2": None}
    orders = {row.number: (row.received_at, row.cancelled_at, row.source) for row in rows(database, ctx, PurchaseOrder)}
    assert [orders["N1"][0] is None, orders["N1"][1] is None, orders["N1"][2]] == [False, True, "import"]
    assert [orders["N2"][0] is None, orders["N2"][1] is None] == [True, False]


def test_what_a_supplier_asked_is_known_since_it_asked_it(
    database: Database, new_brand: Callable[..., Context], folder: Path
) -> None:
    ctx = new_brand()
    import_folder(ctx, database, folder)
    known = {row.known_at.date().isoformat() for row in rows(database, ctx, SupplierOffer)}
    assert known == {"2026-01-01", "2026-02-01"}


BAD_ROWS = {
    "supplier_offers.csv": {
        "no quantity at all": ("P,S-2,0,4.00,2026-01-01", "from_quantity"),
        "less than none": ("P,S-2,-5,4.00,2026-01-01", "from_quantity"),
        "half a unit": ("P,S-2,1.5,4.00,2026-01-01", "from_quantity"),
        "a negative cost": ("P,S-2,1,-4.00,2026-01-01", "unit_cost"),
        "no number": ("P,S-2,1,NaN,2026-01-01", "unit_cost"),
        "no cost": ("P,S-2,1,,2026-01-01", "unit_cost"),
        "no date": ("P,S-2,1,4.00,", "valid_from"),
        "an unknown supplier": ("X,S-2,1,4.00,2026-01-01", "no supplier X"),
        "an unknown product": ("P,S-9,1,4.00,2026-01-01", "no product S-9"),
        "a contradiction": ("P,S-1,100,3.99,2026-01-01", "says something else"),
    },
    "bank_balances.csv": {
        "no account": (",5,2026-02-27", "account"),
        "no amount": ("main,,2026-02-28", "amount"),
        "endless": ("main,Infinity,2026-02-28", "amount"),
        "a wrong date": ("main,5,28.02.2026", "write a date as"),
        "a contradiction": ("main,5,2026-02-27", "says something else"),
    },
}


def test_bad_rows_are_named_by_file_and_line_and_nothing_is_loaded(
    database: Database, new_brand: Callable[..., Context], folder: Path
) -> None:
    ctx = new_brand()
    for name, cases in BAD_ROWS.items():
        (folder / name).write_text(FILES[name] + "".join(f"{line}\n" for line, _ in cases.values()), encoding="utf-8")
    with pytest.raises(ImportRejected) as caught:
        import_folder(ctx, database, folder)
    said = {(row["file"], row["line"]): row["reason"] for row in caught.value.details["rows_rejected"]}
    first_line = {name: FILES[name].count("\n") + 1 for name in BAD_ROWS}
    expected = {
        (name, first_line[name] + at): reason
        for name, cases in BAD_ROWS.items()
        for at, (_, reason) in enumerate(cases.values())
    }
    assert set(said) == set(expected)
    assert [place for place, reason in expected.items() if reason not in said[place]] == []
    assert (rows(database, ctx, SupplierOffer), rows(database, ctx, BankBalance)) == ([], [])


def test_the_good_rows_are_kept_when_asked(database: Database, new_brand: Callable[..., Context], folder: Path) -> None:
    ctx = new_brand()
    for name, cases in BAD_ROWS.items():
        (folder / name).write_text(FILES[name] + "".join(f"{line}\n" for line, _ in cases.values()), encoding="utf-8")
    result = import_folder(ctx, database, folder, keep_good=True)
    assert result.rejected == sum(len(cases) for cases in BAD_ROWS.values())
    assert (len(rows(database, ctx, SupplierOffer)), len(rows(database, ctx, BankBalance))) == (3, 2)
