"""Buttons as words: they come back as they went, fit the platform, and hostile ones are refused."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

import handlers.commands
from core.payloads import Payloads
from data.errors import BadArgument, UnknownCommand
from data.store.store import Store
from handlers import actions, registry
from handlers.registry import Registry
from handlers.reply import Invoke
from handlers.spec import CommandSpec
from tests.fakes.clock import VirtualClock
from tests.unit.handlers.commanding import grant, many, say, watch

COMMANDS = registry.discover(handlers.commands)
SMALL = Registry([watch, say, many, grant])
MINT = "DezXAZ8z7PnrnRJjz3wXBoRgixCa6xjnB7YaB1pPB263"
words = st.text(st.characters(exclude_categories=()), max_size=80)


class Shelf:
    """Keeps payloads under short words."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    async def put(self, payload: str) -> str:
        payload.encode()
        word = f"{len(self.kept):022d}"
        self.kept[word] = payload
        return word

    async def get(self, word: str) -> str | None:
        return self.kept.get(word)


async def there_and_back(invoke: Invoke, commands: Registry) -> tuple[str, Invoke]:
    shelf = Shelf()
    payload = await actions.encode(invoke, commands, shelf.put)
    assert len(payload.encode()) <= actions.LIMIT
    return payload, await actions.decode(payload, commands, shelf.get)


@pytest.mark.parametrize("spec", COMMANDS.specs, ids=lambda spec: spec.name)
async def test_every_example_comes_back_from_a_button(spec: CommandSpec) -> None:
    for example in spec.examples:
        invoke = Invoke(spec.name, spec.named(example.split()[1:]))
        _, returned = await there_and_back(invoke, COMMANDS)
        assert returned == invoke
        assert spec.bind(returned.args) == spec.bind(invoke.args)


@given(st.data())
async def test_any_arguments_come_back_and_fit_the_platform(data: st.DataObject) -> None:
    spec = data.draw(st.sampled_from(SMALL.specs))
    args = {param.name: data.draw(words) for param in spec.params if data.draw(st.booleans())}
    _, returned = await there_and_back(Invoke(spec.name, args), SMALL)
    assert returned.command == spec.name
    assert {k: v for k, v in returned.args.items() if v} == {k: v for k, v in args.items() if v}


@pytest.mark.parametrize(
    ("invoke", "payload"),
    [
        (Invoke("watch", {"token": MINT, "tf": "15m"}), f"tpwatch:{MINT}~15m"),
        (Invoke("w", {"token": "$BONK", "page": "2"}), "tpwatch:$BONK~~~~2"),
        (Invoke("watch"), "tpwatch:"),
    ],
)
async def test_what_fits_travels_in_the_button_itself(invoke: Invoke, payload: str) -> None:
    assert (await there_and_back(invoke, SMALL))[0] == payload


@pytest.mark.parametrize("word", ["a~b", "x" * 58, "é" * 30, "🚀" * 15, "half \ud83d pair", "two\nlines"])
async def test_what_does_not_fit_is_kept_elsewhere(word: str) -> None:
    invoke = Invoke("watch", {"token": word})
    payload, returned = await there_and_back(invoke, SMALL)
    assert payload.startswith("ts")
    assert returned == invoke


@given(st.text(max_size=70) | st.binary(max_size=70).map(lambda raw: raw.decode("latin-1")))
async def test_any_bytes_are_a_refusal_or_an_invocation_to_be_checked(payload: str) -> None:
    await refused_or_bound(payload)
    await refused_or_bound(f"tp{payload}")
    await refused_or_bound(f"ts{payload}")


@given(st.sampled_from(SMALL.specs), st.lists(st.text(max_size=12), max_size=8))
async def test_any_words_for_a_command_are_a_refusal_or_its_arguments(
    spec: CommandSpec, given_words: list[str]
) -> None:
    await refused_or_bound(f"tp{spec.name}:{'~'.join(given_words)}")


async def refused_or_bound(payload: str) -> None:
    try:
        invoke = await actions.decode(payload, SMALL, Shelf().get)
        spec = SMALL.get(invoke.command)
        assert set(invoke.args) <= {param.name for param in spec.params}
        assert isinstance(spec.bind(invoke.args), spec.args)
    except BadArgument as refusal:
        assert refusal.message


@pytest.mark.parametrize(
    ("payload", "message"),
    [
        ("", "not one of mine"),
        ("tp", "not one of mine"),
        ("tpwatch", "not one of mine"),
        ("xxwatch:BONK", "not one of mine"),
        ("watch:BONK", "not one of mine"),
        ("tpgone:BONK", "too old"),
        ("tp:BONK", "too old"),
        ("tpmany:a~b", "too old"),
        ("tsnever-kept", "too old"),
        ("ts", "too old"),
    ],
)
async def test_a_stale_or_foreign_button_says_so(payload: str, message: str) -> None:
    with pytest.raises(BadArgument, match=message) as refused:
        await actions.decode(payload, SMALL, Shelf().get)
    assert refused.value.hint == "Run the command again."


async def test_a_button_of_an_unknown_command_is_a_bug_of_ours() -> None:
    with pytest.raises(UnknownCommand):
        await actions.encode(Invoke("gone"), SMALL, Shelf().put)


@pytest.fixture
async def store() -> AsyncIterator[Store]:
    store = await Store.open("sqlite+aiosqlite://", VirtualClock())
    await store.migrate()
    yield store
    await store.close()


async def test_a_long_button_lives_in_the_store(store: Store) -> None:
    payloads = Payloads(store, VirtualClock())
    invoke = Invoke("many", {"tokens": " ".join([MINT] * 10)})
    payload = await actions.encode(invoke, SMALL, payloads.put)
    assert len(payload.encode()) <= actions.LIMIT
    assert await actions.decode(payload, SMALL, payloads.get) == invoke
    assert await actions.encode(invoke, SMALL, payloads.put) == payload
    for hostile in ("ts" + "x" * 60, "ts\x00", "ts' OR 1=1 --", "ts\udc80", "ts" + "é" * 20):
        with pytest.raises(BadArgument, match="too old"):
            await actions.decode(hostile, SMALL, payloads.get)
