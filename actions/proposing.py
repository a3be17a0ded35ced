"""Proposals by people: words read by the kind's form, completed by what the brand's rows say."""

from collections.abc import Sequence

from actions.handler import Completes
from actions.kinds import handler_of
from domain.action import Action
from domain.forms import action_of_form, read_form
from store.reads.settings import brand_of
from store.session import BrandSession


def action_in_words(session: BrandSession, kind: str, given: Sequence[str]) -> Action:
    """The action that these `NAME=VALUE` ask for; amounts in the brand's currency unless `currency=…` says another.

    Raises InvalidInput, which names the parameter, what is expected and an example; NotFound for what is not there.
    """
    handler = handler_of(kind)
    parameters = read_form(handler.kind, given, brand_of(session).currency)
    if isinstance(handler, Completes):
        parameters = handler.complete(session, parameters)
    return action_of_form(handler.kind, parameters)
