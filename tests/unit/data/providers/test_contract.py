"""What every provider must keep, whatever its vendor answers."""

from __future__ import annotations

import copy
import dataclasses
import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.errors import BadPayload, InvariantBroken, KeyRejected, NotListed, RateLimited, Unavailable
from data.models.fields import CHANGE, Unit
from data.models.ids import Chain, ProviderId, TokenKey
from data.models.market import CandleSeries, Pool, SecurityReport, TokenMatch, TokenReport, Trade
from data.models.text import visible
from data.providers.base import Ask, Call, Endpoint, ErrorMap, Provider, classify, discover
from tests.unit.data.providers.recorded import ENDPOINTS, NOW, PROVIDERS, SAMPLES, cases, find, sample, told

FILES = sorted(path.relative_to(SAMPLES).as_posix() for path in SAMPLES.glob("*/*.json"))
HOSTILE_TEXT = "a/../b?c=d&e#f %2e\n\u202e{chain}"

each_endpoint = pytest.mark.parametrize(
    ("provider", "endpoint"), ENDPOINTS, ids=[f"{p.id}:{e.name}" for p, e in ENDPOINTS]
)
each_provider = pytest.mark.parametrize("provider", PROVIDERS, ids=lambda provider: provider.id)

_JUNK: list[Any] = [
    None,
    True,
    "",
    "NaN",
    "1,234.5",
    "-1",
    "\ud800",
    "x" * 500,
    "1e999999999",
    0,
    -1,
    2**200,
    Decimal("NaN"),
    Decimal("Infinity"),
    Decimal("1e308"),
    Decimal("1e999999999"),
    Decimal("1e-999999999"),
    [],
    {},
    [[[]]],
    [{}],
    {"usd": "abc"},
]
junk = st.sampled_from(_JUNK)
anything = st.recursive(
    junk | st.decimals(allow_nan=True) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@each_provider
def test_a_provider_has_documents_samples_quotas_and_an_error_map(provider: Provider) -> None:
    assert provider.docs.startswith("https://")
    assert (SAMPLES / provider.id).is_dir()
    assert any(endpoint.samples for endpoint in provider.endpoints)
    assert provider.errors != ErrorMap()
    assert 0 < provider.trust <= 1
    assert {endpoint.quota for endpoint in provider.endpoints} == set(provider.quotas)
    assert len({endpoint.name for endpoint in provider.endpoints}) == len(provider.endpoints)


def test_discovery_finds_the_market_providers_by_their_module_names() -> None:
    expected = {"coingecko", "dexscreener", "geckoterminal", "jupiter", "raydium", "rugcheck"}
    assert expected <= set(discover())
    assert all(provider.market for provider in discover().values())


@each_endpoint
def test_an_endpoint_keeps_an_answer_longer_than_it_calls_it_fresh(
    provider: Provider, endpoint: Endpoint
) -> None:
    assert endpoint.stale_s >= 2 * endpoint.ttl_s > 0
    assert set(endpoint.samples) <= {path.name for path in (SAMPLES / provider.id).iterdir()}


@each_endpoint
def test_an_endpoint_declares_exactly_the_fields_it_gives(provider: Provider, endpoint: Endpoint) -> None:
    given_answers = cases(provider, endpoint)
    records = [r for case in given_answers for r in endpoint.parse(case.body, case.ask, case.at)]
    assert records
    assert set().union(*map(told, records)) == endpoint.fields


@each_endpoint
def test_hostile_input_stays_inside_its_slot(provider: Provider, endpoint: Endpoint) -> None:
    asked = Ask(
        tokens=(TokenKey(Chain.SOLANA, HOSTILE_TEXT),),
        pool=HOSTILE_TEXT,
        query=HOSTILE_TEXT,
        amount=1,
        accounts=(HOSTILE_TEXT,),
    )
    target = Call(provider=provider, endpoint=endpoint, ask=asked).target
    path, _, query = target.partition("?")
    assert target.isascii() and target.isprintable() and " " not in target
    assert "#" not in target and "{" not in target
    assert path.count("/") == endpoint.path.count("/")
    assert [part.partition("=")[0] for part in query.split("&") if part] == [
        name for name in endpoint.query if name not in {"before_timestamp", "to_time"}
    ]


@pytest.mark.parametrize(
    ("provider", "file", "status", "error"),
    [
        ("coingecko", "error-401-10012-time-range.json", 401, NotListed),
        ("coingecko", "error-404-coin-not-found.json", 404, NotListed),
        ("coingecko", "error-429-rate-limit.json", 429, RateLimited),
        ("coingecko", "error-429-rate-limit.json", 200, RateLimited),
        ("geckoterminal", "error-400-invalid-aggregate.json", 400, BadPayload),
        ("geckoterminal", "error-401-page-over-10.json", 401, NotListed),
        ("jupiter", "error-401-docs.json", 401, KeyRejected),
        ("jupiter", "error-429-live.json", 429, RateLimited),
        ("jupiter", "error-429-live.json", 400, RateLimited),
        ("raydium", "error-envelope.json", 200, NotListed),
        ("rugcheck", "error-401-invalid-api-key.json", 401, KeyRejected),
        ("solana", "error-429-public-rpc.json", 429, RateLimited),
        ("solana", "error-429-public-rpc.json", 200, RateLimited),
        ("solana", "error-getTokenLargestAccounts-overloaded-http200.json", 200, Unavailable),
        ("solana", "error-not-a-token-mint.json", 200, NotListed),
        ("solana", "sendTransaction-error-bad-encoding.json", 200, NotListed),
        ("solana", "sendTransaction-error-blockhash-not-found.json", 200, BadPayload),
    ],
)
def test_a_recorded_refusal_is_the_right_error(
    provider: str, file: str, status: int, error: type[Exception]
) -> None:
    body = sample(provider, file)
    body = body.get("body", body)
    named = next(p for p in PROVIDERS if p.id == provider)
    assert type(classify(named, status, body)) is error


def test_every_error_sample_is_an_error_whatever_its_status() -> None:
    for file in FILES:
        folder, _, name = file.partition("/")
        if name.startswith("error-"):
            provider = next(p for p in PROVIDERS if p.id == folder)
            body = sample(folder, name)
            assert classify(provider, 200, body.get("body", body)) is not None, file


@each_provider
@pytest.mark.parametrize(
    ("status", "errors"),
    [
        (200, (type(None),)),
        (301, (Unavailable,)),
        (401, (KeyRejected, NotListed)),
        (418, (BadPayload,)),
        (429, (RateLimited,)),
        (503, (Unavailable,)),
    ],
)
def test_a_page_that_is_no_json_is_judged_by_its_status(
    provider: Provider, status: int, errors: tuple[type[Exception], ...]
) -> None:
    assert isinstance(classify(provider, status, None), errors)


@each_provider
def test_a_recorded_answer_is_no_refusal(provider: Provider) -> None:
    for endpoint in provider.endpoints:
        for case in cases(provider, endpoint):
            assert classify(provider, 200, case.body) is None


@pytest.mark.parametrize("file", FILES)
def test_no_answer_of_another_call_or_vendor_breaks_a_parser(file: str) -> None:
    body = sample(*file.split("/"))
    for provider, endpoint in ENDPOINTS:
        for case in cases(provider, endpoint):
            _check(endpoint, body, case.ask, own=False)


@each_endpoint
@settings(max_examples=15, database=None, deadline=None, suppress_health_check=list(HealthCheck))
@given(body=anything, status=st.sampled_from([200, 400, 401, 404, 429, 500]))
def test_no_json_breaks_a_parser_or_an_error_map(
    provider: Provider, endpoint: Endpoint, body: Any, status: int
) -> None:
    classify(provider, status, body)
    _check(endpoint, body, cases(provider, endpoint)[0].ask)


@each_endpoint
@settings(max_examples=20, database=None, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_no_damage_to_an_answer_breaks_a_parser_or_makes_a_false_figure(
    provider: Provider, endpoint: Endpoint, data: st.DataObject
) -> None:
    case = data.draw(st.sampled_from(cases(provider, endpoint)))
    body = copy.deepcopy(case.body)
    for _ in range(data.draw(st.integers(1, 4))):
        body = _damaged(body, data)
    classify(provider, 200, body)
    _check(endpoint, body, case.ask)


def _damaged(body: Any, data: st.DataObject) -> Any:
    """Delete one value somewhere in a document, or put junk in its place."""
    holder: Any = None
    key: Any = None
    node = body
    while isinstance(node, (dict, list)) and node and (holder is None or data.draw(st.integers(0, 5))):
        holder = node
        key = data.draw(st.sampled_from(sorted(node) if isinstance(node, dict) else range(len(node))))
        node = node[key]
    if holder is None:
        return copy.deepcopy(data.draw(junk))
    if data.draw(st.booleans()):
        del holder[key]
    else:
        holder[key] = copy.deepcopy(data.draw(junk))
    return body


def _check(endpoint: Endpoint, body: Any, asked: Ask, *, own: bool = True) -> None:
    """Parse; only the two errors may come out, and no figure that cannot be, nor one not declared."""
    try:
        records = endpoint.parse(body, asked, NOW)
    except (BadPayload, NotListed):
        return
    for record in records:
        assert told(record) <= endpoint.fields or not own
        _sane(dataclasses.asdict(record) if not isinstance(record, CandleSeries) else record.candles)
        if isinstance(record, (TokenReport, SecurityReport)):
            for fact in record.facts:
                _sane(fact.value, signed=fact.field in CHANGE.values())
                assert fact.field.unit is not Unit.RATIO or fact.field in CHANGE.values() or fact.value <= 1
        if isinstance(record, (TokenReport, SecurityReport, Trade)) and asked.tokens:
            assert record.token in asked.tokens
        if isinstance(record, (TokenMatch, TokenReport)):
            assert record.token.chain is asked.chain
        if isinstance(record, Pool):
            assert record.chain is asked.chain and record.base.token.chain is asked.chain


def _sane(value: Any, *, signed: bool = True) -> None:
    if isinstance(value, Decimal):
        assert value.is_finite() and abs(value) <= Decimal("1e60") and (signed or value >= 0)
    elif isinstance(value, str):
        assert value == visible(value) and "\n" not in value and len(value) <= 300
    elif isinstance(value, dict):
        for key, inner in value.items():
            _sane(inner, signed=signed or key == "change_ratio")
    elif isinstance(value, (list, tuple)):
        for inner in value:
            _sane(inner, signed=signed)


def test_every_sample_is_named_in_the_list_of_sources() -> None:
    sources = (SAMPLES / "SOURCES.md").read_text()
    assert [file for file in FILES if f"`{file.split('/')[1]}`" not in sources] == []


def test_every_sample_is_json() -> None:
    for file in FILES:
        json.loads((SAMPLES / file).read_text())


def test_a_batch_is_one_call_with_its_addresses_joined() -> None:
    jupiter = discover()[ProviderId("jupiter")]
    tokens = (TokenKey(Chain.SOLANA, "Aa1"), TokenKey(Chain.SOLANA, "Bb2"))
    call = Call(provider=jupiter, endpoint=find(jupiter, "/price/v3"), ask=Ask(tokens=tokens))
    assert call.target == "/price/v3?ids=Aa1,Bb2"


def test_a_search_on_another_chain_is_another_call() -> None:
    """A search has no chain in its address, and its answer is read for one chain."""
    provider = discover()[ProviderId("dexscreener")]
    endpoint = find(provider, "/latest/dex/search")
    calls = [Call(provider=provider, endpoint=endpoint, ask=Ask(chain=chain, query="wif")) for chain in Chain]
    assert len({call.target for call in calls}) == 1
    assert len({call.key for call in calls}) == len(Chain)


def test_one_token_is_asked_of_an_endpoint_that_takes_one() -> None:
    rugcheck = discover()[ProviderId("rugcheck")]
    endpoint = find(rugcheck, "/tokens/{address}/report")
    with pytest.raises(InvariantBroken):
        endpoint.parse({"risks": []}, Ask(), NOW)
