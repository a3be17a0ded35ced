"""Documents cut into passages."""

from hypothesis import given
from hypothesis import strategies as st

from domain.knowledge import Block, ReadDocument
from memory.chunking import MOST_CHARACTERS, chunks_of
from memory.passage_index import fused


def document(*blocks: Block) -> ReadDocument:
    return ReadDocument("a.md", "A", "text/markdown", "0" * 64, 1, blocks)


def test_a_passage_never_crosses_a_heading_or_a_page() -> None:
    chunks = chunks_of(
        document(
            Block("one", ("H",), 1), Block("two", ("H",), 1), Block("three", ("H",), 2), Block("four", ("G", "I"), 2)
        )
    )
    assert [(chunk.position, chunk.heading, chunk.page, chunk.text) for chunk in chunks] == [
        (1, "H", 1, "one\ntwo"), (2, "H", 2, "three"), (3, "G > I", 2, "four"),
    ]  # fmt: skip


@given(
    st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=3_000), max_size=4)
)
def test_nothing_is_lost_and_nothing_is_too_long(texts: list[str]) -> None:
    chunks = chunks_of(document(*(Block(text) for text in texts)))
    assert all(0 < len(chunk.text) <= MOST_CHARACTERS for chunk in chunks)
    assert "".join("".join(chunk.text.split()) for chunk in chunks) == "".join("".join(text.split()) for text in texts)


def test_two_rankings_become_one_by_reciprocal_ranks() -> None:
    from uuid import UUID

    a, b, c = (UUID(int=number) for number in (1, 2, 3))
    assert fused([[a, b], [b, c]]) == [b, a, c]
    assert fused([[], []]) == []
