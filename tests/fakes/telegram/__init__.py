"""Telegram on loopback: a Bot API server that plays people and judges the bot. Start at `TelegramServer`."""

from tests.fakes.telegram.faults import ANY_METHOD, Cut, Delay, Garbage
from tests.fakes.telegram.people import User
from tests.fakes.telegram.server import TelegramServer
from tests.fakes.telegram.verdict import Refusal, Rule, Violation, bad_request, forbidden, too_many_requests
from tests.fakes.telegram.wire import Call, Upload
from tests.fakes.telegram.world import Button, Chat, Query, Role, SentMessage

__all__ = [
    "ANY_METHOD",
    "Button",
    "Call",
    "Chat",
    "Cut",
    "Delay",
    "Garbage",
    "Query",
    "Refusal",
    "Role",
    "Rule",
    "SentMessage",
    "TelegramServer",
    "Upload",
    "User",
    "Violation",
    "bad_request",
    "forbidden",
    "too_many_requests",
]
