"""Real data through the real command line: a price change made as of mid-history, measured over the weeks after."""

import re
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import CHECKOUT, Terminal

MAPPING = str(CHECKOUT / "examples" / "mappings" / "oj.yaml")


@pytest.fixture(scope="module")
def juice(terminal: Terminal) -> Terminal:
    from tests.conftest import SHARED_DATA

    folder: Path = SHARED_DATA / "oj"
    if not folder.is_dir():
        pytest.skip("no shared/data/oj beside this checkout; test_cli covers the same verbs on the sample")
    imported = terminal.json("import", str(folder), "--brand", "oj", "--mapping", MAPPING)
    assert (imported["rows_read"], imported["rows_loaded"]) == (106_233, 106_233)
    return terminal


def propose(juice: Terminal, sku: str, price: str, as_of: str) -> dict[str, Any]:
    """The item that a person asked for; the verb fails where the guardrails deny it."""
    words = ("propose", "price.update", "--sku", sku, "--channel", "retail", "--price", price)
    said = juice.run(*words, "--brand", "oj", "--as-of", as_of, "--json")
    assert said.code == (said.document["status"] == "denied"), said
    return said.document


def worked(juice: Terminal, as_of: str) -> list[str]:
    """The kinds of the jobs that were due at that moment."""
    return [job["kind"] for job in juice.json("work", "--brand", "oj", "--as-of", as_of)["jobs"]]


@pytest.mark.long
def test_a_change_that_the_stores_made_is_measured_against_a_counterfactual(juice: Terminal) -> None:
    """In week 44 the stores cut OJ-06 from $4.05 to $3.71; the item makes the same change at the same moment."""
    item = propose(juice, "OJ-06", "3.71", "1991-04-11")
    assert item["status"] == "done"
    assert "outcome.measure" not in worked(juice, "1991-05-30")
    assert worked(juice, "1991-06-20").count("outcome.measure") == 1
    shown = juice.json("show", item["id"], "--brand", "oj")
    outcome = shown["outcome"]
    assert (shown["status"], outcome["status"]) == ("measured", "measured")
    assert outcome["low"] < outcome["effect"] < outcome["high"]
    assert outcome["effect"] == outcome["realised"] - outcome["counterfactual"]
    # The 8 full weeks after, over all stores, straight from the file; the store rounds unit costs to whole cents.
    assert outcome["realised"] == pytest.approx(gross_profit("OJ-06", "1991-04-11", 8), rel=5e-4)


def gross_profit(sku: str, since: str, weeks: int) -> float:
    """Minor units, straight from the file: the weeks that begin on or after a day."""
    import csv
    import gzip
    from datetime import date, timedelta

    from tests.conftest import SHARED_DATA

    first = date.fromisoformat(since)
    last = first + timedelta(weeks=weeks)
    with gzip.open(SHARED_DATA / "oj" / "sales.csv.gz", "rt") as file:
        return sum(
            round(float(row["unit_price"]) * 100) * float(row["gross_margin_pct"]) / 100 * int(row["units"])
            for row in csv.DictReader(file)
            if row["sku"] == sku and first <= date.fromisoformat(row["week_start"]) < last
        )


@pytest.mark.long
def test_a_change_that_the_stores_never_made_is_not_measurable(juice: Terminal) -> None:
    item = propose(juice, "OJ-05", "1.80", "1991-06-20")
    assert item["status"] == "done"
    juice.json("work", "--brand", "oj", "--as-of", "1991-09-01")
    shown = juice.json("show", item["id"], "--brand", "oj")
    assert shown["outcome"]["status"] == "not_measurable"
    assert shown["outcome"]["effect"] is None
    assert re.match(r"the new price was charged in only \d of 8 weeks", shown["outcome"]["reasons"][0])


@pytest.mark.long
def test_a_change_beyond_the_days_limit_is_refused(juice: Terminal) -> None:
    item = propose(juice, "OJ-10", "9.99", "1991-09-01")
    assert item["status"] == "denied"
    assert "limit of 10.0 % a day" in item["status_reason"]


@pytest.mark.long
def test_as_of_reads_know_only_what_was_known(juice: Terminal) -> None:
    met = juice.json("meet", "--brand", "oj", "--as-of", "1991-06-20", "--agenda", "OJ-05")
    finding = next(finding for finding in met["findings"] if finding["subject"] == "OJ-05")
    others = {f"OJ-{n:02}" for n in range(1, 12)} - {"OJ-05"}
    assert not others & {finding["subject"] for finding in met["findings"]}
    assert met["as_of"].startswith("1991-06-20")
    for code in finding["figures"].values():
        opened = juice.json("why", code, "--brand", "oj")
        dates = re.findall(r"'(19\d\d-\d\d-\d\d)T", str(opened["rows"]))
        assert all(day <= "1991-06-20" for day in dates)
        break


@pytest.mark.long
def test_the_meeting_proposes_and_one_change_is_approved_seen_and_undone(juice: Terminal) -> None:
    met = juice.json("meet", "--brand", "oj")
    assert {finding["subject"] for finding in met["findings"]} >= {f"OJ-{n:02}" for n in range(1, 12)}
    for number in ("-3.32", "-3.38"):
        assert f"A plain regression gives {number}" in " ".join(finding["text"] for finding in met["findings"])
    item = next(item for item in met["action_items"] if item["status"] == "proposed")
    before = price_now(juice, item)
    assert item["gates"] == ["operator", "owner"], "this much money needs the owner: one yes is not enough"
    assert juice.json("approve", item["id"], "--as", "operator", "--brand", "oj")["status"] == "proposed"
    assert price_now(juice, item) == before
    assert juice.json("approve", item["id"], "--as", "owner", "--brand", "oj")["status"] == "done"
    after = price_now(juice, item)
    assert after != before
    assert juice.json("undo", item["id"], "--as", "operator", "--brand", "oj")["status"] == "undone"
    assert price_now(juice, item) == before


def price_now(juice: Terminal, item: dict[str, Any]) -> int:
    """The price list in the store itself, read by its owner."""
    import psycopg

    from store.embedded import ensure_running

    address = ensure_running(juice.home)
    sku, _, channel = item["subject"].partition(" @ ")
    with psycopg.connect(address.dsn(address.owner_role, address.database)) as connection:
        row = connection.execute(
            "select p.amount_minor from price p join product on product.id = p.product_id "
            "join channel on channel.id = p.channel_id where sku = %s and code = %s",
            [sku, channel],
        ).fetchone()
    assert row is not None
    return row[0]
