"""A scripted model that works as a good agent would: asks the rules, proposes what they suggest, signs their draft."""

import json
from collections.abc import Sequence
from typing import Any

from evals.model_wire import ModelAnswer, ModelRequest


def good_agent(asked: ModelRequest) -> ModelAnswer:
    """The next turn, from what the tools have answered so far."""
    if "write_prose" in asked.tools:
        return writing(asked)
    analysis = _analysis(asked.results)
    if analysis is None:
        return ModelAnswer("First the rules.", [("rules_analysis", "{}")])
    later = asked.results[asked.results.index(analysis) + 1 :]
    suggested = analysis["result"]["suggested_calls"]
    if suggested and not later:
        return ModelAnswer(calls=[(call["tool"], json.dumps(call["arguments"])) for call in suggested])
    made = [str(answer["result"]["proposal"]) for answer in later if isinstance(answer, dict) and "result" in answer]
    return ModelAnswer("Done.", [("submit_rules_report", json.dumps({"proposals": made}))])


def writing(asked: ModelRequest) -> ModelAnswer:
    """Every claim said anew, with its figures: only the beginning differs."""
    given = json.loads(_last_text(asked))
    claims = [{key: f"Kurz: {text}" if text else "" for key, text in claim.items()} for claim in given]
    return ModelAnswer(calls=[("write_prose", json.dumps({"claims": claims}))])


def _analysis(results: Sequence[Any]) -> Any:
    return next(
        (answer for answer in results if isinstance(answer, dict) and "suggested_calls" in answer.get("result", {})),
        None,
    )


def _last_text(asked: ModelRequest) -> str:
    content = next(message["content"] for message in asked.body["messages"] if message["role"] == "user")
    return content if isinstance(content, str) else content[0]["text"]
