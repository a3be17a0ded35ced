"""Lets the world's stands live what the product decided: trips are driven, bonuses paid, visits made."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

import numpy as np
from sqlalchemy import select
from sqlmodel import col

from domain.money import BPS
from evals.twin.office import TwinOffice
from simulation.catalog import PRODUCTS, SKUS, STAND_CODES
from simulation.draws import Counts
from simulation.feed import Files
from simulation.happenings import Day
from simulation.world import World
from store.reads import stands as reads
from store.tables import Location, Product, StandBonusRow, StandRefillOrder, StandVisitRow


def drive(twin: TwinOffice, world: World) -> list[StandRefillOrder]:
    """Pass on what is due today: the drivers' calls, coaching visits, and bonuses that began; the orders driven."""
    today = datetime.combine(world.today, time(), UTC)
    with twin.database.read(twin.owner) as session:
        due = [row for row in reads.open_refills(session) if row.source != "import" and row.planned_at <= today]
        skus = {row.id: row.sku for row in session.scalars(select(Product))}
        codes = {row.id: row.code for row in session.scalars(select(Location))}
        visits = session.scalars(select(StandVisitRow).where(col(StandVisitRow.cancelled_at).is_(None))).all()
        bonuses = session.scalars(select(StandBonusRow).where(col(StandBonusRow.starts_at) >= today)).all()
    units: dict[int, Counts] = defaultdict(lambda: np.zeros(len(PRODUCTS), dtype=np.int64))
    for row in due:
        units[STAND_CODES.index(codes[row.location_id])][SKUS.index(skus[row.product_id])] += row.quantity
    for stand, wanted in units.items():
        world.visit_stand(stand, wanted)
    for visit in visits:
        if visit.planned_at == today:
            world.stands.coach(STAND_CODES.index(codes[visit.location_id]))
    for bonus in bonuses:
        days = (bonus.ends_at - bonus.starts_at) // timedelta(days=1)
        stand = STAND_CODES.index(codes[bonus.location_id])
        world.stands.reward(stand, bonus.share_bps / BPS, world.day + days)
    return due


def driven(twin: TwinOffice, due: Sequence[StandRefillOrder], lived: Day) -> Files:
    """The delivery notes of the day's trips, as the driver hands them in."""
    if not due:
        return {}
    with twin.database.read(twin.owner) as session:
        skus = {row.id: row.sku for row in session.scalars(select(Product))}
        codes = {row.id: row.code for row in session.scalars(select(Location))}
    evening = datetime.combine(lived.date, time(20), UTC)
    return {"stand_refill_orders": [_note(row, skus, codes, lived, evening) for row in due]}


def _note(
    row: StandRefillOrder, skus: Mapping[UUID, str], codes: Mapping[UUID, str], lived: Day, when: datetime
) -> dict[str, object]:
    stand, product = STAND_CODES.index(codes[row.location_id]), SKUS.index(skus[row.product_id])
    brought = int(lived.refills[stand][product])
    return {
        "number": row.number, "location": codes[row.location_id], "sku": skus[row.product_id],
        "quantity": row.quantity, "ordered_at": row.ordered_at, "planned_at": row.planned_at,
        "delivered_quantity": brought, "delivered_at": when,
    }  # fmt: skip
