"""The benchmark of verbs compares medians of rounds in which every command had its turn."""

from collections.abc import Sequence

from evals.verb_cost import AIMS, BARE, measured, ratios


def test_every_command_has_its_turn_in_each_round_and_its_median_counts() -> None:
    costs = iter((1.0, 5.0, 9.0, 6.0, 2.0, 7.0))
    turns: list[str] = []

    def cost(command: Sequence[str]) -> float:
        turns.append(command[0])
        return next(costs)

    assert measured({BARE: ("import",), "inbox": ("mhos",)}, 3, cost) == {BARE: 2.0, "inbox": 6.0}
    assert turns == ["import", "mhos"] * 3


def test_a_verb_is_told_in_bare_imports() -> None:
    assert ratios({BARE: 0.5, "inbox": 0.6, "ask": 1.0}) == {"inbox": 1.2, "ask": 2.0}
    assert AIMS.keys() == {"inbox", "show", "ask"}
