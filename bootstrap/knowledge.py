"""The knowledge base as the settings say: what embeds, and where the index is."""

from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from domain.errors import InvalidInput
from memory.edge_index import EdgeIndex
from memory.knowledge import KnowledgeBase
from memory.passage_index import PassageIndex
from memory.server_index import ServerIndex
from settings import Settings
from store.database import Database

if TYPE_CHECKING:
    from llm.provider_embedding import EmbeddingOptions

PACKAGED = "packaged"


def knowledge_base(settings: Settings, database: Database) -> KnowledgeBase:
    """Nothing is opened or loaded before it is needed. Raises InvalidInput for an embedding that there is not."""
    open_index = partial(_open_index, settings)
    if settings.embedding == PACKAGED:
        return KnowledgeBase(open_index=open_index)
    from llm.provider_embedding import ProviderEmbedder

    options = embedding_options(settings)
    return KnowledgeBase(lambda ctx, run: ProviderEmbedder(options, database, ctx, run), open_index)


def embedding_options(settings: Settings) -> "EmbeddingOptions":
    """Options of a provider's embeddings, from the settings. Raises InvalidInput."""
    from bootstrap.minds import model_options
    from llm.choice import Provider, parse_model
    from llm.connect import require_key
    from llm.prices import parse_price
    from llm.provider_embedding import EmbeddingOptions

    named = parse_model(settings.embedding)
    if named.provider is Provider.ANTHROPIC or not named.model:
        raise InvalidInput(
            f"{settings.embedding!r} embeds nothing.",
            remedy="Set MHOS_EMBEDDING to `packaged`, `openai:MODEL` or `http://host:port/v1#MODEL`.",
        )
    require_key(named)
    return EmbeddingOptions(
        named,
        key=settings.embedding_key,
        price=parse_price(settings.embedding_price) if settings.embedding_price else None,
        limits=model_options(settings).limits,
    )


def _open_index(settings: Settings, brand: UUID) -> PassageIndex:
    if settings.qdrant_url:
        key = settings.qdrant_key.get_secret_value() if settings.qdrant_key else None
        return ServerIndex.at(settings.qdrant_url, key, brand)
    return EdgeIndex(settings.home / "knowledge" / str(brand))
