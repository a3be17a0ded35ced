"""`GET /api/v1/health`: whether the store answers, at the schema this version needs."""

from fastapi import APIRouter
from pydantic import BaseModel

from bootstrap import Office
from domain.errors import Unavailable
from store.migrate import HEAD, current_revision


class Health(BaseModel):
    """What a load balancer or `mhos doctor` asks for."""

    ok: bool
    schema_revision: str


def health_router(office: Office) -> APIRouter:
    router = APIRouter(tags=["health"])

    @router.get("/health")
    def health() -> Health:
        """Raises Unavailable (503) when the store does not answer or stands at another revision."""
        revision = current_revision(office.database)
        if revision != HEAD:
            raise Unavailable(
                f"The store stands at revision {revision}; this version needs {HEAD}.", remedy="Run `mhos doctor`."
            )
        return Health(ok=True, schema_revision=revision)

    return router
