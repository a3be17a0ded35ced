"""The values that `MHOS_MODEL` may have."""

import pytest

from domain.errors import InvalidInput
from llm.choice import Manner, MindChoice, ModelName, Provider, parse_choice


@pytest.mark.parametrize(
    ("setting", "choice"),
    [
        ("rules", MindChoice(Manner.RULES)),
        ("openai:gpt-5", MindChoice(Manner.MODEL, ModelName(Provider.OPENAI, "gpt-5"))),
        ("anthropic:claude-sonnet-5", MindChoice(Manner.MODEL, ModelName(Provider.ANTHROPIC, "claude-sonnet-5"))),
        ("openai:ft:gpt-4o:acme", MindChoice(Manner.MODEL, ModelName(Provider.OPENAI, "ft:gpt-4o:acme"))),
        (
            "http://gpu:8000/v1#qwen",
            MindChoice(Manner.MODEL, ModelName(Provider.COMPATIBLE, "qwen", "http://gpu:8000/v1")),
        ),
        (
            "https://llm.example/v1/",
            MindChoice(Manner.MODEL, ModelName(Provider.COMPATIBLE, "", "https://llm.example/v1")),
        ),
        ("hybrid:openai:gpt-5", MindChoice(Manner.HYBRID, ModelName(Provider.OPENAI, "gpt-5"))),
    ],
)
def test_a_setting_says_how_an_agent_thinks(setting: str, choice: MindChoice) -> None:
    assert parse_choice(setting) == choice
    if choice.model:
        assert parse_choice(str(choice.model)).model == choice.model


@pytest.mark.parametrize(
    "setting",
    [
        "",
        "Rules",
        "gpt-5",
        "openai:",
        "openai: gpt",
        "mistral:large",
        "hybrid",
        "hybrid:rules",
        "http://",
        "http://u@h/v1",
    ],
)
def test_anything_else_is_refused_with_what_may_stand_there(setting: str) -> None:
    with pytest.raises(InvalidInput) as wrong:
        parse_choice(setting)
    assert "openai:MODEL" in wrong.value.remedy
