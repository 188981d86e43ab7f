"""Markup: what a person sees of a text under a parse mode, and whether Telegram would take it.

Knows the parse modes a bot may name. Stricter than the real server in one point: HTML with a bare `&` or `>`,
or a named character outside the documented four, is refused, although the server would show it literally.

Source: https://core.telegram.org/bots/api#formatting-options
"""

from collections.abc import Callable, Sequence

from tests.fakes.telegram import markup_html, markup_v2
from tests.fakes.telegram.formatted import Formatted, MarkupError, check_entities
from tests.fakes.telegram.verdict import Json

GRAMMARS: dict[str, Callable[[str], Formatted]] = {"html": markup_html.parse, "markdownv2": markup_v2.parse}


def parse(text: str, parse_mode: str | None = None, entities: Sequence[Json] | None = None) -> Formatted:
    """Return what a person sees of a text; entities beside a parse mode count for nothing, as on Telegram.

    Raises: MarkupError when Telegram would answer "can't parse entities".
    """
    if not parse_mode:
        return check_entities(text, entities or ())
    grammar = GRAMMARS.get(parse_mode.lower())
    if grammar is None:
        raise MarkupError(f'parse mode "{parse_mode}" is not one of {sorted(GRAMMARS)}')
    return grammar(text)
