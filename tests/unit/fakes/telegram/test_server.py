"""The fake Telegram under the real aiogram client: what a bot does there and what people see of it."""

import pytest
from aiogram import Bot, Dispatcher, F
from aiogram.enums import ParseMode
from aiogram.filters import Command
from aiogram.types import (
    BotCommand,
    BufferedInputFile,
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQuery,
    InlineQueryResultArticle,
    InputMediaPhoto,
    InputTextMessageContent,
    Message,
    ReplyParameters,
)
from aiogram.webhook.aiohttp_server import SimpleRequestHandler
from aiohttp import web

from tests.fakes.telegram import Button, TelegramServer
from tests.fakes.telegram.client import polling
from tests.fakes.telegram.samples import png


def photo(colour: str = "red") -> BufferedInputFile:
    return BufferedInputFile(png(colour), "chart.png")


def keyboard(*labels: str) -> InlineKeyboardMarkup:
    row = [InlineKeyboardButton(text=label, callback_data=f"t:{label.lower()}") for label in labels]
    return InlineKeyboardMarkup(inline_keyboard=[row])


async def test_a_bot_on_long_polling_echoes_what_a_person_writes(server: TelegramServer, bot: Bot) -> None:
    alice = server.user(7, "Alice", "alice")
    chat = server.private(alice)
    dispatcher = Dispatcher()

    @dispatcher.message(Command("echo"))
    async def echo(message: Message) -> None:
        await message.reply(f"<b>{message.text}</b> &amp; more", parse_mode=ParseMode.HTML)

    async with polling(dispatcher, bot):
        asked = alice.send(chat, "/echo hi")
        answered = server.shown(await server.wait_for("sendMessage"))
    assert answered.text == "/echo hi & more"
    assert answered.entities == ({"type": "bold", "offset": 0, "length": 8},)
    assert answered.raw == "<b>/echo hi</b> &amp; more"
    assert answered.reply_to == asked.message_id
    assert asked.entities == ({"type": "bot_command", "offset": 0, "length": 5},)
    server.verify()


async def test_a_press_reaches_the_bot_and_its_answer_and_edit_are_seen(
    server: TelegramServer, bot: Bot
) -> None:
    alice = server.user(7, "Alice")
    chat = server.private(alice)
    dispatcher = Dispatcher()

    @dispatcher.callback_query(F.data.startswith("t:"))
    async def pressed(query: CallbackQuery) -> None:
        await query.answer("done")
        assert isinstance(query.message, Message)
        await query.message.edit_text(f"you chose {query.data}")

    await bot.send_message(chat.id, "choose", reply_markup=keyboard("Buy", "Sell"))
    menu = chat.messages[-1]
    assert menu.buttons == [[Button("Buy", "t:buy"), Button("Sell", "t:sell")]]
    async with polling(dispatcher, bot):
        query = alice.press(menu, "Sell")
        edited = server.shown(await server.wait_for("editMessageText"))
    assert query.answer == {"callback_query_id": query.id, "text": "done"}
    assert (edited.text, edited.edits, edited.buttons) == ("you chose t:sell", 1, [])
    server.verify()


async def test_a_text_becomes_a_photo_and_its_file_id_can_be_sent_again(
    server: TelegramServer, bot: Bot
) -> None:
    chat = server.private(server.user(7, "Alice"))
    card = await bot.send_message(chat.id, "card")
    shown = await bot.edit_message_media(
        InputMediaPhoto(media=photo("blue"), caption="<i>card</i>", parse_mode=ParseMode.HTML),
        chat_id=chat.id,
        message_id=card.message_id,
        reply_markup=keyboard("Refresh"),
    )
    assert isinstance(shown, Message)
    assert shown.photo
    assert (shown.photo[0].width, shown.photo[0].height) == (8, 6)
    seen = chat.message(card.message_id)
    assert (seen.photo, seen.caption, seen.text) == (png("blue"), "card", "")
    again = await bot.send_photo(chat.id, shown.photo[0].file_id)
    assert chat.message(again.message_id).photo == png("blue")
    file = await bot.get_file(shown.photo[0].file_id)
    assert file.file_path
    downloaded = await bot.download_file(file.file_path)
    assert downloaded is not None
    assert downloaded.read() == png("blue")
    server.verify()


async def test_an_upload_and_an_album_arrive_with_their_bytes(server: TelegramServer, bot: Bot) -> None:
    chat = server.private(server.user(7, "Alice"))
    await bot.send_document(chat.id, BufferedInputFile(b"a,b\n1,2\n", "pnl.csv"), caption="report")
    await bot.send_media_group(
        chat.id, [InputMediaPhoto(media=photo("red")), InputMediaPhoto(media=photo("blue"))]
    )
    report, first, second = chat.messages
    assert report.document == b"a,b\n1,2\n"
    assert [first.photo, second.photo] == [png("red"), png("blue")]
    assert server.calls[0].files
    server.verify()


async def test_an_inline_query_gets_the_results_the_bot_answers(server: TelegramServer, bot: Bot) -> None:
    alice = server.user(7, "Alice")
    dispatcher = Dispatcher()

    @dispatcher.inline_query()
    async def answer(query: InlineQuery) -> None:
        content = InputTextMessageContent(message_text=f"*{query.query}*", parse_mode=ParseMode.MARKDOWN_V2)
        await query.answer(
            [InlineQueryResultArticle(id="1", title=query.query, input_message_content=content)]
        )

    async with polling(dispatcher, bot):
        results = await alice.inline("BONK")
    assert [result["title"] for result in results] == ["BONK"]
    server.verify()


