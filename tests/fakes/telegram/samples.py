"""A small cast, and small valid things to send."""

from io import BytesIO

from PIL import Image

from tests.fakes.telegram.server import TelegramServer
from tests.fakes.telegram.verdict import Json

ALICE, STRANGER = 7, 8
GROUP, FORUM, CHANNEL = -4200, -1001234567890, -1009876543210


def populate(server: TelegramServer) -> None:
    """Let Alice write with the bot, be in a group and own a forum and a channel; a stranger stays away."""
    alice = server.user(ALICE, "Alice", "alice")
    server.user(STRANGER, "Stranger")
    server.private(alice)
    server.group(GROUP, "Traders", members=[alice])
    server.supergroup(FORUM, "Forum", admins=[alice], forum=True)
    server.channel(CHANNEL, "News", admins=[alice], username="news")


def png(colour: str = "red", width: int = 8, height: int = 6) -> bytes:
    """Return a PNG picture of one colour."""
    buffer = BytesIO()
    Image.new("RGB", (width, height), colour).save(buffer, "PNG")
    return buffer.getvalue()


def keyboard(text: str = "Buy", **action: str) -> Json:
    """Return an inline keyboard of one button, such as `keyboard("Buy", callback_data="t:buy")`."""
    return {"inline_keyboard": [[{"text": text} | action]]}
