"""The versions of the API that an engine speaks."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ApiRange:
    oldest: str
    newest: str

    def __str__(self) -> str:
        return f"{self.oldest} to {self.newest}"


def number(version: str) -> tuple[int, ...]:
    """An API version for comparing, none for what is none: `1.9` comes before `1.44`."""
    parts = version.split(".")
    return tuple(map(int, parts)) if all(part.isdecimal() for part in parts) else ()
