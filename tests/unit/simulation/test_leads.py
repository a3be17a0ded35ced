"""Leads and single letters: a world without them stays as it is, and what is done in it has its true effect."""

import numpy as np

from simulation.customers import Customers
from simulation.draws import Draws
from simulation.leads import Leads
from simulation.truth import draw_truth
from tests.unit.simulation.lives import live, new_world, same

TRUTH = draw_truth(1)
MANY_DAYS = 20_000


def lived(delay: int | None, seed: int = 1) -> tuple[Leads, int, int, int]:
    """Leads of many days, each got back to after so many; how many were closed, won, and ordered because of it."""
    leads, closed, won, ordered = Leads(Draws(seed)), 0, 0, 0
    due: dict[int, list[int]] = {}
    for day in range(MANY_DAYS):
        ordered += len(leads.live(day))
        for lead in leads.take_news():
            closed += lead.won is not None or lead.lost is not None
            won += lead.won is not None
            if lead.opened == day and delay is not None and lead.won is None and lead.lost is None:
                due.setdefault(day + delay, []).append(lead.number)
        for number in due.pop(day, []):
            leads.follow_up(number, day)
    return leads, closed, won, ordered


def test_getting_back_soon_wins_more_and_late_hardly() -> None:
    for delay in (None, 1, 12):
        leads, closed, won, ordered = lived(delay)
        expected = leads.chance(delay)
        assert abs(won / closed - expected) < 0.02, delay
        assert abs(ordered / closed - (expected - leads.won_alone)) < 0.02, "only what the follow-up won is ordered"


def test_leads_left_alone_change_nothing_else() -> None:
    world, quiet = new_world(3, 0), new_world(3, 0)
    quiet.dealers.leads.live = lambda day: []  # type: ignore[method-assign]
    for day, quiet_day in zip(live(world, 60), live(quiet, 60), strict=True):
        day.leads = []
        assert same(day, quiet_day)


def test_a_lead_that_was_won_by_a_follow_up_orders_and_pays() -> None:
    world, alone = new_world(3, 0), new_world(3, 0)
    live(alone, 150)

    def get_back(now: object) -> None:
        for number in list(world.dealers.leads._open):
            world.dealers.leads.follow_up(number, world.day)

    days = live(world, 150, get_back)
    orders = [order for day in days for order in day.dealer_orders if order.number.startswith("N")]
    paid = {payment.invoice for day in days for payment in day.paid}
    assert orders
    assert {order.number for order in orders[:3]} <= paid
    assert sum(order.amount for order in orders) > 0


def test_writing_to_everybody_is_what_a_mail_does() -> None:
    mailed, written_to = Customers(TRUTH, Draws(1)), Customers(TRUTH, Draws(1))
    assert mailed.mail(5) == written_to.write_to(5, np.flatnonzero(written_to.alive))
    assert np.array_equal(mailed.alive, written_to.alive)
    assert np.array_equal(mailed.fatigue, written_to.fatigue)
    assert mailed.activity(6) == written_to.activity(6)


def test_only_those_written_to_want_more_and_only_they_tire_or_leave() -> None:
    some, rest = np.arange(0, 8_000), np.arange(8_000, 20_000)
    here, untold = Customers(TRUTH, Draws(1)), Customers(TRUTH, Draws(1))
    assert here.write_to(5, some) == some.size
    assert here.alive[rest].all()
    assert (here.fatigue[rest] == 0).all()
    wish, before = here._wish(6), untold._wish(6)
    assert np.array_equal(wish[rest], before[rest])
    assert np.allclose(wish[some], before[some] * (1 + TRUTH.mail_lift * (1 - TRUTH.mail_fatigue)))
    assert np.array_equal(here._wish(12), before)
    left = here.take_opted_out()
    assert set(left) == set(np.flatnonzero(~here.alive[:20_000]))
    assert 0.5 * TRUTH.mail_leave < len(left) / some.size < 1.5 * TRUTH.mail_leave
    assert here.take_opted_out() == []
