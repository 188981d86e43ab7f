"""The judge of the Discord fake: what it refuses, what it lets through and what it holds against the bot."""

import io
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.discord import (
    CANNOT_DM,
    MISSING_PERMISSIONS,
    UNKNOWN_CHANNEL,
    DiscordServer,
    Rule,
    Violation,
)
from tests.fakes.discord.ledger import invalid_form
from tests.fakes.discord.rules import message_errors, ping
from tests.fakes.discord.spec import load
from tests.unit.fakes.discord_desk import SAFE, Clock, Desk, send


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    clock = Clock()
    async with DiscordServer(clock=clock) as server:
        yield Desk(server, clock)


def button(**changes: Any) -> dict[str, Any]:
    return {"type": 2, "style": 1, "label": "Go", "custom_id": "go", **changes}


def row(*buttons: dict[str, Any]) -> dict[str, Any]:
    return {"type": 1, "components": list(buttons)}


def rows(count: int, width: int = 1) -> list[dict[str, Any]]:
    return [row(*[button(custom_id=f"{y}-{x}") for x in range(width)]) for y in range(count)]


FIELD = {"name": "n", "value": "v"}
FIRST = "components.0.components.0"


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"content": "x" * 2001}, "content"),
        ({"content": 5}, "content"),
        ({"embeds": [{"title": "x" * 257}]}, "embeds.0.title"),
        ({"embeds": [{"description": "x" * 4097}]}, "embeds.0.description"),
        ({"embeds": [{"title": "t", "fields": [FIELD] * 26}]}, "embeds.0.fields"),
        ({"embeds": [{"fields": [{"name": "", "value": "v"}]}]}, "embeds.0.fields.0.name"),
        ({"embeds": [{"fields": [{"name": "n" * 257, "value": "v"}]}]}, "embeds.0.fields.0.name"),
        ({"embeds": [{"fields": [{"name": "n", "value": " "}]}]}, "embeds.0.fields.0.value"),
        ({"embeds": [{"fields": [{"name": "n", "value": "v" * 1025}]}]}, "embeds.0.fields.0.value"),
        ({"embeds": [{"fields": [{"name": "n"}]}]}, "embeds.0.fields.0.value"),
        ({"embeds": [{"title": "t", "footer": {"text": "x" * 2049}}]}, "embeds.0.footer.text"),
        ({"embeds": [{"title": "t", "author": {"name": "x" * 257}}]}, "embeds.0.author.name"),
        ({"embeds": [{"title": "t", "url": "javascript:alert(1)"}]}, "embeds.0.url"),
        ({"embeds": [{"title": "t", "image": {"url": "ftp://x"}}]}, "embeds.0.image.url"),
        ({"embeds": [{}]}, "embeds.0.description"),
        ({"embeds": [{"title": "t", "color": 1 << 24}]}, "embeds.0.color"),
        ({"embeds": [{"title": "t"}] * 11}, "embeds"),
        ({"embeds": [{"description": "x" * 3001}] * 2}, "embeds"),
        ({"content": "x", "components": rows(6)}, "components"),
        ({"content": "x", "components": rows(1, 6)}, "components.0.components"),
        ({"content": "x", "components": [button()]}, "components.0"),
        ({"content": "x", "components": [row()]}, "components.0.components"),
        ({"content": "x", "components": [row(button(label="x" * 81))]}, f"{FIRST}.label"),
        ({"content": "x", "components": [row(button(label=""))]}, f"{FIRST}.label"),
        ({"content": "x", "components": [row(button(custom_id=""))]}, f"{FIRST}.custom_id"),
        (
            {"content": "x", "components": [row(button(custom_id="x" * 101))]},
            f"{FIRST}.custom_id",
        ),
        ({"content": "x", "components": [row(button(), button())]}, "components"),
        (
            {"content": "x", "components": [row(button(url="https://e.org"))]},
            f"{FIRST}.custom_id",
        ),
        (
            {"content": "x", "components": [row({"type": 2, "style": 5, "label": "l"})]},
            f"{FIRST}.url",
        ),
        (
            {
                "content": "x",
                "components": [row({"type": 2, "style": 5, "label": "l", "url": "file:///etc"})],
            },
            f"{FIRST}.url",
        ),
        ({"content": "x", "nonce": "x" * 26}, "nonce"),
        ({"content": "x", "enforce_nonce": True}, "nonce"),
        ({"content": "x", "flags": 64}, "flags"),
        ({"content": "x", "flags": 1 << 15}, "content"),
        ({"content": "x", "allowed_mentions": {"parse": ["everyone", "all"]}}, "allowed_mentions.parse.1"),
        ({"content": "x", "message_reference": {"message_id": "abc"}}, "message_reference.message_id"),
    ],
)
async def test_a_message_beyond_the_rules_is_refused(desk: Desk, body: dict[str, Any], where: str) -> None:
    status, answer = await desk.post(**body)
    assert (status, answer["code"]) == (400, 50035)
    node = answer["errors"]
    for step in where.split("."):
        node = node[step]
    assert "_errors" in json.dumps(node)
    assert desk.rules() == [Rule.INVALID_BODY]
    assert desk.general.messages == ()


