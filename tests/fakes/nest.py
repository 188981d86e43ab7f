"""A process that has loaded the program and forks it on demand, so that a start costs no imports.

Run as `python -m tests.fakes.nest`: for each line that comes in, the program is started in a fork, whose
number is written out; when the fork has ended, so is its status.
"""

from __future__ import annotations

import os
import sys

import bot.cli
import bot.discord.wiring
import bot.scheduler
import bot.telegram.wiring
import data.sandbox.server
import handlers.commands
from bot.__main__ import main
from handlers import registry

LOADED = (bot.cli, bot.discord.wiring, bot.scheduler, bot.telegram.wiring, data.sandbox.server)


def hatch() -> int:
    """Start the program; gives its number to the nest, and runs it in the fork."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            status = main([])
        finally:
            sys.stderr.flush()
            os._exit(status)
    return child


def serve() -> None:
    """Fork until the input ends; whatever is still running then is ended."""
    registry.discover(handlers.commands)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for _ in sys.stdin:
        child = hatch()
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve()
