"""A provider's embedding model: OpenAI's, or one behind a server that speaks the same; recorded, and paid for."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any
from uuid import UUID

import numpy as np
from pydantic import SecretStr
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from domain.canonical import sha256_of
from domain.context import Context
from domain.ids import derived_id
from llm.budget import ANSWERED, Ledger, ModelLimits, Tokens
from llm.choice import ModelName
from llm.embedding import Vectors, normalised
from llm.errors import MalformedAnswer, ModelError
from llm.patience import Patience
from llm.prices import TokenPrice, price_of
from llm.tokens import counted, upper_bound
from store.database import Database
from store.tables import ModelExchange, Run

AGENT = "knowledge"
_BATCH = 64
_TOTAL_SECONDS = 300.0
_MOST_BYTES = 32 * 2**20
"""A batch of vectors of 8,192 numbers each, written out, is half of it."""
_NO_LIMIT = 10**15


@dataclass(frozen=True)
class EmbeddingOptions:
    """Options of every call. `price` is the model's, as its owner states it."""

    named: ModelName
    key: SecretStr | None = None
    price: TokenPrice | None = None
    limits: ModelLimits = field(default_factory=ModelLimits)
    patience: Patience = field(default_factory=Patience)
    timeout_seconds: float = 60.0


class ProviderEmbedder:
    """Embeds in one Context, and in one run: a meeting's, or the brand's own of this month for documents.

    Asked the same in the same run, it says the same and asks nobody. Raises ModelErrors.
    """

    def __init__(self, options: EmbeddingOptions, database: Database, ctx: Context, run_id: UUID | None) -> None:
        self._options, self._database, self._ctx, self._given_run = options, database, ctx, run_id

    @property
    def name(self) -> str:
        return str(self._options.named)

    def embed(self, texts: Sequence[str]) -> Vectors:
        batches = [texts[first : first + _BATCH] for first in range(0, len(texts), _BATCH)]
        return normalised(np.concatenate([self._batch(batch) for batch in batches]))

    def _batch(self, texts: Sequence[str]) -> Vectors:
        request = sha256_of([AGENT, self.name, list(texts)])
        vectors = self._recorded(request)
        if vectors is None:
            vectors = self._patiently(texts, request)
            self._keep(request, texts, vectors)
        return vectors

    def _patiently(self, texts: Sequence[str], request: str) -> Vectors:
        patience, attempt = self._options.patience, 0
        give_up_at = patience.monotonic() + patience.total_seconds
        while True:
            attempt += 1
            try:
                return self._paid(texts)
            except ModelError as error:
                wait = patience.wait_before(attempt, error, request)
                if wait is None or patience.monotonic() + wait >= give_up_at:
                    raise
            patience.sleep(wait)

    def _paid(self, texts: Sequence[str]) -> Vectors:
        """One attempt, its worst case reserved before and settled after."""
        price, known = price_of(self._options.named, self._options.price)
        worst = Tokens(upper_bound("".join(texts), len(texts)).tokens, 0, estimated=True)
        reserved = self._ledger.reserve(self.name, price, known, worst)
        try:
            vectors, tokens = self._asked(texts)
        except ModelError as error:
            nothing = Tokens(0, 0, estimated=False)
            self._ledger.settle(reserved, worst if error.may_have_cost else nothing, error.code)
            self._ledger.written()
            raise
        spent = worst if tokens is None else Tokens(tokens, 0, estimated=False)
        self._ledger.settle(reserved, spent, ANSWERED)
        self._ledger.written()
        return vectors

    def _asked(self, texts: Sequence[str]) -> tuple[Vectors, int | None]:
        import openai

        from llm.translation import translating

        with translating(openai, self.name):
            answer = self._client.embeddings.create(
                model=self._options.named.model, input=list(texts), encoding_format="float"
            )
            rows = sorted(answer.data, key=lambda embedding: embedding.index)
            vectors = np.array([row.embedding for row in rows], dtype=np.float32)
            tokens = counted(answer.usage.prompt_tokens) if answer.usage else None
        if vectors.ndim != 2 or len(vectors) != len(texts) or not np.isfinite(vectors).all():
            raise MalformedAnswer(f"{self.name} did not give one vector a text.")
        return vectors, tokens

    @cached_property
    def _client(self) -> Any:
        from llm.openai_client import openai_client

        options = self._options
        return openai_client(options.named, options.key, options.timeout_seconds, _TOTAL_SECONDS, _MOST_BYTES)

    @cached_property
    def _run_id(self) -> UUID:
        """The run that pays: the one given, else the brand's own for documents, of this month."""
        if self._given_run is not None:
            return self._given_run
        run_id = derived_id(self._ctx.brand_id, f"knowledge {self._ctx.now():%Y-%m}")
        try:
            with self._database.begin(self._ctx) as session:
                if session.get(Run, (self._ctx.brand_id, run_id)) is None:
                    now, who = self._ctx.now(), self._ctx.actor.label
                    session.add(
                        Run(
                            id=run_id, kind="knowledge", graph_version="", status="done", started_by=who, started_at=now
                        )
                    )
        except IntegrityError:
            return run_id  # another process has begun it
        return run_id

    @cached_property
    def _ledger(self) -> Ledger:
        limits = self._options.limits
        if self._given_run is None:  # the documents of a month are bound by the month's money alone
            limits = replace(limits, run_micros=limits.month_micros, run_tokens=_NO_LIMIT)
        return Ledger(self._database, self._ctx, self._run_id, AGENT, limits)

    def _recorded(self, request: str) -> Vectors | None:
        with self._database.read(self._ctx) as session:
            exchange = session.scalars(
                select(ModelExchange).where(
                    col(ModelExchange.run_id) == self._run_id, col(ModelExchange.request_hash) == request
                )
            ).first()
        if exchange is None:
            return None
        raw = np.frombuffer(base64.b64decode(exchange.response["vectors"]), dtype="<f4")
        return raw.reshape(exchange.response["rows"], -1)

    def _keep(self, request: str, texts: Sequence[str], vectors: Vectors) -> None:
        encoded = {"rows": len(vectors), "vectors": base64.b64encode(vectors.astype("<f4").tobytes()).decode()}
        try:
            with self._database.begin(self._ctx) as session:
                session.add(
                    ModelExchange(
                        run_id=self._run_id,
                        agent=AGENT,
                        request_hash=request,
                        model=self.name,
                        request={"texts": len(texts), "characters": sum(map(len, texts))},
                        response=encoded,
                        created_at=self._ctx.now(),
                    )
                )
        except IntegrityError:
            if self._recorded(request) is None:
                raise
