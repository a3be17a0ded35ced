"""The list of action kinds that can be carried out."""

from collections.abc import Mapping

from actions.handler import Handler
from actions.pricing import PriceUpdateHandler
from domain.errors import InvalidInput

HANDLERS: Mapping[str, Handler] = {handler.kind.name: handler for handler in (PriceUpdateHandler(),)}


def handler_of(kind: str) -> Handler:
    """Raises InvalidInput for a kind that nobody can carry out."""
    if kind not in HANDLERS:
        raise InvalidInput(f"There is no action kind {kind}.", remedy=f"One of: {', '.join(HANDLERS)}.")
    return HANDLERS[kind]
