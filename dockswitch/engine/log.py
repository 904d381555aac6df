"""What an engine of dockswitch's own says in its log."""

import re
from collections.abc import Sequence

from dockswitch.engine.units import DESCRIPTION
from dockswitch.model.ports import Reader
from dockswitch.system.processes import STARTS

# `Starting NAME - DESCRIPTION`, and without the name before systemd 250
_SYSTEMD_STARTS = re.compile(rf"Starting (?:\S+ - )?{re.escape(DESCRIPTION)}")
# also what a rootless kit's script does, which it traces
_CHATTER = re.compile(r"\blevel=(?:info|debug|warning)\b|^\+ |^\s*$")


def last_lines(reader: Reader, lines: int, log: str = "") -> tuple[str, ...]:
    """The last lines of that log or the usual one, of any engine; none where there is none."""
    return tuple(_lines(reader, log)[-lines:]) if lines > 0 else ()


def last_words(lines: Sequence[str]) -> str:
    """The last that the engine started last said of trouble, by the lines of its log."""
    said: list[str] = []
    for line in reversed(lines):
        if line.startswith(STARTS) or _SYSTEMD_STARTS.match(line):
            break
        said.insert(0, line)
    return trouble(said) or "it said nothing"


def trouble(said: Sequence[str]) -> str:
    """The last lines of trouble, or just the last lines; empty where nothing was said."""
    told = [line for line in said if not _CHATTER.search(line)]
    return " · ".join(line.strip() for line in (told or said)[-3:])


def _lines(reader: Reader, log: str) -> list[str]:
    content = reader.read(log or reader.layout.log) or b""
    return content.decode("utf-8", "replace").splitlines()
