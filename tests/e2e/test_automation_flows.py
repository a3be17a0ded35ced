"""Four flows of the product document, told through the command line: pricing, stand refill, the office, guardrails."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import cli
from domain.clock import SystemClock
from store.embedded import stop
from tests.e2e.conftest import SAMPLE

Mhos = Callable[..., Any]
DAY = timedelta(days=1)
TODAY = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
RULES = {
    "costs": """
name: costs
title: Look at prices when a cost changes
module: pricing
on: cost.changed
rest: 12h
do:
  - {kind: meeting, agenda: "Prices after new costs", agents: [pricing_director]}
""",
    "prices": """
name: prices
title: Tell partners of prices, and see what it does to margins
module: pricing
on: price.changed
do:
  - {kind: notify, title: "{data.title}", body: "{data.before.amount_minor} → {data.after.amount_minor}"}
  - {kind: meeting, agenda: "Margins after new prices", agents: [finance_analyst]}
""",
    "stands": """
name: stands
title: Refill stands that run low
module: stands
on: stock.low
when: [{kind: text, field: data.place, equals: stand}]
rest: 6h
do:
  - {kind: meeting, agenda: "Refill {data.location}", agents: [stand_coach]}
""",
    "dispatch": """
name: dispatch
title: Tell the dispatcher of trips
module: stands
on: action_item.proposed
when: [{kind: text, field: data.kind, equals: stand.refill}]
do:
  - {kind: notify, severity: warning, roles: [OPERATOR], title: "{data.title}"}
""",
    "office": """
name: office
title: Tell what a meeting decided
module: virtual-office
on: meeting.finished
do:
  - {kind: notify, title: "A meeting left {data.action_items} action items"}
""",
    "breaches": """
name: breaches
title: Show the SuperAdmin what was refused
module: ai
on: guardrail.breached
do:
  - {kind: notify, severity: critical, roles: [SUPER_ADMIN], title: "Refused: {data.title}", body: "{data.reason}"}
""",
}
MEETING = """
name: prices-daily
title: Prices
agenda: Prices
attendees: [pricing_director]
at: "06:00"
"""


@pytest.fixture(scope="module")
def mhos(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mhos]:
    """The command line in one data folder; a verb's JSON, which has to have worked unless `refused`."""
    home = tmp_path_factory.mktemp("home")
    patch = pytest.MonkeyPatch()
    patch.setenv("MHOS_HOME", str(home))

    def run(*words: str, refused: bool = False) -> Any:
        result = CliRunner().invoke(cli.app, [*words, "--json"])
        assert (result.exit_code != 0) is refused, (words, result.output, result.exception)
        return json.loads(result.stdout)

    yield run
    patch.undo()
    stop(home)


@pytest.fixture(scope="module")
def brand(mhos: Mhos, tmp_path_factory: pytest.TempPathFactory) -> Mhos:
    """The sample brand with two stands, and the rules of all flows; its past has woken none of them."""
    folder = tmp_path_factory.mktemp("stands")
    _write_stands(folder, on_hand=60)
    mhos("import", str(SAMPLE), "--brand", "flows")
    mhos("import", str(folder), "--brand", "flows")
    for name, text in RULES.items():
        path = folder / f"{name}.yaml"
        path.write_text(text)
        mhos("rules", "set", str(path), "--reason", "the flows")
    mhos("work")
    assert mhos("rules", "log")["runs"] == []
    return mhos


def _write_stands(folder: Path, on_hand: int) -> None:
    """Two stands that sell fourteen a week, and what was counted there a week ago."""
    write = {
        "brand.yaml": "name: Hairoticmen\ncurrency: EUR\nzone: Europe/Berlin\nrules:\n"
        "  trip_fixed: 16.00\n  trip_stop: 12.00\n  trip_most_stops: 12\n",
        "products.csv": "sku,title\nBALM,Balm\n",
        "product_costs.csv": "sku,unit_cost,valid_from\nBALM,4.00,2024-01-01\n",
        "channels.csv": "code,title,prices_include_vat\nstands,Stands,no\n",
        "locations.csv": "code,title,kind,visit_every_days\nWH-ST,Store room,warehouse,\n"
        "ST-1,First stand,stand,14\nST-2,Second stand,stand,14\n",
        "sales.csv": "period_start,period_days,channel,location,sku,units,unit_price\n"
        + "".join(
            f"{TODAY - 7 * back * DAY:%Y-%m-%d},7,stands,{stand},BALM,14,9.00\n"
            for stand in ("ST-1", "ST-2")
            for back in range(12, 0, -1)
        ),
        "stock.csv": "location,sku,on_hand,counted_at\n"
        + f"WH-ST,BALM,500,{TODAY - DAY:%Y-%m-%d}\n"
        + "".join(f"{stand},BALM,{on_hand},{TODAY - 7 * DAY:%Y-%m-%d}\n" for stand in ("ST-1", "ST-2")),
    }
    for name, text in write.items():
        (folder / name).write_text(text)


