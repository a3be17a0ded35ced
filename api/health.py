"""`/api/v1/health`, `/metrics`: whether the store answers, and what this process has counted."""

from fastapi import APIRouter, Response
from pydantic import BaseModel

from api.desk import TheHouse
from api.errors import declared
from domain.errors import Unavailable
from store.migrate import HEAD, current_revision

health_router = APIRouter(tags=["health"], responses=declared(503))


class Health(BaseModel):
    """Liveness, for load balancers and `mhos doctor`."""

    ok: bool
    schema_revision: str


@health_router.get("/health", operation_id="health")
def health(house: TheHouse) -> Health:
    """Whether the store answers, at the schema that this version needs; else 503."""
    revision = current_revision(house.office.database)
    if revision is None or revision != HEAD:
        raise Unavailable(
            f"The store stands at revision {revision}; this version needs {HEAD}.", remedy="Run `mhos doctor`."
        )
    return Health(ok=True, schema_revision=revision)


@health_router.get(
    "/metrics", operation_id="metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}}
)
def metrics(house: TheHouse) -> Response:
    """Requests, jobs and runs of this process in Prometheus' text format; nothing of any brand."""
    return Response(house.telemetry.exposition(), media_type="text/plain; version=0.0.4; charset=utf-8")