@pytest.mark.parametrize(
    "body",
    [
        {"content": "😀" * 2000},
        {"embeds": [{"title": "x" * 256, "description": "y" * 4096, "fields": [FIELD] * 25}]},
        {"embeds": [{"fields": [{"name": "n" * 256, "value": "v" * 1024}] * 4, "title": "t" * 256}]},
        {"content": "x", "components": rows(5, 5)},
        {"content": "x", "components": [row({"type": 2, "style": 5, "label": "l", "url": "https://e.org"})]},
        {"content": "x", "components": [row(button(label="x" * 80, custom_id="y" * 100))]},
        {"content": "x", "nonce": "x" * 25, "enforce_nonce": True},
        {"flags": 1 << 15, "components": [{"type": 10, "content": "only text"}]},
    ],
)
async def test_a_message_at_the_limit_is_taken(desk: Desk, body: dict[str, Any]) -> None:
    status, _ = await desk.post(**body)
    assert status == 200
    desk.server.verify()


@pytest.mark.parametrize(
    "body", [{}, {"content": " \n "}, {"content": None, "embeds": []}, {"components": rows(1)}]
)
async def test_an_empty_message_is_refused(desk: Desk, body: dict[str, Any]) -> None:
    status, answer = await desk.post(**body)
    assert (status, answer["code"]) == (400, 50006)
    assert desk.rules() == [Rule.EMPTY_MESSAGE]


async def test_an_edit_may_not_empty_a_message(desk: Desk) -> None:
    _, message = await desk.post(content="x")
    status, answer = await send(desk.server, "PATCH", f"{desk.messages}/{message['id']}", {"content": ""})
    assert (status, answer["code"]) == (400, 50006)
    assert desk.general.messages[0].content == "x"


@pytest.mark.parametrize(
    "allowed",
    [None, {"parse": ["users"]}, {"parse": [], "roles": ["5"]}, {"parse": [], "users": ["5"]}, {"users": []}],
)
async def test_a_new_message_that_could_ping_is_held_against_the_bot(desk: Desk, allowed: Any) -> None:
    status, _ = await desk.post(content="gm", allowed_mentions=allowed)
    assert status == 200
    assert desk.rules() == [Rule.PING_POSSIBLE]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({"content": "@everyone"}, [Rule.PING_POSSIBLE]),
        ({"content": "gm <@!5>"}, [Rule.PING_POSSIBLE]),
        ({"content": "gm <@&5>"}, [Rule.PING_POSSIBLE]),
        ({"content": "@here", "allowed_mentions": SAFE}, []),
        ({"content": "a@b.org <#5>"}, []),
        ({"components": []}, []),
    ],
)
async def test_an_edit_is_judged_by_its_text(desk: Desk, body: dict[str, Any], found: list[Rule]) -> None:
    _, message = await desk.post(content="x")
    status, _ = await send(desk.server, "PATCH", f"{desk.messages}/{message['id']}", body)
    assert status == 200
    assert desk.rules() == found


