"""Claims of the rules: sentences of the catalogue by key, whose numbers are figures."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from domain.figure import FigureRef
from domain.language import Language
from domain.message import Message, message, read_message, sentences
from domain.report import IF_NO, Claim
from language.prose import KEY
from language.speech import speak

LONGEST_NAME, LONGEST_SUBJECT = 100, 120
_PROMISED = re.compile(r"(gain|net|contribution|saved)(_low|_high)?|learning|probability")
"""The figures of what is promised."""


def claim(said: Message, figures: Mapping[str, FigureRef]) -> Claim:
    """A claim, and those of the figures that it cites."""
    text = speak(said, Language.EN)
    return Claim(text=text, message=said, figures={key: figures[key] for key in dict.fromkeys(KEY.findall(text))})


def reason_to_act(why: Sequence[Message], figures: Mapping[str, FigureRef], if_no: Message | None = None) -> Claim:
    """Why something is proposed now. What a no leads to goes with it in a place of its own, and so do the figures of
    the promise: people read both beside the reason, as they stand after the challenges."""
    said = sentences(why)
    if if_no is not None:
        said = said.model_copy(update={"parts": {**said.parts, IF_NO: (if_no,)}})
    text, beside = speak(said, Language.EN), said_beside(said, figures)
    cited = dict.fromkeys(KEY.findall(f"{text} {beside}"))
    return Claim(text=text, message=said, beside=beside, figures={key: figures[key] for key in cited})


def said_beside(said: Message, figures: Iterable[str]) -> str:
    """What stands beside the text of a message about something proposed: what a no leads to, and the promise's keys."""
    if_no = [speak(part, Language.EN) for part in said.parts.get(IF_NO, ())]
    return " ".join((*if_no, *(f"{{{key}}}" for key in figures if _PROMISED.fullmatch(key))))


def reasons_of(node: Mapping[str, Any]) -> list[Message]:
    """Why a tool answers as it does."""
    return [read_message(reason) for reason in node["reasons"]]


def is_given(node: Mapping[str, Any], code: str) -> bool:
    """Whether a tool gives this reason, by the last part of its key."""
    return any(reason.rpartition(".")[2] == code for reason in node["reasons"])


def named(name: str, otherwise: str) -> str | Message:
    """A name as prose can carry it, or the words of a key in its stead: braces would read as a figure."""
    carried = name.strip() and len(name) <= LONGEST_NAME and not set(name) & set("{}")
    return name if carried else Message(key=otherwise)


def listed(names: Sequence[str], most: int, otherwise: str) -> str | Message:
    """`A, B`, or `A, B and others` where there are more than `most` or some that prose cannot carry."""
    carried = [name for name in names if named(name, otherwise) == name][:most]
    if not carried:
        return Message(key=otherwise)
    text = ", ".join(carried)
    return text if len(carried) == len(names) else message("common.and_others", names=text)


def missing(lines: Sequence[Message]) -> dict[str, Any]:
    """The report's fields for unanswered questions: English text and messages."""
    return {"missing_data": [speak(line, Language.EN) for line in lines], "missing": list(lines)}


def subject_of(name: str | Message) -> str:
    """A name, or the words in its stead, as the subject of a finding."""
    return (name if isinstance(name, str) else speak(name, Language.EN))[:LONGEST_SUBJECT]
