"""A supplier's minimum order value by its documents: searched for, read by code, weighed by date."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from pydantic import Field

from domain.figure import Cell
from domain.labels import Label
from memory.knowledge import FoundPassage
from memory.minimum_order import Meaning, Reading, read_minimum_order
from store.reads import knowledge as documents
from store.reads.settings import brand_of
from store.reads.stock import levels as reads
from store.session import BrandSession
from store.tables import Supplier
from tools import cells
from tools.base import ToolEnv, ToolResult
from tools.knowledge.toolset import label_of, place_of, sources_of
from tools.sources import RowSelection

_QUESTIONS = (
    "{name}: minimum order value, the least amount that an order has to come to",
    "{name}: orders below this amount are not accepted",
    "{name}: Mindestbestellwert, Mindestauftragswert, Bestellungen unter diesem Betrag werden nicht angenommen",
)
_PASSAGES = 20
_SHORTEST_CODE = 4
"""A shorter code may stand in a text by chance; it counts as a tag only."""
_LEGAL_FORM = re.compile(
    r"[\s,]+(gmbh( & co\.? kg)?|ag|kg|ohg|e\.?k\.?|ltd\.?|limited|llc|inc\.?|s\.?r\.?l\.?|s\.?p\.?a\.?|s\.?a\.?"
    r"|b\.?v\.?|sp\. z o\.?o\.?|co\.?)$",
    re.IGNORECASE,
)

Status = Literal["stated", "no_minimum", "unclear", "contradicted"]


class TermPassage(ToolResult):
    """A sentence that speaks of the minimum, and what was read of it. `why` says what is not plain about it."""

    document: str
    place: Cell
    quote: str
    dated: str
    label: Label
    amount: Cell | None = None
    why: str = ""


class MinimumOrder(ToolResult):
    """The least that an order has to come to. `passages` are those that it rests on, or that do not agree."""

    status: Status
    amount: Cell | None = Field(default=None, description="the minimum in force; none where it is not plain")
    passages: list[TermPassage]


@dataclass(frozen=True)
class MinimumStatement:
    """One reading, with the passage it was read in."""

    match: FoundPassage
    reading: Reading

    @property
    def dated_on(self) -> date:
        return self.match.document.dated_on

    @property
    def is_trusted(self) -> bool:
        return self.match.document.label == Label.TRUSTED


@dataclass(frozen=True)
class SupplierMinimum:
    """A supplier's minimum order value, and all passages that were in view when it was read."""

    status: Status | Literal["unsaid"] = "unsaid"
    amount_minor: int = 0
    statements: tuple[MinimumStatement, ...] = ()
    seen: tuple[FoundPassage, ...] = field(default=(), repr=False)

    @property
    def label(self) -> Label:
        """The label of all passages in view where it mattered: those that speak of the minimum."""
        return label_of([statement.match for statement in self.statements])

    @property
    def highest_minor(self) -> int | None:
        """The amount that satisfies every reading, in minor units; None where one of them has no amount."""
        amounts = [statement.reading.amount_minor for statement in self.statements]
        known = [amount for amount in amounts if amount is not None]
        return max(known) if len(known) == len(amounts) and known else None

    def view(self, currency: str) -> MinimumOrder | None:
        """The minimum as a tool shows it; None where no document speaks of it."""
        if self.status == "unsaid":
            return None
        plain = self.status in ("stated", "no_minimum")
        amount = cells.money(self.amount_minor, currency) if plain else None
        return MinimumOrder(
            status=self.status, amount=amount, passages=[_passage(statement, currency) for statement in self.statements]
        )

    def sources(self, session: BrandSession, about: str) -> Iterator[RowSelection]:
        """The passages behind it, each behind its own place, and all of them behind the amount."""
        cited = [
            (statement.match, (f"{about}/amount", f"{about}/passages/{at}"))
            for at, statement in enumerate(self.statements)
        ]
        yield from sources_of(session, cited)


def minimum_of(session: BrandSession, env: ToolEnv, supplier: Supplier) -> SupplierMinimum:
    """The minimum order value that a supplier's documents state, read once a run."""
    return env.once(("minimum order", supplier.id), lambda: _look_up(session, env, supplier))


def _look_up(session: BrandSession, env: ToolEnv, supplier: Supplier) -> SupplierMinimum:
    matches = _passages_about(session, env, supplier)
    if not matches:
        return SupplierMinimum()
    names = SupplierNames.of(supplier)
    others = [
        name for other in reads.suppliers(session) if other.id != supplier.id for name in SupplierNames.of(other).words
    ]
    ours, theirs = _any_of(names.words), _any_of(others)
    own = documents.documents_naming(session, names.words, {match.document.id for match in matches}) | {
        match.document.id for match in matches if names.tags & {tag.lower() for tag in match.document.tags}
    }
    shared = documents.documents_naming(session, others, own)
    currency, today = brand_of(session).currency, session.ctx.known_until.date()
    statements = [
        statement
        for match in matches
        if match.document.id in own
        for statement in _statements(match, currency, today, ours, theirs if match.document.id in shared else None)
    ]
    return weighed(statements, tuple(matches))


