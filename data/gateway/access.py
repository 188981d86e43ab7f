"""Our access to a vendor: where it is reached, with which key, and how a request carries it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, quote_plus, urlencode, urlsplit

import msgspec
from pydantic import SecretStr

from data.errors import ConfigError
from data.gateway.health import KeyState
from data.gateway.transport import Request
from data.providers.base import Call, Provider

_AGENT = "trenchcoat-pro"


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What the operator chose for one vendor."""

    base_url: str
    spare_urls: tuple[str, ...] = ()
    api_keys: tuple[SecretStr, ...] = ()
    enabled: bool = True

    def __post_init__(self) -> None:
        """Refuse what no request can carry.

        Raises:
            ConfigError: the address or a key cannot be used; neither is repeated.
        """
        if not all(map(_is_usable, self.urls)):
            raise ConfigError(["a provider's address is not an http or https URL"])
        if not all(map(is_sendable, self.keys)):
            raise ConfigError(["a provider's key holds white space, control or non-ASCII characters"])

    def request(
        self,
        call: Call,
        stamp: Mapping[str, str] | None = None,
        *,
        key: SecretStr | None = None,
        base_url: str = "",
        etag: str = "",
    ) -> Request:
        """Write a call as a request, with a key where the vendor wants it and the stamp of this attempt.

        It goes to `base_url`, one of `urls`; left out, to the first. With an `etag` the vendor may say that
        nothing has changed.
        """
        url = (base_url or self.base_url).rstrip("/") + call.target
        if stamp:
            url += f"{'&' if '?' in url else '?'}{urlencode(stamp)}"
        headers = {"accept": "application/json", "user-agent": _AGENT}
        if etag:
            headers["if-none-match"] = etag
        auth, secret = call.provider.auth, "" if key is None else key.get_secret_value()
        if secret and auth.parameter:
            url += f"{'&' if '?' in url else '?'}{auth.parameter}={quote_plus(secret)}"
        if secret and auth.header:
            headers[auth.header] = secret
        content = call.body
        if content is None:
            return Request(method=call.endpoint.method, url=url, headers=headers)
        headers["content-type"] = "application/json"
        return Request(
            method=call.endpoint.method, url=url, headers=headers, body=msgspec.json.encode(content)
        )

    @property
    def urls(self) -> tuple[str, ...]:
        """Where the vendor is reached: its address, then the spare ones, each once."""
        return tuple(dict.fromkeys((self.base_url, *self.spare_urls)))

    @property
    def keys(self) -> tuple[SecretStr, ...]:
        """The keys that say something, each once, in the order in which they are taken."""
        return tuple(dict.fromkeys(key for key in self.api_keys if key.get_secret_value()))

    def key_state(self, *, required: bool = False) -> KeyState:
        """Say what is known of the keys before their first use."""
        if self.keys:
            return KeyState.GIVEN
        return KeyState.MISSING if required else KeyState.NONE

    def masked(self, text: str) -> str:
        """Take the keys out of a vendor's words, also as an address writes them."""
        secrets = [key.get_secret_value() for key in self.keys]
        forms = {form for secret in secrets for form in (secret, quote(secret, safe=""), quote_plus(secret))}
        for form in sorted(forms, key=len, reverse=True):  # a key may stand within a longer one
            text = text.replace(form, "•••")
        return text


def is_sendable(key: SecretStr) -> bool:
    """Tell whether a header can hold a key."""
    text = key.get_secret_value()
    return text.isascii() and text.isprintable() and text == text.strip()


def takes_key(provider: Provider) -> bool:
    """Tell whether a vendor's requests can carry a key."""
    return bool(provider.auth.header or provider.auth.parameter)


def _is_usable(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port out of range, a bracket without its pair
        return False
