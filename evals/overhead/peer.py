"""The same meeting by LangChain's own agent: `create_agent` over its chat model, nothing kept, checked or paid for."""

import asyncio
from functools import cached_property
from typing import Any

from evals.overhead.work import AGENTS, CHAIR, PROMPT, SUMMARISE, SYSTEM, metric


def get_metric(name: str, day: str) -> str:
    """Get a metric for a day."""
    return str(metric(name, day))


class Peer:
    """Agents as LangChain's guide makes them. `stream` reads answers as they come."""

    def __init__(self, base_url: str, *, stream: bool) -> None:
        from langchain_openai import ChatOpenAI

        self._model = ChatOpenAI(
            model="local-model",
            base_url=base_url,
            api_key="none",  # type: ignore[arg-type]
            max_retries=0,
            streaming=stream,
        )

    @cached_property
    def _agents(self) -> dict[str, Any]:
        from langchain.agents import create_agent

        return {
            name: create_agent(
                self._model, [] if name == CHAIR else [get_metric], system_prompt=SYSTEM.format(name=name)
            )
            for name in (*AGENTS, CHAIR)
        }

    async def agent(self, name: str = AGENTS[0]) -> str:
        """One agent: two tool calls, one answer."""
        return await self._answer(name, PROMPT)

    async def meeting(self) -> str:
        """All agents side by side, then the chair."""
        statements = await asyncio.gather(*(self.agent(name) for name in AGENTS))
        return await self._answer(CHAIR, SUMMARISE + "\n".join(statements))

    async def _answer(self, name: str, prompt: str) -> str:
        state = await self._agents[name].ainvoke({"messages": [{"role": "user", "content": prompt}]})
        return str(state["messages"][-1].content)
