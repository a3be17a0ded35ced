"""The floor: the requests of a meeting by OpenAI's own client in a loop, and nothing else."""

import asyncio
import json
from typing import Any

from openai import AsyncOpenAI

from evals.overhead.work import AGENTS, CHAIR, PROMPT, SUMMARISE, SYSTEM, metric

_TOOL = {
    "type": "function",
    "function": {
        "name": "get_metric",
        "description": "Get a metric for a day.",
        "parameters": {
            "type": "object",
            "properties": {"name": {"type": "string"}, "day": {"type": "string"}},
            "required": ["name", "day"],
        },
    },
}


class Floor:
    """Nothing is kept, checked or paid for. `stream` reads answers as they come, and puts them together."""

    def __init__(self, base_url: str, *, stream: bool) -> None:
        self._client: Any = AsyncOpenAI(base_url=base_url, api_key="none", max_retries=0)
        self._stream = stream

    async def agent(self, name: str = AGENTS[0]) -> str:
        """One agent: two tool calls, one answer."""
        return await self._conversation(name, PROMPT, [_TOOL])

    async def meeting(self) -> str:
        """All agents side by side, then the chair."""
        reports = await asyncio.gather(*(self.agent(name) for name in AGENTS))
        return await self._conversation(CHAIR, SUMMARISE + "\n".join(reports), [])

    async def _conversation(self, name: str, prompt: str, tools: list[Any]) -> str:
        messages: list[Any] = [
            {"role": "system", "content": SYSTEM.format(name=name)},
            {"role": "user", "content": prompt},
        ]
        given = {"tools": tools} if tools else {}
        while True:
            message = await (self._streamed if self._stream else self._whole)(messages, given)
            if not message.get("tool_calls"):
                return str(message["content"])
            messages.append(message)
            for call in message["tool_calls"]:
                result = str(metric(**json.loads(call["function"]["arguments"])))
                messages.append({"role": "tool", "tool_call_id": call["id"], "content": result})

    async def _whole(self, messages: list[Any], given: dict[str, Any]) -> dict[str, Any]:
        answer = await self._client.chat.completions.create(model="local-model", messages=messages, **given)
        return dict(answer.choices[0].message.model_dump(exclude_none=True))

    async def _streamed(self, messages: list[Any], given: dict[str, Any]) -> dict[str, Any]:
        text, calls = "", dict[int, dict[str, Any]]()
        events = await self._client.chat.completions.create(
            model="local-model", messages=messages, stream=True, stream_options={"include_usage": True}, **given
        )
        async for event in events:
            for choice in event.choices:
                text += choice.delta.content or ""
                for part in choice.delta.tool_calls or ():
                    if part.index not in calls:
                        function = {"name": part.function.name, "arguments": ""}
                        calls[part.index] = {"id": part.id, "type": "function", "function": function}
                    calls[part.index]["function"]["arguments"] += part.function.arguments or ""
        message: dict[str, Any] = {"role": "assistant", "content": text or None}
        return {**message, "tool_calls": list(calls.values())} if calls else message
