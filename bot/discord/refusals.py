"""How often Discord refused us lately: too often, and it shuts out our whole address.

Source: https://discord.com/developers/docs/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans
"""

from __future__ import annotations

from collections import deque
from types import SimpleNamespace
from typing import Final

import aiohttp
import structlog

from data.clock import Clock
from data.errors import Throttled
from data.metrics import Metrics, counter

log = structlog.get_logger("discord")

WINDOW_S: Final = 600.0
MOST: Final = 400  # Discord shuts out at 10,000
REFUSED: Final = counter("discord_refusals", "Requests that Discord refused", "status")

_COUNTED: Final = frozenset({401, 403, 404, 429})


class Refusals:
    """Counts them; `trace` sees every answer of the session that it is given to."""

    def __init__(self, clock: Clock, metrics: Metrics, most: int = MOST) -> None:
        self._clock = clock
        self._metrics = metrics
        self._at: deque[float] = deque(maxlen=most)
        self.trace = aiohttp.TraceConfig()
        self.trace.on_request_end.append(self._answered)

    def heed(self) -> None:
        """Let nothing pass that can wait while there were too many.

        Raises:
            Throttled: there were.
        """
        left = self._at[0] + WINDOW_S - self._clock.monotonic() if len(self._at) == self._at.maxlen else 0.0
        if left > 0:
            raise Throttled(left, everywhere=True)

    def note(self, status: int, scope: str = "") -> None:
        """Count an answer; a limit that we share with others is not held against us."""
        if status not in _COUNTED or scope == "shared":
            return
        self._metrics.of(REFUSED, str(status)).inc()
        self._at.append(self._clock.monotonic())
        if len(self._at) == self._at.maxlen:
            log.error("refused_too_often", most=self._at.maxlen, window_s=WINDOW_S)

    async def _answered(
        self, session: aiohttp.ClientSession, context: SimpleNamespace, end: aiohttp.TraceRequestEndParams
    ) -> None:
        self.note(end.response.status, end.response.headers.get("X-RateLimit-Scope", ""))
