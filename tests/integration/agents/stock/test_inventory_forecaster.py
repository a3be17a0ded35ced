"""The Inventory Forecaster on rules: what it orders, what it leaves alone, and what it says."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from statistics import NormalDist
from typing import Any

import pytest
from sqlalchemy import select

from agents.charter import load_charters
from agents.crew import chat_model_for
from agents.loop import run_agent
from domain.context import Context
from domain.report import FindingSeverity
from store.database import Database
from store.tables import ProposalRow
from tests.integration.agents.held import Held, answer_of
from tests.integration.priced_brand import start_run
from tests.integration.stocked_brand import Stocked, Supply, order_under_way, stock
from tools.receipts import record_figures, why
from tools.toolbox import Toolbox

NewBrand = Callable[..., Context]
CHARTER = next(charter for charter in load_charters() if charter.name == "inventory_forecaster")
HALF_A_QUARTER = (1, 2, 4, 6, 8, 10, 11)
"""Weeks back from now, spread over the last thirteen."""


def orders(held: Held) -> dict[str, tuple[int, int]]:
    """Units and unit cost by product, over all proposals."""
    lines = [line for row in held.proposals for line in row.action["lines"]]
    return {line["sku"]: (line["quantity"], line["unit_cost_minor"]) for line in lines}


def line_of(held: Held, sku: str) -> dict[str, Any]:
    """The advice for a product."""
    answers = held.answers("order_advice")
    return next(line for answer in answers for line in answer["lines"] if line["sku"] == sku)


async def hold(database: Database, ctx: Context) -> Held:
    return await answer_of(database, ctx, "inventory_forecaster", "Stock")


@pytest.fixture
def ctx(new_brand: NewBrand) -> Context:
    return new_brand()


async def after(database: Database, ctx: Context, products: Sequence[Stocked], *more: Any, **rest: Any) -> Held:
    stock(database, ctx, products, *more, **rest)
    return await hold(database, ctx)


def enough_until_the_next_order(asked_for: Sequence[int], margin: int, unit_cost: int) -> float:
    """The textbook's level for stock looked at each week: demand of two weeks' lead time and a week, and safety.

    A newsvendor with a week's holding, at 20 % a year, against a unit's margin; six deliveries that took the fourteen
    days that were promised, taken with a promise that counts as four and strays by 0.3 of itself.
    """
    mean = sum(asked_for) / len(asked_for)
    variance = sum((units - mean) ** 2 for units in asked_for) / (len(asked_for) - 1)
    strays = 4 * (0.3 * 14) ** 2 / 10 * (1 + 1 / 10)
    deviation = (3 * variance + (mean / 7) ** 2 * strays) ** 0.5
    holding = unit_cost * 0.20 * 7 / 365
    return 3 * mean + NormalDist().inv_cdf(margin / (margin + holding)) * deviation


async def test_plenty_of_stock_is_left_alone_and_called_plenty(database: Database, ctx: Context) -> None:
    held = await after(database, ctx, [Stocked("FULL", 2_000), Stocked("FINE", 380, seed=2)])
    assert (orders(held), held.report.proposals, held.report.missing_data) == ({}, [], [])
    assert "No order is due this week." in held.said
    assert [(finding.subject, finding.severity) for finding in held.report.findings] == [
        ("FULL", FindingSeverity.ATTENTION)
    ]
    assert "FULL lies for long: stock and orders under way are enough for 20" in held.said


async def test_below_the_reorder_point_as_much_is_ordered_as_the_textbook_says(
    database: Database, ctx: Context
) -> None:
    """Up to the level that is enough until the next order could come, and a week's demand, the least of an order."""
    planted = Stocked("LOW", 250)
    level = enough_until_the_next_order(planted.asked_for, margin=600, unit_cost=400)
    held = await after(database, ctx, [planted])
    quantity, cost = orders(held)["LOW"]
    assert quantity == pytest.approx(level + 70 - 250, abs=0.06 * level)
    assert cost == 400
    assert len(held.report.proposals) == 1
    assert "Of LOW, 250 units are left and none on order" in held.said
    assert "an order takes 14 days to arrive." in held.said
    lasts = round((250 + quantity) / line_of(held, "LOW")["demand"]["value"] * 7)
    assert f"With this order LOW lasts {lasts} days." in held.said


async def test_just_above_the_reorder_point_nothing_is_ordered_and_what_is_on_its_way_counts(
    database: Database, ctx: Context
) -> None:
    planted = Stocked("NEAR", 250)
    above = round(1.06 * enough_until_the_next_order(planted.asked_for, margin=600, unit_cost=400))
    stock(database, ctx, [planted])
    order_under_way(database, ctx, "NEAR", above - 250)
    assert orders(await hold(database, ctx)) == {}


