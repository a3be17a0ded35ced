"""The OpenAPI document: FastAPI's own, with the media type of errors said where it is silent."""

from typing import Any

from fastapi import FastAPI
from starlette.types import Scope

API = "/api/v1"
_METHODS = frozenset({"get", "post", "put", "patch", "delete"})
_ERROR = {"application/json": {"schema": {"$ref": "#/components/schemas/ErrorEnvelope"}}}


def describe(app: FastAPI) -> None:
    """Make `app.openapi()` tell that errors are JSON, on routes that answer something else as well."""
    plain = app.openapi

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = plain()
            for path in document["paths"].values():
                for operation in (path[method] for method in _METHODS & set(path)):
                    _errors_are_json(operation["responses"])
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = described  # type: ignore[method-assign]


def template_of(scope: Scope) -> str:
    """The path of the route that answers, with its parameters' names; empty where there is none.

    A route of an included router does not know of the prefix.
    """
    path = getattr(scope.get("route"), "path", "")
    return path if not path or path.startswith(API) else API + path


def allowed(app: FastAPI, template: str) -> list[str]:
    """The methods of a path, as the document has them."""
    return sorted(method.upper() for method in _METHODS & set(app.openapi()["paths"].get(template, {})))


def _errors_are_json(responses: dict[str, Any]) -> None:
    for status, response in responses.items():
        if status.isdecimal() and int(status) >= 400:
            response["content"] = _ERROR
