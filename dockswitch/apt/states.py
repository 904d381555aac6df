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
    """A package that dpkg knows of; `whole` is False for one whose installation did not end.

    `spoiled` is one that dpkg wants installed anew before it does anything else with it. One that
    was removed is not `there`, and may still be held.
    """

    name: str
    version: str
    arch: str
    whole: bool
    held: bool
    spoiled: bool = False
    there: bool = True


def states(reader: Reader, names: Iterable[str]) -> dict[str, State]:
    """Those of these packages that are there, by name; raises DatabaseUnread.

    What was removed and only left its configuration is not there.
    """
    return {name: each for name, each in known(reader, names).items() if each.there}


def known(reader: Reader, names: Iterable[str]) -> dict[str, State]:
    """Those of these packages that dpkg knows of, by name; raises DatabaseUnread.

    Nothing is on a machine that has no dpkg. An ordinary user may ask, and nobody's lock is waited
    for.
    """
    wanted = tuple(names)
    if not wanted:
        return {}
    asked = [*program(reader, "dpkg-query"), "--show", f"--showformat={_FORMAT}", *wanted]
    ran = reader.run(asked, timeout=_TIMEOUT)
    if ran.code == NOT_FOUND:
        return {}
    if ran.code not in (0, _NOT_ALL):
        raise DatabaseUnread(ran.err)
    found: dict[str, State] = {}
    for line in ran.out.splitlines():
        letters, name, version, arch = line.split("|")
        # one of another architecture stands behind the machine's own
        found.setdefault(name, _state(letters, name, version, arch))
    return found


def program(reader: Reader, name: str) -> list[str]:
    """One of dpkg's programs; below another root there is another database."""
    root = reader.layout.root
    return [name, f"--admindir={root}/var/lib/dpkg"] if root else [name]


def _state(letters: str, name: str, version: str, arch: str) -> State:
    """Letters are what is desired, what is the case, and `R` for an error; see dpkg-query(1)."""
    desired, status, error = letters[0], letters[1], letters[2:].strip()
    return State(
        name,
        version,
        arch,
        whole=desired in "ih" and status == "i" and not error,
        held=desired == "h",
        spoiled=bool(error),
        there=status not in "nc",
    )


class DatabaseUnread(DockswitchError):
    def __init__(self, said: str) -> None:
        super().__init__(
            "dpkg does not say what is installed",
            details=said.strip(),
            hint="`dpkg --audit` shows what is wrong with its database",
        )
