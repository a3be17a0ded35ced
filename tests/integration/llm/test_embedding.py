"""A provider's embeddings, against a local server that speaks OpenAI's protocol: recorded, paid for, patient."""

import json
import threading
import tracemalloc
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np
import pytest
from openai.types import CreateEmbeddingResponse
from sqlalchemy import func, select

from bootstrap.knowledge import embedding_options, knowledge_base
from connectors.documents import read_document
from domain.errors import InvalidInput, Unavailable
from evals.model_flood import flood
from evals.model_wire import OPENAI
from llm.budget import ModelLimits
from llm.choice import parse_model
from llm.errors import AnswerTooLong, BudgetExceeded, MalformedAnswer, NotAuthorised
from llm.patience import Patience
from llm.prices import TokenPrice
from llm.provider_embedding import EmbeddingOptions, ProviderEmbedder
from memory.library import Filing
from settings import Settings
from store.tables import ModelExchange, ModelSpend, Run
from tests.integration.llm.conftest import Desk

MODEL = "text-embedding-3-small"


@dataclass
class EmbeddingServer:
    """Gives each text a vector of its letters, after failing as often as it is told to."""

    url: str = ""
    failing: list[int] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    lose: int = 0
    endless: bool = False
    claimed: int | None = None

    def answer(self, body: dict[str, Any]) -> bytes:
        rows = [
            {
                "object": "embedding",
                "index": at,
                "embedding": [float(text.lower().count(sign)) + 0.01 for sign in "aeiou"],
            }
            for at, text in enumerate(body["input"])
        ]
        counted = sum(len(text.split()) for text in body["input"]) if self.claimed is None else self.claimed
        whole = CreateEmbeddingResponse.model_validate(
            {
                "object": "list",
                "model": body["model"],
                "data": rows[self.lose :][::-1],
                "usage": {"prompt_tokens": counted, "total_tokens": counted},
            }
        )
        return whole.model_dump_json().encode()


@pytest.fixture
def served() -> Iterator[EmbeddingServer]:
    state = EmbeddingServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            state.asked.append(body)
            state.keys.append(self.headers.get("authorization", ""))
            status = state.failing.pop(0) if state.failing else 200
            said = state.answer(body) if status == 200 else b'{"error": {"message": "no", "type": "server_error"}}'
            if state.endless:
                self.flood()
                return
            self.send_response(status if self.path == "/v1/embeddings" else 404)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def flood(self) -> None:
            headers, pieces = flood(OPENAI, "packed", 0)
            self.send_response(200)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            for piece in pieces:
                self.wfile.write(piece)

        def log_message(self, format: str, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    state.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    yield state
    server.shutdown()
    server.server_close()


def options(served: EmbeddingServer, desk: Desk, **more: Any) -> EmbeddingOptions:
    patience = Patience(sleep=desk.waits.append)
    return EmbeddingOptions(parse_model(f"{served.url}#{MODEL}"), patience=patience, **more)


def embedder(served: EmbeddingServer, desk: Desk, **more: Any) -> ProviderEmbedder:
    return ProviderEmbedder(options(served, desk, **more), desk.database, desk.ctx, desk.run_id)


def spent(desk: Desk) -> tuple[int, int]:
    """Tokens and micro-dollars in all."""
    with desk.database.read(desk.ctx) as session:
        sums = select(func.sum(ModelSpend.input_tokens), func.sum(ModelSpend.cost_micros))  # type: ignore[arg-type]
        tokens, micros = session.execute(sums).one()
    return int(tokens), int(micros)


def test_vectors_come_in_the_order_of_their_texts_and_of_length_one(served: EmbeddingServer, desk: Desk) -> None:
    texts = ["banana", "kiwi", "eee"] * 40
    vectors = embedder(served, desk).embed(texts)
    assert vectors.shape == (120, 5)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1)
    assert [int(row.argmax()) for row in vectors[:3]] == [0, 2, 1]
    assert [len(asked["input"]) for asked in served.asked] == [64, 56]


