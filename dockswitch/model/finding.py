"""What a look at the machine brings up before an engine is switched, or at any time."""

from collections.abc import Iterable
from dataclasses import dataclass

from dockswitch.model.errors import DockswitchError


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a wanted engine would meet here: one sentence, and the way out.

    `error` is what a switch raises because of it; None where it is only worth saying. `risk` says
    that data is at risk, which was agreed to by an option.
    """

    what: str
    hint: str = ""
    error: DockswitchError | None = None
    risk: bool = False

    def __str__(self) -> str:
        return f"{self.what}; {self.hint}" if self.hint else self.what

    @classmethod
    def of(cls, error: DockswitchError) -> "Finding":
        """What stands in the way, in the words of its error."""
        what = f"{error.message}: {error.details}" if error.details else error.message
        return cls(what, error.hint, error)


def refuse(findings: Iterable[Finding]) -> None:
    """Raises the error of the first that stands in the way."""
    for found in findings:
        if found.error is not None:
            raise found.error
