"""Where the machine differs from what the history says of it."""

from typing import TYPE_CHECKING

from dockswitch.engine import api, running
from dockswitch.engine.daemon_config import DaemonConfig
from dockswitch.model import package_names, package_words
from dockswitch.model.generation import Generation
from dockswitch.model.plan import Installed, runs_neighbour
from dockswitch.model.ports import Reader
from dockswitch.model.step import Holds
from dockswitch.switching import history, journal

if TYPE_CHECKING:
    from dockswitch.switching.vm_in_use import InUse


def drift(
    reader: Reader, now: Generation, installed: Installed, in_vm: "InUse | None" = None
) -> tuple[str, ...]:
    """One sentence for each difference; none where all agree.

    `in_vm` is how the virtual machine in use stands, None where none is in use.
    """
    said = []
    last = journal.last(reader)
    if last is not None and last.open:
        said.append(f"the switch to {last.begin.wish} did not finish: `dockswitch recover`")
    if now.backend == "apt" and now.version is not None:
        said += _other_packages(reader, now)
    elif installed.folder != now.folder:
        said.append(
            f"{installed.version or 'nothing'} is in use, where generation {now.number} says "
            f"{now.version or 'nothing'}"
        )
    if in_vm is not None:
        from dockswitch.switching import vm_in_use  # only where a virtual machine is in use

        return (*said, *vm_in_use.drift(now, in_vm))
    if installed.daemon is None and now.running:
        said.append("no engine runs: `dockswitch daemon start`")
    if installed.running is not None and installed.running != installed.version:
        said.append(
            f"the engine that runs is {installed.running}, not {installed.version}: "
            "`dockswitch daemon restart`"
        )
    said += _no_longer_held(reader)
    if _is_silent(reader, now):
        said.append(f"{now.neighbour} does not answer, and dockswitch did not stop it")
    return tuple(said)


def _other_packages(reader: Reader, now: Generation) -> list[str]:
    """What of the release is not installed as it was behind the switch; a client may be alone."""
    from dockswitch.apt import states

    words = package_words.versions(now.packages)
    names = [name for name in (*package_names.RELEASE, *package_names.ENGINES) if name in words]
    there = states.states(reader, names)
    return [
        f"{name} is {there[name].version if name in there else 'not installed'}, where generation "
        f"{now.number} says {words[name]}"
        for name in dict.fromkeys(names)
        if name not in there or there[name].version != words[name]
    ]


def _no_longer_held(reader: Reader) -> list[str]:
    """Packages that our preferences pin, and of which somebody took the hold away."""
    if reader.layout.scope != "system":
        return []
    from dockswitch.apt import holds, preferences

    ours = preferences.read(reader)
    if ours is None:
        return []
    names = tuple(package_words.versions(ours[1]))
    free = holds.observed(reader, Holds(names)).free
    return [f"{', '.join(free)} no longer held: `dockswitch hold` or `dockswitch unhold`"] * bool(
        free
    )


def answering(reader: Reader) -> str | None:
    """The version that this machine's own engine of ours, or the adopted one in force, answers;
    None where none does.
    """
    now = history.newest(reader)
    packaged = now.version is not None and now.backend == "apt"
    if running.running(reader) is None and not packaged:
        return _neighbour_answering(reader)
    identity = api.identity(reader, DaemonConfig.read(reader).socket)
    return str(identity.version) if identity else None


def _neighbour_answering(reader: Reader) -> str | None:
    now = history.newest(reader)
    if now.version is not None or now.neighbour is None or not now.neighbour.socket:
        return None
    identity = api.identity(reader, now.neighbour.socket)
    return str(identity.version) if identity else None


def _is_silent(reader: Reader, now: Generation) -> bool:
    """Whether an adopted engine that is in force ran when it was adopted, and does not now."""
    ran = now.neighbour is not None and any(runs_neighbour(step) for step in now.neighbour.runs)
    return ran and now.version is None and _neighbour_answering(reader) is None
