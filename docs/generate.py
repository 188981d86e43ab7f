"""Write the pages that follow from the code: commands, providers, settings. A test holds them current."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

import handlers.commands
from bot.app import all_providers
from config.settings import PREFIX, ProviderSettings, Settings
from data.models.chat import Level, Place
from data.providers.base import Provider
from handlers import registry
from handlers.spec import CommandSpec, Group

HERE = Path(__file__).resolve().parent
_NOTE = "<!-- Written by `make docs`; do not edit. -->"

_LEVELS = {
    Level.ANYONE: "anyone",
    Level.MEMBER: "members",
    Level.PAPER: "paper traders",
    Level.LIVE: "live traders",
    Level.MODERATOR: "moderators of the chat",
    Level.CHAT_ADMIN: "admins of the chat",
    Level.OPERATOR: "operators",
}
_PLACES = {Place.BOTH: "anywhere", Place.PRIVATE: "private chats", Place.GROUP: "groups"}


def commands_page() -> str:
    """List every command by its group."""
    rows = [
        "# Commands", _NOTE, "",
        "`<token>` is an address, `$TICKER`, a pool (`pool:ADDRESS`) or a chart link. Angle brackets are "
        "required, square ones optional; optional words may come in any order. On Discord the same commands "
        "are slash commands with typed options.", "",
    ]  # fmt: skip
    order = list(Group)
    specs = sorted(
        registry.discover(handlers.commands), key=lambda spec: (order.index(spec.group), spec.name)
    )
    for group, members in groupby(specs, key=lambda spec: spec.group):
        rows += [f"## {group.value}", ""]
        for spec in members:
            rows += [*_command(spec), ""]
    return "\n".join(rows)


def _command(spec: CommandSpec) -> Iterator[str]:
    aliases = f" (also {', '.join(f'`/{name}`' for name in spec.aliases)})" if spec.aliases else ""
    yield f"### `{spec.usage}`{aliases}"
    yield ""
    yield f"{spec.summary}. For {_LEVELS[spec.level]}, {_PLACES[spec.place]}."
    if spec.params:
        yield ""
        yield "| argument | what it takes | |"
        yield "|---|---|---|"
        for param in spec.params:
            need = "required" if param.required else "optional"
            yield f"| `{param.name}` | {param.about.summary}: {_cell(param.expected)} | {need} |"
    yield ""
    yield "Examples: " + ", ".join(f"`/{example}`" for example in spec.examples) + "."


def providers_page() -> str:
    """List every source with its endpoints, quotas and what it tells."""
    providers = all_providers().values()
    markets = sum(provider.market for provider in providers)
    rows = ["# Providers", _NOTE, "", f"{markets} market APIs, and the chain itself.", ""]
    for provider in sorted(providers, key=lambda item: (not item.market, item.id)):
        rows += [*_provider(provider), ""]
    return "\n".join(rows)


def _provider(provider: Provider) -> Iterator[str]:
    yield f"## {provider.title}"
    yield ""
    key = "no key"
    if provider.auth.header or provider.auth.parameter:
        key = "a key is required" if provider.auth.required else "a key is optional"
    chains = ", ".join(chain.value for chain in provider.chains)
    quotas = "; ".join(
        f"{name}: {quota.calls} calls in {quota.per_s:g} s" for name, quota in provider.quotas.items()
    )
    yield f"Id `{provider.id}`, trust {provider.trust:g}, {key}. Chains: {chains}. Quotas: {quotas}."
    if provider.attribution:
        yield f"Attribution: {provider.attribution}."
    yield f"Documentation: <{provider.docs}>"
    yield ""
    yield "| gives | endpoint | fresh for | shown as stale for | tells |"
    yield "|---|---|---|---|---|"
    for endpoint in provider.endpoints:
        fields = ", ".join(sorted(field.name for field in endpoint.fields)) or "records"
        yield (
            f"| {endpoint.capability.value} | `{endpoint.method} {_cell(endpoint.path)}` "
            f"| {endpoint.ttl_s:g} s | {endpoint.stale_s:g} s | {fields} |"
        )


def settings_page() -> str:
    """List every setting with its default and meaning."""
    rows = [
        "# Settings", _NOTE, "",
        "Set in the environment, or in a file named with `--env-file`. A wrong or unknown setting stops the "
        "start with one line each and exit status 2.", "",
        "| setting | default | meaning |", "|---|---|---|",
        *_settings(Settings, PREFIX), "",
    ]  # fmt: skip
    return "\n".join(rows)


def _settings(model: type[BaseModel], prefix: str) -> Iterator[str]:
    for name, field in model.model_fields.items():
        label = f"{prefix}{name.upper()}"
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from _settings(kind, f"{label}__")
        elif name == "providers":
            yield from _settings(ProviderSettings, f"{label}__<ID>__")
        else:
            yield f"| `{label}` | {_default(field)} | {_cell(field.description or '')} |"


def _default(field: FieldInfo) -> str:
    value: Any = field.default
    if value is None or value in ((), ""):
        return "none"
    if isinstance(value, tuple):
        return f"`{'-'.join(str(part) for part in value)}`"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _cell(words: str) -> str:
    return words.replace("|", "\\|")


PAGES: dict[str, Callable[[], str]] = {
    "commands.md": commands_page,
    "providers.md": providers_page,
    "settings.md": settings_page,
}


def main() -> None:
    """Write every page."""
    for name, page in PAGES.items():
        (HERE / name).write_text(page(), encoding="utf-8")
        sys.stdout.write(f"docs/{name}\n")


if __name__ == "__main__":
    main()
