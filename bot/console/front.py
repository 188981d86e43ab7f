"""The console front end: lines in, cards out; interactive with history and completion, piped, or JSON."""

from __future__ import annotations

import asyncio
import io
import sys
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from pathlib import Path
from typing import IO

import orjson
from rich.console import Console
from rich.live import Live

from bot.console import render
from data.models.chat import Chat, ChatKind, Identity, Level
from data.models.ids import Platform
from data.models.text import visible
from handlers import sniff
from handlers.dispatch import Dispatcher, Request
from handlers.reply import Button, Image, Reply
from handlers.spec import Origin

LOCAL = Identity(Platform.CONSOLE, "local")
_CHAT = Chat(platform=Platform.CONSOLE, id="local", channel="local", kind=ChatKind.PRIVATE, title="console")
_LEAVE = {"exit", "quit", "/exit", "/quit"}
_LONGEST_LINE = 4096


async def _owner() -> Level:
    return Level.OPERATOR


class ConsoleFront:
    """One person at a terminal: the operator."""

    platform = Platform.CONSOLE

    def __init__(
        self,
        dispatcher: Dispatcher,
        *,
        state_dir: Path,
        banner: str,
        as_json: bool = False,
        source: IO[str] | None = None,
        target: IO[str] | None = None,
    ) -> None:
        self._dispatcher = dispatcher
        self._state_dir = state_dir
        self._banner = banner
        self._json = as_json
        self._source = source or sys.stdin
        self._target = target or sys.stdout
        self._terminal = Console(file=self._target, highlight=False, soft_wrap=False)
        self._buttons: tuple[Button, ...] = ()
        self.failed = False

    async def start(self) -> None:
        """Greet; letters that the pipe or the terminal does not know become question marks."""
        for stream in (self._source, self._target):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="replace")
        if not self._json:
            self._terminal.print(self._banner, style="bold yellow" if "PRACTICE" in self._banner else "bold")

    async def stop(self) -> None:
        """Nothing is held open."""

    async def run(self) -> None:
        """Answer lines until they end."""
        async with aclosing(self._lines()) as lines:
            async for line in lines:
                if line.strip().lower() in _LEAVE:
                    return
                if line.strip():
                    await self.answer(visible(line[:_LONGEST_LINE]))

    @property
    def attended(self) -> bool:
        """Whether somebody sits there, and not a script."""
        return not self._json and self._source.isatty()

    async def push(self, reply: Reply) -> None:
        """Show what nobody asked for just now, above the prompt; its buttons are those that numbers mean."""
        from prompt_toolkit.application import run_in_terminal
        from prompt_toolkit.application.current import get_app_or_none

        path = await self._saved(reply.image)
        self._note(reply)
        card = render.card(reply, path)
        if get_app_or_none() is None:
            self._terminal.print(card)
        else:
            await run_in_terminal(lambda: self._terminal.print(card))

    async def answer(self, line: str) -> None:
        """Run one line and show its frames."""
        request = self._request(line)
        frames = self._dispatcher.frames(request)
        if self._json:
            await self._as_json(request.command, frames)
        else:
            await self._as_cards(frames)

    async def _as_json(self, command: str, frames: AsyncIterator[Reply]) -> None:
        number = 0
        async for reply in frames:
            number += 1
            self._note(reply)
            path = await self._saved(reply.image)
            self._target.write(orjson.dumps(render.frame_json(command, number, reply, path)).decode() + "\n")
            self._target.flush()

    async def _as_cards(self, frames: AsyncIterator[Reply]) -> None:
        """Show each frame in place of the one before; a pipe gets the last alone."""
        last: Reply | None = None
        path = ""
        with Live(console=self._terminal, auto_refresh=False, transient=True) as live:
            async for reply in frames:
                self._note(reply)
                last, path = reply, await self._saved(reply.image)
                if self._terminal.is_terminal:
                    live.update(render.card(reply, path), refresh=True)
        if last is not None:
            self._terminal.print(render.card(last, path))

    def _note(self, reply: Reply) -> None:
        self.failed = self.failed or reply.error == "internal"
        self._buttons = render.buttons(reply)

    def _request(self, line: str) -> Request:
        """Read a line: a button's number, a command with or without its slash, or a pasted token."""
        stripped = line.strip()
        if stripped.isascii() and stripped.isdigit() and 0 < int(stripped[:4]) <= len(self._buttons):
            invoke = self._buttons[int(stripped[:4]) - 1].invoke
            if invoke is not None:
                return self._heard(invoke.command, named=dict(invoke.args), origin=Origin.BUTTON)
        named = sniff.command(stripped) or sniff.command(f"/{stripped}")
        if named is not None and (named[0] in self._dispatcher.registry or stripped.startswith("/")):
            return self._heard(named[0], words=tuple(named[1]))
        pasted = sniff.paste(line)
        if pasted is not None:
            return self._heard(pasted.command, named=dict(pasted.args), origin=Origin.PASTE)
        return self._heard(named[0] if named else stripped[:32], words=())

    def _heard(
        self,
        command: str,
        *,
        words: tuple[str, ...] = (),
        named: dict[str, str] | None = None,
        origin: Origin = Origin.TEXT,
    ) -> Request:
        return Request(
            command=command, origin=origin, identity=LOCAL, name="console", chat=_CHAT, words=words,
            named=named, standing=_owner,
        )  # fmt: skip

    async def _saved(self, image: Image | None) -> str:
        """Write a picture beside the state; equal pictures share a file."""
        if image is None:
            return ""
        path = self._state_dir / "charts" / f"{image.key}.png"

        def write() -> None:
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.exists():
                path.write_bytes(image.png)

        await asyncio.to_thread(write)
        return str(path)

    async def _lines(self) -> AsyncGenerator[str, None]:
        if self.attended:
            async for line in self._typed():
                yield line
            return
        while line := await asyncio.to_thread(self._source.readline):
            yield line

    async def _typed(self) -> AsyncGenerator[str, None]:
        """Prompt with history and completion."""
        from prompt_toolkit import PromptSession
        from prompt_toolkit.completion import WordCompleter
        from prompt_toolkit.history import FileHistory
        from prompt_toolkit.patch_stdout import patch_stdout

        names = [name for spec in self._dispatcher.registry for name in spec.names]
        session: PromptSession[str] = PromptSession(
            history=FileHistory(str(self._state_dir / "console_history")),
            completer=WordCompleter(names, sentence=True),
            complete_while_typing=False,
        )
        while True:
            try:
                with patch_stdout(raw=True):
                    yield await session.prompt_async("trenchcoat> ")
            except KeyboardInterrupt:
                continue
            except EOFError:
                return
