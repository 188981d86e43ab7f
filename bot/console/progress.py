"""Work that takes long, told as it goes: a bar on a terminal, a line now and then in a pipe."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from data.clock import Clock

_EVERY_S = 5.0

Tell = Callable[[int, int, str], None]


@contextmanager
def told(stream: TextIO, clock: Clock) -> Iterator[Tell]:
    """Give a function that tells `done`, `of` and a few words more."""
    console = Console(file=stream)
    if not console.is_terminal:
        yield _lines(stream, clock)
        return
    columns = (
        BarColumn(),
        TextColumn("{task.completed:,} of {task.total:,}"),
        TextColumn("{task.description}"),
    )
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("", total=None)

        def tell(done: int, of: int, words: str) -> None:
            bar.update(task, completed=done, total=of, description=words)

        yield tell


def _lines(stream: TextIO, clock: Clock) -> Tell:
    due = clock.monotonic()

    def tell(done: int, of: int, words: str) -> None:
        nonlocal due
        if done < of and clock.monotonic() < due:
            return
        due = clock.monotonic() + _EVERY_S
        stream.write(f"{done:,} of {of:,} · {words}\n")
        stream.flush()

    return tell
