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
    _keys(commands.add_parser("keys", help="keep providers' keys, sealed in the database"))
    _webhooks(commands.add_parser("webhooks", help="keep Discord webhooks that hear what is pushed"))
    _coins(commands.add_parser("coins", help="take in lists of coins, and write them out"))
    _replay(commands.add_parser("replay", help="do the radar's work again, and compare what it came to"))
    return root


def _replay(parent: argparse.ArgumentParser) -> None:
    span = parent.add_mutually_exclusive_group()
    span.add_argument("--hours", metavar="N", type=float, help="the last N hours (default: all that is kept)")
    span.add_argument("--from", dest="since", metavar="TIME", help="such as 2026-03-01T12:00, in UTC")
    parent.add_argument("--to", dest="until", metavar="TIME", help="likewise (default: the newest fact)")


def _coins(parent: argparse.ArgumentParser) -> None:
    actions = parent.add_subparsers(dest="action", metavar="action", required=True)
    take = actions.add_parser("import", help="ask every source about each coin of a CSV file")
    take.add_argument("file", metavar="FILE.csv", help="with a column mint or address")
    take.add_argument("--name", metavar="N", help="the list's name (default: the file's)")
    take.add_argument("--refresh", action="store_true", help="do coins again that are done")
    give = actions.add_parser("export", help="write a list with what is known of its coins")
    give.add_argument("file", metavar="OUT.csv")
    give.add_argument("--name", metavar="N", help="which list (default: every coin that is known)")


def _keys(parent: argparse.ArgumentParser) -> None:
    actions = parent.add_subparsers(dest="action", metavar="action", required=True)
    give = actions.add_parser("set", help="seal one more key of a provider: asked for, or from a pipe")
    give.add_argument("provider", metavar="PROVIDER")
    give.add_argument("surplus", nargs="*", help=argparse.SUPPRESS)  # to refuse a key without repeating it
    give.add_argument("--from-file", metavar="FILE", help="read the key from FILE")
    actions.add_parser("list", help="list the keys, without showing them")
    remove = actions.add_parser("remove", help="forget a key")
    remove.add_argument("provider", metavar="PROVIDER")
    remove.add_argument("number", metavar="NUMBER", type=int, nargs="?", help="which, where it has several")
    actions.add_parser("rotate", help="make a new master key and seal every key anew")


def _webhooks(parent: argparse.ArgumentParser) -> None:
    actions = parent.add_subparsers(dest="action", metavar="action", required=True)
    give = actions.add_parser("add", help="seal a webhook's address: asked for, or from a pipe")
    give.add_argument("streams", metavar="STREAM", nargs="*", help="what it hears, such as danger updates")
    give.add_argument("--from-file", metavar="FILE", help="read the address from FILE")
    actions.add_parser("list", help="list the webhooks, and what each hears")
    hear = actions.add_parser("hear", help="choose what a webhook hears")
    hear.add_argument("number", metavar="NUMBER", type=int)
    hear.add_argument("streams", metavar="STREAM", nargs="*", help="none: nothing any more")
    remove = actions.add_parser("remove", help="forget a webhook")
    remove.add_argument("number", metavar="NUMBER", type=int)


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
