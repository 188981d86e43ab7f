"""The Discord fake, driven by the real discord.py: what a client and the people in front of it can do."""

import io
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import discord
import pytest

from tests.fakes.discord import ClientRefusalError, Rule
from tests.unit.fakes.discord_scene import MINT, Bot, Scene, stage


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    async with stage() as made:
        yield made


@pytest.fixture
async def synced(scene: Scene) -> Scene:
    await scene.bot.tree.sync()
    return scene


async def test_a_client_logs_in_and_sees_its_guild(scene: Scene) -> None:
    guild = scene.bot.get_guild(scene.guild.id)
    assert guild is not None
    assert (guild.name, guild.owner_id, guild.member_count) == ("Degens", scene.olga.id, 3)
    assert scene.channel.permissions_for(guild.me).send_messages
    scene.server.verify()


async def test_an_application_and_its_commands_are_known_after_sync(synced: Scene) -> None:
    info = await synced.bot.application_info()
    names = {command.name for command in await synced.bot.tree.fetch_commands()}
    assert info.id == synced.server.world.bot.id
    assert names == {"price", "scan", "note", "rights", "silent", "alert", "Scan this"}
    synced.server.verify()


async def test_a_slash_command_is_answered_with_embed_and_buttons(synced: Scene) -> None:
    asked = synced.alice.slash(synced.general, "price", token="BONK")
    (shown,) = await synced.server.shown(asked)
    assert shown.embeds[0]["title"] == "BONK"
    assert [(each.label, each.custom_id, each.url) for each in shown.components] == [
        ("Refresh", "tBONK", None),
        ("Chart", None, "https://example.org/chart"),
    ]
    assert shown.ephemeral_to is None
    assert synced.general.messages == (shown,)
    synced.server.verify()


async def test_a_slash_command_works_in_direct_messages(synced: Scene) -> None:
    direct = synced.server.dm(synced.alice)
    (shown,) = await synced.server.shown(synced.alice.slash(direct, "price", token="BONK"))
    assert (shown.channel_id, direct.messages) == (direct.id, (shown,))
    synced.server.verify()


async def test_autocomplete_returns_the_choices_shown(synced: Scene) -> None:
    choices = await synced.alice.autocomplete(synced.general, "price", token="BO")
    assert choices == [{"name": "BONK", "value": "BONK"}]
    synced.server.verify()


async def test_a_dynamic_button_edits_its_message(synced: Scene) -> None:
    asked = synced.alice.slash(synced.general, "price", token=MINT)
    (shown,) = await synced.server.shown(asked)
    pressed = synced.olga.press(shown, "Refresh")
    (edited,) = await synced.server.shown(pressed)
    assert edited.content == f"refreshed {MINT}"
    assert [each.content for each in edited.edits] == [""]
    assert edited.id == shown.id
    synced.server.verify()


async def test_a_deferred_answer_is_for_one_persons_eyes(synced: Scene) -> None:
    asked = synced.alice.slash(synced.general, "scan", deep=True, depth=3)
    first, more = await synced.server.shown(asked, count=2)
    assert (first.content, first.ephemeral_to) == ("scanned True 3", synced.alice.id)
    assert (more.content, more.ephemeral_to) == ("more", synced.alice.id)
    with pytest.raises(ClientRefusalError, match="olga sees no message"):
        synced.olga.press(first, "Refresh")
    synced.server.verify()


async def test_a_message_menu_carries_the_whole_message(synced: Scene) -> None:
    said = synced.olga.say(synced.general, MINT)
    asked = synced.alice.menu(said, "Scan this")
    (shown,) = await synced.server.shown(asked)
    assert shown.content == f"found {MINT}"
    synced.server.verify()


async def test_a_form_is_filled_in_and_submitted(synced: Scene) -> None:
    asked = synced.alice.slash(synced.general, "note")
    await synced.server.wait_for(lambda: asked.modal)
    with pytest.raises(ClientRefusalError, match="1 to 20"):
        synced.alice.modal(asked, **{"Your note": "x" * 21})
    submitted = synced.alice.modal(asked, **{"Your note": "buy the dip"})
    (shown,) = await synced.server.shown(submitted)
    assert shown.content == "noted buy the dip"
    synced.server.verify()


