"""A reply as a letter: a subject, words, and the same as a page. Pure; sends nothing.

Every word is escaped on the page, and no line break reaches a header. A picture lies in the letter itself:
nothing is fetched as it is read.
"""

from __future__ import annotations

from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from html import escape

from bot.fit import PRACTICE, fit, footer_text
from bot.frontend import Limits
from data.models.text import one_line
from handlers.reply import Image, Reply, Span, Style, Text

LIMITS = Limits(
    total=60_000, caption=60_000, title=300, body=40_000, fields=60, field_name=100, field_value=4_000,
    footer=2_000, rows=20, per_row=10, label=60, joint=4,
)  # fmt: skip
_SUBJECT = 150
_NAME = "TrenchCoat Pro"
_WEB = ("https://", "http://")
_STOP = "You asked for these letters. To hear no more: /email off, in a private chat with the bot."
_MARK = {Style.STRONG: "b", Style.CODE: "code", Style.BLOCK: "pre", Style.FAINT: "small"}


@dataclass(frozen=True, slots=True)
class Letter:
    """A reply, ready to be addressed."""

    subject: str
    words: str
    page: str
    image: Image | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """From whom to whom, and where to write to hear no more; `number` makes the letter's own name."""

    sender: str
    to: str
    unsubscribe: str
    number: str


def letter(reply: Reply) -> Letter:
    """Write a reply as a letter."""
    fitted = fit(reply, LIMITS)
    title = fitted.title.plain or fitted.body.plain
    subject = one_line(f"[{PRACTICE}] {title}" if reply.practice else title, _SUBJECT) or _NAME
    fields = [f"{field.name}: {field.value.plain}" for field in fitted.fields]
    links = [f"{button.label}: {button.url}" for row in fitted.rows for button in row if _is_web(button.url)]
    parts = [fitted.title.plain, _with_urls(fitted.body), "\n".join(fields), "\n".join(links)]
    words = "\n\n".join(part for part in (*parts, footer_text(fitted), _STOP) if part.strip())
    return Letter(subject, words + "\n", _page(fitted), fitted.image)


def message(written: Letter, envelope: Envelope) -> EmailMessage:
    """Put a letter into its envelope."""
    made = EmailMessage(policy=SMTP)
    domain = envelope.sender.rpartition("@")[2]
    made["Subject"] = written.subject
    made["From"] = Address(_NAME, addr_spec=envelope.sender)
    made["To"] = Address(addr_spec=envelope.to)
    made["Message-ID"] = f"<{envelope.number}@{domain}>"
    made["List-Unsubscribe"] = f"<mailto:{envelope.unsubscribe}?subject=unsubscribe>"
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(written.words)
    if written.image is None:
        made.add_alternative(written.page, subtype="html")
        return made
    name = f"picture.{envelope.number}@{domain}"
    shown = f'<p><img src="cid:{name}" alt="{escape(written.image.alt)}" style="max-width:100%"></p></body>'
    made.add_alternative(written.page.replace("</body>", shown), subtype="html")
    page = made.get_payload()[1]  # type: ignore[index]
    page.add_related(  # type: ignore[union-attr]
        written.image.png, "image", "png", cid=f"<{name}>", filename="chart.png", disposition="inline"
    )
    return made


def _page(reply: Reply) -> str:
    rows = "".join(
        f"<tr><th align='left'>{escape(field.name)}</th><td>{_html(field.value)}</td></tr>"
        for field in reply.fields
    )
    links = "".join(
        f'<p><a href="{escape(button.url)}">{escape(button.label)}</a></p>'
        for row in reply.rows
        for button in row
        if _is_web(button.url)
    )
    parts = (
        f"<h2>{_html(reply.title)}</h2>" if reply.title else "",
        f"<p>{_html(reply.body)}</p>" if reply.body else "",
        f"<table cellpadding='4'>{rows}</table>" if rows else "",
        links,
        f"<p><small>{_lined(footer_text(reply))}</small></p>" if footer_text(reply) else "",
        f"<p><small>{escape(_STOP)}</small></p>",
    )
    return f"<!doctype html><html><body>{''.join(parts)}</body></html>"


def _html(words: Text) -> str:
    return "".join(map(_span, words.spans))


def _span(span: Span) -> str:
    shown = escape(span.text) if span.style is Style.BLOCK else _lined(span.text)
    if span.style is Style.LINK and _is_web(span.url):
        return f'<a href="{escape(span.url)}">{shown}</a>'
    mark = _MARK.get(span.style)
    return shown if mark is None else f"<{mark}>{shown}</{mark}>"


def _lined(words: str) -> str:
    return escape(words).replace("\n", "<br>")


def _with_urls(words: Text) -> str:
    """Write a text plainly, its links with their addresses."""
    return "".join(
        f"{span.text} ({span.url})" if span.style is Style.LINK and _is_web(span.url) else span.text
        for span in words.spans
    )


def _is_web(url: str) -> bool:
    """Tell whether an address may be opened; one that holds blanks or breaks is none."""
    return url.startswith(_WEB) and url.isprintable() and " " not in url
