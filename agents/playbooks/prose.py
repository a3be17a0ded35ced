"""What every playbook's prose is made with: claims whose numbers are figures, and names that prose can carry."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from domain.figure import FigureRef
from domain.language import Language
from domain.message import read_message
from domain.report import Claim
from language.speech import speak

_KEY = re.compile(r"\{([a-z_]+)\}")


def claim(text: str, figures: Mapping[str, FigureRef], german: str = "") -> Claim:
    """A claim, perhaps with its German, and those of the figures that it cites."""
    cited = dict.fromkeys([*_KEY.findall(text), *_KEY.findall(german)])
    return Claim(text=text, german=german, figures={key: figures[key] for key in cited})


class Said(NamedTuple):
    """A sentence, or a part of one, in both languages."""

    text: str
    german: str


UNSAID = Said("", "")


def because_of(node: Mapping[str, Any]) -> list[Said]:
    """A tool's reasons as parts of sentences."""
    reasons = [read_message(key) for key in node["reasons"]]
    return [Said(speak(reason, Language.EN), speak(reason, Language.DE)) for reason in reasons]


def joined(parts: Iterable[Said]) -> Said:
    """Reasons one after the other, with semicolons between them."""
    said = list(parts)
    return Said("; ".join(part.text for part in said), "; ".join(part.german for part in said))


def is_given(node: Mapping[str, Any], reason: str) -> bool:
    """Whether a tool gives this reason, by the last part of its key."""
    return any(key.rpartition(".")[2] == reason for key in node["reasons"])


def claim_of(parts: Iterable[Said], figures: Mapping[str, FigureRef]) -> Claim:
    """A claim made of sentences, and those of the figures that they cite."""
    said = [part for part in parts if part.text]
    return claim(" ".join(part.text for part in said), figures, " ".join(part.german for part in said))


def listed(names: Sequence[str], most: int) -> Said:
    """`A, B and C`, or `A, B and others` where there are more than `most`."""
    named = list(names[:most])
    if len(names) > most:
        return Said(f"{', '.join(named)} and others", f"{', '.join(named)} und weitere")
    if len(named) < 2:
        return Said(*(named * 2 or ("", "")))
    first, last = ", ".join(named[:-1]), named[-1]
    return Said(f"{first} and {last}", f"{first} und {last}")


def speakable(name: str) -> bool:
    """Whether prose can carry a name: braces would read as a figure."""
    return not set(name) & set("{}")
