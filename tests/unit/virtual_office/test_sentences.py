"""The catalogue has a sentence for everything that a meeting or an answer may have to name."""

import pytest

from agents.charter import Charter, load_charters
from domain.language import Language
from domain.metrics import Metric, Split
from language.sentences import nouns, sentence
from virtual_office.meeting.agenda import _COUNTS, _STATUSES
from virtual_office.meeting.limits import RESOURCES
from virtual_office.meeting.turns import Kind
from virtual_office.questions.item_questions import _TOPICS

SAID = set(Kind) - {Kind.GO, Kind.POINT}
KEYS = {
    *(f"metrics.{names}.{metric}" for metric in Metric for names in ("name", "word")),
    *(f"metrics.split.{split}" for split in Split if split is not Split.NONE),
    *(f"office.point.{name}" for name in (*_COUNTS, *_STATUSES)),
    *(f"office.turn.{kind}" for kind in SAID),
    *(f"office.allowed.{name}" for name in RESOURCES),
    *(f"office.left.{name}" for name in RESOURCES),
    *(f"office.more.{name}" for name in RESOURCES),
    *(f"office.topic.{topic.name}" for topic in _TOPICS),
    *(f"office.cell.{cell}" for topic in _TOPICS for cell in topic.cells),
}


@pytest.mark.parametrize("key", sorted(KEYS))
def test_it_has_a_sentence_in_every_language(key: str) -> None:
    assert all(sentence(key, language) for language in Language)


@pytest.mark.parametrize("charter", load_charters(), ids=lambda charter: charter.name)
def test_every_agent_has_its_title_in_german_too(charter: Charter) -> None:
    keys = [f"{noun}.agent.{charter.name}" for noun in nouns()]
    titles = [sentence(key, Language.EN) for key in keys if sentence(key, Language.DE)]
    assert titles == [charter.title], f"one language/catalogue/NOUN.po has NOUN.agent.{charter.name}"
