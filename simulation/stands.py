"""The stands: what lies there, what partners ask for it, the driver's calls, and what partners' effort is worth."""

import numpy as np

from simulation import practice
from simulation.catalog import PRODUCTS, STAND_COUNT
from simulation.draws import Counts, Draws, Floats, poisson
from simulation.happenings import Day, Outlay
from simulation.stock import Warehouse
from simulation.truth import Truth

DRIVE_EUROS, STOP_EUROS = 16.0, 12.0
"""What a driver's trip costs once, and for each stand called at. The standing practice sends one out for each."""
MOST_STOPS = 12
"""What a driver can call at in a day."""
COACHING_EUROS = 40.0
_EFFORT_A_DAY, _DISPLAY_HALF_LIFE_DAYS = 0.08, 35
_EFFORT_HALF_SHARE = 0.05
_SHAPE = (len(PRODUCTS), STAND_COUNT)


class StandNetwork:
    """Axes: P products, S stands. `stock` and `par`, the level of the standing practice, (P, S) units."""

    def __init__(self, truth: Truth, draws: Draws) -> None:
        self._truth, self._draws = truth, draws
        self.par = practice.par_levels(truth.stand_range, truth.stand_units)
        self.stock: Counts = self.par.copy()
        self.deviation = np.zeros(_SHAPE)
        self.deals = np.zeros(_SHAPE, dtype=bool)
        self.effort, self.display = np.zeros(STAND_COUNT), np.zeros(STAND_COUNT)
        rng = draws.stream("stand partners")
        self.most_effort = rng.uniform(0.04, 0.16, STAND_COUNT)
        self.most_display = rng.uniform(0.05, 0.18, STAND_COUNT)
        self._sold = np.zeros(_SHAPE, dtype=np.int64)
        self._calls: dict[int, Counts] = {}
        self._coached = 0
        self._bonus_share, self._bonus_until = np.zeros(STAND_COUNT), np.zeros(STAND_COUNT, dtype=np.int64)

    def call(self, stand: int, units: Counts) -> None:
        """Have the driver call there tonight with units (P,): he counts, and fills in what the warehouse has of it."""
        self._calls[stand] = self._calls.get(stand, 0) + np.where(self._truth.stand_range[:, stand], units, 0)

    def coach(self, stand: int) -> None:
        """Have somebody put the display right: it sells more, and gets shabby again over the weeks."""
        self.display[stand] = self.most_display[stand]
        self._coached += 1

    def reward(self, stand: int, share: float, until: int) -> None:
        """Pay the partner a share of what the stand takes until a day; effort comes with it, and fades after."""
        self._bonus_share[stand], self._bonus_until[stand] = share, until

    def begin_week(self, week: int) -> None:
        """Partners look at their prices and at what they have on offer."""
        self.deviation = practice.stand_deviation(self._draws, week, self.deviation)
        self.deals = practice.stand_deals(self._draws, week)

    def begin_day(self, day: int) -> None:
        """Effort follows the bonus, and the display fades."""
        share = np.where(day < self._bonus_until, self._bonus_share, 0.0)
        wanted = self.most_effort * share / (share + _EFFORT_HALF_SHARE)
        self.effort = self.effort + _EFFORT_A_DAY * (wanted - self.effort)
        self.display = self.display * 0.5 ** (1 / _DISPLAY_HALF_LIFE_DAYS)

    @property
    def drive(self) -> Floats:
        """(S,) what partners' effort and display multiply demand by."""
        return (1 + self.effort) * (1 + self.display)

    def sell(self, wanted: Counts, chance: Floats, most: Counts | None = None) -> Counts:
        """(P, S) what is sold of what is wanted; some is stolen. `most` limits what a thief can reach."""
        in_reach = self.stock if most is None else np.minimum(self.stock, most)
        stolen = poisson(in_reach * self._truth.stand_shrinkage, chance)
        sold = np.minimum(wanted, self.stock)
        self.stock = np.maximum(self.stock - sold - stolen, 0)
        return sold

    def fill_up(self) -> Counts:
        """(P, S) what fills every stand to what no day can use up."""
        missing = np.maximum(self.par * 4 - self.stock, 0)
        self.stock += missing
        return missing

    def refill(self, today: Day, warehouse: Warehouse) -> None:
        """The evening's calls: those of the standing practice, and those that were asked for beside them."""
        self._look_at_levels(today)
        for stand in map(int, practice.visited(today.day)):
            self._call_at(stand, np.maximum(self.par[:, stand] - self.stock[:, stand], 0), today, warehouse)
        cost = practice.TRIP_EUROS * len(today.refills)
        if asked := {stand: units for stand, units in self._calls.items() if stand not in today.refills}:
            for stand, units in sorted(asked.items()):
                self._call_at(stand, units, today, warehouse)
            cost += -(-len(asked) // MOST_STOPS) * DRIVE_EUROS + STOP_EUROS * len(asked)
        self._calls = {}
        if today.refills:
            today.expenses.append(Outlay("stand trips", cost))
        if self._coached:
            today.expenses.append(Outlay("stand coaching", COACHING_EUROS * self._coached))
            self._coached = 0

    def bonuses(self, today: Day, taken: Floats) -> None:
        """Book what partners earned on what each stand took today (S,)."""
        earned = np.where(today.day < self._bonus_until, self._bonus_share, 0.0) * taken
        if earned.any():
            today.expenses.append(Outlay("stand bonuses", float(earned.sum())))

    def _look_at_levels(self, today: Day) -> None:
        self._sold += today.stand_units
        if today.day % practice.PAR_DAYS == practice.PAR_DAYS - 1:
            self.par = practice.par_levels(self._truth.stand_range, self._sold / practice.PAR_DAYS)
            self._sold[...] = 0

    def _call_at(self, stand: int, wanted: Counts, today: Day, warehouse: Warehouse) -> None:
        today.stand_counts[stand] = self.stock[:, stand].copy()
        brought = np.minimum(wanted, warehouse.on_hand)
        warehouse.take(brought)
        self.stock[:, stand] += brought
        today.refills[stand] = brought
