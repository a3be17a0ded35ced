"""The packaged embedding model says what the published one says."""

import numpy as np
import pytest

from llm.minilm import DIMENSIONS, MiniLM


def cosines(*texts: str) -> list[list[float]]:
    vectors = MiniLM().embed(texts)
    return np.round(vectors @ vectors.T, 4).tolist()


def test_it_agrees_with_the_values_that_sentence_transformers_publishes() -> None:
    """From the quick start of sentence-transformers' documentation, made with torch."""
    similarities = cosines("The weather is lovely today.", "It's so sunny outside!", "He drove to the stadium.")
    expected = [[1.0, 0.6660, 0.1046], [0.6660, 1.0, 0.1411], [0.1046, 0.1411, 1.0]]
    assert similarities == [pytest.approx(row, abs=2e-4) for row in expected]


def test_it_agrees_with_the_models_own_page() -> None:
    """The widget of the model's page: one sentence against three others."""
    first, *_ = cosines(
        "That is a happy person", "That is a happy dog", "That is a very happy person", "Today is a sunny day"
    )
    assert first == pytest.approx([1.0, 0.695, 0.943, 0.257], abs=1e-3)


def test_a_text_embeds_the_same_alone_and_among_longer_ones() -> None:
    alone = MiniLM().embed(["minimum order value"])
    among = MiniLM().embed(["a word " * 300, "minimum order value", ""])
    assert among.shape == (3, DIMENSIONS)
    assert np.allclose(alone[0], among[1], atol=1e-5)
    assert np.allclose(np.linalg.norm(among, axis=1), 1, atol=1e-5)
    assert MiniLM().embed([]).shape == (0, DIMENSIONS)
