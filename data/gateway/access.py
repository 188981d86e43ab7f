"""Our access to a vendor: where it is reached, with which key, and how a request carries it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote_plus, urlsplit

import msgspec
from pydantic import SecretStr

from data.errors import ConfigError
from data.gateway.health import KeyState
from data.gateway.transport import Request
from data.providers.base import Call

_AGENT = "trenchcoat-pro"


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What the operator chose for one vendor."""

    base_url: str
    api_key: SecretStr | None = None
    enabled: bool = True

    def __post_init__(self) -> None:
        """Refuse what no request can carry.

        Raises:
            ConfigError: the address or the key cannot be used; neither is repeated.
        """
        if not _is_usable(self.base_url):
            raise ConfigError(["a provider's address is not an http or https URL"])
        if not (self._key.isascii() and self._key.isprintable()) or self._key != self._key.strip():
            raise ConfigError(["a provider's key holds white space, control or non-ASCII characters"])

    def request(self, call: Call) -> Request:
        """Write a call as a request, with the key where the vendor wants it."""
        url = self.base_url.rstrip("/") + call.target
        headers = {"accept": "application/json", "user-agent": _AGENT}
        auth, key = call.provider.auth, self._key
        if key and auth.parameter:
            url += f"{'&' if '?' in url else '?'}{auth.parameter}={quote_plus(key)}"
        if key and auth.header:
            headers[auth.header] = key
        content = call.body
        if content is None:
            return Request(method=call.endpoint.method, url=url, headers=headers)
        headers["content-type"] = "application/json"
        return Request(
            method=call.endpoint.method, url=url, headers=headers, body=msgspec.json.encode(content)
        )

    def key_state(self, *, required: bool = False) -> KeyState:
        """Say what is known of the key before its first use."""
        if self._key:
            return KeyState.GIVEN
        return KeyState.MISSING if required else KeyState.NONE

    def masked(self, text: str) -> str:
        """Take the key out of a vendor's words."""
        return text.replace(self._key, "•••") if self._key else text

    @property
    def _key(self) -> str:
        return "" if self.api_key is None else self.api_key.get_secret_value()


def _is_usable(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port out of range, a bracket without its pair
        return False
