"""The two questions of a back-fill, put to a Solana node through the gateway, by its quota and its breaker.

In the background: people's questions go first. Nothing is kept, for nothing is asked for twice.
Source: https://solana.com/docs/rpc/http/gettransaction
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from data.chain import history, jsonrpc
from data.clock import Clock, Deadline
from data.errors import BadPayload, NotListed, Unavailable
from data.feeds.backfill import MOST, Backfill
from data.gateway.gateway import Gateway
from data.models.events import Logged
from data.models.ids import Chain
from data.models.launch import SignaturePage, Signed
from data.models.market import Capability, Gap, Record
from data.providers import values
from data.providers.base import Ask, Call, Endpoint, Json, Provider

_ONE_S = 8.0  # for one question


def signatures_payload(ask: Ask) -> Json:
    """Ask for what names the first account after the signature that stands second."""
    program, until = ask.accounts
    options = {"limit": ask.limit, "until": until, "commitment": "confirmed"}
    return jsonrpc.request("getSignaturesForAddress", [program, options])


def logs_payload(ask: Ask) -> Json:
    """Ask for the transaction whose signature is `query`, in the encoding that costs least."""
    options = {
        "encoding": "json",
        "commitment": "confirmed",
        "maxSupportedTransactionVersion": history.MAX_VERSION,
    }
    return jsonrpc.request("getTransaction", [ask.query, options])


def parse_logs(body: Json, ask: Ask, at: datetime) -> tuple[Record, ...]:
    """Read the log of a transaction.

    Raises:
        BadPayload: it has none that can be read: nodes keep some back.
        NotListed: there is no such transaction.
    """
    told = jsonrpc.result(body)
    if told is None:
        raise NotListed("no such transaction")
    row = values.required_mapping(told, "transaction")
    lines = values.mapping(row.get("meta")).get("logMessages")
    if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
        raise BadPayload("a transaction without its log")
    return (Logged(signature=ask.query, slot=values.count(row.get("slot")), lines=tuple(lines)),)


MISSED = Endpoint(
    capability=Capability.SIGNATURES, path="", method="POST", payload=signatures_payload,
    parse=history.parse_signatures, ttl_s=1, stale_s=0, needs="accounts",
)  # fmt: skip
LOGS = Endpoint(
    capability=Capability.LOGS, path="", method="POST", payload=logs_payload,
    parse=parse_logs, ttl_s=1, stale_s=0, needs="query",
)  # fmt: skip


def through(gateway: Gateway, node: Provider, clock: Clock, *, most: int = MOST) -> Backfill:
    """Make a back-fill that asks a Solana node."""

    async def ask(endpoint: Endpoint, question: Ask) -> Record:
        call = Call(provider=node, endpoint=endpoint, ask=question)
        deadline = Deadline.after(clock, _ONE_S)
        answer = await gateway.fetch(call, deadline, fresh=True, background=True, keep=False)
        if isinstance(answer, Gap) or answer.stale or not answer.records:
            raise Unavailable(answer.reason if isinstance(answer, Gap) else "no answer")
        return answer.records[0]

    async def signatures(program: str, until: str, limit: int) -> Sequence[Signed]:
        question = Ask(chain=Chain.SOLANA, accounts=(program, until), limit=limit)
        page = await ask(MISSED, question)
        if not isinstance(page, SignaturePage):
            raise Unavailable("no list of signatures")
        return page.rows

    async def logs_of(signature: str) -> Logged:
        logged = await ask(LOGS, Ask(chain=Chain.SOLANA, query=signature))
        if not isinstance(logged, Logged):
            raise Unavailable("no log")
        return logged

    return Backfill(signatures, logs_of, clock, most=most)
