"""The versions of the API that an engine speaks."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ApiRange:
    oldest: str
    newest: str

    def __str__(self) -> str:
        return f"{self.oldest} to {self.newest}"
