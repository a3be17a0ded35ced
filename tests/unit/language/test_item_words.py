"""Every kind of action says what is promised, what several of it come to, what we put in and what a no leads to."""

import ast
from pathlib import Path

import pytest

from domain.action import ACTION_KINDS
from domain.kind import ActionKind
from domain.language import Language
from language.sentences import sentence

CHECKOUT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("kind", ACTION_KINDS.values(), ids=lambda kind: kind.name)
def test_a_kind_has_words_for_its_promise_and_for_several_of_it(kind: ActionKind) -> None:
    for language in Language:
        assert sentence(f"item.promise.{kind.file_name}", language)
        one, many = (sentence(f"item.group.{kind.file_name}", language, count) for count in (1, 3))
        assert one and many and one != many


@pytest.mark.parametrize("kind", ACTION_KINDS.values(), ids=lambda kind: kind.name)
def test_a_handlers_preview_says_what_we_put_in_what_a_no_leads_to_and_the_titles_names(kind: ActionKind) -> None:
    handler = CHECKOUT / "actions" / kind.noun / f"{kind.file_name}.py"
    previews = [
        {word.arg for word in call.keywords}
        for call in ast.walk(ast.parse(handler.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "Preview"
    ]
    assert previews and all({"told", "puts_in", "if_no", "undo"} <= named for named in previews)
