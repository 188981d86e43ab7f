"""Measure everything, or the subjects named, each in an interpreter of its own; print the table.

`--write` puts the table into docs/performance.md as well. The exit status is 1 where a goal is missed.
"""

from __future__ import annotations

import argparse
import multiprocessing
import re
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tests.bench.measure import Row, measured, table

SUBJECTS = (
    "telegram",
    "discord",
    "first_card",
    "cold_card",
    "charts",
    "start",
    "fan_out",
    "cached",
    "lateness",
    "outbox",
    "alerts",
    "signals",
)
PAGE = Path(__file__).parents[2] / "docs" / "performance.md"
_TABLE = re.compile(r"(?<=<!-- figures -->\n).*?(?=<!-- end -->)", re.DOTALL)


def main() -> int:
    """Measure and print; gives the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("subjects", nargs="*", metavar="subject", help=", ".join(SUBJECTS))
    parser.add_argument("--write", action="store_true", help="put the table into docs/performance.md")
    chosen = parser.parse_args()
    if unknown := set(chosen.subjects) - set(SUBJECTS):
        parser.error(f"no such subject: {', '.join(sorted(unknown))}")
    if chosen.write and chosen.subjects:
        parser.error("the page shows one run of all subjects")
    rows: list[Row] = []
    apart = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=apart, max_tasks_per_child=1) as interpreters:
        for subject in chosen.subjects or SUBJECTS:
            sys.stderr.write(f"{subject} …\n")
            rows += interpreters.submit(measured, subject).result()
    sys.stdout.write(f"{table(rows)}\n")
    if chosen.write:
        PAGE.write_text(_TABLE.sub(lambda _: f"{table(rows)}\n", PAGE.read_text()))
    return int(any(row.met is False for row in rows))


if __name__ == "__main__":
    sys.exit(main())
