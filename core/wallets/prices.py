"""What a wallet's tokens cost: now in few calls for all of them, and then, bar by bar, of a few."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from core.boards.gather import Gatherer
from core.boards.rows import Row
from core.enrichment.observe import depth
from core.enrichment.plan import calls_for
from core.enrichment.turns import in_turn
from core.wallets.moves import SolPrice
from data.gateway.gateway import Gateway
from data.models.ids import SOL, ProviderId, TokenKey
from data.models.market import Answer, Candle, CandleSeries, Capability, Gap, Pool, Timeframe
from data.models.wallets import WalletSpan
from data.nursery import Nursery
from data.ports import Deadline
from data.providers.base import Ask, Provider

_BARS = {WalletSpan.D1: Timeframe.M15, WalletSpan.D7: Timeframe.H1, WalletSpan.D30: Timeframe.H4}
_BARS_OLD = 2  # a price may be that of the bar before


class Prices:
    """Asks for prices of now and of then."""

    def __init__(
        self,
        *,
        gateway: Gateway,
        providers: Mapping[ProviderId, Provider],
        gatherer: Gatherer,
        nursery: Nursery,
    ) -> None:
        self._gateway = gateway
        self._providers = tuple(providers.values())
        self._gatherer = gatherer
        self._nursery = nursery

    async def now(
        self, tokens: Sequence[TokenKey], deadline: Deadline
    ) -> tuple[Mapping[TokenKey, Row], tuple[Gap, ...]]:
        """Price tokens; each is among the answers, even if nobody knows it."""
        gathered = await self._gatherer.priced(tokens, deadline)
        return {row.token: row for row in gathered.rows}, gathered.gaps

    async def pool(self, token: TokenKey, deadline: Deadline) -> Pool | None:
        """Find a token's deepest pool; None where no source knows one."""
        ask = Ask(tokens=(token,), chain=token.chain)
        results = await in_turn(
            calls_for(Capability.POOLS, ask, self._providers, by="token"), deadline,
            gateway=self._gateway, nursery=self._nursery, enough=lambda result: bool(_pools(token, result)),
        )  # fmt: skip
        found = [pool for result in results for pool in _pools(token, result)]
        return max(found, key=depth, default=None)

    async def bars(
        self, pool: Pool, frame: Timeframe, deadline: Deadline, *, limit: int, before: int | None = None
    ) -> tuple[Candle, ...]:
        """Fetch bars of a pool, the newest or those `before` a unix second; none where nobody has any."""
        ask = Ask(
            tokens=(pool.base.token,), chain=pool.chain, pool=pool.address, timeframe=frame, limit=limit,
            before=before,
        )  # fmt: skip
        results = await in_turn(
            calls_for(Capability.CANDLES, ask, self._providers, by="pool"), deadline,
            gateway=self._gateway, nursery=self._nursery, enough=lambda result: bool(_bars(result)),
        )  # fmt: skip
        return next((bars for result in results if (bars := _bars(result))), ())

    async def of_sol(self, span: WalletSpan, deadline: Deadline) -> SolPrice:
        """Learn what SOL cost over a span."""
        frame = _BARS[span]
        pool = await self.pool(SOL, deadline)
        limit = span.seconds // frame.seconds + 1
        bars = () if pool is None else await self.bars(pool, frame, deadline, limit=limit)
        return then(bars, frame.seconds)


def then(bars: Sequence[Candle], seconds: int) -> SolPrice:
    """Make a price of then out of bars, oldest first; where a gap is longer than two bars nothing is told."""
    starts = [bar.time for bar in bars]

    def price(at: datetime) -> Decimal | None:
        place = bisect_right(starts, at.timestamp()) - 1
        if place < 0 or at.timestamp() - starts[place] >= _BARS_OLD * seconds:
            return None
        told = Decimal(str(bars[place].close))
        return told if told.is_finite() and told > 0 else None

    return price


def _pools(token: TokenKey, result: Answer | Gap) -> list[Pool]:
    if not isinstance(result, Answer):
        return []
    pools = (each for each in result.records if isinstance(each, Pool) and each.base.token == token)
    return [pool for pool in pools if pool.accounts is None]  # an order book has no bars


def _bars(result: Answer | Gap) -> tuple[Candle, ...]:
    if not isinstance(result, Answer):
        return ()
    found = (each.candles for each in result.records if isinstance(each, CandleSeries))
    return next((candles for candles in found if candles), ())
