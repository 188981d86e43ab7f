"""One question and its answer without a socket: our call, the vendor's route, the bytes, our parser."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import msgspec
from aiohttp import web
from yarl import URL

from data.gateway import decode
from data.models.market import Record
from data.providers.base import Call
from data.sandbox.chain import Chain
from data.sandbox.wire.call import Answer, Vendor, merged
from data.sandbox.wire.call import Call as Asked
from data.sandbox.wire.vendors import NODES, VENDORS
from data.sandbox.world import World


@dataclass(frozen=True, slots=True)
class Line:
    """As much of a request as routing looks at."""

    rel_url: URL
    method: str = "GET"


async def _never(request: web.Request) -> web.StreamResponse:
    raise AssertionError("routes are matched here, not served")


def _router(vendor: Vendor) -> web.UrlDispatcher:
    router = web.UrlDispatcher()
    for path in vendor.routes:
        router.add_get(path, _never)
    return router


_VENDORS = {vendor.id: (vendor, _router(vendor)) for vendor in VENDORS}
_NODES = {node.id: methods for node, methods in NODES}


class Market:
    """A world with every vendor's answers to be had, the chain's among them."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._chain = Chain(world)

    async def answer(self, call: Call) -> Answer:
        """Let the wire answer a call."""
        if call.provider.id in _NODES:
            assert call.target == ""
            payload = msgspec.json.encode(call.body)
            return Answer(body=self._chain.answer(payload, _NODES[call.provider.id]))
        vendor, router = _VENDORS[call.provider.id]
        line = Line(URL(call.target, encoded=True))
        match = await router.resolve(cast(web.Request, line))
        assert match.http_exception is None, f"{vendor.id} has no route for {call.target}"
        resource = match.route.resource
        assert resource is not None
        path: Mapping[str, str] = dict(match)
        return vendor.routes[resource.canonical](
            self.world, Asked(path=path, query=merged(line.rel_url.query))
        )

    def read(self, call: Call, answer: Answer) -> tuple[Record, ...]:
        """Write an answer as the server does, and read it as the gateway does.

        Raises:
            UpstreamError: as the provider's error map and parser say.
        """
        return decode.read(call, answer.status, written(answer.body), self.world.now)


def written(body: Any) -> bytes:
    """Write JSON as the sandbox does; a figure that is none is a defect here."""
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()
