"""Whether a channel belongs to a server, as the real discord.py knows it from a loopback Discord."""

from __future__ import annotations

from data.models.chat import Chat, ChatKind
from data.models.ids import Platform
from tests.integration.discord_stage import stage


async def test_a_server_holds_its_own_channels_and_no_others() -> None:
    async with stage() as made:
        front = await made.started()
        here = made.guild.channel("quiet")
        home, general = str(made.guild.id), str(made.general.id)
        server = Chat(platform=Platform.DISCORD, id=home, channel=general, kind=ChatKind.GROUP)
        other = made.server.guild(9 << 22, "Others", owner=made.olga, members=[made.bob], channels=("own",))
        secret = other.channel("own")
        foreign = Chat(platform=Platform.DISCORD, id="12345", channel="1", kind=ChatKind.GROUP)
        assert await front.holds(server, str(here.id))
        assert not await front.holds(server, str(secret.id))
        assert not await front.holds(server, "9" * 25)
        assert not await front.holds(foreign, str(here.id))
        made.server.verify()