async def test_a_picture_without_its_file_is_found_by_verify(desk: Desk) -> None:
    await desk.post(embeds=[{"title": "t", "image": {"url": "attachment://chart.png"}}])
    with pytest.raises(AssertionError, match=r"chart\.png"):
        desk.server.verify()


async def test_a_repeated_nonce_returns_the_first_message(desk: Desk) -> None:
    _, first = await desk.post(content="one", nonce="n1", enforce_nonce=True)
    _, second = await desk.post(content="two", nonce="n1", enforce_nonce=True)
    _, third = await desk.post(content="three", nonce="n1")
    assert first["id"] == second["id"] != third["id"]
    assert [each.content for each in desk.general.messages] == ["one", "three"]


@pytest.mark.parametrize(
    ("method", "path", "status", "rule"),
    [
        ("GET", "/no/such/route", 404, Rule.UNKNOWN_ROUTE),
        ("DELETE", "/gateway", 404, Rule.UNKNOWN_ROUTE),
        ("GET", "/channels/abc", 404, Rule.UNKNOWN_ROUTE),
        ("GET", "/users/@me/connections", 501, Rule.NOT_PLAYED),
    ],
)
async def test_a_call_that_is_not_in_the_document_is_refused(
    desk: Desk, method: str, path: str, status: int, rule: Rule
) -> None:
    answered, _ = await send(desk.server, method, path)
    assert answered == status
    assert desk.rules() == [rule]


async def test_a_body_that_is_no_json_is_refused(desk: Desk) -> None:
    headers = {"Authorization": f"Bot {desk.server.token}", "Content-Type": "application/json"}
    async with aiohttp.ClientSession(headers=headers) as session:
        answer = await session.post(desk.server.url + desk.messages, data=b"{nope")
        assert (await answer.json())["code"] == 50109
    assert desk.rules() == [Rule.INVALID_BODY]


@pytest.mark.parametrize(
    ("size", "name", "listed", "status"),
    [
        (10 * 1024 * 1024, "chart.png", 0, 200),
        (10 * 1024 * 1024 + 1, "chart.png", 0, 413),
        (1, "../etc/passwd", 0, 400),
        (1, "chart.png", 1, 400),
    ],
)
async def test_files_are_judged(desk: Desk, size: int, name: str, listed: int, status: int) -> None:
    form = aiohttp.FormData(quote_fields=False)
    body = {"allowed_mentions": SAFE, "attachments": [{"id": listed}]}
    form.add_field("payload_json", json.dumps(body))
    form.add_field("files[0]", io.BytesIO(b"x" * size), filename=name)
    async with aiohttp.ClientSession(headers={"Authorization": f"Bot {desk.server.token}"}) as session:
        answer = await session.post(desk.server.url + desk.messages, data=form)
        assert answer.status == status
    assert len(desk.server.violations) == (status != 200)


async def test_a_wrong_token_counts_as_an_invalid_request(desk: Desk) -> None:
    status, _ = await send(desk.server, "GET", "/users/@me", token="stolen")
    assert (status, desk.server.invalid_requests) == (401, 1)
    assert desk.rules() == [Rule.UNAUTHORIZED]


@pytest.mark.parametrize("refusal", [UNKNOWN_CHANNEL, CANNOT_DM])
async def test_sending_again_to_a_dead_channel_is_held_against_the_bot(desk: Desk, refusal: Any) -> None:
    desk.general.refusal = refusal
    assert (await desk.post(content="x"))[1]["code"] == refusal.code
    assert desk.rules() == []
    await desk.post(content="x")
    assert desk.rules() == [Rule.DEAD_CHANNEL]


async def test_a_channel_that_lacks_a_permission_may_be_tried_again(desk: Desk) -> None:
    desk.general.refusal = MISSING_PERMISSIONS
    for _ in range(2):
        assert (await desk.post(content="x"))[0] == 403
    desk.general.refusal = None
    assert (await desk.post(content="x"))[0] == 200
    assert desk.server.invalid_requests == 2
    desk.server.verify()