def _notes(mhos: Mhos, *words: str) -> list[str]:
    return [one["title"] for one in mhos("notifications", *words)["notifications"]]


def test_1_new_costs_lead_to_prices_that_are_judged_told_and_seen_in_the_margins(brand: Mhos, tmp_path: Path) -> None:
    (tmp_path / "brand.yaml").write_text("name: Hairoticmen\ncurrency: EUR\nzone: Europe/Berlin\n")
    (tmp_path / "product_costs.csv").write_text(f"sku,unit_cost,valid_from\nHM-SH-01,3.90,{TODAY:%Y-%m-%d}\n")
    brand("import", str(tmp_path), "--brand", "flows", "--fire")
    brand("work")
    items = [one for one in brand("inbox")["items"] if one["kind"] == "price.update"]
    assert items
    assert all(one["verdict"] in ("allow", "needs_approval", "deny") for one in items)
    approved = brand("approve", items[0]["id"], "--as", "operator", "--brand", "flows")
    assert approved["status"] == "done"
    assert approved["title"] in _notes(brand)
    brand("work")
    agendas = {run["agenda"]: run["id"] for run in brand("runs")["runs"]}
    minutes = brand("minutes", agendas["Margins after new prices"])
    assert any(finding["agent"] == "finance_analyst" for finding in minutes["findings"])


def test_3_a_stand_that_runs_low_gets_a_trip_that_the_dispatcher_is_told_of(brand: Mhos, tmp_path: Path) -> None:
    _write_stands(tmp_path, on_hand=60)
    lower = f"location,sku,on_hand,counted_at\nST-1,BALM,3,{TODAY - DAY:%Y-%m-%d}\nST-2,BALM,4,{TODAY - DAY:%Y-%m-%d}\n"
    (tmp_path / "stock.csv").write_text(lower)
    brand("import", str(tmp_path), "--brand", "flows", "--fire")
    brand("work")
    (trip,) = [one for one in brand("inbox")["items"] if one["kind"] == "stand.refill"]
    assert trip["title"] in _notes(brand, "--as", "operator", "--brand", "flows")
    assert trip["title"] not in _notes(brand)  # the owner is no dispatcher
    shown = brand("show", trip["id"])
    assert any("BALM" in str(line) or "Balm" in str(line) for line in shown["diff"])
    done = brand("approve", trip["id"], "--as", "operator", "--brand", "flows")
    assert done["status"] == "done"
    rows = brand("show", trip["id"])["effects"][0]["rows"]
    (cost,) = [row["after"] for row in rows if row["table"] == "expected_expense"]
    assert cost["amount_minor"] >= 1_600 + 1_200  # a trip, and a stop: Finance counts with it from now on
    assert brand("audit", "verify")["ok"]


def test_4_a_scheduled_meeting_leaves_items_that_are_told_carried_out_and_come_back_in_the_journal(
    brand: Mhos, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shift = [timedelta(0)]
    monkeypatch.setattr(SystemClock, "now", lambda _: datetime.now(UTC) + shift[0])
    for name in ("prices", "costs"):
        brand("rules", "disable", name, "--reason", "this flow is about the schedule")
    (tmp_path / "m.yaml").write_text(MEETING)
    brand("schedule", "set", str(tmp_path / "m.yaml"), "--reason", "every day")
    told = len([title for title in _notes(brand) if title.startswith("A meeting left")])
    shift[0] = DAY
    held = [job for job in brand("work")["jobs"] if job["kind"] == "meeting.hold"]
    assert [job["ok"] for job in held] == [True]
    assert len([title for title in _notes(brand) if title.startswith("A meeting left")]) == told + 1
    brand("schedule", "pause", "prices-daily", "--reason", "one is enough")
    item = next(one for one in brand("inbox")["items"] if one["kind"] == "price.update")
    assert brand("approve", item["id"], "--as", "operator", "--brand", "flows")["status"] == "done"
    shift[0] = timedelta(weeks=12)
    brand("work")
    outcomes = brand("journal", "--agent", "pricing_director")["outcomes"]
    assert item["subject"] in [one["subject"] for one in outcomes]


def test_5_what_the_guardrails_refuse_is_shown_to_the_superadmin_and_only_who_may_overrides(brand: Mhos) -> None:
    words = ("propose", "price.update", "--sku", "HM-SE-01", "--channel", "shop", "--price", "1.00", "--reason", "x")
    denied = brand(*words, refused=True)
    assert denied["status"] == "denied"
    admin = brand("notifications", "--as", "superadmin", "--brand", "flows")["notifications"]
    assert [one["severity"] for one in admin if denied["title"] in one["title"]] == ["critical"]
    assert not [title for title in _notes(brand) if title.startswith("Refused")]
    assert (
        brand("approve", denied["id"], "--as", "operator", "--brand", "flows", refused=True)["error"]["code"]
        == "conflict"
    )
