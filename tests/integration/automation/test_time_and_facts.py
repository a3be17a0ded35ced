"""Cron times in the brand's zone, and facts that are told once a crossing; an import tells only where asked to."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from automation.cron import next_slot, slots_between
from connectors.feed import deliver
from connectors.importer import import_folder
from store.jobs import enqueue
from store.tables import OutboxEvent
from tests.integration.automation.conftest import Works

BERLIN = "Europe/Berlin"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("cron", "after", "until", "slots"),
    [
        ("30 2 * * *", "2026-03-28T03:00", "2026-03-30T03:00", ["2026-03-29T01:00", "2026-03-30T00:30"]),  # left out
        ("30 2 * * *", "2026-10-24T03:00", "2026-10-26T03:00", ["2026-10-25T00:30", "2026-10-26T01:30"]),  # twice
        ("0 * * * *", "2026-10-24T23:30", "2026-10-25T02:30",
         ["2026-10-25T00:00", "2026-10-25T01:00", "2026-10-25T02:00"]),  # hourly follows the real time
        ("0 9 * * 1-5", "2026-03-27T12:00", "2026-03-30T12:00", ["2026-03-30T07:00"]),
    ],
)  # fmt: skip
def test_cron_times_where_clocks_are_put_forward_or_back(cron: str, after: str, until: str, slots: list[str]) -> None:
    times = slots_between(cron, BERLIN, at(after), at(until))
    assert times == [at(slot) for slot in slots]
    assert next_slot(cron, BERLIN, at(after)) == times[0]


@pytest.mark.parametrize(("missed", "notified"), [("once", 2), ("skip", 1)])
def test_missed_times_are_caught_up_once_or_skipped(works: Works, missed: str, notified: int) -> None:
    works.set("rule", "name: daily\ntitle: T\nat: {cron: '0 10 * * *', missed: " + missed + "}\ndo:\n"
              "  - {kind: notify, title: 'at {data.slot}'}\n")  # fmt: skip
    works.work(minutes=30)
    assert works.notifications() == []
    works.work(minutes=31)
    works.work(minutes=1)
    assert works.notifications() == ["at 2026-03-02T10:00:00+00:00"]
    works.work(days=3, hours=5)
    assert len(works.notifications()) == notified


def invoice(works: Works, number: str, due: datetime) -> None:
    row = {"number": number, "customer": "C-1", "amount": "100.00", "issued_at": due - timedelta(days=9), "due_at": due}
    deliver(works.ctx, works.shop.database, "books", {"customers": [{"code": "C-1"}], "invoices": [row]})


def events(works: Works, type_: str) -> list[dict[str, object]]:
    return [event.envelope["data"] for event in works.shop.rows(OutboxEvent) if event.type == type_]


def test_an_invoice_past_its_day_is_told_once(works: Works) -> None:
    invoice(works, "I-1", works.ctx.now() + timedelta(days=2))
    works.work()
    works.work(days=1)
    assert events(works, "invoice.overdue") == []
    works.work(days=3)
    works.work(days=1)
    works.work(days=1)
    (overdue,) = events(works, "invoice.overdue")
    assert (overdue["number"], overdue["lacks_minor"]) == ("I-1", 10_000)


def folder(tmp_path: Path, cost: str, since: str) -> Path:
    (tmp_path / "brand.yaml").write_text("name: Acme\ncurrency: EUR\nzone: UTC\n")
    (tmp_path / "product_costs.csv").write_text(f"sku,unit_cost,valid_from\nS-1,{cost},{since}\n")
    return tmp_path


def test_an_import_fires_nothing_unless_it_is_asked_to(works: Works, tmp_path: Path) -> None:
    works.work()
    import_folder(works.ctx, works.shop.database, folder(tmp_path, "5.50", "2026-03-01"))
    works.work(minutes=1)
    assert events(works, "cost.changed") == []
    works.work(days=1)
    assert events(works, "cost.changed") == []
    import_folder(works.ctx, works.shop.database, folder(tmp_path, "6.00", "2026-03-02"), fires=True)
    works.work(minutes=1)
    (change,) = events(works, "cost.changed")
    assert (change["sku"], change["was"], change["unit_cost_minor"]) == ("S-1", "550", 600)


def test_the_watchdog_tells_once_of_a_meeting_that_was_broken_off(works: Works) -> None:
    from store.tables import Run

    with works.shop.database.begin(works.ctx) as session:
        session.add(Run(kind="meeting", graph_version="meeting/1", status="running", started_by="x",
                        started_at=works.ctx.now(), lease_pid=1, lease_started=works.ctx.now()))  # fmt: skip
    works.work(minutes=5)
    assert works.notifications() == []
    works.work(minutes=15)
    works.work(minutes=15)
    assert works.notifications() == ["A meeting was broken off; nobody goes on with it"]


def test_a_job_is_a_dead_letter_at_last_and_says_so_as_an_event(works: Works) -> None:
    with works.shop.database.begin(works.ctx) as session:
        enqueue(session, "outcome.measure", "bad", {"item": "no id"}, works.ctx.now())
    for _ in range(8):
        works.work(hours=1)
    (dead_job,) = events(works, "job.dead")
    assert (dead_job["kind"], dead_job["attempts"]) == ("outcome.measure", 5)
