"""The wire: requests into raw parameters and uploads, outcomes into HTTP answers.

Knows the encodings the Bot API takes (JSON, URL-encoded and multipart forms). Does not judge.

Source: https://core.telegram.org/bots/api#making-requests
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from aiohttp import BodyPartReader, web

from tests.fakes.telegram.verdict import Json, Rule, bad_request

ATTACHED = "attach://"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a call."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One judged and answered call, as the ledger keeps it. `at` is seconds on the server's clock.

    A file sent under a parameter's own name stands in `params` as `attach://<name>`, like any other upload.
    """

    method: str
    params: Mapping[str, Any]
    at: float
    files: Mapping[str, Upload] = field(default_factory=dict)
    result: Any = None
    error_code: int | None = None
    description: str | None = None

    @property
    def ok(self) -> bool:
        """Tell whether the call was carried out."""
        return self.error_code is None


async def read(request: web.Request, call: Call) -> Call:
    """Return the call with the parameters and files of its HTTP request; form values are still strings.

    Raises: Refusal for a body that is not what it claims to be.
    """
    try:
        raw, files = await _body(request)
    except ValueError as error:
        raise bad_request("can't parse request body", Rule.WRONG_TYPE) from error
    referred = json.dumps(raw)
    raw |= {name: f"{ATTACHED}{name}" for name in files if f"{ATTACHED}{name}" not in referred}
    return replace(call, params=raw, files=files)


async def _body(request: web.Request) -> tuple[Json, dict[str, Upload]]:
    raw: Json = dict(request.query)
    files: dict[str, Upload] = {}
    if request.content_type == "application/json":
        raw |= json.loads(await request.text() or "{}")
    elif request.content_type == "multipart/form-data":
        async for part in await request.multipart():
            assert isinstance(part, BodyPartReader)
            name = part.name or ""
            content = bytes(await part.read(decode=True))
            if part.filename is None:
                raw[name] = content.decode()
            else:
                files[name] = Upload(part.filename, content)
    else:
        raw |= {name: str(value) for name, value in (await request.post()).items()}
    return raw, files


def answer(body: Json) -> web.Response:
    """Return the HTTP answer of a Bot API body; the status repeats the error code."""
    return web.json_response(body, status=body.get("error_code", 200))
