"""A set of packages made so, as one transaction of apt."""

from collections.abc import Mapping, Sequence

from dockswitch.apt import archives, call, failures, locks, marks, masks, mending, simulation
from dockswitch.apt.states import State, states
from dockswitch.model import package_words
from dockswitch.model.errors import DockswitchError
from dockswitch.model.ports import Reader, System
from dockswitch.model.step import Packages

_UNITS = ("docker.service", "docker.socket", "containerd.service")

# by name, the version that is to be there, or None
Wanted = Mapping[str, str | None]


def observed(reader: Reader, step: Packages) -> Packages:
    """The step that brings back what is installed now of those packages."""
    names = tuple(package_words.versions(step.wanted))
    there = states(reader, names)
    words = (
        package_words.there(name, there[name].version)
        if name in there and there[name].version
        else package_words.gone(name)
        for name in names
    )
    return Packages(tuple(words), marks.automatic(reader, there))


def ready(system: System, wanted: Packages) -> None:
    """Returns once that step can begin, which changes nothing yet.

    Raises PackagesBusy, ArchiveMissing, OthersToo, and what apt refuses. What was cut short is only
    seen through once it is mended.
    """
    versions = package_words.versions(wanted.wanted)
    locks.wait(system)
    there = states(system, versions)
    if not _amiss(there, versions):
        return
    words = _words(system, versions)
    if not mending.cut_short(system) and all(state.whole for state in there.values()):
        simulation.refuse_others(system, words, versions)


def make_so(system: System, wanted: Packages) -> None:
    """Makes it so from the files that are kept; does nothing where it is so already.

    The locks of dpkg and apt are waited for: an apt-get of ours that outlived us may hold them too.
    Raises PackagesBusy, ArchiveMissing, OthersToo, and whatever apt and dpkg fail with
    (`apt.failures`); nothing was changed where it is one of the first three.
    """
    versions = package_words.versions(wanted.wanted)
    locks.wait(system)
    if mending.cut_short(system) or _amiss(states(system, versions), versions):
        _install(system, versions)
    marks.mark(system, wanted.automatic, [name for name in versions if versions[name]])
    if None in versions.values():
        masks.lift(system)


def _install(system: System, wanted: Wanted) -> None:
    _words(system, wanted)  # what is not kept is told before anything is mended
    mending.mend(system, wanted)
    if not _amiss(states(system, wanted), wanted):
        return
    words = _words(system, wanted)
    sources = _sources(system, words, wanted)
    _forgive_starts(system)
    log = call.log(system.layout)
    failed = failures.failure(call.apt_get(system, *sources, *words), log)
    left = _amiss(states(system, wanted), wanted)
    if left:
        raise failed or NotMade(left, states(system, left), log)
    if failed is not None:
        # Another package is broken, and will be whatever we do: ours are as they are to be.
        system.tell(f"apt is not content with something else ({failed.message}): {failed.details}")


def _amiss(there: Mapping[str, State], wanted: Wanted) -> dict[str, str | None]:
    """Those that are not as they are wanted."""
    return {
        name: version
        for name, version in wanted.items()
        if (name in there if version is None else not _is(there.get(name), version))
    }


def _is(state: State | None, version: str) -> bool:
    return state is not None and state.whole and state.version == version


def _words(reader: Reader, wanted: Wanted) -> tuple[str, ...]:
    """What apt-get is told: files for what changes, names for what stays or goes."""
    there = states(reader, wanted)
    amiss = _amiss(there, wanted)
    files = [archives.archive(reader, name, version) for name, version in amiss.items() if version]
    gone = [package_words.gone(name) for name, version in amiss.items() if version is None]
    stays = [
        package_words.there(name, version)
        for name, version in wanted.items()
        if version and name not in amiss
    ]
    options = ["install", "--allow-downgrades", "--no-install-recommends", "--no-auto-remove"]
    if any(state.held for state in there.values()):
        # Whoever holds them for us puts the hold back: apt drops it.
        options.append("--allow-change-held-packages")
    if any(not state.whole for state in there.values()):
        # Else it takes one that it has half for installed. What stays would be installed anew too.
        return (*options, "--reinstall", *files, *gone)
    return (*options, *files, *stays, *gone)


def _sources(reader: Reader, words: Sequence[str], wanted: Wanted) -> tuple[str, ...]:
    """The options by which apt sees only what it needs; raises what `refuse_others` does.

    No source is needed where the files that are kept and what is installed are enough. Where
    something that is not here comes along, a source has to have it.
    """
    try:
        simulation.refuse_others(reader, (*call.ALONE, *words), wanted)
    except DockswitchError:
        simulation.refuse_others(reader, words, wanted)
        return ()
    return call.ALONE


def _forgive_starts(system: System) -> None:
    """Several switches within a minute are no failure of a unit that systemd stops starting."""
    if system.host.init == "systemd":
        system.command(["systemctl", "reset-failed", *_UNITS])


class NotMade(DockswitchError):
    """apt said that all was well, and dpkg does not say so."""

    def __init__(self, wanted: Wanted, there: Mapping[str, State], log: str) -> None:
        told = [
            f"{name} is {_said(there.get(name))}, wanted is {version or 'none'}"
            for name, version in wanted.items()
        ]
        super().__init__(
            "the packages are not what they are to be",
            details="; ".join(told),
            hint=f"{log} has all that apt and dpkg said; `dpkg --audit` shows what is half done",
        )


def _said(state: State | None) -> str:
    if state is None:
        return "not there"
    return state.version if state.whole else f"half installed ({state.version})"
