"""Which thirty of a long price list the Pricing Director looks at."""

from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from agents.playbooks.pricing.pricing_director import MOST_PRICES, next_calls
from domain.canonical import canonical_json

RECEIPT = "00000000-0000-7000-8000-000000000001"


def row(number: int, revenue: int, analysed: int | None = None, age: int = 300) -> dict[str, Any]:
    return {
        "sku": f"P{number:02}",
        "zone": "",
        "weekly_revenue": {"value": revenue, "unit": "EUR.minor"},
        "price_age": {"value": age, "unit": "days"},
        "analysed_days_ago": analysed,
        "enough_data": True,
        "below_floor": False,
        "approved": False,
        "listed": None,
    }


def looked_at(rows: list[dict[str, Any]], agenda: str = "Prices", gains: dict[str, int] | None = None) -> set[str]:
    """The products whose best price is asked for, given one channel's price list and what changes would earn."""
    gaining = [
        {"sku": sku, "zone": "", "profit_change": {"value": gain, "unit": "EUR.minor"}}
        for sku, gain in (gains or {}).items()
    ]
    calls: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
        ("list_channels", {}, {"channels": [{"channel": "shop", "entries": {"value": len(rows), "unit": "count"}}]}),
        ("list_priced_products", {"channel": "shop"}, {"products": rows}),
        ("review_prices", {"channel": "shop"}, {"prices": gaining}),
    ]
    messages: list[BaseMessage] = [HumanMessage(agenda)]
    for number, (tool, arguments, result) in enumerate(calls):
        call = {"name": tool, "args": arguments, "id": str(number), "type": "tool_call"}
        messages.append(AIMessage(content="", tool_calls=[call]))
        messages.append(
            ToolMessage(canonical_json({"receipt": RECEIPT, "result": result}), tool_call_id=str(number), name=tool)
        )
    return {str(call.arguments["sku"]) for call in next_calls(messages) if call.name == "best_price"}


def test_at_first_the_best_sellers_are_looked_at() -> None:
    rows = [row(number, 1_000 - number) for number in range(MOST_PRICES + 20)]
    assert looked_at(rows) == {f"P{number:02}" for number in range(MOST_PRICES)}


def test_those_not_looked_at_for_long_come_before_a_better_seller_of_last_week() -> None:
    seen = [row(number, 1_000, analysed=7) for number in range(MOST_PRICES)]
    others = [row(number, 200) for number in range(MOST_PRICES, MOST_PRICES + 20)]
    asked = looked_at([*seen, *others])
    assert {product["sku"] for product in others} <= asked
    assert len(asked) == MOST_PRICES


def test_a_price_that_changed_since_may_go_on_the_same_way() -> None:
    seen = [row(number, 1_000, analysed=7) for number in range(MOST_PRICES)]
    moved = row(90, 400, analysed=7, age=3)
    assert "P90" in looked_at([*seen, moved])
    assert "P91" not in looked_at([*seen, row(91, 400, analysed=7)])


def test_what_the_agenda_names_is_looked_at_whatever_it_sells() -> None:
    rows = [row(number, 1_000, analysed=7) for number in range(MOST_PRICES)]
    assert looked_at([*rows, row(77, 0, analysed=0)], "What about P77?") == {"P77"}


def test_what_would_gain_most_of_the_whole_list_comes_first() -> None:
    rows = [row(number, 1_000 - number) for number in range(MOST_PRICES + 20)]
    asked = looked_at(rows, gains={"P48": 90_000, "P49": 500})
    assert {"P48", "P49"} <= asked
    assert len(asked) == MOST_PRICES
    assert "P00" in asked and f"P{MOST_PRICES - 1:02}" not in asked
