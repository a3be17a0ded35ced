"""How long to try: attempts, waits that grow, and the moment to give up."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from domain.canonical import sha256_of
from llm.errors import ModelError


@dataclass(frozen=True)
class Patience:
    """`sleep` and `monotonic` are given, so that tests need not wait."""

    attempts: int = 4
    """For each provider."""
    first_wait: float = 1.0
    longest_wait: float = 60.0
    total_seconds: float = 600.0
    """For one answer, with all attempts and waits."""
    sleep: Callable[[float], None] = time.sleep
    monotonic: Callable[[], float] = time.monotonic

    def wait_before(self, attempt: int, error: ModelError, request_hash: str) -> float | None:
        """Seconds to wait before this attempt (the first is 0); None where the same provider should be left alone.

        Doubles each time, less up to a quarter that depends on the request: agents do not come back all at once.
        A provider's own wish is kept: it is waited for, or, if it is too long, not asked again.
        """
        if not error.retryable or attempt >= self.attempts:
            return None
        asked = error.retry_after or 0.0
        if asked > self.longest_wait:
            return None
        spread = int(sha256_of([request_hash, attempt])[:4], 16) / 0xFFFF
        growing = self.first_wait * 2 ** (attempt - 1) * (1 - spread / 4)
        return max(asked, min(growing, self.longest_wait))
