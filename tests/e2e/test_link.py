"""One person on Telegram and Discord: joined through the real clients, told through the real outbox."""

from __future__ import annotations

import re
from pathlib import Path

from tests.e2e import stage
from tests.e2e.test_both_platforms import PATIENCE_S, newest, words
from tests.fakes import program

CODE = re.compile(r"/link ((?:[A-Z2-9]{4}-){3}[A-Z2-9]{4})")


async def test_a_code_from_telegram_joins_a_discord_account_and_both_know_it_at_once(tmp_path: Path) -> None:
    async with stage.platforms() as there:
        private, dm = there.telegram.private(there.tess), there.discord.dm(there.dora)
        async with program.started(state_dir=tmp_path, settings=there.settings()) as running:
            await there.joined()
            there.tess.send(private, "/start")
            hello = await newest(there, private)
            await there.discord.shown(there.dora.slash(dm, "start"), timeout=PATIENCE_S)
            there.tess.send(private, "/link")
            given = await newest(there, private, after=hello.message_id)
            found = CODE.search(given.visible)
            assert found is not None

            (asked,) = await there.discord.shown(
                there.dora.slash(dm, "link", code=found[1]), timeout=PATIENCE_S
            )
            assert "Are both accounts yours?" in words(asked)
            assert str(there.tess.id) in words(asked) and str(there.dora.id) in words(asked)
            there.dora.press(asked, "Yes, both are mine")
            told = await newest(there, private, after=given.message_id)  # pushed, nobody asked for it
            assert "Your accounts are joined" in told.visible
            assert str(there.dora.id) in told.visible

            there.tess.send(private, "/me")
            mine = await newest(there, private, after=told.message_id)
            assert f"telegram:{there.tess.id}" in mine.visible
            assert f"discord:{there.dora.id}" in mine.visible
            running.terminate()
            assert await running.ended() == 0
        there.verify()
    assert "task_failed" not in running.stderr
