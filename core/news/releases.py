"""What changed, read from the changelog that ships with the program: releases, the newest first. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

_HEADING = "## "
_ENTRY = re.compile(r"[-*] +(.+)")
_PAGE = 2_400  # characters, so that the smallest platform shows a page whole


@dataclass(frozen=True, slots=True)
class Release:
    """A release and what its users notice of it."""

    name: str
    entries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Releases:
    """All of them."""

    all: tuple[Release, ...]

    def pages(self) -> tuple[tuple[Release, ...], ...]:
        """Cut into pages; a release that goes on bears its name on each."""
        pages: list[list[Release]] = [[]]
        room = _PAGE
        for release in self.all:
            for entry in release.entries:
                if len(entry) > room and pages[-1]:
                    pages.append([])
                    room = _PAGE
                room -= len(entry)
                last = pages[-1][-1] if pages[-1] else None
                if last is not None and last.name == release.name:
                    pages[-1][-1] = Release(release.name, (*last.entries, entry))
                else:
                    pages[-1].append(Release(release.name, (entry,)))
        return tuple(tuple(page) for page in pages if page)


def parse(words: str) -> Releases:
    """Read a changelog: a second-level heading a release, a list item an entry; the rest is for readers."""
    found: list[tuple[str, list[str]]] = []
    for line in words.splitlines():
        if line.startswith(_HEADING):
            found.append((line.removeprefix(_HEADING).strip(), []))
        elif found and (entry := _ENTRY.match(line)):
            found[-1][1].append(entry[1].strip())
        elif found and found[-1][1] and line.startswith("  ") and line.strip():
            found[-1][1][-1] += f" {line.strip()}"
    return Releases(tuple(Release(name, tuple(entries)) for name, entries in found if entries))
