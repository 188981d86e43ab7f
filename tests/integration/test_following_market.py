"""The practice market's traders followed through the whole program: what they swap is what is told."""

from __future__ import annotations

from pathlib import Path

from bot import following, ways
from config.settings import SandboxSettings
from core import events
from core.wallets.events import KIND, WalletMoved
from core.wallets.moves import DOLLARS
from core.wallets.pursuit import POLL
from data.models.ids import SOL_MINT
from data.sandbox import seeds, wallets
from data.store.store import Store
from tests.integration.scene import Scene, stage, words

SEED = 11
QUICK = SandboxSettings(seed=SEED, latency_ms=(0, 1))
BUSY = 0


async def told(scene: Scene, identity: object) -> list[WalletMoved]:
    store = scene.app.services[Store]
    async with store.read() as tx:
        user = await tx.users.by_identity(identity)  # type: ignore[arg-type]
        assert user is not None
        found = await tx.outbox.inbox(user.id, limit=500)
    return [events.decode(WalletMoved, each.notice.body) for each in found if each.notice.kind == KIND]


async def shown_as_it_is(scene: Scene, identity: object) -> None:
    """Draw the newest notice as it is sent."""
    store = scene.app.services[Store]
    async with store.read() as tx:
        user = await tx.users.by_identity(identity)  # type: ignore[arg-type]
        assert user is not None
        found = await tx.outbox.inbox(user.id, limit=500)
    notice = next(each.notice for each in found if each.notice.kind == KIND)
    move = events.decode(WalletMoved, notice.body).move
    card = await ways.cards(scene.app.services).reply(notice, [notice.body])
    said = words(card)
    assert "busy one" in card.title.plain
    assert "SOL" in said or "$" in said
    assert move.mint in said
    assert "liquidity $" in said
    assert card.practice


async def test_what_a_trader_swaps_is_told_once_and_shown(tmp_path: Path) -> None:
    async with stage(tmp_path, sandbox=QUICK) as scene:
        assert scene.app.sandbox is not None
        world = scene.app.sandbox.world
        someone = await scene.member()
        wallet = seeds.address(SEED, "trader", BUSY)
        await scene.say(someone, f"/trackw {wallet} busy one")
        since_s = world.since_epoch(world.now.replace(microsecond=0))
        follow, purge = following.jobs(scene.app.services, scene.app.clock)
        for _ in range(6):
            scene.clock.skipped += POLL.total_seconds() + 1
            await follow.run()
        await purge.run()  # which leaves what is new
        read_to = world.since_epoch(world.now) - POLL.total_seconds()
        moves = await told(scene, someone.identity)
        swaps = [
            (swap.pool.base, swap.base > 0, abs(swap.base))
            for swap in wallets.swaps(world, BUSY)
            if since_s <= swap.at_s <= read_to and swap.pool.base not in {SOL_MINT, *DOLLARS}
        ]
        assert len(swaps) > 3
        seen = [(each.token.address, each.move.side == "buy", each.move.units) for each in moves]
        assert all(seen.count(swap) == 1 for swap in swaps)
        assert all(each.move.value_usd for each in moves)
        assert len({(each.move.signature, each.move.mint) for each in moves}) == len(moves)
        await shown_as_it_is(scene, someone.identity)
        listed = words(await scene.say(someone, "/wallets"))
        assert "bought" in listed or "sold" in listed
