"""The order of Debian's version strings, as dpkg has it: deb-version(7)."""

import re
from typing import TypeAlias

_PAIR = re.compile(r"([^0-9]*)([0-9]*)")

_Pairs: TypeAlias = tuple[tuple[tuple[int, ...], int], ...]
Key: TypeAlias = tuple[int, _Pairs, _Pairs]

# Where a string ends: behind it comes whatever goes on, but for `~`, which comes before it.
_END = ((0,), 0)


def key(spelled: str) -> Key:
    """What versions are compared by: the epoch, then the upstream version, then the revision."""
    epoch, _, rest = spelled.rpartition(":")
    upstream, _, revision = rest.rpartition("-") if "-" in rest else (rest, "", "")
    return int(epoch) if epoch.isdigit() else 0, _pairs(upstream), _pairs(revision)


def _pairs(text: str) -> _Pairs:
    """Words and numbers by turns."""
    found = [
        ((*(_weight(letter) for letter in word), 0), int(digits or 0))
        for word, digits in _PAIR.findall(text)
    ]
    while found and found[-1] == _END:
        found.pop()
    return (*found, _END)


def _weight(letter: str) -> int:
    """`~` before everything, even the end; then letters, then all else."""
    if letter == "~":
        return -1
    return ord(letter) if letter.isalpha() else ord(letter) + 256
