"""The minutes of a meeting: one page that people read, and what stands behind it; in two languages."""

from domain.language import Language
from language.formats import day_text, weekday_name
from language.lines import Style, as_clean_markdown
from language.paper import Paper, Section, write_markdown
from store.session import BrandSession
from store.tables import Run
from virtual_office.minutes.annex import annex_sections, facts_of
from virtual_office.minutes.behind import (
    challenge_sections,
    decision_sections,
    left_out_sections,
    open_question_sections,
    people_sections,
)
from virtual_office.minutes.page import lay_out_page
from virtual_office.minutes.sitting import Record, Sitting


def write_minutes(
    session: BrandSession,
    run: Run,
    record: Record,
    language: Language = Language.EN,
    style: Style = as_clean_markdown,
) -> str:
    """The minutes as Markdown: see `lay_out_minutes`."""
    return write_markdown(lay_out_minutes(session, run, record, language), style)


def lay_out_minutes(session: BrandSession, run: Run, record: Record, language: Language = Language.EN) -> Paper:
    """The minutes of a run from its record and what is stored of it; the same whenever they are asked for.

    The record has `reports` by agent, `happened`, `points` and `turns`: sentences, or objects of `text`, `text_de` and
    perhaps `figures` (key to code); `left_out` as pairs of proposal and reason, `bounds` (what kept it out, by
    proposal), `worth_more`, `owners` (see `owners_of`), `promises` (see `promises_since`), `dissent`, and `in_german`
    (the German of its sentences, by the English). What is not known in German stands in English, and the paper says so
    once.
    """
    sitting = Sitting(session, run, record, language)
    day = run.started_at.astimezone(sitting.zone).date()
    weekday = weekday_name(day, language)
    title = sitting.say("title", weekday=weekday, day=day_text(day, language), brand=sitting.brand.name)
    page = lay_out_page(sitting, title)
    sections: list[Section] = [
        *decision_sections(sitting),
        *left_out_sections(sitting),
        *challenge_sections(sitting),
        *people_sections(sitting),
        *open_question_sections(sitting),
        *annex_sections(sitting),
    ]
    return Paper(
        title=title,
        subtitle=sitting.brand.name,
        language=language,
        written_at=run.started_at,
        page=page,
        sections=[section for section in sections if section.blocks],
        facts=facts_of(sitting, sitting.cost),
        facts_title=sitting.say("section.meeting"),
        sources_title=sitting.say("section.sources"),
        note=sitting.say("english_only") if sitting.fell_back else "",
        keywords=(sitting.called, str(run.id)),
    )
