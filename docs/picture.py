"""Draw the picture of a card in the README from a card of the practice market: `python -m docs.picture`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import matplotlib
from PIL import Image, ImageDraw, ImageFont

HERE = Path(__file__).resolve().parent
_WIDTH, _PAD, _LINE = 720, 28, 30
_BACK, _BUBBLE, _TEXT, _FAINT, _KEY = "#0e1621", "#182533", "#f5f5f5", "#8ea2b5", "#2b5278"


def font(name: str, size: int) -> ImageFont.FreeTypeFont:
    """Load a font that matplotlib ships."""
    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    return ImageFont.truetype(str(folder / name), size)


def frame(line: str) -> dict[str, object]:
    """Run one line on the practice market and give its last frame."""
    with tempfile.TemporaryDirectory() as state:
        done = subprocess.run(
            [sys.executable, "-m", "bot", "console", "--json"],
            input=f"{line}\n", capture_output=True, text=True, check=True, cwd=HERE.parent,
            env={**os.environ, "TRENCHCOAT_STATE_DIR": state},
        )  # fmt: skip
        last: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
        last["png"] = Path(str(last["image"])).read_bytes()
        return last


def draw(card: dict[str, object], target: Path) -> None:
    """Lay a card out as a chat shows it."""
    plain, bold, small = (
        font("DejaVuSans.ttf", 19),
        font("DejaVuSans-Bold.ttf", 20),
        font("DejaVuSans.ttf", 16),
    )
    inner = _WIDTH - 2 * _PAD
    png = target.with_suffix(".chart.png")
    png.write_bytes(bytes(card["png"]))  # type: ignore[arg-type]
    chart = Image.open(png).convert("RGB").resize((inner, inner * 720 // 1280), Image.Resampling.LANCZOS)
    png.unlink()
    fields: list[dict[str, str]] = card["fields"]  # type: ignore[assignment]
    *body, footer = str(card["text"]).split("\n")
    buttons: list[dict[str, str]] = card["buttons"]  # type: ignore[assignment]
    rows = [buttons[:6], buttons[6:9]]
    height = _PAD * 3 + chart.height + _LINE * (len(body) + len(fields) + 2) + len(rows) * 54
    picture = Image.new("RGB", (_WIDTH, height), _BACK)
    pen = ImageDraw.Draw(picture)
    bubble = height - _PAD - len(rows) * 54
    pen.rounded_rectangle((_PAD // 2, _PAD // 2, _WIDTH - _PAD // 2, bubble), 16, fill=_BUBBLE)
    picture.paste(chart, (_PAD, _PAD))
    y = _PAD + chart.height + 14
    pen.text((_PAD, y), str(card["title"]), font=bold, fill=_TEXT)
    for line in body:
        y += _LINE
        pen.text((_PAD, y), line, font=small if len(line) > 40 else plain, fill=_TEXT)
    for field in fields:
        y += _LINE
        pen.text((_PAD, y), field["name"], font=plain, fill=_FAINT)
        pen.text((_PAD + 170, y), field["value"], font=plain, fill=_TEXT)
    pen.text((_PAD, y + _LINE + 4), footer, font=small, fill=_FAINT)
    for index, row in enumerate(rows):
        top, width = bubble + 8 + index * 54, (_WIDTH - _PAD) / len(row)
        for at, button in enumerate(row):
            left = _PAD / 2 + at * width
            pen.rounded_rectangle((left, top, left + width - 6, top + 46), 10, fill=_KEY)
            pen.text((left + width / 2 - 3, top + 23), button["label"], font=plain, fill=_TEXT, anchor="mm")
    picture.quantize(128).save(target, optimize=True)


if __name__ == "__main__":
    draw(frame("t BONK 1h"), HERE / "images" / "card.png")
