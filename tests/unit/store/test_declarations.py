"""Declarations of table classes fit together: keys, references, files, readers, labels."""

import subprocess
import sys

from connectors.layout import LAYOUT, place_of
from store import tables
from store.declarations import columns_of, imported_files, keeps_history, natural_key, references, served_tables
from store.tables import (
    ABOVE_BRANDS,
    TABLES,
    Fact,
    InventoryMovement,
    MoneyLedgerEntry,
    Order,
    OrderLine,
    Price,
    PriceHistory,
    Task,
)


def test_keys_and_references_are_read_off_the_constraints() -> None:
    assert natural_key(Price) == ("product_id", "channel_id", "zone")
    assert natural_key(MoneyLedgerEntry) == ("booking", "leg")
    assert natural_key(Task) == ()
    assert references(OrderLine)["order_id"] is Order


def test_a_table_is_found_by_its_name_in_the_file_of_its_noun() -> None:
    code = "import sys; from store.tables import {0}; print('store.tables.every' in sys.modules, {0}.__module__)"
    for table in (TABLES[0], TABLES[-1], ABOVE_BRANDS[0]):
        asked = [sys.executable, "-c", code.format(table.__name__)]
        assert subprocess.check_output(asked, text=True).split() == ["False", table.__module__]
    assert all(getattr(tables, table.__name__) is table for table in (*TABLES, *ABOVE_BRANDS))


def test_the_file_of_a_noun_imports_the_tables_that_it_refers_to() -> None:
    for table in TABLES:
        known = vars(sys.modules[table.__module__])
        assert all(known.get(other.__name__) is other for other in references(table).values()), table.__name__


def test_what_a_file_refers_to_is_loaded_before_it() -> None:
    place = {table: number for number, table in enumerate(TABLES)}
    for table, file in imported_files():
        needed = {*references(table).values(), *([file.parent.table] if file.parent else [])}
        assert all(place[other] < place[table] for other in needed), file.name
    assert list(LAYOUT) == [file.name for _, file in imported_files()]


def test_a_file_fills_what_its_table_cannot_do_without() -> None:
    for table, file in imported_files():
        filled = {column for name in file.columns for _, column in [place_of(table, file, name)]}
        filled |= {*file.fixed, *file.computed, "currency", "known_at", "recorded_at", "id"}
        filled |= {file.parent.column} if file.parent else set()
        required = {name for name in columns_of(table) if table.model_fields[name].is_required()}
        assert required <= filled, (file.name, required - filled)
        assert natural_key(table), file.name


def test_each_served_table_has_a_path_of_its_own_and_readers() -> None:
    paths = [served.path for _, served in served_tables()]
    assert len(paths) == len(set(paths)) > 30
    for table, served in served_tables():
        assert served.readers
        assert served.personal | table.UNTRUSTED <= columns_of(table).keys(), served.path


def test_facts_that_may_change_keep_their_history_and_others_do_not() -> None:
    assert keeps_history(Price) and not keeps_history(PriceHistory) and not keeps_history(InventoryMovement)
    assert all(keeps_history(table) for table in TABLES if issubclass(table, Fact) and not table.APPEND_ONLY)
