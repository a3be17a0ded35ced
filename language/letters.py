"""Letters in words: subject, text and files of what leaves the house, in the brand's language."""

import csv
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from urllib.parse import quote

from domain.action import PreviewLine
from domain.language import Language
from domain.letter import Letter, Sheet
from language.formats import day_text
from language.speech import say, speak

_RUNS_IN_A_TABLE = re.compile(r"^[=+@\t\r]|^-(?![\d.,]+$)")


@dataclass(frozen=True)
class LetterFile:
    """A file that goes with a letter; written where its content is asked for."""

    name: str
    media_type: str
    write: Callable[[], bytes]

    @property
    def content(self) -> bytes:
        return self.write()


@dataclass(frozen=True)
class WrittenLetter:
    """A letter as its receiver reads it."""

    subject: str
    text: str
    files: Sequence[LetterFile] = ()
    unsubscribe: str = ""


@dataclass(frozen=True)
class Stationery:
    """What a letter without words of its own is written from, and who it is from."""

    title: str
    changes: Sequence[PreviewLine]
    brand: str
    sender: str
    language: Language
    at: datetime


def write_letter(letter: Letter, paper: Stationery, reference: str = "") -> WrittenLetter:
    """The letter in the language of its stationery; `reference` tells whose unsubscribing it is."""
    language = paper.language
    subject = speak(letter.subject, language) if letter.subject else paper.title
    text = speak(letter.body, language) if letter.body else _from_changes(subject, paper)
    unsubscribe = _unsubscribe(paper.sender, reference) if letter.may_unsubscribe else ""
    if letter.may_unsubscribe:
        key = "item.letter.unsubscribe" if unsubscribe else "item.letter.unsubscribe_by_answer"
        text = f"{text}\n\n{say(key, language, link=unsubscribe)}"
    return WrittenLetter(" ".join(subject.split()), text, _files(letter, subject, text, paper), unsubscribe)


def _from_changes(subject: str, paper: Stationery) -> str:
    said = [
        say("item.letter.line", paper.language, field=speak(line.field, paper.language),
            before=speak(line.before, paper.language), after=speak(line.after, paper.language))
        for line in paper.changes
    ]  # fmt: skip
    return "\n".join([subject, "", *said, "", say("item.letter.from", paper.language, brand=paper.brand)])


def _unsubscribe(sender: str, reference: str) -> str:
    """A link that any mail program opens; the answer is read with the brand's other mail."""
    address = sender.rpartition("<")[2].strip("> ")
    return f"mailto:{address}?subject={quote(f'unsubscribe {reference}'.strip())}" if address else ""


def _files(letter: Letter, subject: str, text: str, paper: Stationery) -> list[LetterFile]:
    if (sheet := letter.sheet) is None:
        return []
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", sheet.name).strip("-.") or "list"
    files = [LetterFile(f"{name}.csv", "text/csv", partial(csv_of, sheet, paper.language))]
    if letter.has_document:
        files.append(LetterFile(f"{name}.pdf", "application/pdf", partial(_pdf, sheet, subject, text, paper)))
    return files


def csv_of(sheet: Sheet, language: Language) -> bytes:
    """The table as CSV that any table program reads in UTF-8; no cell of it is taken for a formula."""
    written = io.StringIO()
    rows = csv.writer(written, lineterminator="\r\n")
    rows.writerow([speak(head, language) for head in sheet.heads])
    rows.writerows([[_tame(speak(cell, language)) for cell in row] for row in sheet.rows])
    return written.getvalue().encode("utf-8-sig")


def _tame(cell: str) -> str:
    return f"'{cell}" if _RUNS_IN_A_TABLE.match(cell) else cell


def _pdf(sheet: Sheet, subject: str, text: str, paper: Stationery) -> bytes:
    from language.lines import Span
    from language.paper import Paper, Paragraph, Table
    from language.pdf import write_pdf

    heads = [speak(head, paper.language) for head in sheet.heads]
    cells = [[speak(cell, paper.language) for cell in row] for row in sheet.rows]
    rows = [[[Span(cell)] for cell in row] for row in cells]
    shares = [max(4, *(min(len(cell), 30) for cell in column)) for column in zip(heads, *cells, strict=True)]
    parts = [day_text(paper.at.date(), paper.language), *text.split("\n")]
    paragraphs = [Paragraph([Span(part)]) for part in parts if part.strip()]
    return write_pdf(
        Paper(
            title=subject,
            subtitle=paper.brand,
            language=paper.language,
            written_at=paper.at,
            page=[*paragraphs, Table(heads, rows, shares)],
        )
    )
