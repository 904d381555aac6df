"""How long something may take, as people say it: `90s`, `10m`, `2h`, `1h30m`."""

import re

from dockswitch.model.errors import UsageError

_WORDS = re.compile(r"(?:([0-9]{1,5})h)?(?:([0-9]{1,6})m)?(?:([0-9]{1,7})s)?")
_LONGEST = 365 * 24 * 3600  # seconds


def parse(text: str) -> int:
    """Seconds, at least one; raises BadDuration."""
    found = _WORDS.fullmatch(text.strip().lower())
    hours, minutes, seconds = (int(part or 0) for part in found.groups()) if found else (0, 0, 0)
    total = hours * 3600 + minutes * 60 + seconds
    if not 0 < total <= _LONGEST:
        raise BadDuration(text)
    return total


def spelled(seconds: int) -> str:
    """The shortest way to say it, which `parse` reads."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((hours, "h"), (minutes, "m"), (rest, "s"))
    return "".join(f"{number}{unit}" for number, unit in parts if number) or "0s"


class BadDuration(UsageError):
    def __init__(self, text: str) -> None:
        super().__init__(
            f"{text!r} is not a time that can be waited for",
            hint="durations look like 90s, 10m, 2h or 1h30m; the longest is 8760h",
        )
