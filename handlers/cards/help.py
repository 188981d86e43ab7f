"""Help: what may be run here, one command in full, a tour of examples, and the first words to a person."""

from __future__ import annotations

from collections.abc import Sequence

from data.models.chat import Level, Place
from data.models.text import one_line
from handlers.cards.layout import in_rows, turned
from handlers.menu import invocation
from handlers.registry import Registry
from handlers.reply import Button, Invoke, Reply, Text, Tone, code, faint, lines, strong, tap, text
from handlers.spec import CommandSpec, Group

WHO = {
    Level.ANYONE: "anyone",
    Level.MEMBER: "members",
    Level.PAPER: "paper traders",
    Level.LIVE: "live traders",
    Level.MODERATOR: "moderators of the chat",
    Level.CHAT_ADMIN: "admins of the chat",
    Level.OPERATOR: "the operator",
}
_WHERE = {Place.BOTH: "anywhere", Place.PRIVATE: "in private chats", Place.GROUP: "in groups"}
_ORDER = {group: index for index, group in enumerate(Group)}
_TOUR = (Group.TOKEN, Group.MARKET, Group.WATCH, Group.DATA, Group.YOU)
_HELP_PAGE, _TOUR_PAGE, _PER_ROW = 24, 8, 2

# The areas of the product, in its own order; one whose command is not there, or not open, is not shown.
_AREAS = (
    ("Try $BONK", "t $BONK"),
    ("Price of SOL", "p SOL"),
    ("Market", "market"),
    ("Hunt", "hunt"),
    ("Radar", "radar"),
    ("Security", "s $BONK"),
    ("Sources", "sources"),
    ("AI", "ai"),
    ("News", "changelog"),
    ("Status", "status"),
    ("People", "users"),
    ("Beta", "beta"),
    ("Features", "features"),
    ("Settings", "settings"),
    ("Help", "help"),
)
_AREAS_PER_ROW = 3


def by_group(specs: Registry) -> tuple[CommandSpec, ...]:
    """Order commands as help does: by their headings, then by name."""
    return tuple(sorted(specs, key=lambda spec: (_ORDER[spec.group], spec.name)))


def help_card(mine: Registry, page: int, *, note: str = "") -> Reply:
    """List the commands that may be run, under their headings."""
    specs = tuple(spec for spec in by_group(mine) if spec.menu)
    shown, turned_to = turned(specs, page, _HELP_PAGE, Invoke("help"))
    rows: list[Text] = []
    heading = None
    for spec in shown:
        if spec.group is not heading:
            heading = spec.group
            rows.append(text(strong(heading.value)))
        rows.append(_usage_row(spec))
    return Reply(
        title=text("Help"),
        body=lines(*rows, text(faint(note))),
        page=turned_to,
        buttons=_offered(mine, (("Features", "features"), ("Start", "start"))),
        footer=text("One command in full: /help price"),
    )


def _usage_row(spec: CommandSpec) -> Text:
    arguments = spec.usage.removeprefix(f"/{spec.name}")
    return text(tap(spec.name), faint(arguments), f": {spec.summary}")


def command_card(spec: CommandSpec) -> Reply:
    """Show one command in full, with its examples to press; those that rule over others are only shown."""
    harmless = spec.group in _TOUR
    arguments = [
        text(code(param.name), f": {param.about.summary}; {param.expected}",
             "" if param.required else faint(" (optional)"))
        for param in spec.params
    ]  # fmt: skip
    aliases = " or ".join(f"/{name}" for name in spec.aliases)
    return Reply(
        title=text(f"/{spec.name}"),
        body=lines(
            spec.summary,
            text("Usage: ", code(spec.usage)),
            *arguments,
            f"Also: {aliases}" if aliases else "",
            f"For {WHO[spec.level]}, {_WHERE[spec.place]}",
            *(text("Example: ", code(f"/{example}")) for example in spec.examples if not harmless),
        ),
        buttons=tuple((Button(f"/{example}", invocation(spec, example)),) for example in spec.examples)
        if harmless
        else (),
    )


def unknown_topic_card(topic: str, near: Sequence[str]) -> Reply:
    """Say that there is no such topic, and offer those that are called nearly so."""
    return Reply(
        body=text(f"There is no help on {one_line(topic, 32)!r}.", "" if near else " All there is: /help"),
        buttons=(tuple(Button(f"/{name}", Invoke("help", {"topic": name})) for name in near),),
        tone=Tone.WARN,
        error="unknown topic",
    )


def features_card(mine: Registry, page: int) -> Reply:
    """Lead through what a person can use, a line and an example each."""
    specs = tuple(spec for spec in by_group(mine) if spec.menu and spec.group in _TOUR)
    shown, turned_to = turned(specs, page, _TOUR_PAGE, Invoke("features"))
    buttons = [Button(f"/{spec.examples[0]}", invocation(spec, spec.examples[0])) for spec in shown]
    return Reply(
        title=text("Features"),
        body=lines(
            "Each with an example: press it and see.",
            *(text(strong(spec.summary), " ", faint(f"/{spec.examples[0]}")) for spec in shown),
        ),
        buttons=in_rows(buttons, _PER_ROW),
        page=turned_to,
    )


def welcome_card(mine: Registry, *, name: str, waiting: bool) -> Reply:
    """Greet a person in private and lead to every area."""
    return Reply(
        title=text("TrenchCoat Pro"),
        body=lines(
            f"Hello {one_line(name, 32)}!" if name.strip() else "Hello!",
            "Paste the address of a token and I answer with its card: price, holders, risk, chart.",
            "No address at hand? Try $BONK below.",
            "An operator must approve you before you can use what is for members. The rest is open now."
            if waiting
            else "",
        ),
        buttons=_offered(mine, _AREAS),
        tone=Tone.WARN if waiting else Tone.NEUTRAL,
    )


def group_welcome_card(mine: Registry, *, waiting: bool, private_url: str) -> Reply:
    """Greet a group, in short."""
    private = ((Button("Open private chat", url=private_url),),) if private_url else ()
    return Reply(
        body=lines(
            "Paste the address of a token and I answer with its card.",
            "An operator must approve you before you can use what is for members." if waiting else "",
        ),
        buttons=(*_offered(mine, (("Try $BONK", "t $BONK"), ("Help", "help"))), *private),
    )


def _offered(mine: Registry, areas: Sequence[tuple[str, str]]) -> tuple[tuple[Button, ...], ...]:
    """Make buttons of those lines whose command may be run."""
    buttons = [
        Button(label, invocation(mine.get(name), line))
        for label, line in areas
        if (name := line.split()[0]) in mine
    ]
    return in_rows(buttons, _AREAS_PER_ROW)
