"""The program's command line: `trenchcoat` and `python -m bot`. Imports nothing heavy before it must."""

from __future__ import annotations

import argparse
import gc
import sys
from collections.abc import Sequence

from config import __version__


def parser() -> argparse.ArgumentParser:
    """Declare the command line."""
    root = argparse.ArgumentParser(
        prog="trenchcoat",
        description="Chat-first crypto trading intelligence for Telegram, Discord and the terminal.",
        epilog="Without a command: the front ends that have a token; with none, the console.",
    )
    root.add_argument("--version", action="store_true", help="print the version and leave")
    root.add_argument("--env-file", metavar="FILE", help="read settings from FILE as well")
    commands = root.add_subparsers(dest="command", metavar="command")
    commands.add_parser("run", help="start the front ends (the default)")
    console = commands.add_parser("console", help="chat in the terminal, or over a pipe")
    console.add_argument("--json", action="store_true", help="print one JSON object a reply frame")
    sandbox = commands.add_parser("sandbox", help="serve the practice market alone, on loopback")
    sandbox.add_argument("--port", type=int, default=8899, metavar="N", help="port (default 8899)")
    sandbox.add_argument("--seed", type=int, metavar="S", help="one seed, one history")
    sandbox.add_argument("--speed", type=float, metavar="X", help="practice seconds a second")
    doctor = commands.add_parser("doctor", help="check settings, tokens, database and providers")
    doctor.add_argument("--offline", action="store_true", help="ask no provider and no platform")
    commands.add_parser("migrate", help="bring the database to the newest schema")
    commands.add_parser("commands", help="list every command with its arguments")
    return root


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program; the result is its exit status."""
    words = parser().parse_args(argv)
    if words.version:
        sys.stdout.write(f"{__version__}\n")
        return 0
    gc.set_threshold(20_000, 20, 20)  # imports make much and leave little, and so does service
    from bot import cli

    return cli.run(words)


if __name__ == "__main__":
    sys.exit(main())
