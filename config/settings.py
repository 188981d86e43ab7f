"""Settings: one frozen tree, read once from the environment (prefix TRENCHCOAT_) and an env file.

The only reader of the environment. A wrong value is one clear line; secrets are masked in every rendering.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated, Literal, get_origin

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from pydantic_settings import SettingsError as UnreadableValue

PREFIX = "TRENCHCOAT_"
_OWNER = re.compile(r"(telegram|discord):[0-9]{1,20}|console:[a-z]{1,40}")
# An e-mail address as nearly all are: no quotes, no names, nothing that a header could be broken with.
MAIL_ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]{0,61}[A-Za-z0-9]"
)
MAIL_ADDRESS_LIMIT = 254
_RANGE = re.compile(r"(\d{1,6})(?:-(\d{1,6}))?")


class SettingsError(Exception):
    """Settings cannot be used; `problems` holds one line each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def _owners(value: object) -> object:
    if not isinstance(value, str):
        return value
    owners = [word.strip() for word in value.split(",") if word.strip()]
    for number, owner in enumerate(owners, 1):
        if not _OWNER.fullmatch(owner):
            # Not repeated: it may be a token that was put in the wrong place.
            raise ValueError(f"entry {number} is not of the form telegram:123 or discord:456")
    return tuple(owners)


def _url(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"https?://[^\s/@]+(/[^\s]*)?", value):
        raise ValueError("must be a web address such as https://host or http://127.0.0.1:8080")
    return value.rstrip("/")


def _stream(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"wss?://[^\s/@]+(/[^\s]*)?", value):
        raise ValueError("must be a WebSocket's address such as wss://host/path")
    return value


def _latency(value: object) -> object:
    if not isinstance(value, str):
        return value
    match = _RANGE.fullmatch(value.strip())
    if match is None:
        raise ValueError("must be milliseconds such as 50-400 or 80")
    low, high = int(match[1]), int(match[2] or match[1])
    if low > high:
        raise ValueError("the first number must not be above the second")
    return (low, high)


def _secret(value: object) -> object:
    if not isinstance(value, str):
        return value
    stripped = value.strip()
    if not stripped or not stripped.isprintable() or " " in stripped:
        raise ValueError("is blank, or holds blanks or characters that cannot be printed")
    return stripped


def _urls(value: object) -> object:
    if not isinstance(value, str):
        return value
    return tuple(_url(word.strip()) for word in value.split(",") if word.strip())


def _address(value: object) -> str:
    if not isinstance(value, str) or not MAIL_ADDRESS.fullmatch(value) or len(value) > MAIL_ADDRESS_LIMIT:
        raise ValueError("must be an e-mail address such as bot@example.org")
    return value


Url = Annotated[str, BeforeValidator(_url)]
Urls = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_urls)]
Secret = Annotated[SecretStr, BeforeValidator(_secret)]
Address = Annotated[str, BeforeValidator(_address)]
StreamUrl = Annotated[str, BeforeValidator(_stream)]
SecretStreamUrl = Annotated[SecretStr, BeforeValidator(_stream)]


