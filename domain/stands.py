"""Stands: a driver's trip that refills them, a bonus to a partner, a visit that puts a display right."""

from datetime import timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, field_validator

from domain.days import PlannedDay
from domain.kind import ActionKind, Facts, Int64, LeavesHouse, Leaving, Name, Parameters, Reversibility, Way, Words
from domain.money import LARGEST_MINOR, Currency

LARGEST_REFILL = 10**6
MOST_LINES = 2_000
REVIEW_DAYS = 7
"""What is not sent now can be sent after the next weekly meeting."""


class RefillLine(BaseModel):
    """So many units of one product for one stand."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    stand: Name
    sku: Name
    quantity: int = Field(gt=0, le=LARGEST_REFILL)


class StandRefill(Parameters):
    """`stand.refill`: one trip of a driver, who calls at one stand or several with goods from the warehouse."""

    kind: Literal["stand.refill"] = "stand.refill"
    planned_day: PlannedDay
    lines: tuple[RefillLine, ...] = Field(min_length=1, max_length=MOST_LINES)
    trip_cost_minor: int = Field(ge=0, le=LARGEST_MINOR)
    missed_elsewhere_minor: int = Field(
        default=0, ge=0, le=LARGEST_MINOR, description="contribution that other channels lose for want of these goods"
    )
    currency: Currency

    @field_validator("lines")
    @classmethod
    def _each_product_once_a_stand(cls, lines: tuple[RefillLine, ...]) -> tuple[RefillLine, ...]:
        if len({(line.stand, line.sku) for line in lines}) < len(lines):
            raise ValueError("a product stands on two lines of a stand")
        return lines

    @property
    def stands(self) -> tuple[str, ...]:
        """The stops in their order."""
        return tuple(dict.fromkeys(line.stand for line in self.lines))

    @property
    def units(self) -> int:
        return sum(line.quantity for line in self.lines)

    @property
    def subject(self) -> str:
        """Two trips by the same stops compete; a "no" to one leaves every other open."""
        return f"trip @ {', '.join(sorted(self.stands))}"

    @property
    def touches(self) -> frozenset[str]:
        """The subjects it touches: proposals that touch the same are put to each other."""
        return frozenset(
            {"money", *(f"product {line.sku}" for line in self.lines), *(f"stand {stand}" for stand in self.stands)}
        )


class StandRefillFacts(Facts):
    """Facts of a trip to stands."""

    amount_minor: Int64 = Field(description="what the trip costs")
    cost_unknown: StrictBool = Field(description="the brand's rules do not say what a trip costs")
    too_many_stops: StrictBool
    exceeds_warehouse: StrictBool = Field(description="more of a product than the warehouse holds and has not promised")
    outlives_shelf: StrictBool = Field(description="a line would not sell there before it expires")
    already_planned: StrictBool = Field(description="the same product is on its way to the same stand")
    owner_gate_minor: Int64
    prediction_low_minor: Int64


STAND_REFILL = ActionKind(
    name="stand.refill",
    title="Refill stands",
    parameters=StandRefill,
    facts=StandRefillFacts,
    list_title=Words(
        "Refill {stands:stand|stands} on {planned_day}", "{stands:Stand|Stände} am {planned_day} auffüllen"
    ),
    text_title=Words(
        "Refill {stands:stand|stands} on {planned_day}: {units:unit|units}, {trip_cost_minor}",
        "{stands:Stand|Stände} am {planned_day} auffüllen: {units} Stück, {trip_cost_minor}",
    ),
    told_titles=(
        Words(
            "Refill {stand} on {planned_day}: {units:unit|units}, {trip_cost_minor}",
            "{stand} am {planned_day} auffüllen: {units} Stück, {trip_cost_minor}",
        ),
    ),
    planned_for="planned_day",
    reversibility=Reversibility.COMPENSABLE,
    leaves_house=LeavesHouse(
        content=Leaving.NOTICE,
        way=Way.EMAIL,
        by_hand=Words(
            "Yes sets goods aside for the trip and adds it to the task list here; tell the driver and the stands "
            "yourself, unless a rule of yours passes the event on. Tick it when you have.",
            "Ein Ja reserviert die Ware und trägt die Tour hier als Aufgabe ein; Fahrer und Stände bitte selbst "
            "benachrichtigen, wenn keine eigene Regel das Ereignis weitergibt. Danach bitte abhaken.",
        ),
        has_own_task=True,
        event="stand.refill_planned",
    ),
    names=("lines[].stand", "lines[].sku"),
    uses={"cash": "trip_cost_minor"},
    costs_others="missed_elsewhere_minor",
    editable=("planned_day", "lines[].quantity"),
    filled_in=("trip_cost_minor",),
    quiet_after_no=timedelta(days=6),  # stands go on selling: the next weekly meeting looks at them afresh
)


class StandBonus(Parameters):
    """`stand.bonus`: a share of what a stand sells goes to its partner for some weeks, up to a limit."""

    kind: Literal["stand.bonus"] = "stand.bonus"
    stand: Name
    share_bps: int = Field(gt=0, le=10_000, description="of the stand's sales at the prices charged")
    weeks: int = Field(ge=1, le=52)
    cap_minor: int = Field(gt=0, le=LARGEST_MINOR, description="the most that it may come to")
    currency: Currency

    @property
    def subject(self) -> str:
        return f"bonus @ {self.stand}"

    @property
    def touches(self) -> frozenset[str]:
        """The subjects it touches: proposals that touch the same are put to each other."""
        return frozenset({"money", f"stand {self.stand}"})


class StandBonusFacts(Facts):
    """Facts of a bonus to a stand's partner."""

    amount_minor: Int64 = Field(description="the most that it may come to")
    share_bps: Int64
    bonus_gate_bps: Int64
    already_running: StrictBool = Field(description="this stand has a bonus already")
    owner_gate_minor: Int64
    prediction_low_minor: Int64


