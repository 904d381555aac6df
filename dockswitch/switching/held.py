"""Packages that somebody else holds, and a switch would change: it is refused."""

from collections.abc import Iterable

from dockswitch.model import package_words
from dockswitch.model.errors import DockswitchError
from dockswitch.model.finding import Finding
from dockswitch.model.plan import Goal, Installed
from dockswitch.model.ports import Reader
from dockswitch.switching.options import Options


def by_others(
    reader: Reader,
    goal: Goal,
    installed: Installed,  # noqa: ARG001 -- every check has it
    options: Options,  # noqa: ARG001 -- likewise
) -> tuple[Finding, ...]:
    """What stands in the way of a goal that apt is to install; nothing where it changes none."""
    return forbidden(reader, goal.packages) if goal.packages else ()


def forbidden(reader: Reader, words: Iterable[str]) -> tuple[Finding, ...]:
    """The same for packages in apt's own words, `NAME-` too."""
    from dockswitch.apt import states  # only where packages are installed
    from dockswitch.apt.foreign_holds import foreign

    wanted = package_words.versions(words)
    known = states.known(reader, wanted)
    changed = {
        name: wanted[name]
        for name in foreign(reader, wanted)
        if wanted[name] != (known[name].version if known[name].there else None)
    }
    if not changed:
        return ()
    return (Finding.of(HeldByOthers({n: (known[n].version, changed[n]) for n in changed})),)


class HeldByOthers(DockswitchError):
    """`changes` are the version that is there and the one that was to be, by package."""

    def __init__(self, changes: dict[str, tuple[str, str | None]]) -> None:
        names = list(changes)
        told = (
            f"{name} {now} to {then}" if then else f"{name} {now} to be removed"
            for name, (now, then) in changes.items()
        )
        super().__init__(
            f"{', '.join(names)} {'is' if len(names) == 1 else 'are'} held, and not by dockswitch",
            details=f"the switch would change {', '.join(told)}",
            hint=f"whoever did it may have a reason; `apt-mark unhold {' '.join(names)}` ends it, "
            "which dockswitch never does by itself",
        )