async def test_a_subcommand_takes_a_number(synced: Scene) -> None:
    asked = synced.alice.slash(synced.general, "alert add", above=1.5)
    (shown,) = await synced.server.shown(asked)
    assert shown.content == "above 1.5"
    synced.server.verify()


async def test_a_demoted_admin_loses_the_permission_bits(synced: Scene) -> None:
    answers = []
    for administrator in (True, False):
        synced.server.member(synced.alice, synced.guild, administrator=administrator)
        asked = synced.alice.slash(synced.general, "rights", member=synced.olga.user)
        (shown,) = await synced.server.shown(asked)
        answers.append(shown.content)
    assert answers == ["True olga", "False olga"]
    synced.server.verify()


async def test_the_picker_refuses_what_is_not_synced(scene: Scene) -> None:
    with pytest.raises(ClientRefusalError, match="no command 'price' is synced"):
        scene.alice.slash(scene.general, "price", token="BONK")


@pytest.mark.parametrize(
    ("command", "options", "reason"),
    [
        ("price", {}, "needs"),
        ("price", {"coin": "BONK"}, "no option"),
        ("price", {"token": 5}, "does not take"),
        ("price", {"token": "BONK", "span": "7d"}, "offers no"),
        ("scan", {"deep": True, "depth": True}, "does not take"),
        ("alert add", {"above": 11.0}, "takes 0"),
        ("alert", {}, "needs a subcommand"),
        ("alert drop", {}, "no subcommand"),
    ],
)
async def test_the_picker_refuses_bad_options(
    synced: Scene, command: str, options: dict[str, Any], reason: str
) -> None:
    with pytest.raises(ClientRefusalError, match=reason):
        synced.alice.slash(synced.general, command, **options)


async def test_a_stranger_cannot_act_in_a_guild(synced: Scene) -> None:
    mallory = synced.server.person("mallory")
    with pytest.raises(ClientRefusalError, match="mallory is not in 'general'"):
        mallory.slash(synced.general, "price", token="BONK")


async def test_people_edit_react_and_delete_within_their_rights(scene: Scene) -> None:
    said = scene.alice.say(scene.general, "gm")
    scene.alice.edit(said, "gn")
    scene.olga.react(said, "👍")
    with pytest.raises(ClientRefusalError, match="only the author"):
        scene.olga.edit(said, "mine now")
    theirs = scene.olga.say(scene.general, "hi")
    with pytest.raises(ClientRefusalError, match="only a moderator"):
        scene.alice.delete(theirs)
    scene.olga.delete(said)
    assert [each.content for each in scene.general.messages] == ["hi"]
    events = [json.loads(frame)["t"] for _, frame in scene.server.gateway.live[0].log]
    assert events[-5:] == [
        "MESSAGE_CREATE",
        "MESSAGE_UPDATE",
        "MESSAGE_REACTION_ADD",
        "MESSAGE_CREATE",
        "MESSAGE_DELETE",
    ]


async def test_a_disabled_button_and_a_link_cannot_be_pressed(scene: Scene) -> None:
    view = discord.ui.View()
    view.add_item(discord.ui.Button(label="Off", custom_id="off", disabled=True))
    view.add_item(discord.ui.Button(label="Out", url="https://example.org"))
    await scene.channel.send("x", view=view)
    (shown,) = scene.general.messages
    for label in ("Off", "Out", "Gone"):
        with pytest.raises(ClientRefusalError):
            scene.alice.press(shown, label)


async def test_a_forged_payload_reaches_the_bot(scene: Scene) -> None:
    pressed: list[str] = []

    @scene.bot.event
    async def on_interaction(interaction: discord.Interaction) -> None:
        assert interaction.data is not None
        pressed.append(str(interaction.data.get("custom_id")))
        await interaction.response.defer()

    await scene.channel.send("x")
    (shown,) = scene.general.messages
    forged = scene.alice.forge(shown, "tx'; DROP TABLE orders")
    await scene.server.wait_for(lambda: forged.answer)
    assert pressed == ["tx'; DROP TABLE orders"]
    scene.server.verify()


