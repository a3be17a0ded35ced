"""Contenders, the limits they share, and the greedy rules that an exact choice has to beat."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from numbers import Integral
from typing import Literal

from analytics.selection.program import Constraint
from analytics.statistics.errors import InvalidNumbers
from domain.money import BPS, LARGEST_MINOR


@dataclass(frozen=True)
class Contender:
    """A proposal as the chair weighs it.

    `value_minor` is its expected value, None where money would be invented: then `weight` ranks it among its likes.
    `uses` are its needs of each limit by name; a negative use brings something in. Of one `subject` one
    contender is chosen at most ("" competes with none). `mends` is the weight of the risk that it mends, 0 for none.
    `trust_bps` discounts what is hoped for, not what is feared.
    """

    key: str
    value_minor: int | None
    uses: Mapping[str, int] = field(default_factory=dict)
    subject: str = ""
    mends: int = 0
    trust_bps: int = BPS
    weight: int = 1

    @property
    def worth_minor(self) -> int:
        """The trust-discounted value in whole minor units, half to even; 0 where there is no value in money."""
        value = int(self.value_minor or 0)
        return _shared(value, self.trust_bps) if value > 0 else value

    @property
    def importance(self) -> int:
        """The trust-discounted weight of a contender without a value in money; 0 for the others."""
        return int(self.weight) * int(self.trust_bps) if self.value_minor is None else 0

    @property
    def rank(self) -> tuple[int, int, int, str]:
        """Sorts the best first."""
        return -self.mends, -self.worth_minor, -self.importance, self.key


@dataclass(frozen=True)
class Limit:
    """An amount available of a resource. One that is overdrawn (below zero) may not be drawn on further.

    `step` is by how much it is relaxed to find its shadow value: one tenth, at least one, where None is given.
    """

    name: str
    amount: int
    step: int | None = None

    @property
    def usable(self) -> int:
        """The amount that may be used."""
        return max(int(self.amount), 0)

    @property
    def relaxed_by(self) -> int:
        """The step, in its own unit."""
        return int(self.step) if self.step is not None else max(1, self.usable // 10)


@dataclass(frozen=True)
class Contest:
    """Contenders and limits, checked, and sorted so that the order of the input cannot matter.

    Raises InvalidNumbers when a key or a limit occurs twice, a use has no limit, or a number is not whole or larger
    than any that can be booked.
    """

    contenders: Sequence[Contender]
    limits: Sequence[Limit]

    def __post_init__(self) -> None:
        for contender in self.contenders:
            _check(contender)
        for limit in self.limits:
            _whole(f"the limit {limit.name!r}", limit.amount, most=2 * LARGEST_MINOR)
            _whole(f"the step of the limit {limit.name!r}", 1 if limit.step is None else limit.step, least=1)
        _once("contender", [contender.key for contender in self.contenders])
        _once("limit", [limit.name for limit in self.limits])
        known = {limit.name for limit in self.limits}
        for contender in self.contenders:
            if missing := sorted(set(contender.uses) - known):
                raise InvalidNumbers(
                    f"{contender.key} uses {', '.join(missing)}, of which no limit is known.",
                    remedy="Give each thing that is used a limit.",
                )
        object.__setattr__(self, "contenders", tuple(sorted(self.contenders, key=lambda named: named.key)))
        object.__setattr__(self, "limits", tuple(sorted(self.limits, key=lambda named: named.name)))

    @cached_property
    def limit_rows(self) -> tuple[Constraint, ...]:
        """One constraint per limit, in the limits' order."""
        return tuple(Constraint(self._uses(limit.name), limit.usable) for limit in self.limits)

    @cached_property
    def subject_rows(self) -> tuple[Constraint, ...]:
        """One constraint per subject (one contender at most), in the subjects' order."""
        subjects: dict[str, dict[int, int]] = {}
        for index, contender in enumerate(self.contenders):
            if contender.subject:
                subjects.setdefault(contender.subject, {})[index] = 1
        return tuple(Constraint(uses, 1) for _, uses in sorted(subjects.items()) if len(uses) > 1)

    def fits(self, chosen: Collection[int]) -> bool:
        """True if the chosen, by index, stay within all limits and are of different subjects."""
        return all(row.holds(chosen) for row in (*self.limit_rows, *self.subject_rows))

    def worth_minor(self, chosen: Collection[int]) -> int:
        """The trust-discounted value of the chosen."""
        return sum(self.contenders[index].worth_minor for index in chosen)

    def _uses(self, name: str) -> dict[int, int]:
        uses = ((index, int(contender.uses.get(name, 0))) for index, contender in enumerate(self.contenders))
        return {index: use for index, use in uses if use}


