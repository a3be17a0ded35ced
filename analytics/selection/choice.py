"""Optimal choice among proposals under shared limits, reasons for each exclusion, and shadow values of limits."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from analytics.selection.contest import Contender, Contest, Limit, greedy
from analytics.selection.program import Constraint, Effort, Solution, maximise

Reason = Literal["no_gain", "same_subject", "limit", "impossible"]


@dataclass(frozen=True)
class Shortfall:
    """A binding limit: the amount needed, and the amount left."""

    limit: str
    needed: int
    left: int


@dataclass(frozen=True)
class Displacement:
    """The best choice that contains a proposal which was left out, against the one made.

    It would displace some of the adopted, let others join, and lose money (below zero: gain it) and mended risks.
    """

    displaced: tuple[str, ...]
    joining: tuple[str, ...]
    loss_minor: int
    mends_lost: int


@dataclass(frozen=True)
class ExcludedContender:
    """A proposal that was not adopted, and why.

    `no_gain`: it would bring nothing. `same_subject`: `rivals` has the one adopted for its subject. `limit`:
    `shortfalls`, the tightest first, and in `rivals` the adopted that use the first of them, the best first.
    `impossible`: no choice at all holds it; the shortfalls are against all that there is.
    `instead` is None where there was no time to find it, or no such choice.
    """

    key: str
    reason: Reason
    shortfalls: tuple[Shortfall, ...] = ()
    rivals: tuple[str, ...] = ()
    instead: Displacement | None = None


@dataclass(frozen=True)
class LimitUse:
    """Use of a limit, and the gain of `relaxed_by` more of it; None where there was no time to compute it.

    `shadow_minor` is money, `shadow_mends` weight of risks; `joining` would be adopted then.
    """

    name: str
    amount: int
    used: int
    relaxed_by: int
    shadow_minor: int | None
    shadow_mends: int | None
    joining: tuple[str, ...] = ()

    @property
    def left(self) -> int:
        """The amount left, never below zero."""
        return max(self.amount, 0) - self.used


@dataclass(frozen=True)
class Selection:
    """The proposals adopted and those left out, the best first, and how the limits stood.

    `proven` that no choice is better (see `Solution`); none that mends as much brings more than `at_most_minor`.
    `by_value_minor` and `by_density_minor` are the values of the greedy choices.
    """

    adopted: tuple[str, ...]
    left_out: tuple[ExcludedContender, ...]
    limits: tuple[LimitUse, ...]
    value_minor: int
    mended: int
    unmended: tuple[str, ...]
    proven: bool
    at_most_minor: int
    by_value_minor: int
    by_density_minor: int


_EFFORT = Effort()


def choose(
    contenders: Iterable[Contender],
    limits: Iterable[Limit],
    *,
    explained: int = 25,
    shadows: bool = True,
    effort: Effort = _EFFORT,
) -> Selection:
    """The choice that first mends the most risk, then brings the most money, then weighs the most of what has no price.

    An integer program (a multidimensional knapsack with multiple-choice groups: Kellerer, Pferschy & Pisinger 2004,
    chapters 9 and 11), solved once for each of those aims with the earlier ones held. Of equal choices it takes the
    one with fewer proposals, then the earlier keys. To keep attention for proposals without a value in money, give
    those with one a limit of their own.

    The best `explained` of those left out are each forced in and the program solved again; for `shadows` every limit is
    relaxed by its step and the program solved again. When `effort` runs out the choice is the best one found, not less
    than the greedy ones, and what remains unexplained is None. Raises InvalidNumbers as `Contest` does.
    """
    started = effort.started()
    contest = Contest(tuple(contenders), tuple(limits))
    best = _best(contest, (), started, settle_ties=True)
    proven = best.proven and best.chosen is not None
    by_value, by_density = greedy(contest, "value"), greedy(contest, "density")
    if not proven:
        grown = [greedy(contest, "value", start) for start in ((best.chosen or ()), by_value, by_density)]
        best = replace(best, chosen=min(grown, key=lambda chosen: (_merit(contest, chosen), sorted(chosen))))
    chosen = best.chosen or frozenset()
    effort_left = started if proven else replace(started, seconds=0.0)
    value = contest.worth_minor(chosen)
    return Selection(
        adopted=_keys(contest, chosen),
        left_out=_left_out(contest, chosen, explained, effort_left),
        limits=tuple(
            _limit_use(contest, chosen, number, effort_left if shadows else replace(effort_left, seconds=0.0))
            for number in range(len(contest.limits))
        ),
        value_minor=value,
        mended=_mended(contest, chosen),
        unmended=_keys(contest, {i for i, contender in enumerate(contest.contenders) if contender.mends} - chosen),
        proven=proven,
        at_most_minor=max(value, best.at_most),
        by_value_minor=contest.worth_minor(by_value),
        by_density_minor=contest.worth_minor(by_density),
    )


def _best(contest: Contest, forced: Collection[int], effort: Effort, settle_ties: bool = False) -> Solution:
    """The best choice, aim by aim, each held while the next is sought; `at_most` is of its money."""
    rows = [*contest.limit_rows, *contest.subject_rows]
    worth = [contender.worth_minor for contender in contest.contenders]
    mends = [contender.mends for contender in contest.contenders]
    importance = [contender.importance for contender in contest.contenders]
    must = _all_that_mend(contest, forced)
    forced = forced if must is None else must
    best = Solution(None, False, sum(max(value, 0) for value in worth))
    for aim in (mends, worth, importance) if must is None else (worth, importance):
        if aim is not worth and not any(aim):
            continue
        solved = maximise(aim, rows, forced, effort)
        if solved.chosen is None or not solved.proven:
            at_most = solved.at_most if aim is worth else best.at_most
            proven = solved.proven and best.chosen is None
            return Solution(best.chosen if solved.chosen is None else solved.chosen, proven, at_most)
        rows.append(_at_least(aim, sum(aim[index] for index in solved.chosen)))
        best = Solution(solved.chosen, True, solved.at_most if aim is worth else best.at_most)
    if settle_ties and best.chosen is not None and best.at_most == contest.worth_minor(best.chosen):
        settled = maximise(_fewer_and_earlier(contest), rows, forced, effort)
        return replace(best, chosen=settled.chosen if settled.proven and settled.chosen is not None else best.chosen)
    return best


def _all_that_mend(contest: Contest, forced: Collection[int]) -> frozenset[int] | None:
    """All that mend a risk with all that are forced, where there is room for them together."""
    together = frozenset(forced) | {index for index, contender in enumerate(contest.contenders) if contender.mends}
    return together if contest.fits(together) else None


def _at_least(aim: Sequence[int], total: int) -> Constraint:
    return Constraint({index: -weight for index, weight in enumerate(aim) if weight}, -total)


def _fewer_and_earlier(contest: Contest) -> list[int]:
    count = len(contest.contenders)
    return [-(count * count + index) for index in range(count)]


def _left_out(
    contest: Contest, chosen: frozenset[int], explained: int, effort: Effort
) -> tuple[ExcludedContender, ...]:
    others = [index for index in range(len(contest.contenders)) if index not in chosen]
    others.sort(key=lambda index: contest.contenders[index].rank)
    use = _use(contest, chosen)
    return tuple(_why(contest, use, index, place < explained, effort) for place, index in enumerate(others))


@dataclass(frozen=True, eq=False)
class _Use:
    """A choice with its use of each limit, what each could bring in of all contenders, and the chosen by subject."""

    chosen: frozenset[int]
    used: Sequence[int]
    brought_in: Sequence[int]
    holders: Mapping[str, frozenset[int]]


def _use(contest: Contest, chosen: frozenset[int]) -> _Use:
    holders: dict[str, frozenset[int]] = {}
    for index in chosen:
        subject = contest.contenders[index].subject
        if subject:
            holders[subject] = holders.get(subject, frozenset()) | {index}
    return _Use(
        chosen,
        [row.used(chosen) for row in contest.limit_rows],
        [-sum(min(amount, 0) for amount in row.uses.values()) for row in contest.limit_rows],
        holders,
    )


def _why(contest: Contest, use: _Use, index: int, explain: bool, effort: Effort) -> ExcludedContender:
    contender = contest.contenders[index]
    if alone := _alone_too_much(contest, use, index):
        return ExcludedContender(contender.key, "impossible", alone)
    fruitless = (
        not contender.mends
        and contender.worth_minor <= 0
        and not contender.importance
        and min(contender.uses.values(), default=0) >= 0
    )
    rival = use.holders.get(contender.subject, frozenset())
    short = _shortfalls(contest, use, rival, index)
    if fruitless and not rival and not short:
        return ExcludedContender(contender.key, "no_gain", instead=Displacement((), (), -contender.worth_minor, 0))
    instead, possible = _instead(contest, use.chosen, index, explain, effort)
    if not possible:
        return ExcludedContender(contender.key, "impossible", short)
    if fruitless or (not rival and not short):
        return ExcludedContender(contender.key, "no_gain", short, instead=instead)
    if not short:
        return ExcludedContender(contender.key, "same_subject", (), _keys(contest, rival), instead)
    users = {other for other in use.chosen if contest.contenders[other].uses.get(short[0].limit, 0) > 0}
    return ExcludedContender(contender.key, "limit", short, _keys(contest, users | rival), instead)


def _alone_too_much(contest: Contest, use: _Use, index: int) -> tuple[Shortfall, ...]:
    """The limits that a contender breaks by itself, whatever the others bring in."""
    shortfalls: list[Shortfall] = []
    for limit, row, brought_in in zip(contest.limits, contest.limit_rows, use.brought_in, strict=True):
        needed = row.uses.get(index, 0)
        available = row.bound + brought_in + min(needed, 0)
        if needed > available:
            shortfalls.append(Shortfall(limit.name, needed, available))
    return _tightest_first(shortfalls)


def _shortfalls(contest: Contest, use: _Use, rival: Collection[int], index: int) -> tuple[Shortfall, ...]:
    shortfalls: list[Shortfall] = []
    for limit, row, used in zip(contest.limits, contest.limit_rows, use.used, strict=True):
        needed = row.uses.get(index, 0)
        left = row.bound - used + sum(row.uses.get(other, 0) for other in rival)
        if needed > left:
            shortfalls.append(Shortfall(limit.name, needed, left))
    return _tightest_first(shortfalls)


def _tightest_first(shortfalls: Sequence[Shortfall]) -> tuple[Shortfall, ...]:
    return tuple(
        sorted(shortfalls, key=lambda short: (short.left / short.needed if short.needed else 0.0, short.limit))
    )


def _instead(
    contest: Contest, chosen: frozenset[int], index: int, explain: bool, effort: Effort
) -> tuple[Displacement | None, bool]:
    """The best choice with a contender forced in, against the one made; and whether there may be one at all."""
    if not explain or effort.left <= 0:
        return None, True
    solved = _best(contest, (index,), effort)
    if solved.chosen is None or not solved.proven:
        return None, not solved.proven
    displacement = Displacement(
        displaced=_keys(contest, chosen - solved.chosen),
        joining=_keys(contest, solved.chosen - chosen - {index}),
        loss_minor=contest.worth_minor(chosen) - contest.worth_minor(solved.chosen),
        mends_lost=_mended(contest, chosen) - _mended(contest, solved.chosen),
    )
    return displacement, True


def _limit_use(contest: Contest, chosen: frozenset[int], number: int, effort: Effort) -> LimitUse:
    limit, row = contest.limits[number], contest.limit_rows[number]
    use = LimitUse(limit.name, limit.amount, row.used(chosen), limit.relaxed_by, None, None)
    if sum(max(amount, 0) for amount in row.uses.values()) <= row.bound:
        return replace(use, shadow_minor=0, shadow_mends=0)
    if effort.left <= 0:
        return use
    wider = replace(limit, amount=limit.amount + limit.relaxed_by)
    relaxed = Contest(contest.contenders, (*contest.limits[:number], wider, *contest.limits[number + 1 :]))
    if _is_no_use(relaxed, chosen, number, row.bound, effort):
        return replace(use, shadow_minor=0, shadow_mends=0)
    solved = _best(relaxed, (), effort)
    if solved.chosen is None or not solved.proven:
        return use
    return replace(
        use,
        shadow_minor=contest.worth_minor(solved.chosen) - contest.worth_minor(chosen),
        shadow_mends=_mended(contest, solved.chosen) - _mended(contest, chosen),
        joining=_keys(contest, solved.chosen - chosen),
    )


def _is_no_use(relaxed: Contest, chosen: frozenset[int], number: int, before: int, effort: Effort) -> bool:
    """True if more of a limit brings nothing: no choice that uses more of it than available brings more money.

    Asked of money alone, where there is nothing else left to gain: a program without a solution, which is soon seen.
    """
    not_chosen = [contender for index, contender in enumerate(relaxed.contenders) if index not in chosen]
    if any(contender.mends or contender.importance for contender in not_chosen):
        return False
    worth = [contender.worth_minor for contender in relaxed.contenders]
    uses_more = _at_least([relaxed.limit_rows[number].uses.get(index, 0) for index in range(len(worth))], before + 1)
    brings_more = _at_least(worth, relaxed.worth_minor(chosen) + 1)
    mending = [index for index, contender in enumerate(relaxed.contenders) if contender.mends]
    solved = maximise(worth, [*relaxed.limit_rows, *relaxed.subject_rows, uses_more, brings_more], mending, effort)
    return solved.proven and solved.chosen is None


def _mended(contest: Contest, chosen: Collection[int]) -> int:
    return sum(contest.contenders[index].mends for index in chosen)


def _merit(contest: Contest, chosen: Collection[int]) -> tuple[int, int, int]:
    """Sorts the best choice first."""
    importance = sum(contest.contenders[index].importance for index in chosen)
    return -_mended(contest, chosen), -contest.worth_minor(chosen), -importance


def _keys(contest: Contest, chosen: Collection[int]) -> tuple[str, ...]:
    """Keys of the chosen, the best first."""
    contenders = sorted((contest.contenders[index] for index in chosen), key=lambda contender: contender.rank)
    return tuple(contender.key for contender in contenders)
