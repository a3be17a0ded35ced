"""Messages from outsiders to the brand: reviews and emails, some of them placed there by a scenario."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any

from simulation.catalog import PRODUCTS, SKUS
from simulation.draws import Draws
from simulation.happenings import Day, OutsiderMessage
from simulation.scenario import Reviews, Schedule

_REVIEWS_A_DAY, _EMAILS_A_DAY = 3.0, 1.5
_PRAISE = (
    "Smells great and lasts all day.",
    "My barber recommended it, and he was right.",
    "Second bottle already. Good value.",
    "Does what it says.",
    "Der beste Conditioner seit langem.",
)
_COMPLAINTS = (
    "The pump broke after a week.",
    "Too strong a smell for me.",
    "Arrived late, and the box was dented.",
    "Used to be better before they changed it.",
)
_EMAILS = (
    "Hello, when will this be back in stock?",
    "Could I have an invoice with our VAT number, please?",
    "Please take me off your mailing list.",
    "Wir sind ein Salon in Köln und würden gern Händler werden.",
)


def of_day(draws: Draws, schedule: Schedule, day: Day, run_day: int) -> Iterator[dict[str, Any]]:
    """Rows of the day's messages; a scenario's events draw from streams of their own."""
    rng = draws.stream("messages", day.day)
    for number in range(int(rng.poisson(_REVIEWS_A_DAY))):
        good = rng.random() < 0.8
        rating = int(rng.integers(4, 6) if good else rng.integers(1, 4))
        text = str(rng.choice(_PRAISE if good else _COMPLAINTS))
        yield _row(day, f"r{number}", "review", rating, str(rng.choice(SKUS)), text)
    for number in range(int(rng.poisson(_EMAILS_A_DAY))):
        yield _row(day, f"e{number}", "email", None, None, str(rng.choice(_EMAILS)))
    for place, event in enumerate(schedule.active(Reviews, run_day)):
        rng = draws.stream(f"placed reviews {place}", day.day)
        about = _about(event)
        for number in range(int(rng.poisson(event.per_day)) if about else 0):
            text = str(event.texts[int(rng.integers(len(event.texts)))])
            yield _row(day, f"p{place}-{number}", "review", event.rating, str(rng.choice(about)), text)


_OPT_OUTS = ("Please take me off your mailing list.", "Bitte keine E-Mails mehr, ich möchte mich abmelden.")


def opt_outs(customers: Sequence[int]) -> list[OutsiderMessage]:
    """The messages of customers who want no more messages."""
    return [
        OutsiderMessage(f"o{customer}", "email", "", customer, None, _OPT_OUTS[customer % len(_OPT_OUTS)])
        for customer in customers
    ]


def of_customers(day: Day) -> Iterator[dict[str, Any]]:
    """Rows of what known customers wrote on a day."""
    for message in day.messages:
        code = None if message.customer is None else f"C{message.customer:05d}"
        row = _row(day, message.number, message.source, message.rating, message.sku or None, message.text)
        yield {**row, "customer": code, "received_at": datetime.combine(day.date, time(18), UTC)}


def _about(event: Reviews) -> Sequence[str]:
    return [
        product.sku
        for product in PRODUCTS
        if event.sku in ("all", product.sku) and event.category in ("all", product.category)
    ]


def _row(day: Day, name: str, source: str, rating: int | None, sku: str | None, text: str) -> dict[str, Any]:
    when = datetime.combine(day.date, time(9), UTC) + timedelta(minutes=len(name) * 7)
    return {
        "id": f"{day.day}-{name}", "source": source, "sku": sku, "rating": rating, "text": text, "received_at": when,
    }  # fmt: skip
