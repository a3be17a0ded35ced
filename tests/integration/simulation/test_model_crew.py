"""A crew that thinks with a model runs the twin too, and says what that cost and how often it came to nothing."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from domain.errors import InvalidInput
from evals.model_agent import good_agent
from evals.model_server import ModelServer, Status, serving
from evals.twin import run as twin_run
from evals.twin.words import models_in_words
from settings import Settings
from store.database import Database

HISTORY_DAYS, DAYS = 70, 2
WHO = ("pricing_director",)


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelServer]:
    monkeypatch.setattr(twin_run, "HISTORY_DAYS", HISTORY_DAYS)
    with serving(good_agent) as server:
        yield server


def lived(postgres: Database, settings: Settings, crews: tuple[str, ...]) -> list[dict[str, Any]]:
    with twin_run.lived_history(postgres, settings, 3, DAYS, []) as past:
        return [twin_run.run_crew(postgres, past, crew, DAYS, [], agents=WHO).as_document() for crew in crews]


def thinking(home: Path, url: str) -> Settings:
    return Settings(home=home, model=f"{url}/v1#local", model_price="1,2")


@pytest.mark.long
def test_a_model_that_trusts_the_rules_earns_what_they_do(
    postgres: Database, tmp_path: Path, provider: ModelServer
) -> None:
    model, rules = lived(postgres, thinking(tmp_path, provider.url), ("model", "rules"))
    assert provider.refused == []
    assert model["net_worth_minor"] == rules["net_worth_minor"]
    assert model["action_items"] == rules["action_items"]
    used = model["models"]
    assert list(used["answers"]) == [f"{provider.url}/v1#local"]
    assert sum(used["answers"].values()) == len(provider.heard)
    assert used["cost_usd"] > 0
    assert (used["reports"], used["degraded"]) == (1, 0)
    assert rules["models"] is None, "rules ask no model, whatever one is set"


@pytest.mark.long
def test_a_model_that_is_out_leaves_the_brand_as_it_was_and_says_so(
    postgres: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(twin_run, "HISTORY_DAYS", HISTORY_DAYS)
    with serving(lambda _: Status(401)) as out:
        model, _ = lived(postgres, thinking(tmp_path, out.url), ("model", "none"))
    assert model["action_items"] == {}
    assert model["models"]["degraded"] == model["models"]["reports"] == 1
    assert "1 of 1 report came to nothing" in models_in_words(model["models"])


def test_without_a_model_there_is_no_model_crew(settings: Settings) -> None:
    twin_run.require_crew(settings, "rules")
    with pytest.raises(InvalidInput, match="needs a model"):
        twin_run.require_crew(settings, "model")


def test_nor_without_its_key(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(InvalidInput, match="openai:gpt-5 needs a key"):
        twin_run.require_crew(settings.model_copy(update={"model": "openai:gpt-5"}), "model")
