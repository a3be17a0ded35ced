"""The library: versions, moments, brands, and an index that may be locked, stale, broken or gone."""

import shutil
import warnings
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select

from domain.context import Context
from domain.errors import Conflict, NotFound
from domain.labels import Label
from memory.edge_index import EdgeIndex, IndexInUse
from memory.knowledge import KnowledgeBase
from memory.server_index import ServerIndex
from store.audit import verify_audit
from store.tables import AuditEntry, KnowledgeDocument, KnowledgePassage, OutboxEvent
from tests.integration.memory.conftest import Library

RETURNS = "# Returns\n\nCustomers may send goods back within thirty days of delivery."
HAIR = "# Care\n\nWash the hair system once a week with lukewarm water and dry it in the air."
PRICES = "# Price rule\n\nThe starter kit is never sold below its recommended price before the fair in Bologna."


def shelve(library: Library) -> None:
    for name, text in (("returns.md", RETURNS), ("care.md", HAIR), ("prices.md", PRICES)):
        library.add(name, text)


def test_a_question_finds_the_passage_that_answers_it(library: Library) -> None:
    shelve(library)
    result = library.search("how long can a shopper give something back?", limit=1)
    (best,) = result.passages
    assert (best.document.name, best.passage.heading, best.passage.position) == ("returns.md", "Returns", 1)
    assert (result.searched, result.because) == ("embedded index", "")


def test_the_same_document_again_changes_nothing_and_a_changed_one_takes_its_place(library: Library) -> None:
    assert library.add("returns.md", RETURNS).status == "added"
    assert library.add("returns.md", RETURNS).status == "unchanged"
    first = library.ctx
    library.pass_days(10)
    changed = library.add("returns.md", RETURNS.replace("thirty", "fourteen"))
    assert (changed.status, changed.version) == ("superseded", 2)
    now, then = (library.search("returns", ctx=ctx).passages[0].passage.text for ctx in (library.ctx, first))
    assert ("fourteen" in now, "thirty" in then) == (True, True)
    as_of = replace(library.ctx, as_of=first.now() + timedelta(days=1))
    (passage,) = library.search("returns", ctx=as_of).passages
    assert "thirty" in passage.passage.text


def test_other_tags_are_a_new_version_and_label_and_shelf_are_kept(library: Library) -> None:
    library.add("returns.md", RETURNS)
    again = library.add("returns.md", RETURNS, category="policy", tags=("EU",), label=Label.UNTRUSTED)
    assert (again.status, again.version) == ("superseded", 2)
    (passage,) = library.search("returns", category="policy", tag="EU").passages
    assert (passage.document.label, passage.document.tags) == ("untrusted", ["EU"])
    assert library.search("returns", category="general").passages == ()


def test_a_removed_document_is_found_no_more_but_at_its_time(library: Library) -> None:
    shelve(library)
    before = library.ctx
    library.pass_days(1)
    library.knowledge.remove(library.database, library.ctx, "returns.md")
    assert "returns.md" not in library.names("giving goods back")
    assert "returns.md" in library.names("giving goods back", ctx=before)
    with pytest.raises(NotFound):
        library.knowledge.remove(library.database, library.ctx, "returns.md")
    library.pass_days(1)
    assert library.add("returns.md", RETURNS).version == 2
    assert "returns.md" in library.names("giving goods back")


def test_a_version_cannot_be_known_before_the_one_that_it_follows(library: Library) -> None:
    library.add("returns.md", RETURNS)
    with pytest.raises(Conflict):
        library.add("returns.md", HAIR, known_at=library.ctx.now() - timedelta(days=5))


def test_a_document_added_in_the_past_is_indexed_beside_later_ones(library: Library) -> None:
    early = library.ctx
    library.pass_days(30)
    library.add("care.md", HAIR)
    assert library.names("washing") == ["care.md"]
    past = replace(library, ctx=replace(early, as_of=early.now()))
    past.add("returns.md", RETURNS)
    assert "returns.md" in library.names("giving back")
    assert past.names("giving back") == ["returns.md"]
    for name in ("care.md", "absent.md"):
        with pytest.raises(NotFound):
            past.knowledge.remove(past.database, past.ctx, name)
    with pytest.raises(Conflict):
        past.add("care.md", PRICES)


def test_what_was_known_later_is_not_seen_earlier(library: Library) -> None:
    early = library.ctx
    library.pass_days(5)
    library.add("care.md", HAIR)
    library.add("returns.md", RETURNS, known_at=early.now() - timedelta(days=1))
    assert library.names("washing or giving back", ctx=early) == ["returns.md"]
    assert set(library.names("washing or giving back")) == {"care.md", "returns.md"}


def test_no_brand_finds_what_another_has(library: Library, new_brand: Callable[..., Context]) -> None:
    shelve(library)
    other = new_brand("other")
    assert library.names("giving goods back", ctx=other) == []
    theirs = replace(library, ctx=other)
    theirs.add("mine.md", "# Mine\n\nNothing of theirs.")
    assert theirs.names("giving goods back") == ["mine.md"]
    assert "mine.md" not in library.names("Nothing of theirs")


