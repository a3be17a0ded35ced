"""An action item as a person reads it: its document, with the numbers in its prose and in what was asked about it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from actions.documents import item_document, item_summary
from actions.items import action_of
from actions.questions import notes_of
from domain.language import Language
from language.lines import as_markdown, as_plain
from language.speech import prose_of, spoken
from language.titles import list_title, text_title
from store.reads.settings import brand_of
from store.session import BrandSession
from store.tables import ActionItem, ItemNote, ProposalRow, Run
from virtual_office.metrics.reader import language_of_words
from virtual_office.minutes.rendering import Figures


def item_line(item: ActionItem, language: Language = Language.EN) -> dict[str, Any]:
    """One line of an inbox."""
    return {**spoken(item_summary(item), language), "title": _title(item, language), "list_title": _list_titles(item)}


def _title(item: ActionItem, language: Language) -> str:
    """As its handler said it in English, with what it looked up; in German as the action alone says it."""
    if language is Language.EN and item.preview.get("title"):
        return str(item.preview["title"])
    return text_title(action_of(item), language)


def _list_titles(item: ActionItem) -> dict[str, str]:
    """The line of a list by language."""
    return {language.value: list_title(action_of(item), language) for language in Language}


def item_view(
    session: BrandSession, policy_version: str, item: ActionItem, language: Language = Language.EN
) -> dict[str, Any]:
    """Everything that a person needs to answer an item, were it decided by the policies of that version."""
    document = spoken(item_document(session, policy_version, item), language)
    figures = Figures(session, item.figures.values(), language)
    rationale = figures.render(_rationale(session, item, language), item.figures, as_markdown)
    return {
        **document,
        "title": _title(item, language),
        "list_title": _list_titles(item),
        "dissent": _dissent(session, item, language),
        "rationale": rationale,
        "amended": _amended(session, item),
        "expires_locally": local_time(session, item.expires_at),
        "notes": note_views(session, notes_of(session, item.id)),
    }


def _rationale(session: BrandSession, item: ActionItem, language: Language) -> str:
    """As its proposal says it in that language, where it says it; else as it was written."""
    proposal = session.get(ProposalRow, (item.brand_id, item.proposal_id)) if item.proposal_id else None
    prose = prose_of(proposal, language) if proposal is not None and proposal.text == item.rationale else ""
    return prose or item.rationale


def _dissent(session: BrandSession, item: ActionItem, language: Language) -> list[str]:
    """Who spoke against it, in that language as far as its meeting knew it."""
    run = session.get(Run, (item.brand_id, item.run_id)) if item.run_id else None
    known: Mapping[str, str] = ((run.result if run else None) or {}).get("in_german", {})
    return [known.get(line, line) if language is Language.DE else line for line in item.dissent]


def _amended(session: BrandSession, item: ActionItem) -> bool:
    """Whether the meeting changed what was proposed: then the rationale speaks of the proposal as it was."""
    proposal = session.get(ProposalRow, (item.brand_id, item.proposal_id)) if item.proposal_id else None
    return proposal is not None and (item.action, item.prediction) != (proposal.action, proposal.prediction)


def local_time(session: BrandSession, moment: datetime) -> str:
    """`2026-11-21 23:27`, in the brand's zone."""
    return f"{moment.astimezone(ZoneInfo(brand_of(session).zone)):%Y-%m-%d %H:%M}"


def note_views(session: BrandSession, notes: Sequence[ItemNote]) -> list[dict[str, Any]]:
    """Questions and answers, with their numbers; an agent's answer in the language that it was asked in."""
    codes = [code for note in notes for code in note.figures.values()]
    figures = {language: Figures(session, codes, language) for language in Language}
    asked_in = {note.id: language_of_words(note.text) for note in notes if note.question_id is None}
    return [
        {
            "id": str(note.id),
            "question_id": str(note.question_id) if note.question_id else None,
            "author": note.author,
            "text": _in_words(note, figures, asked_in.get(note.question_id or note.id, Language.EN)),
            "figures": note.figures,
            "at": note.created_at.isoformat(),
        }
        for note in notes
    ]


def _in_words(note: ItemNote, figures: Mapping[Language, Figures], language: Language) -> str:
    spoken = language if note.german else Language.EN
    text = note.german if spoken is Language.DE else note.text
    return figures[spoken].render(text, note.figures, as_plain) if note.figures else text