def _passages_about(session: BrandSession, env: ToolEnv, supplier: Supplier) -> list[FoundPassage]:
    """Passages that may speak of it, each once: by the supplier's name, and in documents tagged with the supplier."""
    questions = [question.format(name=supplier.title or supplier.code) for question in _QUESTIONS]
    first = env.search(session, questions[0], _PASSAGES).passages
    if not first:
        return []
    matches = {match.passage.id: match for match in first}
    for question, tag in ((question, tag) for tag in ("", supplier.code) for question in questions):
        if (question, tag) != (questions[0], ""):
            matches |= {match.passage.id: match for match in env.search(session, question, _PASSAGES, tag=tag).passages}
    return list(matches.values())


@dataclass(frozen=True)
class SupplierNames:
    """The names of a supplier in texts, and its tags."""

    words: tuple[str, ...]
    tags: frozenset[str]

    @classmethod
    def of(cls, supplier: Supplier) -> "SupplierNames":
        title = supplier.title.strip()
        short = _LEGAL_FORM.sub("", title)
        words = [title, short if len(short) >= _SHORTEST_CODE else ""]
        words += [supplier.code] if len(supplier.code) >= _SHORTEST_CODE else []
        tags = frozenset(word.lower() for word in (title, short, supplier.code) if word)
        return cls(tuple(dict.fromkeys(word for word in words if word)), tags)


def _statements(
    match: FoundPassage,
    currency: str,
    today: date,
    ours: re.Pattern[str] | None,
    theirs: re.Pattern[str] | None,
) -> Iterator[MinimumStatement]:
    """A passage's readings. In a document that names other suppliers too, a sentence has to say whom it means."""
    passage = match.passage
    for reading in read_minimum_order(passage.text, passage.heading, currency, today):
        sentence = f"{passage.heading} {reading.quote}"
        means_us, means_others = bool(ours and ours.search(sentence)), bool(theirs and theirs.search(sentence))
        if theirs and means_others and not means_us:
            continue
        if theirs and not (means_us and not means_others):
            why = "the document names several suppliers"
            reading = Reading(Meaning.UNCLEAR, reading.quote, None, why)
        yield MinimumStatement(match, reading)


def _any_of(words: Iterable[str]) -> re.Pattern[str] | None:
    """Any of these as whole words, in upper or lower case; None for no words."""
    known = "|".join(map(re.escape, words))
    return re.compile(rf"(?<!\w)(?:{known})(?!\w)", re.IGNORECASE) if known else None


def weighed(statements: Sequence[MinimumStatement], seen: tuple[FoundPassage, ...] = ()) -> SupplierMinimum:
    """The newest documents count; where they do not agree, or are not plain, nobody guesses.

    What the brand's own documents say plainly holds, whatever outsiders wrote, who could otherwise stop its orders by
    a letter. What they wrote since is in view all the same, so a person sees it beside the order and is asked.
    """
    trusted = _newest([statement for statement in statements if statement.is_trusted])
    untrusted = _newest([statement for statement in statements if not statement.is_trusted])
    if trusted and untrusted and untrusted[0].dated_on < trusted[0].dated_on:
        untrusted = []
    status, amount = _agreed(trusted or untrusted)
    if status in ("unclear", "contradicted") and trusted:
        untrusted = []  # they settle nothing between the brand's own documents
    return SupplierMinimum(status, amount, (*trusted, *untrusted), seen)


def _agreed(statements: Sequence[MinimumStatement]) -> tuple[Status | Literal["unsaid"], int]:
    """Status and amount (minor units) by documents of the same standing."""
    if not statements:
        return "unsaid", 0
    if any(statement.reading.meaning is Meaning.UNCLEAR for statement in statements):
        return "unclear", 0
    amounts = {statement.reading.amount_minor or 0 for statement in statements}
    if len(amounts) > 1:
        return "contradicted", 0
    (amount,) = amounts
    return ("stated" if amount else "no_minimum"), amount


def _newest(statements: Sequence[MinimumStatement]) -> list[MinimumStatement]:
    last = max((statement.dated_on for statement in statements), default=None)
    return [statement for statement in statements if statement.dated_on == last]


def _passage(statement: MinimumStatement, currency: str) -> TermPassage:
    document, reading = statement.match.document, statement.reading
    return TermPassage(
        document=document.name,
        place=place_of(statement.match),
        quote=reading.quote,
        dated=document.dated_on.isoformat(),
        label=Label(document.label),
        amount=None if reading.amount_minor is None else cells.money(reading.amount_minor, currency),
        why=reading.why,
    )
