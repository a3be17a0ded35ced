"""An action item as a person reads it: its document, with the numbers in its prose and in what was asked about it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from actions.documents import ABOUT_ITEMS, item_summary, live_document, still_document
from actions.items import action_of, told_of
from actions.questions import notes_of
from domain.action import resources_used
from domain.figure import Cell
from domain.language import Language
from domain.message import read_message
from language.lines import Style, as_linked_markdown, as_plain
from language.prose import rounded
from language.speech import speak, spoken
from language.titles import list_title, text_title
from store.reads.settings import brand_of
from store.session import BrandSession
from store.tables import ActionItem, BrandOwned, ItemNote, Run
from virtual_office.metrics.reader import language_of_words
from virtual_office.minutes.rendering import cells_of, rendered
from virtual_office.questions.item_text import ItemText


def item_line(item: ActionItem, language: Language = Language.EN) -> dict[str, Any]:
    """One line of an inbox."""
    summary = item_summary(item)
    return {
        **spoken(summary, language),
        "title": _title(item, language),
        "list_title": _list_titles(item),
        "expected": speak(read_message(summary["expected"]), language, rounded),
    }


def inbox_line(session: BrandSession, item: ActionItem, language: Language) -> dict[str, Any]:
    """One line of an inbox with what it takes and brings, less what others lose by it, and when a yes is too late."""
    text = ItemText(session, item, language, as_plain)
    action = action_of(item)
    return {
        **item_line(item, language),
        "expected": text.expected(),
        "takes_minor": resources_used(action).get("cash", 0),
        "brings_minor": text.brings_minor(),
        "answer_until": text.answer_until(),
    }


def _title(item: ActionItem, language: Language) -> str:
    """What it does as it stands, by the names and amounts that its handler looked up."""
    return text_title(action_of(item), language, told_of(item))


def _list_titles(item: ActionItem) -> dict[str, str]:
    """The line of a list by language."""
    return {language.value: list_title(action_of(item), language, told_of(item)) for language in Language}


def item_view(
    session: BrandSession,
    policy_version: str,
    item: ActionItem,
    language: Language = Language.EN,
    style: Style = as_linked_markdown,
) -> dict[str, Any]:
    """Everything that a person needs to answer an item, were it decided by the policies of that version."""
    return {
        **still_view(session, item, language, style),
        **live_view(session, policy_version, item, language),
    }


def still_view(
    session: BrandSession,
    item: ActionItem,
    language: Language = Language.EN,
    style: Style = as_linked_markdown,
) -> dict[str, Any]:
    """The part of its view that stays as it is for as long as the rows of the item and of its run do."""
    text, dissent = ItemText(session, item, language, style), _dissent(session, item, language)
    return {
        **spoken(still_document(session, item), language),
        "title": _title(item, language),
        "list_title": _list_titles(item),
        "dissent": dissent,
        "objections": text.objections(dissent),
        **text.parts(),
    }


def live_view(
    session: BrandSession,
    policy_version: str,
    item: ActionItem,
    language: Language = Language.EN,
    about: Collection[type[BrandOwned]] = ABOUT_ITEMS,
) -> dict[str, Any]:
    """The part of its view that may change while those rows do not, from the tables that have rows about the item."""
    notes = note_views(session, notes_of(session, item.id)) if ItemNote in about else []
    return {**spoken(live_document(session, policy_version, item, about), language), "notes": notes}


def _dissent(session: BrandSession, item: ActionItem, language: Language) -> list[str]:
    """Who spoke against it, in that language as far as its meeting knew it."""
    run = session.get(Run, (item.brand_id, item.run_id)) if item.run_id else None
    known: Mapping[str, str] = ((run.result if run else None) or {}).get("in_german", {})
    return [known.get(line, line) if language is Language.DE else line for line in item.dissent]


def local_time(session: BrandSession, moment: datetime) -> str:
    """`2026-11-21 23:27`, in the brand's zone."""
    return f"{moment.astimezone(ZoneInfo(brand_of(session).zone)):%Y-%m-%d %H:%M}"


def note_views(session: BrandSession, notes: Sequence[ItemNote]) -> list[dict[str, Any]]:
    """Questions and answers, with their numbers; an agent's answer in the language that it was asked in."""
    asked_in = {note.id: language_of_words(note.text) for note in notes if note.question_id is None}
    spoken_in = {
        note.id: asked_in.get(note.question_id or note.id, Language.EN) if note.german else Language.EN
        for note in notes
    }
    codes = [code for note in notes for code in note.figures.values()]
    cells = cells_of(session, codes) if codes else {}
    return [
        {
            "id": str(note.id),
            "question_id": str(note.question_id) if note.question_id else None,
            "author": note.author,
            "text": _in_words(note, cells, spoken_in[note.id]),
            "figures": note.figures,
            "at": note.created_at.isoformat(),
        }
        for note in notes
    ]


def _in_words(note: ItemNote, cells: Mapping[str, Cell], language: Language) -> str:
    text = note.german if language is Language.DE else note.text
    return rendered(text, note.figures, cells, language, as_plain) if note.figures else text
