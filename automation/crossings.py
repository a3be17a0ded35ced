"""Watches facts that nobody tells of: stock that runs low, late invoices, costs that change, prices not charged."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from domain.context import Context
from domain.money import format_minor
from store.audit import append_audit
from store.database import Database
from store.jobs import enqueue
from store.leases import one_at_a_time
from store.outbox import emit
from store.reads.settings import brand_of
from store.reads.watched import approved_prices, changed_costs, low_stock, overdue_invoices
from store.session import BrandSession
from store.tables import ImportBatch, Task, WatchedFact

LOOK_JOB = "facts.look"
NOT_CHARGED = "price.not_charged"
_TIME_TO_CHARGE = timedelta(days=2)


@dataclass(frozen=True)
class Sighting:
    """A fact's state, the details of its event, and whether reaching this state emits an event."""

    kind: str
    subject: str
    state: str
    details: Mapping[str, Any]
    tells: bool
    tells_at_first: bool = True


def queue_look(session: BrandSession) -> None:
    """Queue a look at the facts: once a day of the brand's UTC clock, and once after every import."""
    newest = _newest_import(session)
    after = newest.id if newest else "none"
    enqueue(session, LOOK_JOB, f"{LOOK_JOB}:{session.ctx.now():%Y-%m-%d}:{after}", {}, session.ctx.now())


def look(database: Database, ctx: Context, payload: Mapping[str, Any]) -> str:
    """The job `facts.look`. What an import brought that was not to fire is noted in silence."""
    with database.begin(ctx) as session:
        one_at_a_time(session, LOOK_JOB)
        silent = _only_noted(session)
        emitted = _note(session, _sightings(session), silent=silent)
        _set_tasks(session)
        _mark_looked(session)
    return f"{emitted} told" + (", the rest noted: an import fires only with --fire" if silent else "")


def _sightings(session: BrandSession) -> Iterable[Sighting]:
    for low in low_stock(session):
        yield Sighting(
            "stock.low", f"{low.sku} @ {low.location}", "low" if low.is_low else "enough", vars(low), low.is_low
        )
    for late in overdue_invoices(session, brand_of(session).currency):
        state = "overdue" if late.is_overdue else "in time"
        yield Sighting("invoice.overdue", late.number, state, vars(late), late.is_overdue)
    for price in approved_prices(session):
        state = f"{'charged' if price.is_charged else 'not charged'}: {price.source}"
        subject = f"{price.sku} @ {price.channel}{'/' + price.zone if price.zone else ''}"
        yield Sighting(NOT_CHARGED, subject, state, vars(price), not price.is_charged)
    for cost in changed_costs(session):
        yield Sighting("cost.changed", cost.sku, str(cost.unit_cost_minor), vars(cost), True, tells_at_first=False)


def _set_tasks(session: BrandSession) -> None:
    """One open task for each approved price that is not charged; it is done once sales show the price, or another one
    was set."""
    open_tasks = {row.title: row for row in session.scalars(select(Task).where(col(Task.status) == "open"))}
    prefix, wanted = _title_of_task("", "", ""), set[str]()
    for price in approved_prices(session):
        if price.is_charged:
            continue
        place = f"{price.channel}{'/' + price.zone if price.zone else ''}"
        title = _title_of_task(f"{price.sku} @ {place}", format_minor(price.listed_minor, price.currency),
                               format_minor(price.charged_minor, price.currency))  # fmt: skip
        wanted.add(title)
        if title not in open_tasks:
            session.add(Task(id=session.ctx.new_id(), title=title, due_at=session.ctx.now() + _TIME_TO_CHARGE))
            append_audit(session, "task.created", title, {"why": NOT_CHARGED, "price": price.source})
    for title, row in open_tasks.items():
        if title.startswith(prefix) and title not in wanted:
            row.status = "done"
            append_audit(session, "task.done", title, {"why": "price.charged"})


def _title_of_task(subject: str, listed: str, charged: str) -> str:
    begun = "Charge the approved price, or take it back: "
    return f"{begun}{subject} is listed at {listed} and sold at {charged}" if subject else begun


LOOKED = "looked"


def _note(session: BrandSession, sightings: Iterable[Sighting], *, silent: bool) -> int:
    known = {(row.kind, row.subject): row for row in session.scalars(select(WatchedFact))}
    emitted, now = 0, session.ctx.now()
    for sighting in sightings:
        row = known.get((sighting.kind, sighting.subject))
        if row is not None and row.state == sighting.state:
            continue
        if sighting.tells and not silent and (row is not None or sighting.tells_at_first):
            emit(
                session, sighting.kind, sighting.subject, _json({**sighting.details, "was": row.state if row else None})
            )
            emitted += 1
        if row is None:
            session.add(WatchedFact(kind=sighting.kind, subject=sighting.subject, state=sighting.state, changed_at=now))
        else:
            row.state, row.changed_at = sighting.state, now
    return emitted


def _json(details: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in details.items()}


def _looked(session: BrandSession) -> WatchedFact | None:
    wanted = select(WatchedFact).where(col(WatchedFact.kind) == LOOKED, col(WatchedFact.subject) == "")
    return session.scalars(wanted).first()


def _only_noted(session: BrandSession) -> bool:
    """True after an import that was not to fire, and before the first look."""
    last = _looked(session)
    quiet = select(ImportBatch).where(col(ImportBatch.fires).is_(False))
    if last is not None and last.state:
        quiet = quiet.where(col(ImportBatch.id) > UUID(last.state))  # ids rise with time
    return session.scalars(quiet.limit(1)).first() is not None


def _mark_looked(session: BrandSession) -> None:
    last, newest = _looked(session), _newest_import(session)
    state = str(newest.id) if newest else ""
    if last is None:
        session.add(WatchedFact(kind=LOOKED, subject="", state=state, changed_at=session.ctx.now()))
    else:
        last.state, last.changed_at = state, session.ctx.now()


def _newest_import(session: BrandSession) -> ImportBatch | None:
    known = select(ImportBatch).where(col(ImportBatch.created_at) <= session.ctx.known_until)
    return session.scalars(known.order_by(col(ImportBatch.id).desc()).limit(1)).first()
