"""CryptoPanic's answers: version 2 and, as recorded, version 1."""

from __future__ import annotations

from collections.abc import Iterator

from tests.unit.data.providers.recorded import Case, ask, sample


def cases() -> Iterator[tuple[str, Case]]:
    yield "cryptopanic /posts/", Case(sample("cryptopanic", "v2-posts-shape.json"), ask(query="btc"))
    yield "cryptopanic /posts/", Case(sample("cryptopanic", "v1-posts-2018.json"), ask(query="NEO"))
