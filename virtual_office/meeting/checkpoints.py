"""Where a meeting's graph keeps its checkpoints: LangGraph's PostgresSaver, behind the brand's wall."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from psycopg.rows import dict_row

from domain.context import Context
from store.database import Database


def thread_id(ctx: Context, run_id: UUID) -> str:
    """Thread ids begin with the brand, which is what row-level security looks at."""
    return f"{ctx.brand_id}:{run_id}"


@asynccontextmanager
async def open_saver(database: Database, ctx: Context) -> AsyncIterator[AsyncPostgresSaver]:
    """A saver on a connection that sees this brand's checkpoints only. The state holds plain JSON values.

    Raises StoreUnavailable where the connection is lost: what was checkpointed until then is there.
    """
    async with database.connected(
        autocommit=True, prepare_threshold=0, row_factory=dict_row, options=brand_option(ctx)
    ) as connection:
        yield AsyncPostgresSaver(connection, serde=JsonPlusSerializer(allowed_msgpack_modules=[]))


def brand_option(ctx: Context) -> str:
    """libpq's way to enter the brand for as long as the connection lives."""
    return f"-c mhos.brand_id={ctx.brand_id}"