def greedy(contest: Contest, by: Literal["value", "density"], start: Collection[int] = ()) -> frozenset[int]:
    """Indices picked greedily: one contender after the other in order of rank, each that still fits.

    By density, the worth is first divided by the largest share of any limit that the contender needs (Dantzig 1957,
    in the form of Toyoda 1975 for several limits). Contenders without a gain are passed over. Grows `start`.
    """
    shares = [_largest_share(contest, index) for index in range(len(contest.contenders))]

    def order(index: int) -> tuple[float, float, int, str]:
        mends, worth, importance, key = contest.contenders[index].rank
        return mends, worth / shares[index] if by == "density" else worth, importance, key

    chosen, room = set(start), _Room(contest, start)
    for index in sorted(range(len(contest.contenders)), key=order):
        contender = contest.contenders[index]
        if index not in chosen and (contender.mends or contender.worth_minor > 0 or contender.importance > 0):
            chosen |= room.taken_by(index)
    return frozenset(chosen)


class _Room:
    """What is left of each limit and subject beside those chosen so far."""

    def __init__(self, contest: Contest, chosen: Collection[int]) -> None:
        rows = [*contest.limit_rows, *contest.subject_rows]
        self._left = [row.bound - row.used(chosen) for row in rows]
        self._broken = {number for number, left in enumerate(self._left) if left < 0}
        self._uses: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for number, row in enumerate(rows):
            for index, use in row.uses.items():
                self._uses[index].append((number, use))

    def taken_by(self, index: int) -> set[int]:
        """The contender, which takes its room; nobody where it does not fit with the others."""
        left = {number: self._left[number] - use for number, use in self._uses[index]}
        if min(left.values(), default=0) < 0 or self._broken - left.keys():
            return set()
        self._broken.clear()
        for number, room in left.items():
            self._left[number] = room
        return {index}


def _largest_share(contest: Contest, index: int) -> float:
    shares = [row.uses.get(index, 0) / max(row.bound, 1) for row in contest.limit_rows]
    return max(max(shares, default=0.0), 1e-9)


def _check(contender: Contender) -> None:
    name = contender.key
    if contender.value_minor is not None:
        _whole(f"the value of {name}", contender.value_minor)
    _whole(f"the trust in {name}", contender.trust_bps, least=0, most=BPS)
    _whole(f"the risk that {name} mends", contender.mends, least=0, most=1_000_000)
    _whole(f"the weight of {name}", contender.weight, least=0, most=1_000_000)
    for limit, use in contender.uses.items():
        _whole(f"what {name} uses of {limit}", use)


def _whole(name: str, number: object, least: int = -LARGEST_MINOR, most: int = LARGEST_MINOR) -> None:
    if not isinstance(number, Integral) or isinstance(number, bool) or not least <= int(number) <= most:
        raise InvalidNumbers(f"{name[0].upper()}{name[1:]} must be a whole number from {least} to {most}.")


def _once(kind: str, names: Sequence[str]) -> None:
    twice = sorted(name for name, times in Counter(names).items() if times > 1)
    if twice:
        raise InvalidNumbers(f"The {kind} {twice[0]!r} occurs twice.")


def _shared(value: int, bps: int) -> int:
    """`value * bps / BPS`, half to even, in whole numbers."""
    whole, rest = divmod(int(value) * int(bps), BPS)
    return whole + (2 * rest > BPS or (2 * rest == BPS and whole % 2 == 1))
