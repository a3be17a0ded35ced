"""A crew's tools as LangChain's, for agents that developers write: checked, answered once, kept as receipts."""

from collections.abc import Mapping
from threading import Lock
from typing import Any
from uuid import UUID

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_core.tools import BaseTool, StructuredTool, ToolException

from tools.toolbox import Toolbox

SEARCH = "search_knowledge"


def langchain_tools(toolbox: Toolbox) -> list[BaseTool]:
    """Every tool of a toolbox. A message's content is what the crew's own models are told, its artifact the receipt's
    id; what a tool refuses is a message with the status `error`. Calls made side by side are answered in turn."""
    one_at_a_time = Lock()
    return [_tool(toolbox, schema["function"], one_at_a_time) for schema in toolbox.schemas()]


class KnowledgeRetriever(BaseRetriever):
    """Passages of the brand's documents. Their metadata name document, place, date, integrity label and receipt.

    Raises InvalidInput for a question that is none, or too long to be one.
    """

    toolbox: Any
    limit: int = 6

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        receipt = self.toolbox.answer(SEARCH, {"question": query, "limit": self.limit})
        return [_document(passage, receipt.id) for passage in receipt.result["passages"]]


def _tool(toolbox: Toolbox, function: Mapping[str, Any], one_at_a_time: Lock) -> BaseTool:
    name = function["name"]

    def call(**arguments: Any) -> tuple[str, UUID | None]:
        with one_at_a_time:
            reply = toolbox.call(name, arguments)
        if not reply.ok:
            raise ToolException(reply.content)
        return reply.content, reply.receipt_id

    return StructuredTool(
        name=name,
        description=function["description"],
        args_schema=function["parameters"],  # as JSON: the toolbox checks arguments itself, and says what is wrong
        func=call,
        response_format="content_and_artifact",
        handle_tool_error=True,
    )


def _document(passage: Mapping[str, Any], receipt: UUID) -> Document:
    metadata = {key: passage[key] for key in ("document", "headline", "heading", "dated", "label")}
    place = f"{passage['place']['unit']} {passage['place']['value']}"
    return Document(page_content=passage["quote"], metadata={**metadata, "place": place, "receipt": str(receipt)})