async def test_a_pasted_address_is_heard_with_the_content_intent(scene: Scene) -> None:
    scene.alice.say(scene.general, MINT)
    heard = await scene.bot.heard.get()
    assert heard.content == MINT
    scene.server.verify()


async def test_content_is_blank_without_the_intent_except_for_direct_messages_and_mentions() -> None:
    async with stage(Bot(intents=discord.Intents.default())) as scene:
        mention = f"<@{scene.server.world.bot.id}> {MINT}"
        scene.alice.say(scene.general, MINT)
        scene.alice.say(scene.general, mention)
        scene.alice.say(scene.server.dm(scene.alice), "hello")
        heard = [(await scene.bot.heard.get()).content for _ in range(3)]
        assert heard == ["", mention, "hello"]
        scene.server.verify()


async def test_other_bots_and_webhooks_can_be_told_from_people(scene: Scene) -> None:
    rival = scene.server.person("rival", bot=True)
    scene.server.member(rival, scene.guild)
    rival.say(scene.general, MINT)
    scene.server.webhook(scene.general).say(MINT)
    scene.alice.say(scene.general, MINT)
    heard = [await scene.bot.heard.get() for _ in range(3)]
    told = [(each.author.bot, each.webhook_id is not None) for each in heard]
    assert told == [(True, False), (True, True), (False, False)]
    scene.server.verify()


async def test_files_are_kept_served_and_replaced_by_an_edit(scene: Scene) -> None:
    embed = discord.Embed(title="chart").set_image(url="attachment://chart.png")
    sent = await scene.channel.send(embed=embed, file=discord.File(io.BytesIO(b"one"), "chart.png"))
    assert await sent.attachments[0].read() == b"one"
    await sent.edit(embed=embed, attachments=[discord.File(io.BytesIO(b"two"), "chart.png")])
    (shown,) = scene.general.messages
    assert shown.attachments == (("chart.png", b"two"),)
    assert shown.edits[0].attachments == (("chart.png", b"one"),)
    scene.server.verify()


async def test_direct_messages_replies_reactions_and_threads_work(scene: Scene) -> None:
    said = scene.alice.say(scene.general, "gm")
    await scene.bot.heard.get()
    message = await scene.channel.fetch_message(said.id)
    await message.reply("gm too")
    await message.add_reaction("👍")
    thread = await message.create_thread(name="gm thread")
    await thread.send("inside")
    user = await scene.bot.fetch_user(scene.alice.id)
    await user.send("psst")
    assert scene.general.messages[-1].reply_to == said.id
    assert scene.general.stored[said.id].reactions == [(scene.server.world.bot.id, "👍")]
    assert scene.server.channel(thread.id).messages[0].content == "inside"
    assert scene.server.dm(scene.alice).messages[0].content == "psst"
    scene.server.verify()


async def test_history_and_members_are_listed(scene: Scene) -> None:
    for number in range(3):
        scene.alice.say(scene.general, str(number))
    history = [message.content async for message in scene.channel.history(limit=2)]
    guild = scene.bot.get_guild(scene.guild.id)
    assert guild is not None
    members = [member.name async for member in guild.fetch_members()]
    assert history == ["2", "1"]
    assert sorted(members) == ["alice", "olga", "trenchcoat"]


async def test_an_incoming_webhook_posts_edits_and_is_judged(scene: Scene) -> None:
    async with aiohttp.ClientSession() as session:
        hook_id, token = scene.server.webhook(scene.general).url.split("/")[-2:]
        hook = discord.Webhook.partial(int(hook_id), token, session=session)
        sent = await hook.send("radar", wait=True, allowed_mentions=discord.AllowedMentions.none())
        await sent.edit(content="radar 2", allowed_mentions=discord.AllowedMentions.none())
        assert [each.content for each in scene.general.messages] == ["radar 2"]
        scene.server.verify()
        await hook.send("no mentions given")
    assert scene.rules() == [Rule.PING_POSSIBLE]
