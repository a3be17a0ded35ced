"""Embeddings: texts into vectors, by the face that the packaged model and providers' models share."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
"""One row a text, each of length one, so that a dot product is their cosine."""


class Embedder(Protocol):
    """A model that embeds. Vectors of different `name`s cannot be compared."""

    @property
    def name(self) -> str: ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        """The vectors of texts, one row each."""
        ...


def normalised(rows: Vectors) -> Vectors:
    """Rows of length one; a row of zeros stays one."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return (rows / np.maximum(lengths, 1e-12)).astype(np.float32)