async def test_updates_are_pushed_to_a_webhook_with_its_secret(server: TelegramServer, bot: Bot) -> None:
    alice = server.user(7, "Alice")
    chat = server.private(alice)
    dispatcher = Dispatcher()

    @dispatcher.message()
    async def echo(message: Message) -> None:
        await message.answer(f"heard {message.text}")

    app = web.Application()
    SimpleRequestHandler(dispatcher, bot, secret_token="s3cret").register(app, path="/hook")
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        await bot.set_webhook(f"http://127.0.0.1:{runner.addresses[0][1]}/hook", secret_token="s3cret")
        alice.send(chat, "one")
        answered = server.shown(await server.wait_for("sendMessage"))
        info = await bot.get_webhook_info()
    finally:
        await runner.cleanup()
    assert answered.text == "heard one"
    assert (info.pending_update_count, info.last_error_message) == (0, None)
    server.verify()


async def test_a_webhook_that_fails_is_tried_again(server: TelegramServer, bot: Bot) -> None:
    alice = server.user(7, "Alice")
    received: list[int] = []

    async def hook(request: web.Request) -> web.Response:
        received.append((await request.json())["update_id"])
        return web.Response(status=500 if len(received) == 1 else 200)

    app = web.Application()
    app.router.add_post("/", hook)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        await bot.set_webhook(f"http://127.0.0.1:{runner.addresses[0][1]}/")
        alice.send(server.private(alice), "one")
        await server.until(lambda: not server.updates.pending)
    finally:
        await runner.cleanup()
    assert received == [1000, 1000]
    assert server.updates.last_error == "Wrong response from the webhook: 500"


async def test_an_update_can_be_delivered_twice_and_is_kept_until_confirmed(
    server: TelegramServer, bot: Bot
) -> None:
    alice = server.user(7, "Alice")
    alice.send(server.private(alice), "one")
    server.updates.copies = 2
    twice = await bot.get_updates()
    server.updates.copies = 1
    again = await bot.get_updates()
    confirmed = await bot.get_updates(offset=again[0].update_id + 1)
    assert [update.update_id for update in twice] == [1000, 1000]
    assert [update.update_id for update in again] == [1000]
    assert confirmed == []


async def test_kinds_of_updates_the_bot_did_not_ask_for_are_withheld(
    server: TelegramServer, bot: Bot
) -> None:
    alice = server.user(7, "Alice")
    chat = server.private(alice)
    await bot.get_updates(allowed_updates=["callback_query"])
    alice.send(chat, "unheard")
    assert await bot.get_updates() == []
    assert [list(update) for update in server.updates.withheld] == [["message"]]


async def test_raw_updates_pass_as_they_are(server: TelegramServer, bot: Bot) -> None:
    server.push_raw(
        {"update_id": 5000, "poll_answer": {"poll_id": "1", "option_ids": [], "option_persistent_ids": []}}
    )
    server.push_raw(
        {"update_id": 5000, "message": {"message_id": 1, "date": 0, "chat": {"id": 9, "type": "private"}}}
    )
    assert [update.update_id for update in await bot.get_updates()] == [5000, 5000]


async def test_replies_copies_forwards_reactions_and_deletions_are_seen(
    server: TelegramServer, bot: Bot
) -> None:
    alice = server.user(7, "Alice")
    chat = server.private(alice)
    said = alice.send(chat, "hello")
    reply = await bot.send_message(
        chat.id, "hi", reply_parameters=ReplyParameters(message_id=said.message_id)
    )
    assert reply.reply_to_message is not None
    assert reply.reply_to_message.text == "hello"
    copied = await bot.copy_message(chat.id, chat.id, said.message_id)
    forwarded = await bot.forward_message(chat.id, chat.id, said.message_id)
    assert forwarded.forward_origin is not None
    assert forwarded.forward_origin.type == "user"
    await bot.delete_message(chat.id, copied.message_id)
    await bot.send_chat_action(chat.id, "typing")
    assert [message.text for message in chat.messages] == ["hello", "hi", "hello"]
    assert chat.actions == ["typing"]
    server.verify()


async def test_the_command_menu_is_kept_by_scope_and_language(server: TelegramServer, bot: Bot) -> None:
    await bot.set_my_commands([BotCommand(command="price", description="Price of a token")])
    await bot.set_my_commands([BotCommand(command="preis", description="Preis")], language_code="de")
    assert [command.command for command in await bot.get_my_commands()] == ["price"]
    assert [command["command"] for command in server.commands(language_code="de")] == ["preis"]
    await bot.delete_my_commands()
    assert server.commands() == []
    server.verify()


async def test_waiting_for_a_call_that_never_comes_names_the_calls_that_came(
    server: TelegramServer, bot: Bot
) -> None:
    await bot.get_me()
    with pytest.raises(AssertionError, match=r"no call sendMessage within 0.01 s; calls: \['getMe'\]"):
        await server.wait_for("sendMessage", timeout=0.01)
