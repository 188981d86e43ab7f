"""Knows the rules for messages that Discord's OpenAPI document leaves out. Pure: bodies in, faults out.

Source: https://discord.com/developers/docs/resources/message#embed-object-embed-limits,
https://discord.com/developers/docs/components/reference
"""

import re
from collections.abc import Hashable, Iterable, Iterator
from typing import NamedTuple, TypeVar
from urllib.parse import urlsplit

from .ledger import Call, FieldError, Json, Upload

CONTENT_MAX = 2000
EMBED_TOTAL_MAX = 6000
TEXT_TOTAL_MAX = 4000
ROWS_MAX = 5
COMPONENTS_MAX = 40
FILES_MAX = 10
FILE_BYTES_MAX = 10 * 1024 * 1024

EPHEMERAL = 1 << 6
COMPONENTS_V2 = 1 << 15
SETTABLE_FLAGS = 1 << 2 | EPHEMERAL | 1 << 12 | 1 << 13 | COMPONENTS_V2

ROW, BUTTON, TEXT_DISPLAY, LINK_STYLE, PREMIUM_STYLE = 1, 2, 10, 5, 6

LEGACY = "The content and embeds fields cannot be used with components v2"

T = TypeVar("T", bound=Hashable)
Path = tuple[str | int, ...]

_MENTION = re.compile(r"@everyone|@here|<@[!&]?\d+>")


class Speech(NamedTuple):
    """The message inside a call: its body, where that lies, whether it is new and may be ephemeral."""

    body: Json
    prefix: tuple[str, ...]
    creates: bool
    may_hide: bool


def speech(call: Call, *, interaction: bool) -> Speech | None:
    """Find the message that a call posts or edits; `interaction` says whose webhook token it carries."""
    body = call.body if isinstance(call.body, dict) else {}
    match call.method, call.template:
        case "POST", "/channels/{channel_id}/messages":
            return Speech(body, (), True, False)
        case "POST", "/webhooks/{webhook_id}/{webhook_token}":
            return Speech(body, (), True, interaction)
        case "POST", "/channels/{channel_id}/threads" if "message" in body:
            return Speech(body["message"], ("message",), True, False)
        case "POST", "/interactions/{interaction_id}/{interaction_token}/callback":
            data = body.get("data") or {}
            if body.get("type") in (4, 7):
                return Speech(data, ("data",), body["type"] == 4, True)
            return None
        case "PATCH", template if template.endswith(("/messages/{message_id}", "/messages/@original")):
            return Speech(body, (), False, interaction)
        case _:
            return None


def message_errors(body: Json, files: dict[int, Upload], *, may_hide: bool) -> list[FieldError]:
    """Judge the body of a message."""
    flags = body.get("flags") or 0
    embeds = body.get("embeds") or []
    components = body.get("components") or []
    errors = [*_file_errors(body, files), *_component_errors(components, v2=bool(flags & COMPONENTS_V2))]
    if len(body.get("content") or "") > CONTENT_MAX:
        errors.append(_too_long(("content",), CONTENT_MAX))
    if flags & COMPONENTS_V2 and (body.get("content") or embeds):
        errors.append(FieldError(("content",), "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", LEGACY))
    if flags & ~SETTABLE_FLAGS or (flags & EPHEMERAL and not may_hide):
        errors.append(FieldError(("flags",), "FLAGS_INVALID", f"Flags {flags} cannot be set here"))
    for index, embed in enumerate(embeds):
        errors += [error.under("embeds", index) for error in _embed_errors(embed)]
    if sum(map(_embed_length, embeds)) > EMBED_TOTAL_MAX:
        message = f"Embed size exceeds maximum size of {EMBED_TOTAL_MAX}"
        errors.append(FieldError(("embeds",), "MAX_EMBED_SIZE_EXCEEDED", message))
    if body.get("enforce_nonce") and not body.get("nonce"):
        errors.append(required(("nonce",)))
    return errors


def ping(body: Json, *, creates: bool) -> str | None:
    """Say how a message could ping somebody, or None if it cannot."""
    allowed = body.get("allowed_mentions")
    if (
        allowed is not None
        and allowed.get("parse") == []
        and not allowed.get("users")
        and not allowed.get("roles")
    ):
        return None
    if allowed is not None:
        return f"allowed_mentions lets through {allowed}"
    if creates:
        return "no allowed_mentions"
    texts = [
        body.get("content") or "",
        *(each["content"] for each in walk(body) if each["type"] == TEXT_DISPLAY),
    ]
    found = _MENTION.search("\n".join(texts))
    return f"{found[0]} without allowed_mentions" if found else None


def walk(body: Json) -> Iterator[Json]:
    """Yield every component of a message or a modal, outermost first."""
    for component in body.get("components") or ():
        yield component
        yield from walk(component)
        for nested in ("accessory", "component"):
            if component.get(nested):
                yield component[nested]


def _file_errors(body: Json, files: dict[int, Upload]) -> Iterator[FieldError]:
    if len(files) > FILES_MAX:
        yield _too_long(("attachments",), FILES_MAX)
    named = {int(each["id"]): each for each in body.get("attachments") or ()}
    for index, upload in files.items():
        if not upload.name.strip() or "/" in upload.name or "\0" in upload.name:
            yield FieldError(("files", index), "ATTACHMENT_NAME_INVALID", f"Not a file name: {upload.name!r}")
        if "attachments" in body and index not in named:
            yield FieldError(
                ("attachments",), "ATTACHMENT_NOT_LISTED", f"files[{index}] has no attachment entry"
            )


