"""Questions are answered from the brand's own rows, each number to be opened; what is unclear is said to be."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from domain.errors import InvalidInput
from domain.metrics import Comparison, Metric, MetricQuery, Period
from store.tables import Channel, Product, Receipt, Run, SalesFact
from tests.integration.api.conftest import Client, Town, error_of
from tools.metrics.toolset import MetricAnswer
from virtual_office.questions.asking import ask


def asked(client: Client, question: str, **more: str) -> dict[str, object]:
    answer = client.post("/api/v1/ask", json={"question": question, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


def book_week(town: Town, weeks_ago: int, units: int, price: int, cost: int, sku: str = "CHEAP") -> None:
    """Sales of a week that lie in the calendar week so many weeks ago, whatever today is."""
    today = town.mine.now().replace(hour=0, minute=0, second=0, microsecond=0)
    monday = today - timedelta(days=today.weekday(), weeks=weeks_ago)
    with town.office.database.begin(town.mine) as session:
        product = session.scalars(select(Product).where(Product.sku == sku)).one()  # type: ignore[arg-type]
        channel = session.scalars(select(Channel)).one()
        session.add(
            SalesFact(
                product_id=product.id, channel_id=channel.id, location_id=None, period_start=monday, period_days=7,
                units=units, unit_price_minor=price, unit_cost_minor=cost, currency="EUR",
                known_at=monday + timedelta(days=7) if weeks_ago else monday,
            )
        )  # fmt: skip


@pytest.fixture
def sold(town: Town) -> Town:
    """Only two weeks of sales, known to the cent: 100 and then 80 units of one product, the second dearer to make."""
    with town.office.database.begin(town.mine) as session:
        other = session.scalars(select(Channel)).one()
        assert other.code == "shop"
    book_week(town, 61, 100, 1_000, 400)
    book_week(town, 60, 80, 1_100, 500)
    return town


def test_why_margin_fell_adds_up_to_the_cent(sold: Town) -> None:
    today = sold.mine.now().date()
    monday = today - timedelta(days=today.weekday(), weeks=60)
    query = MetricQuery(
        metric=Metric.MARGIN, period=Period.BETWEEN, first=monday, last=monday + timedelta(days=6), why=True,
        comparison=Comparison.PERIOD_BEFORE,
    )  # fmt: skip
    reply = (
        sold.client("owner")
        .post("/api/v1/ask", json={"question": f"why did margin fall from {query.first} to {query.last}"})
        .json()
    )
    assert reply["query"]["why"] is True
    with sold.office.database.read(sold.mine) as session:
        row = session.scalars(select(Receipt).where(Receipt.id == reply["receipt"])).one()  # type: ignore[arg-type]
        answer = MetricAnswer.model_validate(row.result)
    assert answer.value and answer.before and answer.change
    assert (answer.before.value, answer.value.value) == (100 * 600, 80 * 600)
    effects = {name: cell.value for name, cell in answer.effects.items()}
    assert effects == {"volume": -20 * 600, "price": 80 * 100, "unit_cost": -80 * 100}
    assert sum(effects.values()) == answer.change.value
    for code in reply["figures"].values():
        opened = sold.client("owner").get(f"/api/v1/figures/{code}").json()
        assert opened["rows_unchanged"] is True


def test_an_answer_comes_in_the_language_of_its_question(town: Town) -> None:
    client = town.client("owner")
    german = asked(client, "Wie hoch war der Umsatz letzten Monat nach Produkt?")
    assert german["understood"] and "Nettoumsatz (ohne Mehrwertsteuer)" in str(german["answer"])
    english = asked(client, "What was revenue last month?", language="de")
    assert str(english["answer"]).startswith("Nettoumsatz (ohne Mehrwertsteuer)")


def test_what_is_unclear_says_what_can_be_asked_and_keeps_nothing(town: Town) -> None:
    reply = asked(town.client("owner"), "how happy are our customers?")
    assert reply["understood"] is False
    assert reply["query"] is None and reply["receipt"] is None and reply["run_id"] is None
    assert str(reply["answer"]).startswith("I understood: a question about customers. Missing is a measure of “happy”")
    assert reply["refused"] and len(reply["next"]) == 3
    with town.office.database.read(town.mine) as session:
        assert not session.scalars(select(Run).where(Run.kind == "question")).all()  # type: ignore[arg-type]


def test_a_fall_that_was_none_is_said_to_be_none(sold: Town) -> None:
    today = sold.mine.now().date()
    monday = today - timedelta(days=today.weekday(), weeks=60)
    reply = asked(sold.client("owner"), f"why did the average price fall from {monday} to {monday + timedelta(days=6)}")
    assert "It did not fall." in str(reply["answer"])


def test_no_sales_in_the_period_is_said_and_not_called_zero(town: Town) -> None:
    reply = asked(town.client("owner"), "revenue from 2001-01-01 to 2001-01-31")
    assert "No sales are reported for these days" in str(reply["answer"]) and "sales.csv" in str(reply["answer"])
    assert reply["understood"] and reply["refused"] and len(reply["next"]) == 3


def test_a_question_that_is_none_is_refused(town: Town) -> None:
    client = town.client("owner")
    for question in ("", "   ", "x" * 501, "a\u0000b"):
        error_of(client.post("/api/v1/ask", json={"question": question}), 422)
    with pytest.raises(InvalidInput):
        ask(town.office.database, town.mine, "x" * 501)


def test_the_same_question_is_answered_the_same_in_a_meeting(town: Town) -> None:
    client = town.client("owner")
    meeting = client.get("/api/v1/meetings").json()["data"][0]["id"]
    question = "What was revenue last month by product?"
    turn = client.post(f"/api/v1/meetings/{meeting}/turns", json={"kind": "ask", "text": question}).json()
    assert turn["figures"]
    reply = asked(client, question)
    amount = str(reply["linked"]).split("(figure:")[0].rpartition("[")[2].rstrip("]")
    assert amount.startswith("€") and amount in turn["answer"]


STRANGE = (
    "how happy are our customers?", "what is the weather?", "revenue in Bavaria last week", "price of love",
    "when will I run out?", "stock of CHAEP", "which stand is worst on Mars", "should we hire?",
    "Wie glücklich sind unsere Kunden?", "Was kostet die Welt?", "Umsatz in Bayern", "Wann geht das aus?",
)  # fmt: skip


def test_each_question_that_a_refusal_offers_is_answered(town: Town) -> None:
    client = town.client("owner")
    offered: dict[str, tuple[str, ...]] = {}
    for question in STRANGE:
        reply = asked(client, question)
        assert reply["refused"], question
        offered[question] = tuple(reply["next"])  # type: ignore[arg-type]
        assert len(set(offered[question])) == 3
    assert len(set(offered.values())) > len(STRANGE) / 2  # not the same list again and again
    for question in {question for several in offered.values() for question in several}:
        reply = asked(client, question)
        assert not reply["refused"], (question, reply["answer"])
        assert len(str(reply["answer"]).split("|")[0].split()) <= 75


def test_a_name_that_is_unknown_is_told_with_the_nearest(town: Town) -> None:
    reply = asked(town.client("owner"), "revenue of CHAEP last month")
    assert "Nothing here is called “chaep”. Did you mean CHEAP?" in str(reply["answer"])


def test_what_to_do_today_is_the_inbox(town: Town) -> None:
    client = town.client("owner")
    items = client.get("/api/v1/action-items").json()["data"]
    waiting = [item for item in items if item["status"] == "proposed"]
    reply = asked(client, "What should I do today?")
    assert str(reply["answer"]).startswith(f"{len(waiting)} decision")
    nothing = asked(client, "What if I do nothing?")
    with town.office.database.read(town.mine) as session:
        row = session.scalars(select(Receipt).where(Receipt.id == nothing["receipt"])).one()  # type: ignore[arg-type]
    promised = [item["predicted"] for item in waiting if item["predicted"]]
    assert row.result["worth"]["value"] == sum(each["value"] for each in promised)
    down = sum((each["value"] - each["low"]) ** 2 for each in promised) ** 0.5
    assert abs(row.result["low"]["value"] - (row.result["worth"]["value"] - down)) <= 1


def test_no_code_stands_in_an_answer_and_json_keeps_the_figures(town: Town) -> None:
    for question in ("What is waiting for me?", "What was revenue last month by product?", "How is it going?"):
        reply = asked(town.client("owner"), question)
        figures: dict[str, str] = reply["figures"]  # type: ignore[assignment]
        assert figures
        assert not [code for code in figures.values() if code in str(reply["answer"])]
        assert all(f"(figure:{code})" in str(reply["linked"]) for code in figures.values())