async def test_what_is_already_lost_before_the_goods_come_is_not_ordered(database: Database, ctx: Context) -> None:
    """With nothing left, two weeks of demand are lost whatever is ordered: no stock has to make up for them."""
    planted = Stocked("GONE", 0, empty=(0, 1))
    level = enough_until_the_next_order(planted.asked_for, margin=600, unit_cost=400)
    quantity, _ = orders(await after(database, ctx, [planted]))["GONE"]
    assert quantity == pytest.approx(level + 70 - 140, rel=0.25)
    assert quantity < level


async def test_minimum_and_price_breaks_are_kept(database: Database, ctx: Context) -> None:
    """A break of 10 in 400 saves some 360 a year and costs some 160 in holding; one of 2 for 3,000 units never pays."""
    held = await after(
        database,
        ctx,
        [
            Stocked("BREAK", 150, tiers=((200, 400), (500, 390))),
            Stocked("TOO-DEEP", 150, tiers=((1, 400), (3_000, 398))),
            Stocked("MINIMUM", 150, tiers=((600, 400),)),
        ],
    )
    (deep, deep_cost), (broken, broken_cost), (least, _) = (
        orders(held)[sku] for sku in ("TOO-DEEP", "BREAK", "MINIMUM")
    )
    assert (broken >= 500, broken_cost) == (True, 390)
    assert (150 <= deep <= 250, deep_cost) == (True, 400)
    assert 600 <= least <= 600 + 150


async def test_sales_that_an_empty_shelf_lost_are_counted_in(database: Database, ctx: Context) -> None:
    """THE TYPICAL MISTAKE: what did not sell because there was none is not what nobody wanted."""
    out = Stocked("RAN-OUT", 100, empty=HALF_A_QUARTER, weeks=13)
    sold = [units for back, units in enumerate(reversed(out.asked_for)) if back not in HALF_A_QUARTER]
    steady, twin = Stocked("STEADY", 100, weeks=13), Stocked("TWIN", 100, weekly=round(sum(sold) / 13), weeks=13)
    held = await after(database, ctx, [out, steady, twin])
    of_out, of_steady, of_twin = (orders(held).get(product.sku, (0, 0))[0] for product in (out, steady, twin))
    assert of_out > 2 * of_twin, "both sold as much"
    assert of_out >= of_steady, "both were asked for as much, which is less sure of the one that was not always there"
    demand = {sku: line_of(held, sku)["demand"]["value"] for sku in ("RAN-OUT", "STEADY", "TWIN")}
    assert demand["RAN-OUT"] == pytest.approx(demand["STEADY"], rel=0.15)
    assert demand["TWIN"] < 0.6 * demand["RAN-OUT"]
    (share,) = {
        words.split("RAN-OUT was sold out for ")[1][:4] for words in held.said.splitlines() if "RAN-OUT was" in words
    }
    assert 50 <= float(share) <= 62
    with database.read(ctx) as session:
        (row,) = session.scalars(select(ProposalRow)).all()
    assert (
        "RAN-OUT was sold out for {out_of_stock} of the last quarter, and what was missed then is counted in."
        in row.text
    )


async def test_what_has_been_out_of_stock_for_months_is_ordered_again(database: Database, ctx: Context) -> None:
    """It has no sales of late, so what a unit brings is that of the year."""
    held = await after(database, ctx, [Stocked("LONG-GONE", 0, empty=range(12))])
    assert 200 <= orders(held)["LONG-GONE"][0] <= 400


NO_SALES = "A: no sales of it are known, so nothing says what a unit brings; sales.csv would tell."
LACKING: dict[str, tuple[Sequence[Stocked], Sequence[Supply], str]] = {
    "no lead time": (
        [Stocked("A", 50)],
        [Supply(lead_time_days=None, took_days=())],
        "S1: neither a delivery nor a promised lead time of this supplier is known; suppliers.csv would tell.",
    ),
    "no margin": (
        [Stocked("A", 50, kept_minor=None)],
        [Supply()],
        NO_SALES,
    ),
    "too few weeks": (
        [Stocked("A", 50, weeks=6)],
        [Supply()],
        "A: too few weeks of stock movements are known; inventory_movements.csv would tell.",
    ),
    "no movement": (
        [Stocked("A", 0, weeks=0)],
        [Supply()],
        "A: nothing says how much of it is there; stock.csv would tell.",
    ),
    "nothing sold": ([Stocked("A", 0, empty=range(30))], [Supply()], NO_SALES),
    "no cost": (
        [Stocked("A", 50, tiers=((1, 0),))],
        [Supply()],
        "A: its numbers do not allow it to be computed: see its offer and the supplier's lead time.",
    ),
}


