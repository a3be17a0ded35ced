"""What each agent thinks with, as settings and charters say: rules, a model, or both."""

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import UUID

from domain.context import Context
from settings import Settings
from store.database import Database

if TYPE_CHECKING:
    from agents.charter import Charter
    from agents.crew import Mind
    from llm.connect import ModelOptions

_MICROS = 1_000_000


class Minds:
    """Gives agents their minds. Nothing of a model is loaded while all think by rules."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings, self._database = settings, database

    def require(self, charter: "Charter") -> None:
        """Raises InvalidInput for an agent that could not think: an unknown model, or one without a key."""
        require_model(self._settings, charter)

    def mind_of(self, ctx: Context, run_id: UUID, charter: "Charter") -> "Mind":
        """What an agent thinks with in a run; `ctx` is its own. Raises InvalidInput."""
        from agents.crew import mind_for

        def connected(model: Any) -> Any:
            from llm.connect import connect

            own = replace(ctx, ids=ctx.ids.fork(f"{run_id}:{charter.name}:models"))
            return connect(model, self._options, self._database, own, run_id, charter.name)

        return mind_for(charter, self._settings.model, connected)

    @cached_property
    def _options(self) -> "ModelOptions":
        return model_options(self._settings)


def require_model(settings: Settings, charter: "Charter") -> None:
    """Raises InvalidInput where an agent could not think: an unknown model or price, or no key."""
    from agents.crew import choice_of

    model = choice_of(charter, settings.model).model
    if model is None:
        return
    from llm.connect import require_key

    fallback = model_options(settings).fallback
    for one in (model, fallback):
        if one is not None:
            require_key(one)


def model_options(settings: Settings) -> "ModelOptions":
    """What the settings say of models. Raises InvalidInput."""
    from llm.budget import Limits
    from llm.choice import parse_choice, parse_model
    from llm.connect import ModelOptions
    from llm.prices import parse_price

    named = parse_choice(settings.model).model
    stated = {str(named): parse_price(settings.model_price)} if named and settings.model_price else {}
    return ModelOptions(
        fallback=parse_model(settings.model_fallback) if settings.model_fallback else None,
        key=settings.model_key,
        prices=stated,
        limits=Limits(
            run_micros=int(settings.model_run_budget_usd * _MICROS),
            month_micros=int(settings.model_month_budget_usd * _MICROS),
            run_tokens=settings.model_run_tokens,
        ),
        max_output_tokens=settings.model_output_tokens,
        timeout_seconds=settings.model_timeout_seconds,
    )