class Section(BaseModel):
    """A concern's settings."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class TelegramSettings(Section):
    """The Telegram bot."""

    token: Secret | None = Field(default=None, description="Bot token from @BotFather")
    api_url: Url = Field(
        default="https://api.telegram.org", description="Bot API server, for a self-hosted one"
    )
    webhook_url: Url | None = Field(
        default=None, description="Public address for updates; empty means long polling"
    )
    webhook_secret: Secret | None = Field(
        default=None, description="Secret that Telegram repeats with each update; made at random if empty"
    )


class DiscordSettings(Section):
    """The Discord bot."""

    token: Secret | None = Field(default=None, description="Bot token from the developer portal")
    api_url: Url = Field(default="https://discord.com/api/v10", description="REST address, for a proxy")
    message_content: bool = Field(
        default=True, description="Ask for the message content intent, so that pasted addresses are seen"
    )


class ProviderSettings(Section):
    """One market API."""

    base_url: Url | None = Field(default=None, description="Another address for this provider")
    spare_urls: Urls = Field(
        default=(),
        description="More addresses of the same API, comma-separated: the next is asked where one fails",
    )
    api_key: Secret | None = Field(default=None, description="Key, where the provider has one")
    enabled: bool | None = Field(
        default=None, description="Whether it is asked at all; unset: yes, but for unofficial ones"
    )


class FeedSettings(Section):
    """Streams of what happens on the chain."""

    enabled: bool = Field(default=True, description="Whether any stream is listened to")
    pumpportal_url: StreamUrl = Field(
        default="wss://pumpportal.fun/api/data", description="PumpPortal's stream of launches"
    )
    pumpportal_key: Secret | None = Field(
        default=None, description="PumpPortal key with funds, for streams of trades"
    )
    solana_ws_url: SecretStreamUrl | None = Field(
        default=None, description="WebSocket of a Solana node, which may hold a key; empty means none"
    )
    stall_s: float | None = Field(
        default=None, gt=0, description="Seconds of silence that are a stall; empty means 75 for launches"
    )


class AiSettings(Section):
    """The language model."""

    api_key: Secret | None = Field(default=None, description="Anthropic API key; empty means the rule engine")
    base_url: Url | None = Field(default=None, description="Another address of the Messages API")
    model: str = Field(default="claude-sonnet-4-5", description="Model name")


class HttpSettings(Section):
    """Probes and figures."""

    host: str = Field(default="127.0.0.1", description="Address that health and metrics listen on")
    port: int | None = Field(
        default=None, ge=0, le=65535, description="Port; empty means not served, 0 means any free"
    )


class MailSettings(Section):
    """E-mail, for digests and danger alone."""

    host: str | None = Field(default=None, description="SMTP server; empty means no e-mail")
    port: int = Field(default=587, ge=1, le=65535, description="Its port; 465 is usual with tls")
    security: Literal["starttls", "tls", "none"] = Field(
        default="starttls", description="How it is encrypted; none only for a server on this machine"
    )
    username: str | None = Field(default=None, description="Name to log in with; empty means no login")
    password: Secret | None = Field(default=None, description="Its password")
    sender: Address | None = Field(default=None, description="Address that letters come from")
    unsubscribe: Address | None = Field(
        default=None, description="Address to write to, to hear no more; empty means the sender"
    )


class LogSettings(Section):
    """What is written to standard error."""

    format: Literal["auto", "json", "console"] = Field(
        default="auto", description="auto: console on a terminal, else JSON"
    )
    level: Literal["auto", "debug", "info", "warning", "error"] = Field(
        default="auto", description="Least severity written; auto: info, or warning beside a console"
    )


class SandboxSettings(Section):
    """The practice market."""

    seed: int = Field(default=7, ge=0, le=2**32, description="One seed, one history")
    speed: float = Field(
        default=1.0, gt=0, le=3600, description="Practice seconds a second; 60 is an hour a minute"
    )
    latency_ms: Annotated[tuple[int, int], BeforeValidator(_latency), NoDecode] = Field(
        default=(0, 0), description="Delay of each answer, such as 50-400"
    )
    faults: str = Field(default="", description="Faults by vendor, such as rugcheck=500,jupiter=429")


class RadarSettings(Section):
    """What the radar watches and tells."""

    enabled: bool = Field(
        default=True, description="Whether this process watches the market; of several, one should"
    )
    most_tokens: int = Field(
        default=2_000, ge=10, le=20_000, description="Tokens watched at once; those traded least make room"
    )
    floor_usd: float = Field(
        default=10_000.0, ge=0, le=1e9, description="Least liquidity of a token that signals are told of"
    )
    kept_hours: int = Field(
        default=48, ge=26, le=2_160, description="For how long what the radar took in is kept for replays"
    )


class AccessSettings(Section):
    """Who gets in."""

    registration: Literal["open", "approval"] = Field(
        default="open", description="open: /start makes a member; approval: an operator does"
    )
    wallets_each: int = Field(default=50, ge=1, le=1_000, description="How many wallets a person may follow")


class Settings(BaseSettings):
    """Everything an operator can choose."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", frozen=True, extra="forbid", env_ignore_empty=True
    )

    frontends: Literal["auto", "telegram", "discord", "console", "telegram,discord"] = Field(
        default="auto", description="auto: those with a token; with none, the console"
    )
    market: Literal["auto", "live", "sandbox"] = Field(
        default="auto",
        description="live, or sandbox (the practice market); auto: live once a chat token is set",
    )
    state_dir: Path = Field(
        default=Path("~/.trenchcoat"), description="Folder of the database and other state"
    )
    database_url: Secret | None = Field(
        default=None, description="postgresql://… ; empty means SQLite in state_dir"
    )
    redis_url: Secret | None = Field(default=None, description="redis://… ; empty means none")
    master_key: Secret | None = Field(
        default=None, description="Base64 of 32 bytes that seal the providers' keys; empty means a file"
    )
    master_key_file: Path | None = Field(
        default=None, description="File of the master key; empty means master.key in state_dir"
    )
    owner_ids: Annotated[tuple[str, ...], BeforeValidator(_owners), NoDecode] = Field(
        default=(), description="Operators for good: telegram:123,discord:456"
    )
    telegram: TelegramSettings = TelegramSettings()
    discord: DiscordSettings = DiscordSettings()
    providers: dict[str, ProviderSettings] = Field(default={}, description="By provider id")
    feeds: FeedSettings = FeedSettings()
    ai: AiSettings = AiSettings()
    http: HttpSettings = HttpSettings()
    mail: MailSettings = MailSettings()
    log: LogSettings = LogSettings()
    sandbox: SandboxSettings = SandboxSettings()
    access: AccessSettings = AccessSettings()
    radar: RadarSettings = RadarSettings()

    @model_validator(mode="after")
    def _named_front_ends_have_tokens(self) -> Settings:
        for name, token in (("telegram", self.telegram.token), ("discord", self.discord.token)):
            if name in self.frontends.split(",") and token is None:
                raise ValueError(
                    f"{PREFIX}FRONTENDS names {name}: set {PREFIX}{name.upper()}__TOKEN, or leave it at auto"
                )
        return self

    @model_validator(mode="after")
    def _mail_is_whole(self) -> Settings:
        mail = self.mail
        if mail.host is not None and mail.sender is None:
            raise ValueError(f"{PREFIX}MAIL__HOST is set: set {PREFIX}MAIL__SENDER too")
        if (mail.username is None) != (mail.password is None):
            raise ValueError(f"{PREFIX}MAIL__USERNAME and {PREFIX}MAIL__PASSWORD: set both, or neither")
        if mail.security == "none" and mail.host not in {None, "localhost", "127.0.0.1", "::1"}:
            raise ValueError(f"{PREFIX}MAIL__SECURITY=none is for a server on this machine alone")
        return self

    @property
    def chat_tokens(self) -> bool:
        """Whether any chat platform is configured."""
        return self.telegram.token is not None or self.discord.token is not None

    @property
    def practice(self) -> bool:
        """Whether the practice market is used."""
        return self.market == "sandbox" or (self.market == "auto" and not self.chat_tokens)

    @property
    def front_ends(self) -> tuple[str, ...]:
        """The front ends to start."""
        if self.frontends != "auto":
            return tuple(self.frontends.split(","))
        chosen = [
            name
            for name, token in (("telegram", self.telegram.token), ("discord", self.discord.token))
            if token is not None
        ]
        return tuple(chosen) or ("console",)


