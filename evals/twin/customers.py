"""Carries out in the world what the product asked of the brand's people today: messages sent, leads got back to."""

from datetime import UTC, datetime, time, timedelta

import numpy as np
from sqlalchemy import select
from sqlmodel import col

from domain.customers import Arm
from evals.twin.office import TwinOffice
from simulation.draws import Counts
from simulation.world import World
from store.tables import Customer, Lead, MessageSend

_SHOP_CUSTOMER, _LEAD = "C", "L"


def carry_out(twin: TwinOffice, world: World) -> None:
    """Send what the gateway applied today, and do today's tasks with leads."""
    recipients = recipients_of_today(twin)
    if recipients.size:
        world.write_to(recipients)
    for lead in due_today(twin):
        world.dealers.leads.follow_up(lead, world.day)


def recipients_of_today(twin: TwinOffice) -> Counts:
    """Indices of the shop's customers whom a campaign of today goes to; those held out are not among them."""
    today = _today(twin)
    of_send = (col(Customer.id) == col(MessageSend.customer_id)) & (col(Customer.brand_id) == col(MessageSend.brand_id))
    with twin.database.read(twin.owner) as session:
        codes = session.scalars(
            select(col(Customer.code))
            .join(MessageSend, of_send)
            .where(col(MessageSend.arm) == Arm.TREATED, col(MessageSend.sent_at) >= today)
            .order_by(col(Customer.code))
        ).all()
    return np.array([int(code[1:]) for code in codes if code.startswith(_SHOP_CUSTOMER)], dtype=np.int64)


def due_today(twin: TwinOffice) -> list[int]:
    """Numbers of the leads that a person is to get back to today."""
    today = _today(twin)
    with twin.database.read(twin.owner) as session:
        codes = session.scalars(
            select(col(Lead.code))
            .where(col(Lead.next_step_at) >= today, col(Lead.next_step_at) < today + timedelta(days=1))
            .order_by(col(Lead.code))
        ).all()
    return [int(code[1:]) for code in codes if code.startswith(_LEAD)]


def _today(twin: TwinOffice) -> datetime:
    return datetime.combine(twin.clock.now().date(), time(), UTC)
