"""How tokens began, on the practice market, where it is known who bought together and who did not."""

from __future__ import annotations

import io
import json
import re
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.app import App
from bot.console.front import ConsoleFront
from config.settings import SandboxSettings
from core.addresses import RefKind, TokenRef
from core.security.facts import Severity
from core.security.forensics import Forensics, Launched
from core.security.holders import Holders
from core.security.maker import Makers
from core.security.record import Fate
from core.security.service import Scanner
from core.security.similar import Likeness, Similar
from data.models.ids import Chain, ProviderId
from data.ports import Deadline
from data.sandbox.holders import Role, pool_authority
from data.sandbox.tokens import Kind, Token
from tests.fakes import program
from tests.integration.scene import HOSTILE, Person, button, label, stage, words

SEED = 11
RECALL = 0.95
_OTHERS = 5
INSIDERS = 8  # of each bundled token of the practice market
QUICK = SandboxSettings(seed=SEED, latency_ms=(0, 1))
BONK = "DezXAZ8z7PnrnRJjz3wXBoRgixCa6xjnB7YaB1pPB263"
PEPE_ETH = "0x6982508145454ce325ddbe47a25d4ec3d2311933"
COMMANDS = ("bundle", "snipers", "dev", "similar", "dp")


def ref(token: Token) -> TokenRef:
    return TokenRef(RefKind.ADDRESS, token.mint, Chain.SOLANA)


def tokens(app: App, kind: Kind) -> list[Token]:
    assert app.sandbox is not None
    return [token for token in app.sandbox.world.tokens.values() if token.kind is kind]


def named(app: App, symbol: str) -> Token:
    assert app.sandbox is not None
    return next(token for token in app.sandbox.world.tokens.values() if token.symbol == symbol)


async def looked(app: App, token: Token, seconds: float = 8) -> Launched:
    return await app.services[Forensics].look(ref(token), Deadline.after(app.clock, seconds))


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[App]:
    async with program.inside(tmp_path, sandbox=QUICK) as app:
        yield app


@pytest.mark.timeout(300)
async def test_bundles_are_found_and_nothing_else_is_called_one(app: App) -> None:
    assert app.sandbox is not None
    app.sandbox.world.advance(app.sandbox.world.now + timedelta(days=1))
    found: Counter[tuple[Kind, bool]] = Counter()
    for kind in (Kind.BUNDLED, Kind.HEALTHY, Kind.BLUE_CHIP, Kind.HONEYPOT):
        # The newest of a kind have a history short enough to be read.
        for token in tokens(app, kind) if kind is Kind.BUNDLED else tokens(app, kind)[-_OTHERS:]:
            launch = (await looked(app, token)).launch
            assert launch is not None
            found[kind, bool(launch.bundled)] += 1
            if launch.bundled:
                insiders = {
                    each.owner
                    for each in app.sandbox.world.named_holders(token.mint)
                    if each.role is Role.INSIDER
                }
                assert {buyer.wallet for buyer in launch.bundled} == insiders
    bundles = found[Kind.BUNDLED, True] + found[Kind.BUNDLED, False]
    assert bundles >= 5
    assert found[Kind.BUNDLED, True] / bundles >= RECALL, found
    for kind in (Kind.HEALTHY, Kind.BLUE_CHIP, Kind.HONEYPOT):
        assert found[kind, True] == 0, found
        assert found[kind, False], found


async def test_what_a_bundle_holds_is_what_its_wallets_hold(app: App) -> None:
    assert app.sandbox is not None
    token = named(app, "SWARM")
    launch = (await looked(app, token)).launch
    assert launch is not None
    assert launch.creation is not None
    assert launch.creation.creator == token.creator
    truth = {each.owner: each.amount for each in app.sandbox.world.named_holders(token.mint)}
    for buyer in launch.bundled:
        assert buyer.held is not None
        # The market moves between the question and this line.
        assert abs(buyer.held - truth[buyer.wallet]) <= truth[buyer.wallet] // 50
        assert buyer.bought >= buyer.held
        assert buyer.fresh
    assert not any(buyer.is_creator for buyer in launch.snipers)


async def test_without_time_or_a_node_nothing_is_known_and_it_is_said_why(tmp_path: Path) -> None:
    sandbox = SandboxSettings(seed=SEED, latency_ms=(0, 1), faults="solana=500,helius=500,serum=500")
    async with program.inside(tmp_path / "down", sandbox=sandbox) as app:
        down = (await looked(app, named(app, "SWARM"))).launch
        scan = await app.services[Scanner].scan(ref(named(app, "SWARM")), Deadline.after(app.clock, 8))
    assert down is not None
    assert not down.known
    assert down.detail == "unavailable"
    (said,) = (each for each in scan.assessment.findings if each.rule == "bundled_launch")
    assert said.severity is Severity.UNKNOWN
    one = SandboxSettings(seed=SEED, latency_ms=(0, 1), faults="solana=500")
    async with program.inside(tmp_path / "one", sandbox=one) as app:
        other = (await looked(app, named(app, "SWARM"))).launch
        snapshot = (await looked(app, named(app, "SWARM"))).snapshot
        late = await app.services[Forensics].of(snapshot, Deadline.after(app.clock, -1))
    assert other is not None
    assert other.source == ProviderId("helius")  # another node tells the same
    assert other.bundled
    assert late is not None
    assert late.known or late.detail


async def test_the_creator_is_named_with_what_became_of_the_others(app: App) -> None:
    token = named(app, "GEM")
    made = await app.services[Makers].of(ref(token), Deadline.after(app.clock, 8))
    assert made.wallet == token.creator
    assert made.told_by == ()  # the chain itself
    assert made.origin is not None
    assert made.origin.funder is not None
    assert made.held is not None
    fates = {sibling.listed.symbol: sibling.fate for sibling in made.record.siblings}
    assert fates == {"ALPHA": Fate.TRADED, "SAFEMOON": Fate.GONE}
    assert made.record.listed_by == ProviderId("rugcheck")


