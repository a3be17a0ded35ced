"""The FastAPI application and how it answers errors."""

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from api.health import health_router
from bootstrap import Office
from domain.errors import DomainError


def create_app(office: Office) -> FastAPI:
    """The API over an open office."""
    app = FastAPI(
        title="MH-OS AI workforce", version="0.1.0", openapi_url="/api/v1/openapi.json", docs_url="/api/v1/docs"
    )
    app.include_router(health_router(office), prefix="/api/v1")
    app.add_exception_handler(DomainError, _answer_error)
    return app


def _answer_error(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, DomainError)
    return JSONResponse(error.envelope(), status_code=error.status)
