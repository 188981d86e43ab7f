"""The shape of the code, read from its imports: layers, cycles, drivers in their one place, sizes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
LAYERS = ("config", "data", "core", "handlers", "bot")
SOFT_LINES, HARD_LINES, FUNCTION_LINES = 300, 400, 70

# Over the soft limit, each with its reason; nothing may pass the hard one.
ROOMY = {
    "config/settings.py": "what an operator can choose is one tree, read in one place",
    "data/models/market.py": "the market's vocabulary is one subject",
    "data/providers/geckoterminal/answers.py": "nine answers of one vendor share how their parts are read",
    "handlers/args.py": "converters and binding are one subject and share the refusals",
}

# One line of markup that is its own description.
SELF_EVIDENT = {("reply.py", name) for name in ("strong", "faint", "code", "block", "link")}

# What a layer may import of our own, by module prefix.
MAY_IMPORT = {
    "config": ("config",),
    "data": ("config", "data"),
    "core": (
        "config", "core", "data.models", "data.ports", "data.errors", "data.clock", "data.nursery",
        "data.metrics", "data.store.store", "data.store.master", "data.store.sealing",
        "data.gateway.gateway", "data.gateway.flight", "data.providers.base",
    ),
    "handlers": ("config", "core", "handlers", "data.models", "data.ports", "data.errors"),
    "bot": LAYERS,
}  # fmt: skip

# Libraries held to their one place: everything else asks that place.
DRIVERS = {
    "httpx": ("data/gateway/transport.py",),
    "aiogram": ("bot/telegram/",),
    "discord": ("bot/discord/",),
    "sqlalchemy": ("data/store/",),
    "alembic": ("data/store/",),
    "aiosqlite": ("data/store/",),
    "asyncpg": ("data/store/",),
    "redis": ("data/gateway/shared.py",),
    "cryptography": ("data/store/sealing.py",),
    "matplotlib": ("core/charts/",),
    "PIL": ("core/charts/",),
    "talib": ("core/charts/indicators.py",),
    "numpy": ("core/charts/", "core/signals/", "core/radar/", "data/sandbox/"),
    "solders": ("data/sandbox/", "data/chain/"),
    "anthropic": ("data/llm/",),
    "aiohttp": ("bot/", "data/sandbox/", "data/feeds/"),
    "smtplib": ("bot/channels/mail.py",),
    "rich": ("bot/console/",),
    "prompt_toolkit": ("bot/console/",),
    "cachetools": (
        "data/gateway/",
        "core/memory.py",
        "core/charts/",
        "core/enrichment/",
        "bot/telegram/",
        "bot/discord/",
    ),
    "stamina": ("data/gateway/",),
    "prometheus_client": ("data/metrics.py",),
    "apscheduler": ("bot/scheduler.py",),
    "pydantic_settings": ("config/settings.py",),
}

# The drawing process alone loads these: the second brings pandas along where there is one.
DRAWN_WITH = ("matplotlib", "talib", "PIL")

# Slow to import: only a module that is itself imported when first needed may have them at its head.
HEAVY_AT_START = ("aiogram", "discord", "matplotlib", "anthropic", "solders", "numpy", "alembic", "redis")


def modules() -> Iterator[Path]:
    for layer in LAYERS:
        for path in sorted((ROOT / layer).rglob("*.py")):
            if "migrations/versions" not in path.as_posix():
                yield path


def name_of(path: Path) -> str:
    dotted = path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".")
    return dotted.removesuffix(".__init__")


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def imported(tree: ast.Module, *, run_time: bool = False) -> tuple[tuple[str, int, bool], ...]:
    """Give each imported module with its line and whether it stands inside a function."""
    return tuple(_imported(tree, run_time=run_time))


def _imported(tree: ast.Module, *, run_time: bool) -> Iterator[tuple[str, int, bool]]:
    inside = {
        id(node)
        for function in ast.walk(tree)
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef))
        for node in ast.walk(function)
    }
    typing_only = {
        id(node)
        for branch in ast.walk(tree)
        if isinstance(branch, ast.If) and "TYPE_CHECKING" in ast.unparse(branch.test)
        for node in ast.walk(branch)
    }
    for node in ast.walk(tree):
        if run_time and id(node) in typing_only:
            continue
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno, id(node) in inside
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module, node.lineno, id(node) in inside
            for alias in node.names:
                yield f"{node.module}.{alias.name}", node.lineno, id(node) in inside


def is_ours(module: str) -> bool:
    return module.split(".")[0] in LAYERS


def within(module: str, prefixes: tuple[str, ...]) -> bool:
    return any(module == prefix or module.startswith(f"{prefix}.") for prefix in prefixes)


def known_modules() -> set[str]:
    return {name_of(path) for path in modules()}


def test_imports_point_one_way_only() -> None:
    names = known_modules()
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {module}"
        for path in modules()
        for module, line, _ in imported(tree_of(path))
        if module in names
        and not within(module, MAY_IMPORT[path.relative_to(ROOT).parts[0]])
        # `from data.models import x` names the package first: the package itself is no module of substance.
        and module not in {"data", "data.store", "data.gateway", "data.providers"}
    ]
    assert wrong == []


def test_no_driver_is_imported_outside_its_place() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {module}"
        for path in modules()
        for module, line, _ in imported(tree_of(path), run_time=True)
        if (places := DRIVERS.get(module.split(".")[0])) is not None
        and not path.relative_to(ROOT).as_posix().startswith(places)
    ]
    assert sorted(set(wrong)) == []


def test_our_own_modules_are_not_imported_inside_functions() -> None:
    # The roots choose what a run needs.
    lazy = {"bot/cli.py", "bot/__main__.py", "bot/market.py", "bot/serving.py"}
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {module}"
        for path in modules()
        for module, line, inside in imported(tree_of(path))
        if inside
        and is_ours(module)
        and path.relative_to(ROOT).as_posix() not in lazy
        and "providers/base.py" not in path.as_posix()  # discovery looks at its own package
    ]
    assert wrong == []


def test_there_are_no_import_cycles() -> None:
    names = known_modules()
    graph = {
        name_of(path): {
            module
            for module, _, inside in imported(tree_of(path), run_time=True)
            if module in names and not inside and module != name_of(path)
        }
        for path in modules()
    }
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        if name in trail:
            pytest.fail("cycle: " + " -> ".join((*trail[trail.index(name) :], name)))
        if name in done:
            return
        for other in graph.get(name, ()):
            # A package's __init__ is run by its modules, not the other way round.
            if not name.startswith(f"{other}."):
                visit(other, (*trail, name))
        done.add(name)

    for name in graph:
        visit(name, ())


def test_only_the_drawing_process_reaches_the_libraries_it_draws_with() -> None:
    trees = {name_of(path): tree_of(path) for path in modules()}
    imports = {
        name: {module for module, _, _ in imported(tree, run_time=True)} for name, tree in trees.items()
    }
    reached, left = set(), [name for name in trees if not within(name, ("core.charts",))]
    while left:
        name = left.pop()
        if name not in reached:
            reached.add(name)
            left += imports[name] & trees.keys()
    assert {"core.charts.render", "core.charts.spec"} <= reached
    assert [name for name in reached for module in imports[name] if within(module, DRAWN_WITH)] == []


def test_no_module_is_longer_than_the_limits() -> None:
    long = {
        path.relative_to(ROOT).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for path in modules()
    }
    over = {name: lines for name, lines in long.items() if lines > SOFT_LINES}
    assert {name: lines for name, lines in over.items() if name not in ROOMY or lines > HARD_LINES} == {}
    assert [name for name in ROOMY if long.get(name, 0) <= SOFT_LINES] == [], (
        "no longer roomy: take it off the list"
    )


def test_no_function_is_longer_than_the_limit() -> None:
    long = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name} has {lines} lines"
        for path in modules()
        for node in ast.walk(tree_of(path))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        and (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > FUNCTION_LINES
    ]
    assert long == []


def test_broad_excepts_stand_at_the_four_boundaries_only() -> None:
    boundaries = ("handlers/dispatch.py", "data/gateway/", "data/nursery.py", "core/charts/worker.py")
    broad = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in modules()
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or ast.unparse(node.type) in {"Exception", "BaseException"})
        and not any(isinstance(part, ast.Raise) and part.exc is None for part in ast.walk(node))
    ]
    assert [place for place in broad if not place.startswith(boundaries)] == []


def test_every_module_says_what_it_knows() -> None:
    silent = [str(path.relative_to(ROOT)) for path in modules() if not ast.get_docstring(tree_of(path))]
    assert silent == []


def test_every_public_function_and_class_has_a_docstring() -> None:
    silent = []
    for path in modules():
        for node in tree_of(path).body:
            if (
                isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
                and not node.name.startswith("_")
                and (path.name, node.name) not in SELF_EVIDENT
                and ast.get_docstring(node) is None
            ):
                silent.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name}")
    assert silent == []


def test_a_lock_file_names_no_host_and_hashes_everything() -> None:
    for lock in (ROOT / "requirements").glob("*.lock"):
        lines = lock.read_text(encoding="utf-8").splitlines()
        assert [line for line in lines if "://" in line or line.startswith("-")] == []
        pinned = [number for number, line in enumerate(lines) if "==" in line]
        assert pinned
        assert all("--hash=sha256:" in lines[number + 1] for number in pinned)


def test_no_text_names_a_path_of_somebodys_machine() -> None:
    found = [
        str(path.relative_to(ROOT))
        for pattern in ("*.py", "*.md", "*.toml", "*.yaml", "Makefile", "Dockerfile")
        for path in ROOT.rglob(pattern)
        if not any(part.startswith(".") or part == "samples" for part in path.relative_to(ROOT).parts)
        and re.search(r"(?<![\w.~])/(?:root|home|Users)/[a-z]", path.read_text(encoding="utf-8"))
    ]
    assert found == []
