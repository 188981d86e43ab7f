"""Files: uploads and file ids into the media that people see.

Source: https://core.telegram.org/bots/api#sending-files and #sendphoto for the limits.
"""

from collections.abc import Mapping
from io import BytesIO

from PIL import Image

from tests.fakes.telegram.verdict import Rule, bad_request
from tests.fakes.telegram.wire import ATTACHED, Upload
from tests.fakes.telegram.world import Media, World

MAX_PHOTO_BYTES = 10 * 1024 * 1024
MAX_PHOTO_SIDES = 10_000  # width and height together
MAX_PHOTO_RATIO = 20


def resolve(world: World, kind: str, reference: str, files: Mapping[str, Upload]) -> Media:
    """Return the media that a parameter names: a new upload or a known file id.

    Raises: Refusal for anything else; the network beyond loopback does not exist here.
    """
    if reference.startswith(ATTACHED):
        upload = files.get(reference.removeprefix(ATTACHED))
        if upload is None:
            raise bad_request(f'file "{reference}" was not uploaded', Rule.FILE)
        return store(world, kind, upload)
    if reference.startswith(("http://", "https://")):
        raise bad_request("failed to get HTTP URL content", Rule.NOT_PLAYED)
    known = world.files.get(reference)
    if known is None:
        raise bad_request("wrong file identifier/HTTP URL specified", Rule.FILE)
    if known.kind != kind:
        raise bad_request(f"can't use file of type {known.kind} as {kind}", Rule.FILE)
    return known


def store(world: World, kind: str, upload: Upload) -> Media:
    """Keep an upload under a new file id.

    Raises: Refusal for an empty file, or a photo that Telegram could not process.
    """
    if not upload.content:
        raise bad_request("file must be non-empty", Rule.FILE)
    width, height = _photo_size(upload.content) if kind == "photo" else (0, 0)
    return world.keep(
        Media(
            kind=kind,
            file_id=f"{kind}-{world.number():06d}",
            content=upload.content,
            name=upload.name,
            width=width,
            height=height,
        )
    )


def _photo_size(content: bytes) -> tuple[int, int]:
    try:
        with Image.open(BytesIO(content)) as image:
            width, height = image.size
            image.verify()
    except (OSError, SyntaxError) as error:
        raise bad_request("IMAGE_PROCESS_FAILED", Rule.MEDIA) from error
    if width + height > MAX_PHOTO_SIDES or max(width, height) > MAX_PHOTO_RATIO * min(width, height):
        raise bad_request("PHOTO_INVALID_DIMENSIONS", Rule.MEDIA)
    if len(content) > MAX_PHOTO_BYTES:
        raise bad_request("file is too big for a photo", Rule.MEDIA)
    return width, height
