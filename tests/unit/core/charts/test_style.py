from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from core.charts.style import LABEL, TITLE, Sheet, with_glyphs


def test_glyphs_that_the_font_lacks_become_one_box_a_run() -> None:
    assert with_glyphs("DOGE 🚀🚀 狗 ok ₅") == "DOGE □ □ ok ₅"


def test_words_that_fit_stay_as_they_are() -> None:
    assert Sheet().fitted("BONK / SOL", 600, size=TITLE, bold=True) == "BONK / SOL"


@given(words=st.text(max_size=80), room=st.floats(40, 1200))
def test_fitted_words_never_leave_their_room(words: str, room: float) -> None:
    sheet = Sheet()
    assert sheet.width_of(sheet.fitted(words.replace("\n", " "), room, size=LABEL), size=LABEL) <= room


@pytest.mark.parametrize("words", ["$a$", "$$", "\\sum_{i}"])
def test_dollar_signs_are_text_and_not_formulas(words: str) -> None:
    sheet = Sheet()
    assert sheet.width_of(words, size=LABEL) > sheet.width_of(words[0], size=LABEL)


def test_a_name_from_right_to_left_leaves_what_follows_it_where_it_stands() -> None:
    def columns(words: str) -> NDArray[np.uint8]:
        sheet = Sheet()
        sheet.text(0, 300, words, size=TITLE)
        with Image.open(BytesIO(sheet.png())) as image:
            return np.asarray(image.convert("RGB"))

    name = int(Sheet().width_of("שלום", size=TITLE)) - 2
    assert (columns("שלום 15m")[:, :name] == columns("שלום")[:, :name]).all()
