from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[4]
PARENT = """
import asyncio
from core.charts.render import Renderer
async def main():
    renderer = Renderer()
    await renderer.warm()
    print(renderer.pid, flush=True)
    await asyncio.sleep(60)
asyncio.run(main())
"""


def test_the_process_ends_by_itself_when_its_parent_is_killed() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        os.kill(pid, 0)
        parent.kill()
        # Both hold the other end of this pipe: it ends when the last of them has.
        _, errors = parent.communicate(timeout=20)
    assert "Traceback" not in errors


def test_whoever_asks_for_charts_does_not_load_the_drawing_library() -> None:
    drawn_with = ("matplotlib", "numpy", "talib", "pandas")
    code = f"import sys, core.charts.render; sys.exit(any(name in sys.modules for name in {drawn_with}))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_the_drawing_process_does_without_pandas_and_hides_it_from_nobody() -> None:
    code = """
import sys, core.charts.worker
assert "talib" in sys.modules and "pandas" not in sys.modules
import pandas
"""
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_the_program_does_not_load_what_indicators_are_worked_out_with() -> None:
    code = "import sys, bot.app; sys.exit(any(name in sys.modules for name in ('matplotlib', 'talib')))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
