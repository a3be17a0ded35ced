"""Tells whoever waits for work that a transaction has left some, once it is committed."""

from collections.abc import Callable

from store.session import BrandSession

Bell = Callable[[str], None]
"""Rung with the brand's name. What it does may be lost: the rows are the truth, and are looked at again."""

_WOKEN = "mhos.woken"


def wake(session: BrandSession) -> None:
    """This transaction leaves work behind."""
    session.info[_WOKEN] = True


def is_woken(session: BrandSession) -> bool:
    """Whether it does."""
    return bool(session.info.get(_WOKEN))
