"""The pages that follow from the code are current, and what the prose promises exists."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from docs import generate

ROOT = Path(__file__).resolve().parents[3]
DOCS = ROOT / "docs"

# Commands of @BotFather, and the probes' addresses.
NOT_OURS = {"newbot", "setprivacy", "setinline", "live", "ready", "metrics"}


@pytest.mark.parametrize("name", sorted(generate.PAGES))
def test_a_generated_page_is_current(name: str) -> None:
    written = (DOCS / name).read_text(encoding="utf-8")
    assert written == generate.PAGES[name](), f"docs/{name} is stale: run `make docs`"


def test_every_link_between_pages_leads_somewhere() -> None:
    broken = []
    for page in (ROOT / "README.md", ROOT / "CHANGELOG.md", *DOCS.rglob("*.md")):
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if not target.startswith(("http://", "https://")) and not (page.parent / target).exists():
                broken.append(f"{page.relative_to(ROOT)}: {target}")
    assert broken == []


def test_every_system_names_a_test_that_exists() -> None:
    rows = re.findall(r"^\| ([A-M]\d+) \|.*\| `(tests/[^`]+)` \|$", (DOCS / "systems.md").read_text(), re.M)
    assert len(rows) >= 40
    missing = []
    for system, place in rows:
        path, _, name = place.partition("::")
        if not (ROOT / path).exists():
            missing.append(f"{system}: {path}")
        elif name and name not in _functions(ROOT / path):
            missing.append(f"{system}: {place}")
    assert missing == []


def _functions(path: Path) -> set[str]:
    return {
        node.name
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    }


def test_every_command_in_the_prose_exists() -> None:
    import handlers.commands
    from handlers import registry

    known = {name for spec in registry.discover(handlers.commands) for name in spec.names}
    prose = (ROOT / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`/([a-z]+)[^`]*`", prose))
    assert named - known - NOT_OURS == set()


def test_every_decision_says_why() -> None:
    for page in sorted((DOCS / "decisions").glob("*.md")):
        words = page.read_text(encoding="utf-8")
        for heading in ("## Context", "## Choice", "## Alternatives", "## Status"):
            assert heading in words, f"{page.name} has no {heading}"
