"""`/api/v1/knowledge`: the brand's documents, and the passages that answer a question."""

import base64
import binascii
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from api.desk import BrandRoute, KeyedDesk, OpenDesk, ReadDesk
from api.errors import IN_A_BRAND
from api.pages import Page, PageMetadata
from api.shapes.words import Asked
from domain.errors import InvalidInput
from domain.knowledge import ASKED

knowledge_router = APIRouter(prefix="/knowledge", tags=["knowledge"], responses=IN_A_BRAND, route_class=BrandRoute)
_PRINTABLE = r"^[^\x00-\x1f\x7f]*$"
Word = Annotated[str, Query(max_length=64, pattern=_PRINTABLE)]


class DocumentShape(BaseModel):
    id: str
    name: str
    title: str
    category: str
    tags: list[str]
    label: str
    dated: str
    known_at: str
    version: int
    passages: int
    added_by: str
    sha256: str


class PassageShape(BaseModel):
    rank: int
    id: str
    document: str
    title: str
    heading: str
    page: int | None
    position: int
    place: str
    text: str
    label: str
    dated: str


class Passages(BaseModel):
    """The passages, the best first, and how they were searched for."""

    passages: list[PassageShape]
    searched: str
    because: str


class NewDocument(Asked):
    """A document; its kind is told by the ending of `file`: .md, .txt, .html, .pdf or .docx."""

    file: str = Field(min_length=1, max_length=200, pattern=_PRINTABLE, examples=["lotus-contract.md"])
    text: str | None = Field(default=None, max_length=900_000, description="of a text; else `base64`")
    base64: str | None = Field(default=None, max_length=900_000, pattern=r"^[A-Za-z0-9+/=\r\n]*$")
    category: str = Field(default="general", min_length=1, max_length=64, pattern=_PRINTABLE)
    tags: list[Annotated[str, Field(min_length=1, max_length=64, pattern=_PRINTABLE)]] = Field(
        default_factory=list, max_length=20
    )
    label: str = Field(default="trusted", pattern="^(trusted|untrusted)$")
    dated: str = Field(default="", pattern=r"^(\d{4}-\d\d-\d\d)?$", description="its own date")


class AddedShape(BaseModel):
    """The document's fate: added, changed, or there already."""

    name: str
    status: str
    version: int
    passages: int
    index: str = Field(description="why the search index waits; empty where it does not")


class RemovedShape(BaseModel):
    name: str
    version: int
    index: str


@knowledge_router.get("/documents", operation_id="list_documents")
def list_documents(desk: ReadDesk) -> Page[DocumentShape]:
    """The documents that hold now, by name."""
    from memory.shelves import documents_document

    with desk.read() as session:
        documents = [DocumentShape.model_validate(document) for document in documents_document(session)["documents"]]
    return Page(data=documents, metadata=PageMetadata(limit=len(documents), next_cursor=None))


@knowledge_router.get("/search", operation_id="search_documents")
def search(
    desk: OpenDesk,
    question: Annotated[str, Query(min_length=1, max_length=2_000, pattern=ASKED)],
    limit: Annotated[int, Query(ge=1, le=50)] = 5,
    category: Word = "",
    tag: Word = "",
) -> Passages:
    """Find passages that answer a question, as agents would."""
    from memory.shelves import search_document

    office = desk.office
    with office.database.read(desk.ctx) as session:
        passages = office.knowledge.search(office.database, session, question, limit, category, tag)
        return Passages.model_validate(search_document(passages))


@knowledge_router.post("/documents", operation_id="add_document", status_code=201)
def add(said: NewDocument, desk: KeyedDesk) -> AddedShape:
    """Keep a document. The same one again changes nothing; a changed one takes the place of what it said before."""
    from bootstrap.library import add_bytes, shelf_of

    shelf = shelf_of(said.category, said.tags, said.label, said.dated, "")
    return AddedShape.model_validate(add_bytes(desk.office, desk.ctx, said.file, _bytes(said), shelf))


@knowledge_router.delete("/documents/{name}", operation_id="remove_document")
def remove(
    name: Annotated[str, Path(min_length=1, max_length=200, pattern=_PRINTABLE)], desk: OpenDesk
) -> RemovedShape:
    """Take a document out from now on. What was cited of it can still be opened."""
    from bootstrap.library import remove_named

    return RemovedShape.model_validate(remove_named(desk.office, desk.ctx, name))


def _bytes(said: NewDocument) -> bytes:
    if (said.text is None) is (said.base64 is None):
        raise InvalidInput("A document is given as text or as base64, one of the two.")
    if said.text is not None:
        return said.text.encode()
    try:
        return base64.b64decode("".join((said.base64 or "").split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidInput("This is no base64.", remedy="Encode the file's bytes (RFC 4648).") from error
