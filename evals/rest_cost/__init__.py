"""The API's cost of a request beside a bare FastAPI and SQLModel application over the same rows."""
