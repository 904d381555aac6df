"""`hold` and `unhold`: the packages of the engine stay as they are, whatever upgrades come."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from dockswitch.apt import across, engine, preferences
from dockswitch.apt.foreign_holds import foreign
from dockswitch.model import package_names, package_words
from dockswitch.model.errors import DockswitchError, UsageError
from dockswitch.model.held import Held
from dockswitch.model.hold import Hold
from dockswitch.model.ports import Progress, Reader, System
from dockswitch.model.step import Step
from dockswitch.switching import history, journal, recover, transaction


@dataclass(frozen=True, slots=True)
class Changed:
    """How it stands now, as which generation, and whether anything changed."""

    changed: bool
    held: Held
    generation: int


def observed(reader: Reader) -> Held:
    """Who holds what of an engine's packages on this machine."""
    if reader.layout.scope != "system" or reader.kind("/var/lib/dpkg") is None:
        return Held()
    theirs = foreign(reader, package_names.ALL)
    ours = preferences.read(reader)
    return Held(*ours, theirs) if ours else Held(foreign=theirs)


def hold(system: System, owner: str, reason: str | None, progress: Progress) -> Changed:
    """Holds the engine's packages as they are installed; those that others hold stay theirs.

    With no `reason` a hold that is there already keeps its own. Raises OfTheMachineOnly,
    NoPackages.
    """
    _refuse_user(system)
    with system.locked():
        recover.recover(system, progress)
        words = engine.installed(system)
        if not words:
            raise NoPackages
        was = preferences.read(system)
        wanted = Hold(owner, reason or "", system.now(), asked=True)
        if reason is None and was is not None and was[0].asked:
            wanted = replace(was[0], since=wanted.since)
        steps = across.steps(system, wanted, words, before=())
        return _made_so(system, "hold", steps, progress)


def unhold(system: System, progress: Progress) -> Changed:
    """Lets go of what dockswitch holds; raises OfTheMachineOnly."""
    _refuse_user(system)
    with system.locked():
        recover.recover(system, progress)
        return _made_so(system, "unhold", across.steps(system, None, (), before=()), progress)


def _made_so(system: System, wish: str, steps: Sequence[Step], progress: Progress) -> Changed:
    """As a switch of its own, so that one that is killed is undone like any other."""
    now = history.newest(system)
    if not steps:
        return Changed(changed=False, held=observed(system), generation=now.number)
    opened = journal.begin(system, wish, container=False)
    try:
        for step in steps:
            progress.say(str(step))
            transaction.perform(system, opened, step)
        held = observed(system)
        then = replace(now, number=now.number + 1, time=system.now(), wish=wish, hold=held.hold)
        then = replace(then, unconfirmed=0)
        journal.commit(system, opened, then)
    except BaseException:
        written = journal.last(system)
        if written is not None and written.open:
            recover.undo(system, written)
        raise
    recover.sweep(system)
    return Changed(changed=True, held=held, generation=then.number)


def _refuse_user(reader: Reader) -> None:
    if reader.layout.scope == "user":
        raise OfTheMachineOnly


def names(words: Sequence[str]) -> str:
    """The packages of these words, for people."""
    return ", ".join(package_words.versions(words))


class OfTheMachineOnly(UsageError):
    def __init__(self) -> None:
        super().__init__(
            "only the machine's own packages can be held",
            details="an engine without root is none of apt's: no upgrade changes it",
            hint="leave --user out",
        )


class NoPackages(DockswitchError):
    def __init__(self) -> None:
        super().__init__(
            "there is no engine here that could be held",
            details=f"none of {', '.join(package_names.ENGINES)} is installed as a package of "
            "Debian's kind, and no upgrade changes an engine that dockswitch unpacked",
            hint="`dockswitch use stable --backend apt` installs one as packages",
        )
