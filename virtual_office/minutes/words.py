"""Sentences of a meeting in both languages at once: what its record keeps of the chair's reasons, and titles."""

from collections.abc import Iterable

from domain.language import Language
from domain.message import Message
from language.sentences import nouns, sentence
from language.speech import speak


class Sentence(str):
    """An English sentence that brings its German along: wherever only words are wanted, it is the English."""

    german: str

    def __new__(cls, english: str, german: str) -> "Sentence":
        sentence = super().__new__(cls, english)
        sentence.german = german
        return sentence


def both(message: Message) -> Sentence:
    """The message in both languages."""
    return Sentence(speak(message, Language.EN), speak(message, Language.DE))


def german_of(sentences: Iterable[str]) -> dict[str, str]:
    """The German of those sentences that brought theirs along, by their English: what a record keeps of them."""
    return {str(sentence): sentence.german for sentence in sentences if isinstance(sentence, Sentence)}


def agent_title(name: str, english: str, language: Language) -> str:
    """The title of an agent in this language as its noun's catalogue has it, else as its charter has it."""
    if language is Language.EN:
        return english
    titles = (sentence(f"{noun}.agent.{name}", language) for noun in nouns())
    return next((title for title in titles if title), english)
