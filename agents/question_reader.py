"""A model that reads a question about the business into the typed query: what it fills in is checked, or refused."""

from collections.abc import Iterable
from datetime import date

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import HumanMessage, SystemMessage
from pydantic import ValidationError

from domain.errors import DomainError, StoreUnavailable
from domain.metrics import MetricQuery

TOOL = "metric_query"
_TOLD = """You turn a question about a business into one call of {tool}. You compute nothing and answer nothing.
Today is {today} for this business. Products (SKUs): {products}. Channels: {channels}.
Where the question does not fit the call exactly, or leaves open what is meant, call nothing."""
_MOST_NAMES = 200


async def read_with_model(
    model: BaseChatModel, question: str, today: date, products: Iterable[str], channels: Iterable[str]
) -> MetricQuery | None:
    """The query, as long as it holds and names what there is; None otherwise, and where the model fails."""
    skus, codes = sorted(set(products)), sorted(set(channels))
    briefing = _TOLD.format(
        tool=TOOL, today=today, products=", ".join(skus[:_MOST_NAMES]), channels=", ".join(codes[:_MOST_NAMES])
    )
    try:
        answer = await model.bind_tools([query_schema()]).ainvoke([SystemMessage(briefing), HumanMessage(question)])
    except StoreUnavailable:
        raise
    except (DomainError, ValueError, OSError, TimeoutError):
        return None
    calls = [call for call in getattr(answer, "tool_calls", []) if call["name"] == TOOL]
    if len(calls) != 1:
        return None
    try:
        query = MetricQuery.model_validate(calls[0]["args"])
    except ValidationError:
        return None
    return query if query.product in ("", *skus) and query.channel in ("", *codes) else None


def query_schema() -> dict[str, object]:
    """The query as chat models are told of it."""
    function = {"name": TOOL, "description": MetricQuery.__doc__, "parameters": MetricQuery.model_json_schema()}
    return {"type": "function", "function": function}
