"""How every picture looks, and the sheet of pixels it is drawn on; knows nothing of prices.

Positions are pixels from the lower left corner. Text is drawn as it stands: no markup and no mathtext, in one
font that comes with the drawing library, so that a picture looks the same on every machine.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import cache
from io import BytesIO
from pathlib import Path as FilePath
from typing import Literal, TypeAlias

import matplotlib
import numpy as np
from matplotlib.backend_bases import GraphicsContextBase
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.colors import to_hex, to_rgb
from matplotlib.font_manager import FontProperties, get_font
from matplotlib.path import Path
from matplotlib.transforms import IdentityTransform
from numpy.typing import NDArray
from PIL import Image

Pixels: TypeAlias = NDArray[np.float64] | float
Align: TypeAlias = Literal["left", "center", "right"]

WIDTH, HEIGHT = 1280, 720

BACKGROUND = "#10141a"
GRID = "#232a34"
FAINT = "#3a4452"
MUTED = "#98a4b3"
WATERMARK = "#212a36"
INK = "#e8edf2"
# Sky blue and orange of Okabe and Ito stay apart under every common colour blindness.
# Source: https://jfly.uni-koeln.de/color/
UP = "#56b4e9"
DOWN = "#e69f00"
UP_DIM = "#2f5f7d"
DOWN_DIM = "#7d5a0e"
WARNING = "#cc79a7"
GOOD = "#009e73"
BAD = "#d55e00"
CAUTION = "#f0e442"
LINES = (UP, DOWN, GOOD, WARNING, CAUTION, BAD, INK, MUTED)

TITLE, LARGE, LABEL, SMALL = 38.0, 27.0, 23.0, 20.0

_FONTS = FilePath(matplotlib.get_data_path(), "fonts", "ttf")
_FIGURE_HEIGHT = 0.73  # of a figure in this font, for a size of 1
_BLENDS = 8  # steps from the background to a colour, as smoothed edges have them
_UNKNOWN = "□"
_MARK = "\u200e"  # a letter without a shape, written from left to right
_HEBREW_ON = "[\\u0590-\\u08ff\\ufb1d-\\ufdff\\ufe70-\\ufefc]+"  # the letters written from right to left
_RIGHT_TO_LEFT = re.compile(f"{_HEBREW_ON}(?: {_HEBREW_ON})*")
_LINE = (Path.MOVETO, Path.LINETO)
_BOX = (Path.MOVETO, Path.LINETO, Path.LINETO, Path.LINETO, Path.CLOSEPOLY)

# The drawing process draws these pictures and nothing else: no style file of the machine changes them, and
# glyphs are not fitted to the pixel grid, which would take a quarter of the time and show on no phone.
matplotlib.rcdefaults()
matplotlib.rcParams["text.hinting"] = "no_hinting"


class Sheet:
    """A dark page to draw on, in pixels; what is drawn later covers what was drawn before.

    Drawn straight with the renderer: figures, axes and artists would lay out again what is placed already.
    """

    def __init__(self, height: int = HEIGHT) -> None:
        self.height = height
        # 72 dots an inch make a point a pixel: sizes of text and lines need no conversion.
        self._renderer = RendererAgg(WIDTH, height, 72)  # type: ignore[no-untyped-call]
        self.boxes(0, 0, WIDTH, height, BACKGROUND)

    def lines(
        self,
        x0: Pixels,
        y0: Pixels,
        x1: Pixels,
        y1: Pixels,
        colour: str,
        *,
        width: float = 1.0,
        dashed: bool = False,
    ) -> None:
        """Draw straight lines; each end is a number, or an array with one for each line."""
        pen = self._pen(colour, width)
        pen.set_dashes(0.0, (6.0, 6.0) if dashed else None)
        self._stroke(pen, _LINE, (x0, y0), (x1, y1))

    def boxes(
        self,
        left: Pixels,
        bottom: Pixels,
        right: Pixels,
        top: Pixels,
        fill: str,
        *,
        edge: str = BACKGROUND,
        width: float = 0.0,
        hatch: str = "",
    ) -> None:
        """Draw rectangles; each side is a number, or an array with one for each rectangle."""
        pen = self._pen(edge, width, hatch)
        corners = (left, bottom), (right, bottom), (right, top), (left, top), (left, bottom)
        self._stroke(pen, _BOX, *corners, fill=to_rgb(fill))

    def disc(
        self,
        x: float,
        y: float,
        radius: float,
        fill: str,
        *,
        edge: str = BACKGROUND,
        width: float = 0.0,
        hatch: str = "",
        dashed: bool = False,
    ) -> None:
        """Draw a circle around a point; `hatch` is a pattern in the colour of the edge, such as "//"."""
        pen = self._pen(edge, width, hatch)
        pen.set_dashes(0.0, (6.0, 6.0) if dashed else None)
        pen.set_snap(False)
        round_path = Path.circle((x, y), radius)
        self._renderer.draw_path(pen, round_path, IdentityTransform(), to_rgb(fill))  # type: ignore[no-untyped-call]

    def trace(
        self,
        x: NDArray[np.float64],
        y: NDArray[np.float64],
        colour: str,
        *,
        width: float = 3.0,
        dashes: Sequence[float] = (),
    ) -> None:
        """Draw one line through points; `dashes` are lengths of strokes and gaps by turns."""
        pen = self._pen(colour, width)
        pen.set_snap(False)
        pen.set_joinstyle("round")
        pen.set_dashes(0.0, tuple(dashes) or None)
        path = Path(np.column_stack((x, y)))
        self._renderer.draw_path(pen, path, IdentityTransform())  # type: ignore[no-untyped-call]

    def area(
        self, x: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64], fill: str
    ) -> None:
        """Fill what is between two lines of finite points."""
        outline = np.concatenate([np.column_stack((x, low)), np.column_stack((x, high))[::-1]])
        pen = self._pen(fill)
        self._renderer.draw_path(pen, Path(outline), IdentityTransform(), to_rgb(fill))  # type: ignore[no-untyped-call]

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        size: float = LABEL,
        colour: str = MUTED,
        align: Align = "left",
        bold: bool = False,
    ) -> None:
        """Write words with the middle of their figures at `y`; a caller fits words from strangers first."""
        if align != "left":
            x -= self.width_of(words, size=size, bold=bold) * (1.0 if align == "right" else 0.5)
        words = _left_to_right(words)
        baseline = self.height - y + size * _FIGURE_HEIGHT / 2  # text is counted from the top
        pen, font = self._pen(colour), _font(size, bold)
        at = round(x), round(baseline)
        self._renderer.draw_text(pen, *at, words, font, 0.0, ismath=False)  # type: ignore[no-untyped-call]

    def width_of(self, words: str, *, size: float, bold: bool = False) -> float:
        """Measure words in pixels."""
        measure = self._renderer.get_text_width_height_descent
        width, _, _ = measure(words, _font(size, bold), ismath=False)  # type: ignore[no-untyped-call]
        return float(width)

    def fitted(self, words: str, room: float, *, size: float, bold: bool = False) -> str:
        """Cut words to `room` pixels, with an ellipsis where something was cut, and mark unknown glyphs."""
        words = with_glyphs(words)
        if self.width_of(words, size=size, bold=bold) <= room:
            return words
        end = bisect_right(
            range(len(words)),
            room,
            key=lambda end: self.width_of(words[:end].rstrip() + "…", size=size, bold=bold),
        )
        return words[: max(0, end - 1)].rstrip() + "…"

    def png(self) -> bytes:
        """Encode the page in the colours of the style, which keeps the file small."""
        pixels = np.asarray(self._renderer.buffer_rgba())  # type: ignore[no-untyped-call]
        picture = Image.fromarray(pixels).convert("RGB")
        file = BytesIO()
        picture.quantize(palette=_palette(), dither=Image.Dither.NONE).save(file, "png", compress_level=3)
        return file.getvalue()

    def _pen(self, colour: str, width: float = 0.0, hatch: str = "") -> GraphicsContextBase:
        pen = self._renderer.new_gc()
        if hatch:
            pen.set_hatch(hatch)
            pen.set_hatch_color(colour)
            pen.set_hatch_linewidth(2.0)
        pen.set_foreground(colour)
        pen.set_linewidth(width)
        pen.set_snap(True)
        return pen

    def _stroke(
        self,
        pen: GraphicsContextBase,
        codes: tuple[np.uint8, ...],
        *corners: tuple[Pixels, Pixels],
        fill: tuple[float, float, float] | None = None,
    ) -> None:
        """Draw n like shapes as one path; `codes` says how a shape moves from corner to corner."""
        columns = np.broadcast_arrays(*(np.atleast_1d(values) for corner in corners for values in corner))
        vertices = np.stack(columns, axis=-1).reshape(-1, 2)
        if not len(vertices):
            return
        path = Path(vertices, np.tile(np.array(codes), len(vertices) // len(codes)))
        path.should_simplify = False
        self._renderer.draw_path(pen, path, IdentityTransform(), fill)  # type: ignore[no-untyped-call]


def _left_to_right(words: str) -> str:
    """Keep a name that is written from right to left from turning the figures around it."""
    return words if words.isascii() else _MARK + _RIGHT_TO_LEFT.sub(rf"\g<0>{_MARK}", words)


def tint(colour: str, eighths: int) -> str:
    """Mix a colour into the background, by one of the steps that pictures are encoded in."""
    background, ink = np.array(to_rgb(BACKGROUND)), np.array(to_rgb(colour))
    return to_hex(background + (ink - background) * eighths / _BLENDS)


def with_glyphs(words: str) -> str:
    """Show each run of characters that the font does not have, such as emoji, as one empty box."""
    return _not_in_font().sub(_UNKNOWN, words)


@cache
def _font(size: float, bold: bool) -> FontProperties:
    return FontProperties(fname=_FONTS / ("DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"), size=size)


@cache
def _palette() -> Image.Image:
    """List the background and every colour in its blends with it."""
    background = np.array(to_rgb(BACKGROUND))
    used = (GRID, FAINT, WATERMARK, MUTED, INK, UP, DOWN, UP_DIM, DOWN_DIM, WARNING, GOOD, BAD, CAUTION)
    inks = np.array([to_rgb(ink) for ink in used])
    shares = np.linspace(0.0, 1.0, _BLENDS + 1)[1:, None, None]
    blends = (background + (inks - background) * shares).reshape(-1, 3)
    palette = Image.new("P", (1, 1))
    palette.putpalette([round(255 * level) for colour in (background, *blends) for level in colour])
    return palette


@cache
def _not_in_font() -> re.Pattern[str]:
    """Match what the regular or the bold font cannot write."""
    regular, bold = (
        set(get_font(_FONTS / name).get_charmap()) for name in ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")
    )
    known = "".join(re.escape(chr(code)) for code in sorted(regular & bold))
    return re.compile(f"[^{known}]+")
