"""The outbox under stress, on virtual time: refusals, slow places, and more than can be told in time."""

from __future__ import annotations

import asyncio
import random
from collections import Counter, defaultdict
from datetime import timedelta
from pathlib import Path
from statistics import quantiles

import pytest

from bot.outlet import Unreached
from bot.telling import DOUBT
from data.errors import DeliveryError, Throttled
from data.models.delivery import Channel, DeliveryState, Lateness, Target, Urgency
from data.nursery import Nursery
from tests.fakes.clock import LoopClock
from tests.fakes.outlets import DISCORD, TELEGRAM, FakeOutlet
from tests.fakes.virtual_loop import virtual_time
from tests.integration.post import chats, migrated, opened, served

pytestmark = [virtual_time, pytest.mark.timeout(120)]


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return asyncio.run(migrated(tmp_path_factory.mktemp("empty")))


def now() -> float:
    return asyncio.get_running_loop().time()


class Storm:
    """Every third call is refused for a while, and one refusal holds everywhere."""

    def __init__(self, seed: int, *, everywhere_at: int, everywhere_s: float) -> None:
        self._chance = random.Random(seed)
        self._count = 0
        self._everywhere_at, self._everywhere_s = everywhere_at, everywhere_s
        self.quiet: defaultdict[str, float] = defaultdict(float)
        self.quiet_everywhere = 0.0
        self.too_early: list[str] = []

    async def __call__(self, target: Target) -> None:
        self._count += 1
        if now() < max(self.quiet[target.address], self.quiet_everywhere):
            self.too_early.append(f"{target.address} at {now():.2f}")
        if self._count == self._everywhere_at:
            self.quiet_everywhere = now() + self._everywhere_s
            raise Throttled(self._everywhere_s, everywhere=True)
        if self._count % 3 == 0:
            wait_s = self._chance.uniform(1.0, 60.0)
            self.quiet[target.address] = now() + wait_s
            raise Throttled(wait_s)
        await asyncio.sleep(self._chance.uniform(0.02, 0.2))


async def test_in_a_storm_of_refusals_nothing_is_lost_hurried_or_slow(tmp_path: Path, empty: Path) -> None:
    """Nothing passes beside a limit of 30 a second: who is answered meanwhile takes a place in the line."""
    clock = LoopClock()
    telegram = Storm(1, everywhere_at=700, everywhere_s=3.0)
    discord = Storm(2, everywhere_at=200, everywhere_s=3.0)
    ways = (
        FakeOutlet(mood=telegram),
        FakeOutlet(channel=Channel.DISCORD, allowance=DISCORD, mood=discord),
    )
    answered: list[float] = []

    async with opened(tmp_path, empty, clock) as store, served(store, clock, *ways) as post:

        async def answer() -> None:
            """Answer people as a front end does: at once where the platform has room, and noted."""
            pace = post.office.pace(Channel.TELEGRAM)
            assert pace is not None
            chance = random.Random(3)
            while True:
                await asyncio.sleep(chance.expovariate(1.0))
                asked, person = now(), str(9_000_000 + len(answered))
                await post.until(lambda: has_room(telegram, ways[0], answered))
                pace.answered(person)
                answered.append(now())
                waits.append(now() - asked)

        waits: list[float] = []
        began = now()
        people, groups = chats(*range(1, 1001)), chats(*range(-1500, -1000))
        servers = chats(*range(5000, 5500), channel=Channel.DISCORD)
        async with Nursery() as nursery:
            asking = nursery.start(answer(), name="people")
            await post.publish("storm", [*people, *groups, *servers])
            await post.until(lambda: sum(way.sent for way in ways) == 2000)
            asking.cancel()

    for way, storm in zip(ways, (telegram, discord), strict=True):
        assert storm.too_early == []
        assert {len(words) for words in way.arrived.values()} == {1}
        assert all("repeat" not in call.words for call in way.calls)
        assert fullest_second(way) <= way.allowance.overall_per_s + 1
    assert post.cards.drawn == ["storm"]
    assert [way.prepared for way in ways] == [1, 1]
    assert quantiles(waits, n=20)[-1] < 2.0, "p95 of an answer"
    # Until each had its first try: after that, what was refused waits for its own time.
    calls = sorted(ways[0].calls, key=lambda call: call.at)
    busy_until = max({call.address: call.at for call in reversed(calls)}.values())
    made = sum(1 for call in calls if call.at <= busy_until)
    taken = sum(1 for at in answered if at <= busy_until)
    allowed = TELEGRAM.overall_per_s * (busy_until - began - 3.0) - taken
    print(f"{made / allowed:.1%} of what is allowed, p95 of an answer {quantiles(waits, n=20)[-1]:.2f} s")
    assert made >= 0.9 * allowed, f"{made / allowed:.2f} of what is allowed"