async def test_a_deleted_channel_is_unknown(desk: Desk) -> None:
    desk.server.world.remove_channel(desk.general.id)
    assert (await desk.post(content="x"))[1]["code"] == 10003


async def test_another_persons_message_can_be_neither_edited_nor_deleted(desk: Desk) -> None:
    said = desk.alice.say(desk.general, "mine")
    path = f"{desk.messages}/{said.id}"
    edited = await send(desk.server, "PATCH", path, {"content": "yours"})
    deleted = await send(desk.server, "DELETE", path)
    assert [edited[1]["code"], deleted[1]["code"]] == [50005, 50013]


# The fake itself


NAMES = st.sampled_from(
    [
        *("content", "embeds", "title", "fields", "name", "value", "author", "footer", "image", "url"),
        *("components", "type", "style", "custom_id", "accessory", "flags", "allowed_mentions", "parse"),
        *("attachments", "id"),
    ]
)
SCALARS = st.none() | st.booleans() | st.integers(-1, 1 << 16) | st.text(max_size=3) | st.just("1")
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=5),
    max_leaves=25,
)
BODIES = st.dictionaries(NAMES, VALUES, max_size=5)


@given(BODIES)
@settings(max_examples=200, deadline=None)
def test_the_judge_has_a_verdict_on_any_body(body: Any) -> None:
    found = load().find("POST", "/channels/1/messages")
    assert found is not None
    errors = found[0].body_errors(body) or message_errors(body, {}, may_hide=False)
    assert ("errors" in json.dumps(invalid_form(errors).body())) == bool(errors)
    if not errors:
        forbids = (body.get("allowed_mentions") or {}).get("parse") == []
        assert (ping(body, creates=True) is None) == forbids


async def test_the_fakes_own_answers_follow_the_document(desk: Desk) -> None:
    asked = await desk.ask()
    await desk.respond(asked, 4, content="x")
    _, message = await desk.post(content="x", embeds=[{"title": "t"}], components=rows(1))
    path = f"{desk.messages}/{message['id']}"
    webhook = f"/webhooks/{desk.server.world.bot.id}/{asked.token}/messages/@original"
    again = desk.alice.slash(desk.general, "price")
    callback = f"/interactions/{again.id}/{again.token}/callback"
    for method, place, body, query in (
        ("GET", "/gateway", None, {}),
        ("GET", "/gateway/bot", None, {}),
        ("GET", "/users/@me", None, {}),
        ("GET", f"/users/{desk.alice.id}", None, {}),
        ("GET", "/oauth2/applications/@me", None, {}),
        ("POST", "/users/@me/channels", {"recipient_id": str(desk.alice.id)}, {}),
        ("GET", f"/channels/{desk.general.id}", None, {}),
        ("GET", desk.messages, None, {}),
        ("GET", path, None, {}),
        ("PATCH", path, {"content": "y", "allowed_mentions": SAFE}, {}),
        ("PUT", f"{path}/reactions/👍/@me", None, {}),
        ("POST", f"/channels/{desk.general.id}/typing", None, {}),
        ("POST", f"{path}/threads", {"name": "thread"}, {}),
        ("GET", f"/guilds/{desk.guild.id}/members/{desk.alice.id}", None, {}),
        ("GET", f"/guilds/{desk.guild.id}", None, {}),
        ("GET", f"{desk.application}/commands", None, {}),
        (
            "POST",
            callback,
            {"type": 4, "data": {"content": "x", "allowed_mentions": SAFE}},
            {"with_response": "1"},
        ),
        ("GET", webhook, None, {}),
        ("DELETE", path, None, {}),
    ):
        status, answer = await send(desk.server, method, place, body, params=query)
        found = load().find(method, place)
        assert found is not None
        assert (place, found[0].answer_errors(status, answer)) == (place, [])
    desk.server.verify()


def test_a_violation_reads_as_a_sentence() -> None:
    assert (
        str(Violation(rule=Rule.PING_POSSIBLE, detail="no allowed_mentions"))
        == "ping possible: no allowed_mentions"
    )
