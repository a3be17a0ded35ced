"""The library in people's hands: add files, take one out, rebuild the index."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from actions.order import require_present
from bootstrap.office import Office
from connectors.documents import read_document, read_file
from domain.actor import Permission
from domain.context import Context, parse_moment
from domain.errors import Conflict, DocumentRejected, InvalidInput
from domain.labels import Label
from memory.library import Filing
from store.audit import append_audit

MOST_TAGS, LONGEST_WORD = 20, 64


def shelf_of(category: str, tags: Iterable[str], label: str, dated: str, known: str) -> Filing:
    """Where documents are put, in the words of the command line. Raises InvalidInput."""
    words = [category, *tags]
    if len(words) > MOST_TAGS + 1 or not all(_is_word(word) for word in words):
        raise InvalidInput(
            f"A category or tag is empty, longer than {LONGEST_WORD} characters, or there are more than {MOST_TAGS}.",
            remedy="Use short words, e.g. --category contract --tag LOTUS.",
        )
    if label not in set(Label):
        raise InvalidInput(f"There is no label {label!r}.", remedy=f"Labels: {', '.join(Label)}.")
    try:
        dated_on = date.fromisoformat(dated) if dated else None
        known_at = parse_moment(known) if known else None
    except ValueError as error:
        raise InvalidInput(f"{dated or known!r} is not a date.", remedy="Write 2026-03-01.") from error
    return Filing(category, tuple(dict.fromkeys(tags)), Label(label), dated_on, known_at)


def _is_word(word: str) -> bool:
    return 0 < len(word.strip()) <= LONGEST_WORD and word.isprintable()


def add_files(office: Office, ctx: Context, files: Sequence[Path], name: str, shelf: Filing) -> dict[str, Any]:
    """Add files one by one: what cannot be read is told, and the others are kept. Raises InvalidInput, Forbidden."""
    _require_keeper(office, ctx)
    if name and len(files) > 1:
        raise InvalidInput("One --name cannot be that of several files.", remedy="Add them one by one.")
    if shelf.known_at and shelf.known_at > ctx.now():
        raise InvalidInput("A document cannot be known before it is there.", remedy="Give a --known that has passed.")
    if len({file.name for file in files}) < len(files):
        raise InvalidInput("Two of these files have the same name.", remedy="Add them one by one, each with a --name.")
    added, rejected = [], []
    for file in files:
        try:
            document = read_file(file, name)
            added.append(asdict(office.knowledge.add(office.database, ctx, document, shelf)))
        except (DocumentRejected, Conflict) as error:
            rejected.append({"file": str(file), "reason": error.message, "remedy": error.remedy, "code": error.code})
    waits = office.knowledge.catch_up(office.database, ctx) if added else ""
    return {"documents": added, "rejected": rejected, "index": waits}


def add_bytes(office: Office, ctx: Context, file: str, data: bytes, shelf: Filing) -> dict[str, Any]:
    """Add one document from its bytes. Raises DocumentRejected, Conflict, Forbidden."""
    _require_keeper(office, ctx)
    added = asdict(office.knowledge.add(office.database, ctx, read_document(file, data), shelf))
    return {**added, "index": office.knowledge.catch_up(office.database, ctx)}


def remove_named(office: Office, ctx: Context, name: str) -> dict[str, Any]:
    """Take a document out. Raises NotFound, Forbidden."""
    _require_keeper(office, ctx)
    row = office.knowledge.remove(office.database, ctx, name)
    return {"name": row.name, "version": row.version, "index": office.knowledge.catch_up(office.database, ctx)}


def rebuild_index(office: Office, ctx: Context) -> dict[str, Any]:
    """Make the index anew. Raises Forbidden, and Unavailable while another process has it open."""
    _require_keeper(office, ctx)
    passages, embedded, kind = office.knowledge.rebuild(office.database, ctx)
    with office.database.begin(ctx) as session:
        append_audit(session, "knowledge.rebuilt", kind, {"passages": passages, "embedded": embedded})
    return {"passages": passages, "embedded": embedded, "index": kind}


def _require_keeper(office: Office, ctx: Context) -> None:
    """Whoever may import may keep documents; the past is only read."""
    ctx.require(Permission.DATA_IMPORT)
    with office.database.read(ctx) as session:
        require_present(session)