def test_everything_is_audited_and_told(library: Library) -> None:
    library.add("returns.md", RETURNS)
    library.add("returns.md", RETURNS)
    library.add("returns.md", HAIR)
    library.knowledge.remove(library.database, library.ctx, "returns.md")
    with library.database.read(library.ctx) as session:
        audited = [
            (entry.action, entry.subject) for entry in session.scalars(select(AuditEntry).order_by(AuditEntry.seq))
        ]
        assert audited == [("knowledge.added", "returns.md")] * 2 + [("knowledge.removed", "returns.md")]
        assert verify_audit(session).ok
        assert len(session.scalars(select(OutboxEvent)).all()) == 3


def test_what_a_document_said_cannot_be_changed(library: Library) -> None:
    library.add("returns.md", RETURNS)
    for table, column in ((KnowledgePassage, "text"), (KnowledgeDocument, "sha256")):
        with (
            pytest.raises(Exception, match=r"append-only|permission denied"),
            library.database.begin(library.ctx) as session,
        ):
            setattr(session.scalars(select(table)).one(), column, "other")


def test_who_finds_the_index_locked_scans_exactly_and_says_so(library: Library) -> None:
    shelve(library)
    ours = library.search("giving goods back")
    theirs = library.another_process().search("giving goods back")
    assert (ours.searched, theirs.searched) == ("embedded index", "exact scan")
    assert "Another process" in theirs.because
    assert [passage.passage.id for passage in theirs.passages] == [passage.passage.id for passage in ours.passages]


def test_a_rebuild_of_a_locked_index_is_refused(library: Library) -> None:
    shelve(library)
    library.search("anything")
    other = library.another_process()
    with pytest.raises(IndexInUse):
        other.knowledge.rebuild(other.database, other.ctx)


def test_an_index_learns_what_another_process_wrote(library: Library) -> None:
    shelve(library)
    library.search("anything")
    library.another_process().add("new.md", "# Colours\n\nThe shade chart runs from jet black to ash blonde.")
    result = library.search("which shades are there")
    assert (result.passages[0].document.name, result.searched) == ("new.md", "embedded index")


@pytest.mark.parametrize("harm", ["gone", "stamp", "config", "segment", "foreign model"])
def test_an_index_that_is_gone_or_broken_is_made_anew_or_passed_by(library: Library, harm: str) -> None:
    shelve(library)
    expected = library.names("giving goods back")
    library.knowledge.close()
    (folder,) = library.folder.iterdir()
    if harm == "gone":
        shutil.rmtree(folder)
    elif harm == "stamp":
        (folder / "stamp.json").write_text("{")
    elif harm == "foreign model":
        (folder / "stamp.json").write_text('{"format": 2, "points": 3, "model": "another", "edition": 99}')
    elif harm == "config":
        (folder / "shard" / "edge_config.json").write_text("{")
    else:
        for file in (folder / "shard" / "segments").rglob("*"):
            if file.is_file():
                file.write_bytes(b"\x00" * 7)
    assert library.names("giving goods back") == expected
    library.knowledge.rebuild(library.database, library.ctx)
    result = library.search("giving goods back")
    assert (result.searched, [passage.document.name for passage in result.passages]) == ("embedded index", expected)


def test_an_index_far_behind_is_passed_by_until_it_is_rebuilt(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("memory.knowledge.MOST_CAUGHT_UP", 2)
    shelve(library)
    result = library.search("giving goods back")
    assert result.searched == "exact scan"
    assert "mhos kb rebuild" in result.because
    assert library.knowledge.rebuild(library.database, library.ctx) == (3, 0, "embedded index")
    assert library.search("giving goods back").searched == "embedded index"


def test_without_documents_nothing_is_loaded(library: Library) -> None:
    assert library.search("anything").searched == "nothing"
    assert not library.folder.exists()


def test_every_index_says_the_same(library: Library) -> None:
    """Qdrant's server is stood in for by its own client's local mode, which runs the same requests."""
    from qdrant_client import QdrantClient

    shelve(library)
    memory = QdrantClient(":memory:")
    bases = (KnowledgeBase(), KnowledgeBase(open_index=lambda brand: ServerIndex(lambda: memory, brand)))
    first = [library.names(question) for question in ("giving goods back", "fair in Bologna", "water")]
    for base in bases:
        other = replace(library, knowledge=base)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            assert [other.names(question) for question in ("giving goods back", "fair in Bologna", "water")] == first


def test_a_server_that_does_not_answer_is_passed_by(library: Library) -> None:
    shelve(library)
    absent = partial(ServerIndex.at, "http://127.0.0.1:9", None)
    result = replace(library, knowledge=KnowledgeBase(open_index=absent)).search("giving goods back")
    assert (result.passages[0].document.name, result.searched) == ("returns.md", "exact scan")
    assert "Qdrant server does not answer" in result.because


def test_an_index_cut_off_before_its_stamp_is_filled_again(library: Library) -> None:
    shelve(library)
    expected = library.names("giving goods back")
    library.knowledge.close()
    (folder,) = library.folder.iterdir()
    (folder / "stamp.json").unlink()
    index = EdgeIndex(folder)
    assert index.stamp() is None
    index.close()
    assert library.names("giving goods back") == expected
