"""The chat model that a model crew thinks with: recorded, paid for, patient, and with somebody to fall back on."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import PrivateAttr

from llm.answers import text_of, whole_message
from llm.budget import ANSWERED, Ledger, Tokens
from llm.choice import ModelName
from llm.errors import ModelError, Refused, TimedOut
from llm.exchanges import Exchanges, Request
from llm.patience import Patience
from llm.prices import Price, price_of
from llm.tokens import TokenCount, upper_bound


class ProviderModel(Protocol):
    """A provider's chat model, beside what every BaseChatModel has."""

    named: ModelName
    max_output_tokens: int

    def count_input(self, messages: Sequence[BaseMessage], tools: Sequence[Mapping[str, Any]]) -> TokenCount: ...

    def stream(self, input: Any, config: Any = None, **kwargs: Any) -> Iterator[Any]: ...


class CrewChatModel(BaseChatModel):
    """Asks `providers` in turn, the first first. Every answer is recorded, and every attempt paid for."""

    agent: str
    providers: list[Any]
    """ProviderModels."""
    prices: Mapping[str, Price] = {}
    """What models' owners say that they cost, by name."""
    exchanges: Exchanges
    ledger: Ledger
    patience: Patience = Patience()
    _given_up: set[str] = PrivateAttr(default_factory=set)
    """Who failed for good in this run: asked last from then on, so that not every turn waits for it again."""

    @property
    def _llm_type(self) -> str:
        return "crew"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"models": [str(provider.named) for provider in self.providers]}

    def bind_tools(
        self, tools: Sequence[Any], *, tool_choice: str | None = None, **kwargs: Any
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Tell the model its tools."""
        return self.bind(tools=[convert_to_openai_tool(tool) for tool in tools], tool_choice=tool_choice, **kwargs)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        request = Request(self.agent, messages, kwargs.get("tools") or (), kwargs.get("tool_choice"))
        message = self.exchanges.find(request) or self._asked(request)
        return ChatResult(generations=[ChatGeneration(message=message)])

    def _asked(self, request: Request) -> AIMessage:
        """The first answer that any provider gives. Raises a ModelError that says what became of each."""
        give_up_at = self.patience.monotonic() + self.patience.total_seconds
        failures: list[ModelError] = []
        for provider in sorted(self.providers, key=lambda one: str(one.named) in self._given_up):
            try:
                answer = self._patiently(provider, request, give_up_at)
            except Refused as refused:
                self.exchanges.keep(request, str(provider.named), refused)
                raise
            except ModelError as error:
                failures.append(error)
                self._given_up.add(str(provider.named))
                continue
            self.exchanges.keep(request, str(provider.named), answer)
            return answer
        last = failures[-1]
        raise type(last)("; ".join(error.message for error in failures), remedy=last.remedy) from last

    def _patiently(self, provider: ProviderModel, request: Request, give_up_at: float) -> AIMessage:
        counted = provider.count_input(request.messages, request.tools)
        attempt = 0
        while True:
            attempt += 1
            try:
                return self._paid(provider, request, counted, give_up_at)
            except ModelError as error:
                wait = self.patience.wait_before(attempt, error, request.hash)
                if wait is None or self.patience.monotonic() + wait >= give_up_at:
                    if attempt > 1:
                        error.message += f" (tried {attempt} times)"
                    raise
            self.patience.sleep(wait)

    def _paid(self, provider: ProviderModel, request: Request, counted: TokenCount, give_up_at: float) -> AIMessage:
        """One attempt, its worst case reserved before and settled after. What may have cost stays at its worst."""
        price, known = price_of(provider.named, self.prices.get(str(provider.named)))
        worst = Tokens(counted.tokens, provider.max_output_tokens, estimated=True)
        reserved = self.ledger.reserve(str(provider.named), price, known, worst)
        try:
            answer = self._streamed(provider, request, give_up_at)
        except ModelError as error:
            nothing = Tokens(0, 0, estimated=False)
            self.ledger.settle(reserved, worst if error.may_have_cost else nothing, error.code)
            raise
        self.ledger.settle(reserved, _spent(answer, counted), ANSWERED)
        return answer

    def _streamed(self, provider: ProviderModel, request: Request, give_up_at: float) -> AIMessage:
        """Read as a stream: a server that has died is noticed by its silence, not by how long an answer takes."""

        def chunks() -> Iterator[AIMessageChunk]:
            for chunk in provider.stream(request.messages, tools=request.tools, tool_choice=request.tool_choice):
                if self.patience.monotonic() > give_up_at:
                    raise TimedOut(f"{provider.named} did not come to an end in time.")
                yield chunk

        return whole_message(chunks())


def _spent(answer: AIMessage, counted: TokenCount) -> Tokens:
    """The provider's own count, else what we counted before, and a bound for what it said."""
    if answer.usage_metadata:
        usage = answer.usage_metadata
        return Tokens(usage["input_tokens"], usage["output_tokens"], estimated=False)
    said = [text_of(answer.content), *(str(call["args"]) for call in (*answer.tool_calls, *answer.invalid_tool_calls))]
    return Tokens(counted.tokens, upper_bound("".join(said), len(said)).tokens, estimated=True)
