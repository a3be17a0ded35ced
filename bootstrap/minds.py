"""The mind of each agent, as settings and charters say: rules, a model, or both."""

import asyncio
from dataclasses import replace
from datetime import date
from functools import cached_property, partial
from typing import TYPE_CHECKING
from uuid import UUID

from domain.context import Context
from domain.errors import InvalidInput
from settings import Settings
from store.database import Database

if TYPE_CHECKING:
    from agents.charter import Charter
    from agents.crew import Mind
    from domain.metrics import MetricQuery
    from llm.choice import ModelName
    from llm.connect import ModelOptions, Providers
    from llm.crew_model import CrewChatModel
    from virtual_office.metrics.reader import BrandNames
    from virtual_office.questions.asking import ModelReader

_MICROS = 1_000_000


class Minds:
    """Gives agents their minds. Nothing of a model is loaded while all think by rules."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings, self._database = settings, database

    def require(self, charter: "Charter") -> None:
        """Raises InvalidInput for an agent that could not think: an unknown model, or one without a key."""
        require_model(self._settings, charter)

    def mind_of(self, ctx: Context, run_id: UUID, charter: "Charter") -> "Mind":
        """The mind of an agent in a run; `ctx` is its own. Raises InvalidInput."""
        from agents.crew import mind_for

        return mind_for(charter, self._settings.model, partial(self._connected, ctx, run_id, charter))

    def model_of(self, ctx: Context, run_id: UUID, charter: "Charter") -> "CrewChatModel":
        """The model that an agent is set to think with, alone; `ctx` is its own. Raises InvalidInput for rules."""
        from agents.crew import choice_of

        require_model(self._settings, charter)
        name = choice_of(charter, self._settings.model).model
        if name is None:
            raise InvalidInput(
                f"{charter.title} thinks by rules, which hold no conversation.", remedy="Name a model in MHOS_MODEL."
            )
        return self._connected(ctx, run_id, charter, name)

    def question_reader(self) -> "ModelReader | None":
        """A reader of questions that the rules do not understand; None: all think by rules. Raises InvalidInput."""
        from llm.choice import parse_choice

        name = parse_choice(self._settings.model).model
        return None if name is None else partial(self._read, name)

    def _read(
        self, name: "ModelName", ctx: Context, run_id: UUID, question: str, names: "BrandNames", today: date
    ) -> "MetricQuery | None":
        from agents.question_reader import read_with_model

        model = self._providers.connect(name, self._database, ctx, run_id, "chair")
        return asyncio.run(read_with_model(model, question, today, names.products.values(), names.channels.values()))

    def _connected(self, ctx: Context, run_id: UUID, charter: "Charter", name: "ModelName") -> "CrewChatModel":
        own = replace(ctx, ids=ctx.ids.fork(f"{run_id}:{charter.name}:models"))
        return self._providers.connect(name, self._database, own, run_id, charter.name)

    @cached_property
    def _providers(self) -> "Providers":
        from llm.connect import Providers

        return Providers(model_options(self._settings))


def require_model(settings: Settings, charter: "Charter") -> None:
    """Raises InvalidInput where an agent could not think: an unknown model or price, or no key."""
    from agents.crew import choice_of

    model = choice_of(charter, settings.model).model
    if model is None:
        return
    from llm.connect import require_key

    fallback = model_options(settings).fallback
    for name in (model, fallback):
        if name is not None:
            require_key(name)


def model_options(settings: Settings) -> "ModelOptions":
    """Options of the models, from the settings. Raises InvalidInput."""
    from llm.budget import ModelLimits
    from llm.choice import parse_choice, parse_model
    from llm.connect import ModelOptions
    from llm.prices import parse_price

    named = parse_choice(settings.model).model
    stated = {str(named): parse_price(settings.model_price)} if named and settings.model_price else {}
    return ModelOptions(
        fallback=parse_model(settings.model_fallback) if settings.model_fallback else None,
        key=settings.model_key,
        prices=stated,
        limits=ModelLimits(
            run_micros=int(settings.model_run_budget_usd * _MICROS),
            month_micros=int(settings.model_month_budget_usd * _MICROS),
            run_tokens=settings.model_run_tokens,
        ),
        max_output_tokens=settings.model_output_tokens,
        timeout_seconds=settings.model_timeout_seconds,
        streamed=settings.model_stream,
    )
