"""What dpkg has of some packages: which are there, in which version, and whether wholly."""

from collections.abc import Iterable
from dataclasses import dataclass

from dockswitch.model.errors import DockswitchError
from dockswitch.model.ports import Reader
from dockswitch.system.commands import NOT_FOUND

_FORMAT = "${db:Status-Abbrev}|${Package}|${Version}|${Architecture}\\n"
# dpkg-query's own code where it knows some of the names only
_NOT_ALL = 1
_TIMEOUT = 20.0  # seconds


@dataclass(frozen=True, slots=True)
class State:
    """A package that is there; `whole` is False for one whose installation did not end.

    `spoiled` is one that dpkg wants installed anew before it does anything else with it.
    """

    name: str
    version: str
    arch: str
    whole: bool
    held: bool
    spoiled: bool = False


def states(reader: Reader, names: Iterable[str]) -> dict[str, State]:
    """Those of these packages that are there, by name; raises DatabaseUnread.

    What was removed and only left its configuration is not there. Nothing is on a machine that has
    no dpkg. An ordinary user may ask, and nobody's lock is waited for.
    """
    asked = ["dpkg-query", "--show", f"--showformat={_FORMAT}", *names]
    ran = reader.run(asked, timeout=_TIMEOUT)
    if ran.code == NOT_FOUND:
        return {}
    if ran.code not in (0, _NOT_ALL):
        raise DatabaseUnread(ran.err)
    found: dict[str, State] = {}
    for line in ran.out.splitlines():
        letters, name, version, arch = line.split("|")
        if _is_there(letters):
            # one of another architecture stands behind the machine's own
            found.setdefault(name, _state(letters, name, version, arch))
    return found


def _is_there(letters: str) -> bool:
    """Letters are what is desired, what is the case, and `R` for an error; see dpkg-query(1)."""
    return letters[1] not in "nc"


def _state(letters: str, name: str, version: str, arch: str) -> State:
    desired, status, error = letters[0], letters[1], letters[2:].strip()
    return State(
        name,
        version,
        arch,
        whole=desired in "ih" and status == "i" and not error,
        held=desired == "h",
        spoiled=bool(error),
    )


class DatabaseUnread(DockswitchError):
    def __init__(self, said: str) -> None:
        super().__init__(
            "dpkg does not say what is installed",
            details=said.strip(),
            hint="`dpkg --audit` shows what is wrong with its database",
        )