STAND_BONUS = ActionKind(
    name="stand.bonus",
    title="Promise a stand's partner a bonus",
    parameters=StandBonus,
    facts=StandBonusFacts,
    list_title=Words("Bonus for the partner of {stand}", "Bonus für den Partner von {stand}"),
    text_title=Words(
        "Give {stand} {share_bps} of its sales for {weeks:week|weeks}, up to {cap_minor}",
        "{stand} {weeks:Woche|Wochen} lang {share_bps} vom Umsatz geben, bis {cap_minor}",
    ),
    reversibility=Reversibility.COMPENSABLE,
    leaves_house=LeavesHouse(
        content=Leaving.NOTICE,
        way=Way.EMAIL,
        by_hand=Words(
            "The bonus is entered here. Tell the partner yourself, unless a rule of yours passes the event on, and "
            "tick it when you have.",
            "Der Bonus wird hier eingetragen. Bitte dem Partner selbst zusagen, wenn keine eigene Regel das Ereignis "
            "weitergibt, und danach abhaken.",
        ),
        event="stand.bonus_promised",
    ),
    names=("stand",),
    uses={"cash": "cap_minor"},
    editable=("share_bps", "weeks", "cap_minor"),
    measured_after=timedelta(weeks=10),
)


class StandVisit(Parameters):
    """`stand.visit`: somebody of the brand goes to a stand, trains its partner and puts the display right."""

    kind: Literal["stand.visit"] = "stand.visit"
    stand: Name
    planned_day: PlannedDay
    cost_minor: int = Field(ge=0, le=LARGEST_MINOR)
    currency: Currency

    @property
    def subject(self) -> str:
        return f"visit @ {self.stand}"

    @property
    def touches(self) -> frozenset[str]:
        """The subjects it touches: proposals that touch the same are put to each other."""
        return frozenset({"money", f"stand {self.stand}"})


class StandVisitFacts(Facts):
    """Facts of a visit to a stand's partner."""

    amount_minor: Int64 = Field(description="what the visit costs")
    already_planned: StrictBool = Field(description="this stand is visited already")
    owner_gate_minor: Int64
    prediction_low_minor: Int64


STAND_VISIT = ActionKind(
    name="stand.visit",
    title="Visit a stand's partner",
    parameters=StandVisit,
    facts=StandVisitFacts,
    list_title=Words("Visit {stand} on {planned_day}", "{stand} am {planned_day} besuchen"),
    text_title=Words(
        "Visit {stand} on {planned_day} to train the partner, {cost_minor}",
        "{stand} am {planned_day} besuchen, Partner schulen, {cost_minor}",
    ),
    reversibility=Reversibility.COMPENSABLE,
    leaves_house=LeavesHouse(
        content=Leaving.NOTICE,
        way=Way.EMAIL,
        by_hand=Words(
            "The visit is a task here. Tell the partner yourself, unless a rule of yours passes the event on, and "
            "tick it when you have.",
            "Der Besuch steht hier als Aufgabe. Bitte den Partner selbst benachrichtigen, wenn keine eigene Regel das"
            " Ereignis weitergibt, und danach abhaken.",
        ),
        has_own_task=True,
        event="stand.visit_planned",
    ),
    names=("stand",),
    uses={"cash": "cost_minor"},
    editable=("planned_day",),
    planned_for="planned_day",
    filled_in=("cost_minor",),
    measured_after=timedelta(weeks=10),
)


def days_to_planned_call(since_last_call: float, every: float) -> float:
    """Days from a trip to the next planned call, `since_last_call` days after the last one.

    A call that is due before another meeting's trip could be made is the one in question: without it, the stand waits
    for the one after.
    """
    due = every - since_last_call
    return due if due > REVIEW_DAYS else every
