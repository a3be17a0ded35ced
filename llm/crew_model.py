"""The chat model that a model crew thinks with: recorded, paid for, patient, and with somebody to fall back on."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import PrivateAttr

from llm.answers import text_of
from llm.budget import ANSWERED, Ledger, Tokens
from llm.choice import ModelName
from llm.errors import ModelError, Refused, TimedOut
from llm.exchanges import Exchanges, Request
from llm.patience import Patience
from llm.prices import TokenPrice, price_of
from llm.tokens import TokenCount, upper_bound


class ProviderModel(Protocol):
    """A provider's chat model, beside what every BaseChatModel has."""

    named: ModelName
    max_output_tokens: int

    def count_input(self, messages: Sequence[BaseMessage], tools: Sequence[Mapping[str, Any]]) -> TokenCount: ...

    def complete(
        self,
        messages: Sequence[BaseMessage],
        tools: Sequence[Mapping[str, Any]] = (),
        tool_choice: str | None = None,
        in_time: Callable[[], None] = ...,
    ) -> AIMessage: ...


class CrewChatModel(BaseChatModel):
    """Asks `providers` in turn, the first first. Every answer is recorded, and every attempt paid for."""

    agent: str
    providers: list[Any]
    """ProviderModels."""
    prices: Mapping[str, TokenPrice] = {}
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
        try:
            message = self.answer(messages, kwargs.get("tools") or (), kwargs.get("tool_choice"))
        finally:
            self.ledger.written()
        return ChatResult(generations=[ChatGeneration(message=message)])

    def answer(
        self, messages: Sequence[BaseMessage], tools: Sequence[Mapping[str, Any]] = (), tool_choice: str | None = None
    ) -> AIMessage:
        """The answer to a conversation, as recorded or as a provider gives it now. Raises ModelErrors.

        As `invoke` with the tools bound, without what LangChain does around a call; and it is recorded by the time
        of the next call, or of `ledger.written()`.
        """
        request = Request(self.agent, messages, tools, tool_choice)
        return self.exchanges.find(request) or self._asked(request)

    def _asked(self, request: Request) -> AIMessage:
        """The first answer that any provider gives. Raises a ModelError that says what became of each."""
        give_up_at = self.patience.monotonic() + self.patience.total_seconds
        failures: list[ModelError] = []
        for provider in sorted(self.providers, key=lambda candidate: str(candidate.named) in self._given_up):
            try:
                return self._patiently(provider, request, give_up_at)
            except Refused:
                raise
            except ModelError as error:
                failures.append(error)
                self._given_up.add(str(provider.named))
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

        def in_time() -> None:
            if self.patience.monotonic() > give_up_at:
                raise TimedOut(f"{provider.named} did not come to an end in time.")

        try:
            answer = provider.complete(request.messages, request.tools, request.tool_choice, in_time)
        except ModelError as error:
            spent = worst if error.may_have_cost else Tokens(0, 0, estimated=False)
            keeping = (
                self.exchanges.keeping(request, str(provider.named), error) if isinstance(error, Refused) else None
            )
            self.ledger.settle(reserved, spent, error.code, keeping)
            raise
        keeping = self.exchanges.keeping(request, str(provider.named), answer)
        self.ledger.settle(reserved, _spent(answer, worst), ANSWERED, keeping)
        return answer


def _spent(answer: AIMessage, worst: Tokens) -> Tokens:
    """The provider's own count; without one the reservation stands, or more where more was said than was asked for."""
    if usage := answer.usage_metadata:
        return Tokens(usage["input_tokens"], usage["output_tokens"], estimated=False)
    texts = [text_of(answer.content), *(str(call["args"]) for call in (*answer.tool_calls, *answer.invalid_tool_calls))]
    return Tokens(worst.input, max(worst.output, upper_bound("".join(texts), len(texts)).tokens), estimated=True)
