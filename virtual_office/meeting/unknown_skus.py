"""Refuses an agenda about a product that the brand does not have, before a whole meeting is held on it."""

import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches

from sqlalchemy import select
from sqlmodel import col

from domain.errors import InvalidInput
from store.session import BrandSession
from store.tables import Product

_TOKEN = re.compile(r"(?<![\w-])[A-Za-z0-9][\w./-]*[A-Za-z0-9](?![\w-])")
_SEPARATORS = re.compile(r"[-_./]")
_NEAREST, _ALIKE = 3, 0.6


def require_known_skus(session: BrandSession, texts: Sequence[str]) -> None:
    """Raises InvalidInput for a word that is written as the brand's SKUs are and is none, naming the nearest."""
    words = list(dict.fromkeys(word for text in texts for word in _TOKEN.findall(text) if _may_be_sku(word)))
    if not words:
        return
    skus = list(session.scalars(select(col(Product.sku)).order_by(col(Product.sku))))
    shapes = {_shape(sku) for sku in skus}
    known = {sku.casefold() for sku in skus}
    for word in words:
        if word.casefold() in known or _shape(word) not in shapes:
            continue
        near = list(_nearest(word, skus))
        if near:
            raise InvalidInput(
                f"The agenda names {word}, which is no product of this brand. Nothing was held.",
                remedy=f"The nearest are: {', '.join(near)}.",
            )


def _may_be_sku(word: str) -> bool:
    """A word with a digit and a letter, joined by a separator: `Q4` and `2026` are none."""
    return any(map(str.isdigit, word)) and any(map(str.isalpha, word)) and bool(_SEPARATORS.search(word))


def _shape(word: str) -> str:
    """How it is written: `HM-ST-07` as `A-A-9`."""
    return re.sub(r"[^\W\d_]+", "A", re.sub(r"\d+", "9", word))


def _nearest(word: str, skus: Sequence[str]) -> Iterator[str]:
    """The SKUs most alike; of a word of three parts or more any, as nothing else is written so."""
    cutoff = 0.0 if len(_SEPARATORS.findall(word)) > 1 else _ALIKE
    by_case = {sku.casefold(): sku for sku in skus}
    return (by_case[sku] for sku in get_close_matches(word.casefold(), list(by_case), _NEAREST, cutoff))
