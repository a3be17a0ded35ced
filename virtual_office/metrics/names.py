"""The names that people call a brand's products by: SKU, title, and a title without its pack or its last words."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

_PACK = re.compile(
    r"[ ,(]+\d+([.,]\d+)? ?(ml|cl|l|mg|g|kg|oz|lb|cm|mm|m|x|er|pcs|pieces|pack|stück|st)\)?$", re.IGNORECASE
)
_FEWEST_WORDS = 2


def product_names(products: Iterable[tuple[str, str]]) -> tuple[Mapping[str, str], Mapping[str, Sequence[str]]]:
    """Names to SKUs, of (SKU, title); and names that several products share, to their titles.

    A whole SKU or title counts before what is left of a longer one. What is left has two words or lost only its pack.
    """
    known = list(products)
    whole = {name: sku for sku, title in known for name in (title, sku) if len(name) > 1}
    called: dict[str, dict[str, str]] = {}
    for sku, title in known:
        for name in _beginnings(title):
            called.setdefault(name, {})[sku] = title
    taken = {name.casefold() for name in whole}
    parts = {name: of for name, of in called.items() if name not in taken}
    alone = {name: next(iter(of)) for name, of in parts.items() if len(of) == 1}
    return {**alone, **whole}, {name: sorted(of.values()) for name, of in parts.items() if len(of) > 1}


def _beginnings(title: str) -> Iterator[str]:
    plain = " ".join(title.casefold().split())
    without_pack = _PACK.sub("", plain)
    if without_pack != plain and len(without_pack) > 1:
        yield without_pack
    words = without_pack.split()
    for count in range(_FEWEST_WORDS, len(words)):
        yield " ".join(words[:count])