def test_what_was_asked_in_a_run_is_not_asked_again_and_costs_once(served: EmbeddingServer, desk: Desk) -> None:
    price = TokenPrice(Decimal(100), Decimal(0))
    first = embedder(served, desk, price=price).embed(["two words"])
    again = embedder(served, desk, price=price).embed(["two words"])
    assert np.array_equal(first, again)
    assert len(served.asked) == 1
    assert spent(desk) == (2, 200), "the provider's own count"


def test_a_busy_provider_is_asked_again_and_a_wrong_key_is_not(served: EmbeddingServer, desk: Desk) -> None:
    served.failing = [500, 429]
    embedder(served, desk).embed(["a"])
    assert (len(served.asked), len(desk.waits)) == (3, 2)
    served.failing = [401]
    with pytest.raises(NotAuthorised):
        embedder(served, desk).embed(["b"])
    assert len(served.asked) == 4


@pytest.mark.parametrize("claimed", [0, -7])
def test_what_is_no_count_leaves_the_reservation_as_it_was(served: EmbeddingServer, desk: Desk, claimed: int) -> None:
    served.claimed = claimed
    embedder(served, desk).embed(["a word", "another"])
    assert spent(desk)[0] >= len("a word another")


def test_vectors_without_end_are_not_read_nor_asked_for_again(served: EmbeddingServer, desk: Desk) -> None:
    served.endless = True
    embedding = embedder(served, desk)
    tracemalloc.start()
    try:
        with pytest.raises(AnswerTooLong, match="longer than 33,554,432 bytes"):
            embedding.embed(["a"])
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (len(served.asked), desk.waits) == (1, [])
    assert peak < 64 * 2**20


def test_a_vector_too_few_is_no_answer(served: EmbeddingServer, desk: Desk) -> None:
    served.lose = 1
    with pytest.raises(MalformedAnswer):
        embedder(served, desk).embed(["a", "b"])


def test_what_does_not_fit_the_budget_is_not_asked(served: EmbeddingServer, desk: Desk) -> None:
    with pytest.raises(BudgetExceeded):
        embedder(served, desk, limits=ModelLimits(run_micros=0)).embed(["a"])
    assert served.asked == []


def test_a_library_embedded_by_a_server_is_searched_by_it(
    served: EmbeddingServer, desk: Desk, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-openai")
    settings = Settings(home=tmp_path, embedding=f"{served.url}#{MODEL}", embedding_price="0,0")
    knowledge = knowledge_base(settings, desk.database)
    for name, text in (("a.md", "Banana bandana."), ("i.md", "Kiwi in Rimini.")):
        knowledge.add(desk.database, desk.ctx, read_document(name, text.encode()), Filing())
    with desk.database.read(desk.ctx) as session:
        search = knowledge.search(desk.database, session, "iiii", 1, run=desk.run_id)
    assert (search.passages[0].document.name, search.searched) == ("i.md", "embedded index")
    assert not any("sk-of-openai" in key for key in served.keys)
    with desk.database.read(desk.ctx) as session:
        runs = {row.kind for row in session.scalars(select(Run).join(ModelExchange, Run.id == ModelExchange.run_id))}  # type: ignore[arg-type]
    assert "knowledge" in runs, "documents are paid by a run of the brand's own"
    knowledge.close()
    packaged = knowledge_base(settings.model_copy(update={"embedding": "packaged"}), desk.database)
    with desk.database.read(desk.ctx) as session, pytest.raises(Unavailable, match="not embedded by all-MiniLM"):
        packaged.search(desk.database, session, "kiwi", 1)
    assert packaged.rebuild(desk.database, desk.ctx)[:2] == (2, 2)
    with desk.database.read(desk.ctx) as session:
        assert packaged.search(desk.database, session, "kiwi", 1).passages[0].document.name == "i.md"
    packaged.close()


@pytest.mark.parametrize("setting", ["anthropic:claude-sonnet-5", "http://127.0.0.1:1/v1", "nonsense", "openai:"])
def test_what_embeds_nothing_is_refused(setting: str, tmp_path: Any) -> None:
    with pytest.raises(InvalidInput):
        embedding_options(Settings(home=tmp_path, embedding=setting))
