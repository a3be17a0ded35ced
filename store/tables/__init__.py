"""The tables by name: the file of a noun is imported when one of its tables is first asked for.

Making the classes of all takes longer than most verbs. Which file has a table is read off the register, `every.py`.
"""

import re
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from store.tables.base import BrandOwned as BrandOwned
    from store.tables.base import Fact as Fact
    from store.tables.every import *  # noqa: F403

_IMPORTED = re.compile(r"^from store\.tables\.(\w+) import (?:\(([^)]*)\)|(.*))$", re.MULTILINE)
_LISTED = (Path(__file__).parent / "every.py").read_text(encoding="utf-8")
_FILE_OF = {
    name: noun for noun, several, few in _IMPORTED.findall(_LISTED) for name in re.findall(r"\w+", several or few)
} | {"BrandOwned": "base", "Fact": "base"}


def __getattr__(name: str) -> Any:
    """A table, or another name of `every.py`. Raises AttributeError."""
    if name.startswith("_"):
        raise AttributeError(f"{__name__} has no {name}")
    return getattr(import_module(f"{__name__}.{_FILE_OF.get(name, 'every')}"), name)