@pytest.mark.parametrize("case", LACKING)
async def test_what_is_lacking_is_said_and_nothing_proposed(database: Database, ctx: Context, case: str) -> None:
    products, suppliers, words = LACKING[case]
    held = await after(database, ctx, products, suppliers)
    assert (orders(held), held.report.proposals, held.report.missing_data) == ({}, [], [words])
    assert "Whether an order is due cannot be told." in held.said


async def test_one_product_that_lacks_data_does_not_keep_the_others_from_being_ordered(
    database: Database, ctx: Context
) -> None:
    """A newcomer beside products of long standing is known for its own weeks only."""
    products = [Stocked("NEW", 10, weeks=5), Stocked("NEVER", 0, empty=range(30)), Stocked("FREE", 9, tiers=((1, 0),))]
    suppliers = [Supply(), Supply("S2", title="Nine to Five")]
    held = await after(database, ctx, [*products, Stocked("LOW", 150)], suppliers)
    assert list(orders(held)) == ["LOW"]
    lacking = [line.partition(":")[0] for line in held.report.missing_data]
    no_balance = "Whether cash carries the orders is not known; bank_balances.csv would tell."
    assert lacking == [no_balance, "Nine to Five", "FREE", "NEVER", "NEW"]


async def test_without_offers_or_a_place_there_is_an_answer_too(database: Database, new_brand: NewBrand) -> None:
    bare, homeless = new_brand("bare"), new_brand("homeless")
    nothing = await after(database, bare, [])
    assert nothing.report.missing_data == ["No supplier's offers are known: import suppliers and supplier offers."]
    lost = await after(database, homeless, [], warehouse="store")
    (lacking,) = lost.report.missing_data
    assert lacking.startswith("Suppliers and stock could not be read: No place is known in which goods are kept.")
    assert (orders(nothing), orders(lost)) == ({}, {})


async def test_where_no_place_is_called_a_warehouse_goods_are_ordered_for_where_they_lie(
    database: Database, ctx: Context
) -> None:
    assert list(orders(await after(database, ctx, [Stocked("A", 50)], warehouse="store"))) == ["A"]


async def test_what_would_expire_before_it_sells_is_not_ordered_and_the_reason_is_given(
    database: Database, ctx: Context
) -> None:
    """A minimum of 700 against some 420 that sell in forty-two days; 200 sell in time."""
    products = [
        Stocked("MILK", 100, tiers=((700, 400),), shelf_life_days=42),
        Stocked("FULL-MILK", 350, tiers=((700, 400),), shelf_life_days=42, seed=2),
        Stocked("CREAM", 100, tiers=((200, 400),), shelf_life_days=42, seed=3),
    ]
    held = await after(database, ctx, products)
    assert list(orders(held)) == ["CREAM"]
    assert orders(held)["CREAM"][0] < 420
    why_not = "cannot be ordered: the least that the supplier takes would not sell before it expires."
    milk, full = (
        next(held.spoken(finding.claim) for finding in held.report.findings if finding.subject == sku)
        for sku in ("MILK", "FULL-MILK")
    )
    assert milk.startswith("MILK may sell out before the next delivery")
    assert milk.endswith(f"It {why_not}")
    assert full == f"FULL-MILK, 350 units on hand, {why_not}"


async def test_what_the_accounts_do_not_hold_waits_and_says_so(database: Database, ctx: Context) -> None:
    """GOOD brings 6.00 on 4.00 spent, THIN 1.00 on 9.00: with money for one, it goes where it brings more."""
    held = await after(
        database, ctx, [Stocked("THIN", 150, tiers=((150, 900),)), Stocked("GOOD", 150)], cash_minor=150_000
    )
    assert list(orders(held)) == ["GOOD"]
    assert "THIN waits for money: " in held.said
    assert "but the accounts do not hold enough for it beside what brings more for its money." in held.said
    assert "We hold €1,500.00 in cash." in held.said
    waits = next(finding for finding in held.report.findings if "waits for money" in finding.claim.text)
    assert waits.severity == FindingSeverity.RISK


async def test_an_order_is_as_large_as_cash_carries(database: Database, ctx: Context) -> None:
    """Of 150 on hand some 210 go until the next goods: with money for 100 it is 100, and the item says why."""
    held = await after(database, ctx, [Stocked("LOW", 150)], cash_minor=40_000)
    assert orders(held) == {"LOW": (100, 400)}
    assert line_of(held, "LOW")["why"] == "stock.reason.cash"


