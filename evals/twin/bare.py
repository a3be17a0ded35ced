"""The twin without the product: a crew at the bare price list, for tuning, bounds and the speed of the world."""

from datetime import date

from evals.twin.crews import Crew
from evals.twin.desk import DirectDesk, PriceMemory
from simulation.scenario import Schedule
from simulation.world import Plan, World
from simulation.worth import LONGEST_RUN_OUT_DAYS, NetWorth, net_worth, run_out

FIRST_DAY, HISTORY_DAYS = date(2024, 1, 1), 455
NOTHING = Schedule()


def new_world(seed: int, days: int, schedule: Schedule = NOTHING, *, never_out_of_stock: bool = False) -> World:
    """A world on its first day of history."""
    return World(Plan(seed, FIRST_DAY, HISTORY_DAYS, days + LONGEST_RUN_OUT_DAYS, schedule, never_out_of_stock))


def play_bare(world: World, crew: Crew, days: int) -> NetWorth:
    """History, the run with the crew in charge, the run-out quarter; what the brand is worth then."""
    memory = PriceMemory()
    while world.is_history:
        world.step()
        memory.see(world.day, world.list_price)
    world.lost_units = world.wanted_units = 0.0
    desk = DirectDesk(world, memory)
    for day in range(days):
        crew.morning(world, desk, day)
        memory.see(world.day, world.list_price)
        world.step()
    run_out(world)
    return net_worth(world)