def has_room(storm: Storm, way: FakeOutlet, answered: list[float]) -> bool:
    """Tell whether the platform, which takes 30 a second, would take one more."""
    recent = [call.at for call in way.calls[-60:]] + answered[-60:]
    return now() >= storm.quiet_everywhere and sum(1 for at in recent if at > now() - 1.0) < 30


def fullest_second(way: FakeOutlet) -> int:
    times = sorted(call.at for call in way.calls)
    return max(sum(1 for other in times[i : i + 60] if other < at + 1.0) for i, at in enumerate(times))


async def test_a_slow_place_holds_up_no_other(tmp_path: Path, empty: Path) -> None:
    async def one_slow(target: Target) -> None:
        await asyncio.sleep(30.0 if target.address == "3" else 0.05)

    clock, way, most = LoopClock(), FakeOutlet(mood=one_slow), 0
    async with opened(tmp_path, empty, clock) as store, served(store, clock, way) as post:
        began = now()
        await post.publish("slow", chats(*range(1, 2001)))
        courier = post.office._couriers[Channel.TELEGRAM]

        def done() -> bool:
            nonlocal most
            most = max(most, courier.held)
            return len(way.calls) == 2000

        await post.until(done)
    others = sorted(call.at - began for call in way.calls if call.address != "3")
    ideal = [place / TELEGRAM.overall_per_s for place in range(2000)]
    p95, ideal_p95 = quantiles(others, n=20)[-1], quantiles(ideal, n=20)[-1]
    print(f"p95 of the others {p95 / ideal_p95 - 1:+.1%} of the ideal, at most {most} in memory")
    assert p95 <= ideal_p95 * 1.1
    assert others[-1] <= ideal[-1] * 1.1
    assert most <= 128, "what is in memory is bounded"


async def test_what_is_late_is_never_told_without_its_age(tmp_path: Path, empty: Path) -> None:
    """Ten thousand deliveries at 28 a second, good for ten seconds: most end, some say how old they are."""
    clock, way = LoopClock(), FakeOutlet()
    good_s, told = 10.0, {"n8": 150, "n9": 150}
    async with opened(tmp_path, empty, clock) as store, served(store, clock, way) as post:
        began = now()
        for number in range(10):
            key, first = f"n{number}", number * 2000 + 1
            old = key in told
            await post.publish(
                key, chats(*range(first, first + (told[key] if old else 1213 - (number == 0)))),
                lasts=timedelta(seconds=good_s), lateness=Lateness.SAY_AGE if old else Lateness.DROP,
                urgency=Urgency.NEWS if old else Urgency.SIGNAL,
            )  # fmt: skip
        await post.drained()
        expired = post.metrics.registry.get_sample_value(
            "outbox_expired_total", {"channel": "telegram", "kind": "note"}
        )
        states = await post.states()
    late = [call for call in way.calls if call.at > began + good_s]
    assert all(call.words.startswith("Late: this is 1m old.") for call in late)
    assert all("Late" not in call.words for call in way.calls if call.at <= began + good_s)
    assert Counter(call.words[-2:] for call in late) == told
    assert states == {DeliveryState.SENT: len(way.calls), DeliveryState.EXPIRED: 10_003 - len(way.calls)}
    assert expired == states[DeliveryState.EXPIRED]


@pytest.mark.parametrize("seed", range(2))
async def test_whatever_goes_wrong_each_place_hears_all_in_order(
    seed: int, tmp_path: Path, empty: Path
) -> None:
    """Refusals, broken lines, outages and crashes, by chance; what comes twice says so."""
    chance, clock = random.Random(seed), LoopClock()
    keys = [f"n{number:02}" for number in range(12)]
    arrived: defaultdict[str, list[str]] = defaultdict(list)

    async def mood(target: Target) -> None:
        await asyncio.sleep(chance.uniform(0.01, 0.3))
        match chance.randrange(12):
            case 0:
                raise Throttled(chance.uniform(1.0, 5.0))
            case 1:
                raise Unreached("refused")
            case 2 if chance.random() < 0.5:
                raise DeliveryError("broken before it arrived")

    places = chats(*range(1, 9), *range(-8, 0))
    async with opened(tmp_path, empty, clock) as store:
        for life in range(4):
            way = FakeOutlet(mood=mood)
            async with served(store, clock, way, seed=seed * 10 + life, orderly=life % 2 == 1) as post:
                for key in keys[life * 3 : life * 3 + 3]:
                    await post.publish(key, places)
                await asyncio.sleep(chance.uniform(0.5, 4.0))
                if life == 3:
                    await post.drained()
            for address, words in way.arrived.items():
                arrived[address] += words
    assert set(arrived) == {place.address for place in places}
    for address, words in arrived.items():
        plain = [each.split("\n")[0] for each in words]
        assert list(dict.fromkeys(plain)) == keys, address
        twice = [each for at, each in enumerate(words) if plain[at] in plain[:at]]
        assert all(DOUBT in each for each in twice), address
        assert plain == sorted(plain), f"{address} hears again only what came last"