async def test_with_no_money_at_all_nothing_is_proposed_and_nobody_says_that_nothing_is_due(
    database: Database, ctx: Context
) -> None:
    held = await after(database, ctx, [Stocked("LOW", 150)], cash_minor=100)
    assert orders(held) == {}
    assert "Orders are due, but the accounts do not hold what they cost." in held.said
    assert "No order is due" not in held.said


async def test_goods_that_come_the_same_day_can_be_promised(database: Database, ctx: Context) -> None:
    held = await after(database, ctx, [Stocked("A", 40)], [Supply(lead_time_days=0, took_days=())])
    assert list(orders(held)) == ["A"]
    assert "No delivery of theirs is known yet, so that is what they promise." in held.said


@pytest.mark.parametrize("name", ["{x} 12", "7", 'O\'Neil "5" ½ l', "9" * 64])
async def test_odd_names_do_not_spoil_the_report(database: Database, ctx: Context, name: str) -> None:
    """Also names of which prose can carry neither code nor title, and titles longer than a finding's subject."""
    products = [
        Stocked(name, 150, supplier=name, title=f"Odd {name} " + "long 7 " * 40),
        Stocked("X-1", 9, supplier=name, weeks=5),
        Stocked("F-1", 2_000, supplier=name, title=f"Full {name}"),
    ]
    held = await after(database, ctx, products, [Supply(name, title=f"No. 1 {name} " + "and Sons 2nd " * 20)])
    assert list(orders(held)) == [name]


async def test_every_number_opens_to_the_rows_behind_it(database: Database, ctx: Context) -> None:
    stock(
        database,
        ctx,
        [Stocked("LOW", 150), Stocked("FULL", 2_000), Stocked("OTHER", 2_000, supplier="S2")],
        [Supply(), Supply("S2", took_days=(9,))],
        cash_minor=900_000,
    )
    order_under_way(database, ctx, "LOW", 7)
    held = await hold(database, ctx)
    opened = 0
    for claim in [held.report.summary, *(finding.claim for finding in held.report.findings)]:
        with database.begin(ctx) as session:
            codes = record_figures(session, held.run_id, claim.figures)
            for key, code in codes.items():
                figure = why(session, code)
                assert figure.rows and figure.rows_unchanged, f"{key} of {claim.text}"
                assert figure.rendered in held.spoken(claim.model_copy(update={"text": f"{claim.text} {claim.beside}"}))
                opened += 1
    assert opened > 15


async def test_a_products_numbers_open_to_its_own_rows_and_the_cash_to_the_accounts(
    database: Database, ctx: Context
) -> None:
    stock(database, ctx, [Stocked("FULL", 2_000), Stocked("LOW", 150)], cash_minor=900_000)
    held = await hold(database, ctx)
    risk = next(finding.claim for finding in held.report.findings if finding.subject == "LOW")
    with database.begin(ctx) as session:
        codes = record_figures(session, held.run_id, risk.figures | {"cash": held.report.summary.figures["cash"]})
        line, cash = why(session, codes["on_hand"]), why(session, codes["cash"])
        gain = why(session, record_figures(session, held.run_id, held.report.summary.figures)["gain"])
    assert {row["sku"] for row in line.rows if "sku" in row} == {"LOW"}
    assert {row["table"] for row in line.rows} >= {"supplier_offer", "product", "inventory_movement"}
    assert [(row["table"], row["amount_minor"]) for row in cash.rows] == [("bank_balance", 900_000)]
    assert {row["sku"] for row in gain.rows if row["table"] == "supplier_offer"} == {"LOW"}


async def test_a_replay_computes_and_proposes_nothing_again(database: Database, ctx: Context) -> None:
    stock(database, ctx, [Stocked("LOW", 150)])
    run_id = start_run(database, ctx)
    toolbox = Toolbox(database, replace(ctx, as_of=ctx.now()), run_id, CHARTER.name, CHARTER.tools)
    reports = [(await run_agent(CHARTER, toolbox, chat_model_for(CHARTER, "rules"), "Stock")).report for _ in range(2)]
    assert reports[0] == reports[1]
    with database.read(ctx) as session:
        assert len(session.scalars(select(ProposalRow)).all()) == 1


async def test_days_without_reports_are_not_taken_for_days_without_sales(database: Database, ctx: Context) -> None:
    """A brand that imports now and then: five days later as much is asked for in a week as the last reports said."""
    stock(database, ctx, [Stocked("LOW", 250)])
    fresh = line_of(await hold(database, ctx), "LOW")
    late = line_of(await hold(database, ctx.at(ctx.now() + timedelta(days=5))), "LOW")
    assert late["demand"]["value"] == pytest.approx(fresh["demand"]["value"], rel=0.02)
