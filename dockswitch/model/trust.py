"""How an artifact was authenticated."""

import enum


class Trust(enum.IntEnum):
    """From the least to the best; the numbers are only for the order."""

    TLS = 1
    RECORDED = 2
    LOCKED = 3
    SIGNED = 4

    def __str__(self) -> str:
        return self.name.lower()

    @classmethod
    def of(cls, word: str) -> "Trust":
        """The level that a word names; raises KeyError."""
        return cls[word.upper()]

    @property
    def meaning(self) -> str:
        return _MEANINGS[self]


_MEANINGS = {
    Trust.TLS: "nothing but the connection vouches for it",
    Trust.RECORDED: "its digest stands in the shipped record of published files",
    Trust.LOCKED: "its digest stands in the lock file",
    Trust.SIGNED: "its index is signed with a pinned key",
}