def load(env_file: Path | None = None, **overrides: object) -> Settings:
    """Read the settings.

    Raises:
        SettingsError: with one line for each wrong or unknown value.
    """
    unknown = sorted(name for name in os.environ if name.upper().startswith(PREFIX) and not _known(name))
    if unknown:
        raise SettingsError([f"{name}: there is no such setting" for name in unknown])
    try:
        if env_file is not None:
            env_file.read_text(encoding="utf-8")  # one that is missing would be passed over
        return Settings(_env_file=env_file, **overrides)  # type: ignore[arg-type, call-arg]
    except ValidationError as error:
        raise SettingsError([_problem(item) for item in error.errors(include_input=False)]) from None
    except OSError as error:
        raise SettingsError([f"{env_file}: cannot be read: {error.strerror}"]) from None
    except UnicodeDecodeError:
        raise SettingsError([f"{env_file}: is not text in UTF-8"]) from None
    except UnreadableValue as error:
        raise SettingsError([_unreadable(str(error))]) from None


def _known(name: str) -> bool:
    head, nested, _ = name.upper().removeprefix(PREFIX).partition("__")
    field = Settings.model_fields.get(head.lower())
    if field is None:
        return False
    kind = field.annotation
    return not nested or get_origin(kind) is dict or (isinstance(kind, type) and issubclass(kind, Section))


def _unreadable(message: str) -> str:
    """Word that a whole section, which is JSON, cannot be parsed."""
    field = message.partition('field "')[2].partition('"')[0].upper()
    return f"{PREFIX}{field}: is not JSON; set its parts one by one, such as {PREFIX}TELEGRAM__TOKEN"


def _problem(item: object) -> str:
    """Word one validation error without its value, which may be a secret."""
    details = dict(item)  # type: ignore[call-overload]
    name = "__".join(str(part).upper() for part in details["loc"])
    message = str(details["msg"]).removeprefix("Value error, ")
    if details["type"] == "extra_forbidden":
        message = "there is no such setting"
        if len(details["loc"]) == 1:
            return f"{name}: {message}"  # as the env file writes it
    return f"{PREFIX}{name}: {message}" if name else message
