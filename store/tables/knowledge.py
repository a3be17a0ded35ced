"""AI Brain: the brand's documents, the passages they were cut into, and the vectors of these."""
# pyright: reportAssignmentType=false

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index, LargeBinary
from sqlmodel import Field

from store.tables.base import BIGINT, DOCUMENT, MOMENT, BrandOwned, Fact, belongs_to, unique


class KnowledgeDocument(Fact, table=True):
    """One version of a document. It holds from `known_at` until it is replaced by the next one, or removed.

    `edition` counts the changes of a brand's knowledge: an index that knows the newest one knows everything.
    """

    __tablename__ = "knowledge_document"
    __table_args__ = (unique("name", "version"), Index("knowledge_document_edition", "brand_id", "edition"))

    name: str = Field(max_length=200, description="what tells it from others; a new file of that name is a new version")
    version: int
    title: str
    category: str = Field(max_length=64)
    tags: list[str] = Field(default_factory=list, sa_type=DOCUMENT)
    label: str = Field(description="trusted, or untrusted where outsiders wrote it")
    media_type: str
    sha256: str
    size_bytes: int = Field(sa_type=BIGINT)
    passages: int
    dated_on: date = Field(description="its own date: of two that contradict each other the later one counts")
    added_by: str
    edition: int = Field(sa_type=BIGINT)
    ended_at: datetime | None = Field(default=None, sa_type=MOMENT)
    ended_edition: int | None = Field(default=None, sa_type=BIGINT)
    ended_by: str = Field(default="", description="superseded or removed")


class KnowledgePassage(Fact, table=True):
    """A piece of a document that can be found and quoted, and where in it it stands."""

    __tablename__ = "knowledge_passage"
    __table_args__ = (belongs_to("knowledge_document", "document_id"), unique("document_id", "position"))
    APPEND_ONLY = True

    document_id: UUID
    position: int = Field(description="the first is 1")
    heading: str = ""
    page: int | None = None
    text: str


class KnowledgeVector(BrandOwned, table=True):
    """An embedding model's vector of a passage: float32, little-endian, of length one."""

    __tablename__ = "knowledge_vector"
    __table_args__ = (belongs_to("knowledge_passage", "passage_id"), unique("passage_id", "model"))
    APPEND_ONLY = True

    passage_id: UUID
    model: str
    vector: bytes = Field(sa_type=LargeBinary)
