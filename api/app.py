"""The FastAPI application: every router, the edge round them, and the work in the background while it is up."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache

from fastapi import APIRouter, FastAPI
from fastapi.concurrency import run_in_threadpool
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import BaseRoute

from api.answers import ROOMS, answers_router, asking_router
from api.ask import ask_router
from api.auth import open_auth, own_auth
from api.automation import notifications_router, rules_router
from api.crew import crew_router
from api.document import API, describe
from api.edge import Edge
from api.errors import answer_errors
from api.health import health_router
from api.house import House, Manners
from api.items import inbox_router, items_router
from api.jobs import jobs_router
from api.knowledge import knowledge_router
from api.meetings import meetings_router
from api.records import records_router
from api.schedules import schedules_router
from api.tables import TABLE_ROUTERS
from api.webhooks import deliveries_router, webhooks_router
from api.workflows import executions_router, workflows_router
from bootstrap import Office

ROUTERS = (
    health_router, open_auth, own_auth, meetings_router, inbox_router, items_router, crew_router, ask_router,
    answers_router, *map(asking_router, ROOMS), records_router, knowledge_router,
    rules_router, workflows_router, executions_router, schedules_router, webhooks_router, deliveries_router,
    jobs_router, notifications_router, *TABLE_ROUTERS,
)  # fmt: skip


def create_app(office: Office, manners: Manners | None = None) -> FastAPI:
    """The API over an open office. Work in the background goes on while the application is up (its lifespan)."""
    house = House(office, manners or Manners(origins=_origins(office)))

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        if house.manners.background:
            house.background.start()
        yield
        await run_in_threadpool(house.background.stop)

    app = FastAPI(
        title="MH-OS AI workforce",
        version="0.1.0",
        summary="Agents that read a brand's data, meet, propose, and act under guardrails.",
        openapi_url=f"{API}/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
    )
    app.state.house = house
    app.router.routes.extend(_routes())
    answer_errors(app)
    describe(app)
    if house.manners.origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(house.manners.origins),
            allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=["Authorization", "Content-Type", "X-Brand", "If-Match", "If-None-Match", "Idempotency-Key"],
            expose_headers=["ETag", "Location", "Retry-After", "Idempotency-Replayed"],
        )
    app.add_middleware(Edge, telemetry=house.telemetry, largest_body=house.manners.largest_body)
    return app


@cache
def _routes() -> list[BaseRoute]:
    """Every route under the API's prefix. Applications share them: to work out what each takes and answers, which the
    first request of one waits for, takes half a second."""
    whole = APIRouter()
    for router in ROUTERS:
        whole.include_router(router, prefix=API)
    return whole.routes


def _origins(office: Office) -> list[str]:
    return [origin.strip() for origin in office.settings.api_origins.split(",") if origin.strip()]