async def test_namesakes_are_found_and_none_is_called_the_original(app: App) -> None:
    own, *others = [token for token in tokens(app, Kind.HEALTHY) if token.symbol == "PEPE"]
    assert not others
    likes = await app.services[Similar].of(ref(own), Deadline.after(app.clock, 8))
    found = {like.listed.token.address: like for like in likes.others}
    assert app.sandbox is not None
    namesakes = {t.mint for t in app.sandbox.world.tokens.values() if t.symbol == "PEPE"} - {own.mint}
    assert set(found) == namesakes
    assert all(Likeness.SYMBOL in like.likeness for like in likes.others)
    assert likes.oldest is not None
    assert likes.oldest.token.address == own.mint
    assert likes.deepest is not None
    assert likes.deepest.token.address == own.mint


async def test_pools_and_programs_are_no_holders(app: App) -> None:
    assert app.sandbox is not None
    token = named(app, "SWARM")
    held = await app.services[Holders].of(ref(token), Deadline.after(app.clock, 8))
    world = app.sandbox.world
    assert held.apart == {pool_authority(world.seed, pool) for pool in token.pools}
    truth = sorted(
        (e.amount for e in world.named_holders(token.mint) if e.role is not Role.POOL), reverse=True
    )
    share = held.largest(10)
    assert share is not None
    assert abs(float(share) - sum(truth[:10]) / token.supply) < 0.01


async def test_the_nodes_own_list_has_its_owners_named(tmp_path: Path) -> None:
    listing = ("birdeye", "gmgn", "goplus", "rugcheck", "solscan")
    faults = ",".join(f"{name}=500" for name in listing)
    sandbox = SandboxSettings(seed=SEED, latency_ms=(0, 1), faults=faults)
    async with program.inside(tmp_path, sandbox=sandbox) as app:
        token = named(app, "SWARM")
        held = await app.services[Holders].of(ref(token), Deadline.after(app.clock, 8))
        assert app.sandbox is not None
        truth = app.sandbox.world.top_holders(token.mint)
    assert held.source == ProviderId("solana")
    assert held.listed is not None
    assert [each.owner for each in held.listed.holders[:9]] == [each.owner for each in truth[:9]]
    assert held.largest(10) is not None


@pytest.mark.parametrize("command", COMMANDS)
async def test_each_command_answers_on_every_kind_of_token(tmp_path: Path, command: str) -> None:
    async with stage(tmp_path, sandbox=QUICK) as scene:
        person = Person()
        for token in (BONK, PEPE_ETH, *(named(scene.app, name).mint for name in ("SWARM", "GEM", "TADPOLE"))):
            reply = await scene.say(person, f"/{command} {token}")
            said = words(reply)
            assert reply.error == "" or (token == PEPE_ETH and reply.error == "unknown token"), said
            assert "None" not in said
            if not reply.error:
                assert {"Card", "Scan", "Holders"} <= {label(each) for row in reply.rows for each in row}


async def test_aliases_and_buttons_lead_from_one_look_to_the_others(tmp_path: Path) -> None:
    async with stage(tmp_path, sandbox=QUICK) as scene:
        person = Person()
        bundle = await scene.say(person, "/bundles SWARM")
        together = re.search(r"(\d+) bought in one block", words(bundle))
        assert together is not None
        assert int(together[1]) >= INSIDERS  # a stranger may have bought in the same block
        assert "new wallets with one funder" in words(bundle)
        snipers = await scene.press(person, button(bundle, "Snipers"))
        assert "first block" in words(snipers)
        assert words(await scene.say(person, "/first20 SWARM")) == words(snipers)
        dev = await scene.press(person, button(snipers, "Dev"))
        assert str(named(scene.app, "SWARM").creator) in words(dev)
        scan = await scene.press(person, button(dev, "Scan"))
        assert "bought together at the start" in words(scan)
        again = await scene.press(person, button(scan, "Bundle"))
        assert again.title.plain == bundle.title.plain
        too_long = await scene.say(person, f"/bundle {BONK}")
        assert "its history is too long; looked at 10,000 transactions" in words(too_long)


async def test_hostile_names_are_only_shown(tmp_path: Path) -> None:
    async with stage(tmp_path, sandbox=QUICK) as scene:
        person = Person()
        hostile = tokens(scene.app, Kind.HOSTILE_NAME)
        assert hostile
        for token in hostile:
            scene.wait(10)  # for the cooldown
            for command in COMMANDS:
                reply = await scene.say(person, f"/{command} {token.mint}")
                assert reply.error == ""
                assert "\u202e" not in words(reply) and "\u200b" not in words(reply)
        for typed in HOSTILE:
            assert (await scene.say(person, f"/bundle {typed[:200]}")).error


async def test_the_console_gets_every_card_whole(app: App) -> None:
    target = io.StringIO()
    asked = "".join(f"{command} SWARM\n" for command in COMMANDS)
    front = ConsoleFront(
        app.dispatcher, state_dir=app.state_dir, banner="PRACTICE", as_json=True, source=io.StringIO(asked),
        target=target,
    )  # fmt: skip
    await front.start()
    await front.run()
    await front.stop()
    told = [json.loads(line) for line in target.getvalue().splitlines()]
    last = {frame["command"]: frame for frame in told}
    assert set(last) == set(COMMANDS)
    assert all(frame["error"] in ("", None) and "SWARM" in frame["title"] for frame in last.values())
    assert not front.failed
