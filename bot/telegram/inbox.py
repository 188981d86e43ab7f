"""Updates become requests, and their answers messages: what people write, press and type is sorted here.

Knows what is asked for in which place. What a command does, and who may, is the dispatcher's to know.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias

import structlog
from aiogram import types
from aiogram.methods import AnswerInlineQuery, GetChatMember

from bot.telegram import heard, render
from bot.telegram.answer import Answer, Press, deliver
from bot.telegram.heard import Speaker
from bot.telegram.keyboard import Keyboards
from bot.telegram.screen import NO_PREVIEW, Pictures, Screen, Shown, Target, drawing
from bot.telegram.sender import Sender
from core.chats import Chats
from core.payloads import Payloads
from data.clock import Clock
from data.errors import BadArgument, DeliveryError, StoreUnavailable, TrenchcoatError
from data.models.chat import Actor, Chat, ChatKind, Level
from data.models.ids import Platform
from data.models.text import one_line
from data.nursery import Nursery
from handlers import actions
from handlers.dispatch import Dispatcher, Request, Standing, no_standing
from handlers.inline import InlineResult
from handlers.reply import Reply, tap, text
from handlers.spec import Origin

log = structlog.get_logger("telegram")

Inline: TypeAlias = Callable[[Request, str], Awaitable[Sequence[InlineResult]]]

PRIVATE_PACE_S = 1.0
GROUP_PACE_S = 3.0
INLINE = "inline"
_PASTE = "paste"
_INLINE_S = 2.0
_INLINE_RESULTS = 5
_INLINE_CACHE_S = 10
_TITLE_LIMIT = 100
_INSIDE = {"creator", "administrator", "member", "restricted"}
_BUSY = "The database is busy: try again in a moment."
_HINT = text("Paste the address of a token, or see ", tap("help"), " for what else there is.")


class Inbox:
    """Answers what is heard; `username` is ours, `private_url` opens a private chat with us."""

    def __init__(
        self,
        *,
        username: str,
        dispatcher: Dispatcher,
        payloads: Payloads,
        chats: Chats,
        sender: Sender,
        keyboards: Keyboards,
        pictures: Pictures,
        clock: Clock,
        nursery: Nursery,
        inline: Inline,
    ) -> None:
        self._username = username.lower()
        self._private_url = f"https://t.me/{username}"
        self._dispatcher = dispatcher
        self._payloads = payloads
        self._chats = chats
        self._sender = sender
        self._clock = clock
        self._nursery = nursery
        self._inline = inline
        self._keyboards = keyboards
        self._draw = drawing(keyboards)
        self._pictures = pictures

    async def on_message(self, message: types.Message) -> None:
        """Answer a command or a pasted token; say nothing to what is not meant for us."""
        if message.migrate_to_chat_id is not None:
            await self._sender.moved(message.chat.id, message.migrate_to_chat_id)
            return
        who = heard.speaker(message)
        if who is None:
            return
        chat = heard.place(message)
        if chat.private:
            self._sender.reopened(message.chat.id)
        said = heard.command(message)
        if said is not None:
            for_us = said.addressee in {"", self._username}
            known = said.name in self._dispatcher.registry
            if for_us and (known or chat.private or said.addressee):
                request = self._request(who, chat, Origin.TEXT, said.name, words=said.words)
                await self._reply(message, who, request)
        elif (invoke := heard.pasted(message)) is not None:
            if await self._flag(_PASTE, who, chat):
                request = self._request(who, chat, Origin.PASTE, invoke.command, named=dict(invoke.args))
                await self._reply(message, who, request)
        elif chat.private and message.text and message.forward_origin is None:
            screen = self._screen(Target(message.chat.id, heard.topic(message)))
            await self._say(screen, Reply(body=_HINT, practice=self._dispatcher.practice))

    async def on_press(self, query: types.CallbackQuery) -> None:
        """Run what a button means; the message it stands under shows the answer."""
        async with Press(self._sender, query.id, self._clock, self._nursery) as press:
            try:
                invoke = await actions.decode(query.data or "", self._dispatcher.registry, self._payloads.get)
            except BadArgument as error:
                await press.answer(f"{error.message} {error.hint}")
                return
            except StoreUnavailable:
                await press.answer(_BUSY)
                return
            who = heard.person(query.from_user)
            under = query.message
            chat = heard.unseen(query.chat_instance) if under is None else heard.place(under)
            request = self._request(who, chat, Origin.BUTTON, invoke.command, named=dict(invoke.args))
            answer = self._answer(self._under(query), who, chat, press.notice)

            async def show(frame: Reply) -> None:
                small = bool(frame.error) or (frame.private and not chat.private)
                if not (small and await press.said(frame)):
                    await answer.show(frame)
                await press.answer()

            await self._deliver(request, show)

    async def on_inline(self, query: types.InlineQuery) -> None:
        """Offer what a query finds, in time or not at all."""
        who, chat = heard.person(query.from_user), heard.unseen(str(query.from_user.id))
        found: Sequence[InlineResult] = ()
        if query.query.strip() and await self._flag(INLINE, who, chat):
            request = self._request(who, chat, Origin.INLINE, INLINE, words=tuple(query.query.split()))
            try:
                async with asyncio.timeout(_INLINE_S):
                    found = await self._inline(request, query.query)
            except (TimeoutError, TrenchcoatError) as error:
                log.info("inline_query_failed", reason=type(error).__name__)
        offered = {result.id: result for result in found if not result.reply.private}
        results = [await self._article(result) for result in list(offered.values())[:_INLINE_RESULTS]]
        method = AnswerInlineQuery(
            inline_query_id=query.id,
            results=list(results),
            cache_time=_INLINE_CACHE_S,
            is_personal=False,
        )
        try:
            await self._sender.call(method)
        except DeliveryError as error:
            log.info("inline_query_not_answered", reason=str(error))

    async def on_standing(self, change: types.ChatMemberUpdated) -> None:
        """Note where we are let in, and where no longer."""
        if change.new_chat_member.status in _INSIDE:
            self._sender.reopened(change.chat.id)
            await self._let_in(change.chat.id)
        else:
            self._sender.closed(change.chat.id)

    async def _let_in(self, chat_id: int) -> None:
        """Let a chat hear again what it listened to; a busy store leaves that to its people."""
        number = str(chat_id)
        group = Chat(platform=Platform.TELEGRAM, id=number, channel=number, kind=ChatKind.GROUP)
        try:
            await self._chats.let_in(group)
        except StoreUnavailable as error:
            log.warning("chat_not_let_in", chat=chat_id, reason=str(error))

    def _request(
        self,
        who: Speaker,
        chat: Chat,
        origin: Origin,
        command: str,
        *,
        words: tuple[str, ...] = (),
        named: dict[str, str] | None = None,
    ) -> Request:
        return Request(
            command=command, origin=origin, identity=who.identity, name=who.name, chat=chat, words=words,
            named=named, standing=self._standing(who, chat), private_url=self._private_url, locale=who.locale,
        )  # fmt: skip

    def _standing(self, who: Speaker, chat: Chat) -> Standing:
        """Make the question what someone is in a chat; a chat that speaks is nobody there."""
        user_id, chat_id = who.user_id, heard.number(chat)
        if chat.private or user_id is None or chat_id is None:
            return no_standing

        async def standing() -> Level:
            try:
                member = await self._sender.call(GetChatMember(chat_id=chat_id, user_id=user_id))
            except DeliveryError as error:
                log.warning("standing_unknown", reason=str(error))
                return Level.ANYONE
            return Level.CHAT_ADMIN if member.status in {"creator", "administrator"} else Level.ANYONE

        return standing

    async def _flag(self, name: str, who: Speaker, chat: Chat) -> bool:
        user = await self._dispatcher.people.recognise(who.identity, who.name)
        flags = await self._chats.flags(Actor(identity=who.identity, name=who.name, user=user), chat)
        return flags.get(name, False)

    async def _reply(self, message: types.Message, who: Speaker, request: Request) -> None:
        """Answer below a message; in a group, as a reply to it."""
        reply_to = None if request.chat.private else message.message_id
        public = self._screen(Target(message.chat.id, heard.topic(message), reply_to))
        await self._deliver(request, self._answer(public, who, request.chat, public.show).show)

    async def _deliver(self, request: Request, show: Callable[[Reply], Awaitable[None]]) -> None:
        await deliver(
            self._dispatcher.frames(request),
            show,
            interval_s=PRIVATE_PACE_S if request.chat.private else GROUP_PACE_S,
            clock=self._clock,
            nursery=self._nursery,
        )

    def _answer(
        self, public: Screen, who: Speaker, chat: Chat, notice: Callable[[Reply], Awaitable[None]]
    ) -> Answer:
        private: Screen | None = public
        if not chat.private:
            private = self._screen(Target(who.user_id)) if who.user_id is not None else None
        return Answer(public, private, notice=notice, private_url=self._private_url)

    def _screen(self, target: Target | None, shown: Shown | None = None) -> Screen:
        return Screen(self._sender, self._draw, self._pictures, target=target, shown=shown)

    def _under(self, query: types.CallbackQuery) -> Screen:
        """Show frames in the message whose button was pressed."""
        message = query.message
        if message is None and not query.inline_message_id:
            return self._screen(None)
        if message is None:
            return self._screen(None, Shown(inline_id=query.inline_message_id))
        media = isinstance(message, types.Message) and message.text is None
        shown = Shown(message.chat.id, message.message_id, media=media)
        return self._screen(Target(message.chat.id, heard.topic(message)), shown)

    async def _say(self, screen: Screen, reply: Reply) -> None:
        try:
            await screen.show(reply)
        except DeliveryError as error:
            log.info("hint_dropped", reason=str(error))

    async def _article(self, result: InlineResult) -> types.InlineQueryResultArticle:
        card = render.card(result.reply.with_(image=None))
        return types.InlineQueryResultArticle(
            id=result.id,
            title=one_line(result.title, _TITLE_LIMIT) or "…",
            description=one_line(result.description, _TITLE_LIMIT),
            input_message_content=types.InputTextMessageContent(
                message_text=card.text, entities=list(card.entities), link_preview_options=NO_PREVIEW
            ),
            reply_markup=await self._keyboards.of(card.rows),
        )
