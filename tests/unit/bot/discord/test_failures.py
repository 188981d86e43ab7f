"""Discord's failures as ours."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import aiohttp
import discord
import pytest
from aiohttp.client_reqrep import ConnectionKey

from bot.discord.failures import failure, translated
from bot.discord.request import level
from bot.outlet import Unreached
from data.errors import ChatGone, DeliveryError, Rejected, Throttled
from data.models.chat import Level


def answered(
    kind: type[discord.HTTPException], status: int, code: int = 0, **headers: str
) -> discord.HTTPException:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    response: Any = SimpleNamespace(status=status, reason="because", headers=named)
    return kind(response, {"code": code, "message": "words"})


UNREACHABLE = aiohttp.ClientConnectorError(
    ConnectionKey("127.0.0.1", 9, False, True, None, None, None), OSError(111, "refused")
)


@pytest.mark.parametrize(
    ("error", "ours"),
    [
        (answered(discord.NotFound, 404, 10003), ChatGone),
        (answered(discord.NotFound, 404, 10008), Rejected),
        (answered(discord.NotFound, 404, 10062), Rejected),
        (answered(discord.Forbidden, 403, 50001), ChatGone),
        (answered(discord.Forbidden, 403, 50007), ChatGone),
        (answered(discord.Forbidden, 403, 50013), ChatGone),
        (answered(discord.HTTPException, 400, 50035), Rejected),
        (answered(discord.HTTPException, 413, 40005), Rejected),
        (answered(discord.Forbidden, 403, 50005), Rejected),
        (answered(discord.NotFound, 404, 10013), ChatGone),
        (answered(discord.HTTPException, 400, 50033), ChatGone),
        (answered(discord.HTTPException, 401), DeliveryError),
        (answered(discord.HTTPException, 400, 40003), Throttled),
        (answered(discord.HTTPException, 429), Throttled),
        (UNREACHABLE, Unreached),
        (answered(discord.DiscordServerError, 502), DeliveryError),
        (discord.RateLimited(90.0), Throttled),
        (aiohttp.ServerDisconnectedError(), DeliveryError),
        (ConnectionResetError(), DeliveryError),
        (TimeoutError(), DeliveryError),
        (discord.GatewayNotFound(), DeliveryError),
    ],
)
def test_every_failure_is_one_of_ours(error: Any, ours: type[DeliveryError]) -> None:
    with pytest.raises(ours) as caught, translated():
        raise error
    assert type(caught.value) is ours
    assert str(caught.value)


@pytest.mark.parametrize(
    ("code", "status", "markup"),
    [(50035, 400, True), (50006, 400, True), (0, 413, True), (10008, 404, False)],
)
def test_only_a_refused_form_is_worth_plainer_words(code: int, status: int, markup: bool) -> None:
    ours = failure(answered(discord.HTTPException, status, code))
    assert isinstance(ours, Rejected)
    assert ours.markup is markup


def test_discord_says_how_long_to_wait() -> None:
    ours = failure(discord.RateLimited(90.0))
    assert isinstance(ours, Throttled)
    assert ours.retry_after_s == 90.0


@pytest.mark.parametrize(
    ("headers", "waits_s", "everywhere"),
    [
        ({}, 3600.0, True),
        ({"Retry_After": "1800"}, 1800.0, True),
        ({"Retry_After": "soon", "Via": "1.1 google"}, 3600.0, False),
        ({"Retry_After": "7", "Via": "1.1 google"}, 7.0, False),
        ({"Retry_After": "7", "Via": "1.1 google", "X_RateLimit_Global": "true"}, 7.0, True),
    ],
)
def test_a_wait_that_outlived_the_library_is_told_with_its_reach(
    headers: dict[str, str], waits_s: float, everywhere: bool
) -> None:
    ours = failure(answered(discord.HTTPException, 429, **headers))
    assert isinstance(ours, Throttled)
    assert (ours.retry_after_s, ours.everywhere) == (waits_s, everywhere)


def test_a_fault_of_ours_is_not_taken_for_discords() -> None:
    with pytest.raises(ZeroDivisionError), translated():
        raise ZeroDivisionError


@pytest.mark.parametrize(
    ("held", "standing"),
    [
        (discord.Permissions.none(), Level.ANYONE),
        (discord.Permissions(send_messages=True, kick_members=True), Level.ANYONE),
        (discord.Permissions(manage_messages=True), Level.MODERATOR),
        (discord.Permissions(manage_guild=True), Level.CHAT_ADMIN),
        (discord.Permissions(administrator=True), Level.CHAT_ADMIN),
        (discord.Permissions.all(), Level.CHAT_ADMIN),
    ],
)
def test_permissions_say_what_a_member_is(held: discord.Permissions, standing: Level) -> None:
    assert level(held) is standing
