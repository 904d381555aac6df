"""Packages that no upgrade is to change: what dpkg has selected for each, asked and set.

It is dpkg that is asked, not `apt-mark`, which says the same to dpkg: a source that apt cannot read
takes no hold away, and bringing one back takes milliseconds.
"""

from dockswitch.apt import locks
from dockswitch.apt.states import State, known, program
from dockswitch.model.errors import Busy, DockswitchError
from dockswitch.model.ports import Reader, System
from dockswitch.model.step import Holds

_TIMEOUT = 20.0  # seconds
# What dpkg itself takes, and fails at once where somebody has it.
_LOCKS = ("/var/lib/dpkg/lock-frontend", "/var/lib/dpkg/lock")


def observed(reader: Reader, step: Holds) -> Holds:
    """The step that brings back which of those packages are held now."""
    names = tuple(dict.fromkeys((*step.held, *step.free)))
    there = known(reader, names)
    held = tuple(name for name in names if name in there and there[name].held)
    return Holds(held, tuple(name for name in names if name not in held))


def make_so(system: System, wanted: Holds) -> None:
    """Holds those that are installed, and lets go of those that are free.

    Another program that is at work is waited for; raises PackagesBusy,
    SelectionsBusy, NotSelected.
    """
    there = known(system, (*wanted.held, *wanted.free))
    lines = [
        *(f"{name} hold" for name in wanted.held if _can_be_held(there.get(name))),
        # as `apt-mark unhold` does it
        *(
            f"{name} {'install' if there[name].there else 'deinstall'}"
            for name in wanted.free
            if name in there and there[name].held
        ),
    ]
    if not lines:
        return
    if not system.layout.root:  # below one nobody else is at work, and the locks are others
        locks.wait(system, _LOCKS)
    argv = [*program(system, "dpkg"), "--set-selections"]
    ran = system.command(argv, timeout=_TIMEOUT, given="".join(f"{line}\n" for line in lines))
    if ran.code == 0:
        return
    raise (
        SelectionsBusy(ran.err) if "locked by another process" in ran.err else NotSelected(ran.err)
    )


def _can_be_held(state: State | None) -> bool:
    """Whether it is there, and not held already."""
    return state is not None and state.there and not state.held


class SelectionsBusy(Busy):
    """Somebody came first between our wait and dpkg."""

    def __init__(self, said: str) -> None:
        super().__init__(
            "another program is changing this machine's packages",
            details=_line(said),
            hint="wait until it is done, then run the same command again",
        )


class NotSelected(DockswitchError):
    def __init__(self, said: str) -> None:
        super().__init__(
            "dpkg does not change which packages are held",
            details=_line(said),
            hint="`dpkg --audit` shows what is wrong with its database",
        )


def _line(said: str) -> str:
    return "; ".join(line.strip() for line in said.splitlines() if line.strip())