def _embed_errors(embed: Json) -> Iterator[FieldError]:
    for index, field in enumerate(embed.get("fields") or ()):
        for part in ("name", "value"):
            if not field[part].strip():
                yield required(("fields", index, part))
    author = embed.get("author")
    if author is not None and not (author.get("name") or "").strip():
        yield required(("author", "name"))
    for path, schemes in (
        (("url",), {"http", "https"}),
        (("author", "url"), {"http", "https"}),
        (("author", "icon_url"), {"http", "https", "attachment"}),
        (("footer", "icon_url"), {"http", "https", "attachment"}),
        (("image", "url"), {"http", "https", "attachment"}),
        (("thumbnail", "url"), {"http", "https", "attachment"}),
    ):
        url: object = embed
        for step in path:
            url = url.get(step) if isinstance(url, dict) else None
        if isinstance(url, str) and url and not _has_scheme(url, schemes):
            yield _bad_url(path, schemes)
    if not any(
        embed.get(part)
        for part in ("title", "description", "fields", "footer", "author", "image", "thumbnail")
    ):
        yield required(("description",))


def _embed_length(embed: Json) -> int:
    texts = [embed.get("title"), embed.get("description"), (embed.get("footer") or {}).get("text")]
    texts.append((embed.get("author") or {}).get("name"))
    texts += [field[part] for field in embed.get("fields") or () for part in ("name", "value")]
    return sum(len(text or "") for text in texts)


def _component_errors(components: list[Json], *, v2: bool) -> Iterator[FieldError]:
    inside = list(walk({"components": components}))
    if not v2:
        if len(components) > ROWS_MAX:
            yield _too_long(("components",), ROWS_MAX)
        for index, component in enumerate(components):
            if component["type"] != ROW:
                message = 'Value of field "type" must be 1 without the components v2 flag'
                yield FieldError(("components", index, "type"), "UNION_TYPE_CHOICES", message)
    if len(inside) > COMPONENTS_MAX:
        yield _too_long(("components",), COMPONENTS_MAX)
    if sum(len(each["content"]) for each in inside if each["type"] == TEXT_DISPLAY) > TEXT_TOTAL_MAX:
        yield _too_long(("components",), TEXT_TOTAL_MAX)
    for row, component in enumerate(components):
        for column, inner in enumerate(component.get("components") or ()):
            if inner["type"] == BUTTON:
                yield from (
                    error.under("components", row, "components", column) for error in _button_errors(inner)
                )
            elif component["type"] == ROW and len(component["components"]) > 1:
                yield FieldError(
                    ("components", row), "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "A select menu fills its row"
                )
    for _, twin in duplicates(each["custom_id"] for each in inside if each.get("custom_id")):
        message = f"Component custom id cannot be duplicated: {twin}"
        yield FieldError(("components",), "COMPONENT_CUSTOM_ID_DUPLICATED", message)


def _button_errors(button: Json) -> Iterator[FieldError]:
    style, custom_id, url = button["style"], button.get("custom_id"), button.get("url")
    if custom_id and url:
        yield FieldError(("custom_id",), "BASE_TYPE_INVALID", "A custom id and url cannot both be specified")
    elif style == LINK_STYLE and not url:
        yield FieldError(("url",), "BASE_TYPE_REQUIRED", "A url is required")
    elif style not in (LINK_STYLE, PREMIUM_STYLE) and not custom_id:
        yield FieldError(("custom_id",), "BASE_TYPE_REQUIRED", "A custom id is required")
    elif style != LINK_STYLE and url:
        yield FieldError(("style",), "BASE_TYPE_INVALID", "Only a link button has a url")
    if url and not _has_scheme(url, {"http", "https", "discord"}):
        yield _bad_url(("url",), {"http", "https", "discord"})
    if style != PREMIUM_STYLE and not (button.get("label") or "").strip() and not button.get("emoji"):
        yield FieldError(("label",), "BASE_TYPE_REQUIRED", "A label or an emoji is required")


def duplicates(items: Iterable[T]) -> Iterator[tuple[int, T]]:
    """Yield every item that came before, with its place."""
    seen: set[T] = set()
    for index, item in enumerate(items):
        if item in seen:
            yield index, item
        seen.add(item)


def _has_scheme(url: str, schemes: set[str]) -> bool:
    parts = urlsplit(url)
    return parts.scheme in schemes and bool(parts.netloc or parts.path)


def _bad_url(path: Path, schemes: set[str]) -> FieldError:
    message = f"Not a well formed URL: scheme must be one of {sorted(schemes)}"
    return FieldError(path, "URL_TYPE_INVALID_SCHEME", message)


def required(path: Path) -> FieldError:
    """Say that a field is missing or blank."""
    return FieldError(path, "BASE_TYPE_REQUIRED", "This field is required")


def _too_long(path: Path, most: int) -> FieldError:
    return FieldError(path, "BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length.")


def bad_length(path: Path, least: int, most: int) -> FieldError:
    """Say that a text has the wrong length."""
    return FieldError(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.")
