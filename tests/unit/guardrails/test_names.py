"""Names are found and blanked as by a pattern each, the longest first; the work does not grow with their number."""

import re
from collections.abc import Callable, Iterable

from hypothesis import example, given
from hypothesis import strategies as st

from guardrails.names import NameIndex, anywhere, bounded, whole_words
from tests.counting import calls_of

LEFT, RIGHT = r"(?<![^\s(\"'“‘])", r"(?![^\s.,;:!?)\"'”’])"
SENTENCES = bounded(re.compile(LEFT), re.compile(RIGHT))
SIGNS = st.text(alphabet="ab1 .(“”-\n\u00a0ß", max_size=6)
NAMES = st.lists(SIGNS, max_size=8).map(frozenset)
TEXTS = st.one_of(
    st.text(alphabet="ab1 .(“”-\n\u00a0ß", max_size=40),
    st.lists(SIGNS, max_size=12).map(" ".join),
    st.text(max_size=30),
)


def blanked_one_by_one(text: str, names: Iterable[str], replaced: Callable[[str, str], str]) -> str:
    """The slow way: every name tried on every text."""
    for name in sorted((name for name in names if name), key=lambda name: (-len(name), name)):
        text = replaced(name, text)
    return text


@given(names=NAMES, text=TEXTS)
@example(names=frozenset({"3 b", "b c d"}), text="3 b c d")
@example(names=frozenset({"A-1", ".5x"}), text="A-1.5x")
@example(names=frozenset({"X1   Y2", "LONG-1"}), text="X1 LONG-1 Y2")
@example(names=frozenset({"1 1"}), text="1 1 1 1")
def test_bounded_names_are_blanked_as_by_a_pattern_each(names: frozenset[str], text: str) -> None:
    slow = blanked_one_by_one(text, names, lambda name, rest: re.sub(rf"{LEFT}{re.escape(name)}{RIGHT}", " ", rest))
    assert NameIndex(names).blanked(text, SENTENCES) == slow


@given(names=NAMES, text=TEXTS)
def test_names_within_words_are_blanked_as_by_replacing_each(names: frozenset[str], text: str) -> None:
    slow = blanked_one_by_one(text, names, lambda name, rest: rest.replace(name, " "))
    assert NameIndex(names).blanked(text, anywhere) == slow


@given(names=NAMES, text=TEXTS)
def test_whole_words_are_found_as_by_a_pattern_each(names: frozenset[str], text: str) -> None:
    slow = {name for name in names if name and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text)}
    assert set(NameIndex(names).standing_in(text, whole_words(text))) == slow


def test_a_text_costs_the_same_among_ten_times_as_many_names() -> None:
    def work(count: int) -> int:
        index = NameIndex(f"Shampoo No. {n:05d} Twelve" for n in range(count))
        texts = [f"Shampoo No. {n:05d} Twelve sells well, Shampoo No. x does not." for n in range(100)]
        return calls_of(lambda: [index.blanked(text, bounds) for text in texts for bounds in (SENTENCES, anywhere)])

    assert work(20_000) == work(2_000)
