"""What a front end is, and the limits of each platform."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from bot.outlet import Outlet
from data.models.ids import Platform


def utf16_units(text: str) -> int:
    """Count as Telegram counts: in UTF-16 code units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much one message holds, in units of `measure`; `joint` is what each part adds around itself."""

    total: int
    caption: int  # total where an image comes along
    title: int
    body: int
    fields: int
    field_name: int
    field_value: int
    footer: int
    rows: int
    per_row: int
    label: int
    joint: int
    measure: Callable[[str], int] = len


# Source: https://core.telegram.org/bots/api#sendmessage and #sendphoto; rows and labels as clients show them.
TELEGRAM = Limits(
    total=4096, caption=1024, title=256, body=4096, fields=40, field_name=64, field_value=1024, footer=512,
    rows=12, per_row=8, label=40, joint=4, measure=utf16_units,
)  # fmt: skip

# Source: https://discord.com/developers/docs/resources/message#embed-object-embed-limits
DISCORD = Limits(
    total=6000, caption=6000, title=256, body=4096, fields=25, field_name=256, field_value=1024, footer=2048,
    rows=5, per_row=5, label=80, joint=2, measure=utf16_units,
)  # fmt: skip

CONSOLE = Limits(
    total=40_000, caption=40_000, title=300, body=20_000, fields=60, field_name=100, field_value=4000,
    footer=1000, rows=20, per_row=10, label=60, joint=4,
)  # fmt: skip


class FrontEnd(Protocol):
    """Carries requests in and frames out on one platform."""

    @property
    def platform(self) -> Platform:
        """Which one."""
        ...

    @property
    def outlet(self) -> Outlet:
        """The way out for what is pushed, once started."""
        ...

    async def start(self) -> None:
        """Begin to listen; returns once the platform knows us.

        Raises:
            ConfigError: the token is refused, or the platform cannot be reached.
        """
        ...

    async def ended(self) -> str:
        """Wait until the platform itself ends it for good, as when a token is revoked; gives the reason."""
        ...

    async def stop(self) -> None:
        """Stop listening, finish the frames in flight, and close."""
        ...
