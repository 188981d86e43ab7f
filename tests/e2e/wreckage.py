"""Updates as no platform would send them: real ones, wrecked somewhere. Pure but for the sampling.

Telegram's are wrecked inside what an update holds; its number stays a number, as the queue of the loopback
server needs it. Discord's interactions get a token that nobody knows, so that no answer counts twice.
"""

from __future__ import annotations

import json
import random
from typing import Any

from tests.e2e.grammar import HOSTILE
from tests.e2e.stage import Platforms
from tests.fakes.telegram import Role
from tests.fakes.telegram.samples import png

Json = dict[str, Any]


def wrecked(chance: random.Random, body: object, depth: int = 0) -> object:
    """Wreck a JSON document somewhere: a value of another type, one missing, one too many, one absurd."""
    if isinstance(body, dict) and body and depth < 8:
        keys = list(body)
        key = chance.choice(keys)
        kind = chance.random()
        if kind < 0.2:
            return {name: body[name] for name in keys if name != key}
        if kind < 0.25:
            return {**body, chance.choice(HOSTILE): chance.choice(ABSURD)}
        return {**body, key: wrecked(chance, body[key], depth + 1)}
    if isinstance(body, list) and body and depth < 8 and chance.random() < 0.7:
        at = chance.randrange(len(body))
        return [*body[:at], wrecked(chance, body[at], depth + 1), *body[at + 1 :]]
    return chance.choice(ABSURD)


ABSURD: tuple[object, ...] = (
    None, True, False, 0, -1, 1, 2**31, 2**63, -(2**63) - 1, 10**30, 0.5, 1e308, "", "x", "0", "-1", "null",
    [], {}, [[]], [None], {"id": None}, {"id": 10**30}, [{}], "\ud83d", "\x00", "@everyone", "x" * 5_000,
)  # fmt: skip


def telegram_samples(there: Platforms) -> list[Json]:
    """Let people do what they do, and take down the updates of it; to be called before a bot polls."""
    tg = there.telegram
    private = tg.private(there.tess)
    said = there.tess.send(private, "/t BONK")
    there.tess.send(private, "DezXAZ8z7PnrnRJjz3wXBoRgixCa6xjnB7YaB1pPB263")
    there.tess.send(private, "look", photo=png())
    there.tess.send(there.forum, "/p BONK", thread_id=there.topic, reply_to=said)
    there.amir.send(there.forum, "/rules", anonymous=True)
    there.tess.forward(said, there.forum)
    there.tess.edit(said, "/s BONK")
    there.tess.forge(said, "tpp:BONK")
    channel = tg.channel(-1008, "News", admins=[there.amir])
    there.amir.send(channel, "/t BONK")
    there.tess.block()
    there.tess.unblock()
    there.amir.set_role(there.forum, there.tess, Role.RESTRICTED)
    tg.migrate(tg.group(-55, "Small", admins=[there.amir]))
    sender = {"id": there.tess.id, "is_bot": False, "first_name": "Tess"}
    inline = {"id": "1", "from": sender, "query": "BONK", "offset": "", "chat_type": "sender"}
    unseen = {"id": "2", "from": sender, "chat_instance": "9", "inline_message_id": "x", "data": "tpp:BONK"}
    return [*tg.updates.pending, {"inline_query": inline}, {"callback_query": unseen}]


def telegram_wreck(chance: random.Random, samples: list[Json]) -> Json:
    """Make an update for the queue of the loopback server."""
    body = {key: value for key, value in chance.choice(samples).items() if key != "update_id"}
    ruined = wrecked(chance, body)
    return ruined if isinstance(ruined, dict) else {"message": ruined}


def discord_samples(there: Platforms) -> list[tuple[str, Json]]:
    """Take down the events that a session was sent so far, save the first, which makes the session."""
    frames = [
        json.loads(frame) for session in there.discord.gateway.sessions.values() for _, frame in session.log
    ]
    return [(frame["t"], frame["d"]) for frame in frames if frame["t"] not in {"READY", "RESUMED"}]


def discord_wreck(chance: random.Random, samples: list[tuple[str, Json]]) -> tuple[str, Json]:
    """Make an event; nine of ten wrecks are of messages and interactions."""
    talk = [each for each in samples if each[0] in {"MESSAGE_CREATE", "INTERACTION_CREATE"}]
    event, body = chance.choice(talk if chance.random() < 0.9 else samples)
    # Half a character is no JSON: a gateway that sent it would not be Discord's.
    ruined = json.loads(json.dumps(wrecked(chance, body), ensure_ascii=False).encode(errors="replace"))
    if not isinstance(ruined, dict):
        ruined = {"d": ruined}
    # The loopback server finds the listener by the server's id.
    listener = "id" if event.startswith("GUILD_") else "guild_id"
    if listener in body:
        ruined[listener] = body[listener]
    if "token" in ruined:
        ruined["token"] = f"nobody-{chance.getrandbits(64):x}"
    return event, ruined
