"""What an engine of dockswitch's own says in its log."""

import re

from dockswitch.model.ports import Reader
from dockswitch.system.processes import STARTS

_CHATTER = re.compile(r"\blevel=(?:info|debug|warning)\b|^\s*$")


def last_lines(reader: Reader, lines: int) -> tuple[str, ...]:
    """The last lines of the log, of whichever engine wrote them; none where there is no log."""
    return tuple(_lines(reader)[-lines:]) if lines > 0 else ()


def last_words(reader: Reader, log: str = "") -> str:
    """The last that the engine started last said of trouble, in that log or in the usual one."""
    said: list[str] = []
    for line in reversed(_lines(reader, log)):
        if line.startswith(STARTS):
            break
        said.insert(0, line)
    trouble = [line for line in said if not _CHATTER.search(line)]
    words = (trouble or said)[-3:]
    return " · ".join(line.strip() for line in words) or "it said nothing"


def _lines(reader: Reader, log: str = "") -> list[str]:
    content = reader.read(log or reader.layout.log) or b""
    return content.decode("utf-8", "replace").splitlines()
