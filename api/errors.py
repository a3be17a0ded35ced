"""Errors as HTTP answers: one envelope for all of them."""

from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from api.document import allowed, template_of
from api.tags import Unchanged
from domain.errors import DomainError
from language.errors import error_document

_CODES = {404: "not_found", 405: "method_not_allowed", 413: "too_large", 400: "invalid_input", 415: "not_json"}


class ErrorDetails(BaseModel):
    """The next step, whether anything was written, and whatever else is known."""

    model_config = ConfigDict(extra="allow")

    remedy: str = ""
    written: bool | None = Field(default=False, description="null where it is not known")


class ErrorBody(BaseModel):
    code: str = Field(description="stable, for programs", examples=["conflict"])
    message: str = Field(description="one sentence, for people")
    details: ErrorDetails


class ErrorEnvelope(BaseModel):
    """Every error looks like this."""

    error: ErrorBody


_MEANINGS = {
    400: "The request cannot be read.",
    401: "Not signed in, or no longer.",
    403: "Not allowed to this person in this brand.",
    404: "No such thing in this brand.",
    409: "The state has moved on, or the same request is being executed.",
    412: "What was answered is not what stands there now.",
    413: "The body is too large.",
    422: "The input does not make sense.",
    428: "If-Match is missing: an answer names what it saw.",
    429: "Too many requests; `Retry-After` says when to come again.",
    503: "A part that this needs does not answer.",
}


def declared(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """These errors, for a route's `responses`."""
    return {status: {"model": ErrorEnvelope, "description": _MEANINGS[status]} for status in sorted(set(statuses))}


EVERYWHERE = declared(400, 413, 422, 429, 503)
ANSWERED = declared(412, 428)
"""Of routes that need If-Match."""
IN_A_BRAND = declared(400, 401, 403, 404, 409, 413, 422, 429, 503)


def answer_errors(app: FastAPI) -> None:
    """Every error that a route or the router raises leaves as an envelope."""
    app.add_exception_handler(DomainError, _domain)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(HTTPException, _http)


def _domain(_request: Request, error: Exception) -> Response:
    assert isinstance(error, DomainError)
    if error.status == 204:
        return Response(status_code=204)
    if isinstance(error, Unchanged):
        return Response(status_code=304, headers={"ETag": f'"{error.details["tag"]}"'})
    headers = {}
    if error.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if wait := error.details.get("retry_after"):
        headers["Retry-After"] = str(wait)
    return JSONResponse(error_document(error), status_code=error.status, headers=headers)


def _validation(_request: Request, error: Exception) -> JSONResponse:
    """Problems and their places; never the value itself, which may be a password."""
    assert isinstance(error, RequestValidationError)
    if any(problem["loc"] == ("header", "If-Match") and problem["type"] == "missing" for problem in error.errors()):
        details = {"remedy": "Read it, and send its ETag as If-Match."}
        return _envelope(428, "precondition_required", "Nothing is answered unseen: If-Match is missing.", details)
    problems = [
        {"where": ".".join(str(part)[:64] for part in problem["loc"]), "problem": problem["msg"]}
        for problem in error.errors()[:20]
    ]
    first = problems[0] if problems else {"where": "request", "problem": "it cannot be read"}
    message = f"{first['where']}: {first['problem']}"
    return _envelope(422, "invalid_input", message, {"problems": problems})


def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    code, headers = _CODES.get(error.status_code, "http_error"), dict(error.headers or {})
    if error.status_code == 405 and (methods := allowed(request.app, template_of(request.scope))):
        headers["Allow"] = ", ".join(methods)
    return _envelope(error.status_code, code, str(error.detail), {}, headers)


def _envelope(
    status: int, code: str, message: str, details: dict[str, Any], headers: dict[str, str] | None = None
) -> JSONResponse:
    advice = {"remedy": "See /api/v1/openapi.json.", "written": False, **details}
    body = {"error": {"code": code, "message": message, "details": advice}}
    return JSONResponse(body, status_code=status, headers=headers)
