"""What goes wrong upstream, who is told, and what is not: faults, keys, health."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from data.errors import BadPayload, Unavailable
from data.gateway.access import Access
from data.gateway.health import KeyState, ProviderState
from data.gateway.transport import Request, Response
from data.models.market import Answer, GapReason
from data.nursery import Nursery
from data.providers.base import Auth
from tests.fakes.clock import START, LoopClock
from tests.fakes.vendor import (
    BROKEN,
    GOOD,
    UNLISTED,
    VENDOR,
    Act,
    ScriptedTransport,
    after,
    answer,
    bench,
    gap,
    named,
    price_call,
    within,
)
from tests.fakes.virtual_loop import virtual_time

pytestmark = virtual_time


class TestErrors:
    @pytest.mark.parametrize(
        ("act", "reason"),
        [
            (Unavailable("connection refused"), GapReason.UNAVAILABLE),
            (BadPayload("more than 4194304 bytes"), GapReason.BAD_PAYLOAD),
            (BROKEN, GapReason.UNAVAILABLE),
            (Response(status=200, body=b"<html>"), GapReason.BAD_PAYLOAD),
            (Response(status=200, body=b'{"price": NaN}'), GapReason.BAD_PAYLOAD),
            (Response(status=200, body=b'{"price": 0.1'), GapReason.BAD_PAYLOAD),
            (answer({"price": "1e309"}), GapReason.BAD_PAYLOAD),
            (answer([1, 2]), GapReason.BAD_PAYLOAD),
            (answer({}, 401), GapReason.KEY_REJECTED),
            (answer({}, 429), GapReason.RATE_LIMITED),
            (UNLISTED, GapReason.NOT_LISTED),
        ],
    )
    async def test_every_fault_is_a_gap_with_its_reason_and_within_the_deadline(
        self, clock: LoopClock, nursery: Nursery, act: Act, reason: GapReason
    ) -> None:
        made = bench(ScriptedTransport(act), clock, nursery)
        began = clock.monotonic()
        result = gap(await made.gateway.fetch(price_call(), within(clock, 5)))
        assert result.reason is reason
        assert clock.monotonic() - began <= 5

    async def test_one_vendors_faults_leave_the_others_unchanged(
        self, clock: LoopClock, nursery: Nursery
    ) -> None:
        async def by_host(request: Request) -> Response:
            if "dead" in request.url:
                await asyncio.sleep(3600)
            return GOOD

        made = bench(ScriptedTransport(by_host), clock, nursery, dead=Access(base_url="https://dead.example"))
        began = clock.monotonic()
        results = await asyncio.gather(
            made.gateway.fetch(price_call(provider=named("dead")), within(clock, 5)),
            *(
                made.gateway.fetch(price_call(provider=named(f"v{number}")), within(clock, 5))
                for number in range(16)
            ),
        )
        assert [isinstance(result, Answer) for result in results] == [False] + [True] * 16
        assert clock.monotonic() - began <= 5

    async def test_a_switched_off_vendor_is_never_asked(self, clock: LoopClock, nursery: Nursery) -> None:
        transport = ScriptedTransport()
        off = Access(base_url=VENDOR.base_url, enabled=False)
        made = bench(transport, clock, nursery, vendor=off)
        assert gap(await made.gateway.fetch(price_call(), within(clock, 5))).reason is GapReason.DISABLED
        assert not made.gateway.asks(VENDOR)
        assert transport.sent == []

    @pytest.mark.parametrize("keys", [(), (SecretStr(""),)])
    async def test_a_vendor_that_needs_a_key_is_not_asked_without(
        self, clock: LoopClock, nursery: Nursery, keys: tuple[SecretStr, ...]
    ) -> None:
        transport = ScriptedTransport()
        locked = named("vendor", auth=Auth(header="x-api-key", required=True))
        made = bench(transport, clock, nursery, vendor=Access(base_url="https://v.example", api_keys=keys))
        result = await made.gateway.fetch(price_call(0, locked), within(clock, 5))
        assert gap(result).reason is GapReason.KEY_MISSING
        assert not made.gateway.asks(locked)
        assert transport.sent == []


class TestKeys:
    SECRET = "sk-live-0123456789"

    @pytest.mark.parametrize(
        ("auth", "base_url", "url", "header"),
        [
            (Auth(header="x-api-key"), "https://v.example/", "https://v.example/price/{a}", SECRET),
            (Auth(parameter="key"), "https://v.example", "https://v.example/price/{a}?key=" + SECRET, None),
            (Auth(), "https://v.example", "https://v.example/price/{a}", None),
        ],
    )
    async def test_a_key_travels_as_the_vendor_wants_it(
        self, clock: LoopClock, nursery: Nursery, auth: Auth, base_url: str, url: str, header: str | None
    ) -> None:
        transport = ScriptedTransport()
        access = Access(base_url=base_url, api_keys=(SecretStr(self.SECRET),))
        made = bench(transport, clock, nursery, vendor=access)
        call = price_call(0, named("vendor", auth=auth))
        await made.gateway.fetch(call, within(clock, 5))
        (sent,) = transport.sent
        assert sent.url == url.format(a=call.ask.token.address)
        assert sent.headers.get("x-api-key") == header
        assert self.SECRET not in repr(sent)

    async def test_a_vendor_that_repeats_our_key_does_not_publish_it(
        self, clock: LoopClock, nursery: Nursery
    ) -> None:
        access = Access(base_url="https://v.example", api_keys=(SecretStr(self.SECRET),))
        made = bench(
            ScriptedTransport(Unavailable(f"no such key:\n{self.SECRET} " + "x" * 500)),
            clock,
            nursery,
            vendor=access,
        )
        with capture_logs() as logs:
            for number in range(6):
                result = gap(await made.gateway.fetch(price_call(number), within(clock, 5)))
        said = f"{result} {made.gateway.health()} {logs} {made.metrics.text()!r} {access}"
        assert self.SECRET not in said
        assert len(result.detail) <= 120 and "\n" not in result.detail
        assert "provider_down" in [entry["event"] for entry in logs]

    async def test_health_tells_what_became_of_a_key(self, clock: LoopClock, nursery: Nursery) -> None:
        access = Access(base_url="https://v.example", api_keys=(SecretStr(self.SECRET),))
        made = bench(ScriptedTransport(GOOD, answer({}, 401)), clock, nursery, vendor=access)
        states = [made.gateway.health()[0].key]
        for number in range(2):
            await made.gateway.fetch(price_call(number), within(clock, 5))
            states.append(made.gateway.health()[0].key)
        assert states == [KeyState.GIVEN, KeyState.ACCEPTED, KeyState.REJECTED]

    async def test_health_tells_of_a_vendor_that_turns_out_to_want_a_key(
        self, clock: LoopClock, nursery: Nursery
    ) -> None:
        made = bench(ScriptedTransport(answer({}, 401)), clock, nursery)
        await made.gateway.fetch(price_call(), within(clock, 5))
        assert made.gateway.health()[0].key is KeyState.MISSING


class TestHealth:
    async def test_every_vendor_of_the_settings_is_listed_asked_or_not(
        self, clock: LoopClock, nursery: Nursery
    ) -> None:
        made = bench(
            ScriptedTransport(after(0.2)),
            clock,
            nursery,
            b=Access(base_url="https://b.example"),
            a=Access(base_url="https://a.example", enabled=False),
            vendor=Access(base_url="https://v.example"),
        )
        await made.gateway.fetch(price_call(), within(clock, 5))
        health = made.gateway.health()
        assert [(each.provider, each.state) for each in health] == [
            ("a", ProviderState.OFF),
            ("b", ProviderState.IDLE),
            ("vendor", ProviderState.WELL),
        ]
        assert (health[2].calls, health[2].success_rate) == (1, 1.0)
        assert health[2].latency_p50_s == pytest.approx(0.2)
        assert health[2].last_ok_at == START + timedelta(seconds=0.2)

    async def test_down_and_recovered_are_logged_once_each(self, clock: LoopClock, nursery: Nursery) -> None:
        made = bench(ScriptedTransport(*[BROKEN] * 5, GOOD), clock, nursery)
        with capture_logs() as logs:
            for number in range(20):
                await made.gateway.fetch(price_call(number), within(clock, 5), attempts=1)
            assert made.gateway.health()[0].state is ProviderState.DOWN
            await clock.sleep(31)
            for number in range(20):
                await made.gateway.fetch(price_call(number), within(clock, 5), attempts=1)
        assert [entry["event"] for entry in logs] == ["provider_down", "provider_recovered"]
        assert made.gateway.health()[0].state is ProviderState.WELL

    async def test_a_paused_vendor_says_so_and_what_is_left_of_its_quota(
        self, clock: LoopClock, nursery: Nursery
    ) -> None:
        limited = answer({}, 429, retry_after="60", x_ratelimit_remaining="0")
        made = bench(ScriptedTransport(limited), clock, nursery)
        await made.gateway.fetch(price_call(), within(clock, 5))
        (health,) = made.gateway.health()
        assert (health.state, health.quota_left) == (ProviderState.PAUSED, 0)
        assert health.last_error == "HTTP 429"

    async def test_requests_gaps_and_lookups_are_counted(self, clock: LoopClock, nursery: Nursery) -> None:
        made = bench(ScriptedTransport(GOOD, BROKEN), clock, nursery)
        for number in (1, 1, 2):
            await made.gateway.fetch(price_call(number), within(clock, 5), attempts=1)

        def value(name: str, **labels: str) -> float | None:
            return made.metrics.registry.get_sample_value(name, {"provider": "vendor", **labels})

        assert value("provider_calls_total", outcome="ok") == 1
        assert value("provider_calls_total", outcome="unavailable") == 1
        assert value("provider_gaps_total", reason="unavailable") == 1
        assert value("cache_lookups_total", result="fresh") == 1
        assert value("cache_lookups_total", result="miss") == 2
        assert value("provider_seconds_count") == 1
