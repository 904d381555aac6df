"""The apt backend: the machine's own packages, changed as one set, kept running by systemd."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from dockswitch.apt import across, engine, own_source, states
from dockswitch.apt.states import State
from dockswitch.backends import apt_acts, bundles, links
from dockswitch.engine import (
    api,
    at_boot,
    packaged,
    running,
)
from dockswitch.engine.daemon_config import DaemonConfig
from dockswitch.model import package_names, package_words
from dockswitch.model.errors import UsageError
from dockswitch.model.plan import Goal, Installed
from dockswitch.model.ports import Daemon, Reader
from dockswitch.model.step import File, Packages, Step
from dockswitch.model.version import Version
from dockswitch.system.own_command import own_command


@dataclass(frozen=True, slots=True)
class Apt:
    """Implements `backends.Backend` for the packages of the machine itself."""

    name: str = "apt"
    takes: tuple[str, ...] = ("apt",)

    def installed(self, reader: Reader) -> Installed:
        there = states.states(reader, package_names.ALL)
        folder = _folder(reader, there)
        daemon = running.running(reader) or packaged.daemon(reader)
        return Installed(
            version=engine.version(there) or (bundles.version_of(folder) if folder else None),
            folder=folder,
            names=links.linked(reader),
            daemon=daemon,
            running=_running(reader, daemon),
        )

    def steps(self, goal: Goal, installed: Installed, reader: Reader) -> tuple[Step, ...]:
        """Has apt change the set, which restarts the engine; stops it first where it must."""
        refuse_elsewhere(reader)
        if goal.data:
            raise DataRootOfPackages
        there = states.states(reader, package_names.ALL)
        acts = apt_acts.acts(goal, installed, there, reader)
        told = _source(goal, reader)
        flip = links.steps(goal, installed, reader)
        changed = any(isinstance(step, Packages) for step in acts)
        let_go = across.let_go(reader) if changed else ()
        holds = across.steps(reader, goal.hold, held(goal, there), before=let_go)
        if not (told or acts or flip or holds):
            return ()
        guard = at_boot.readies(reader, own_command()) if acts and goal.bundle else ()
        return (*guard, *told, *let_go, *acts, *flip, *holds)


def refuse_elsewhere(reader: Reader) -> None:
    """Raises NotTheMachine or NoSystemd where packages cannot bring an engine."""
    if reader.layout.scope == "user" or reader.layout.root:
        raise NotTheMachine
    if not packaged.can_be(reader):
        raise NoSystemd


def _source(goal: Goal, reader: Reader) -> tuple[Step, ...]:
    """What tells apt where the packages are from; nothing where it is told already."""
    if goal.bundle is None:
        return own_source.without(reader)
    origin = goal.bundle.origin
    if origin is None or not origin.own:
        return ()
    files = own_source.steps(reader, origin)
    return tuple(file for file in files if not _is_there(reader, file))


def _is_there(reader: Reader, file: File) -> bool:
    content = None if file.content is None else file.content.encode(file.encoding)
    return reader.read(file.path) == content


def held(goal: Goal, there: Mapping[str, State]) -> tuple[str, ...]:
    """The packages that a hold is about: what the goal installs, and what stays with it."""
    wanted = package_words.versions(goal.packages or ())
    stay = {name: now.version for name, now in there.items() if name in package_names.DOCKERS}
    both = {**stay, **wanted}
    return tuple(package_words.there(name, version) for name, version in both.items() if version)


def _folder(reader: Reader, there: Mapping[str, State]) -> str:
    """The bundle in use, where its engine is what is installed."""
    target = reader.link(reader.layout.current)
    folder = os.path.normpath(f"{reader.layout.state}/{target}") if target else ""
    bundle = bundles.read(reader, folder) if folder.startswith(reader.layout.packages) else None
    if bundle is None:
        return folder if target and not folder.startswith(reader.layout.packages) else ""
    words = package_words.versions(bundle.words)
    same = all(
        name in there and there[name].whole and there[name].version == words[name]
        for name in (*package_names.RELEASE, *package_names.ENGINES)
        if name in words
    )
    return folder if same else ""


def _running(reader: Reader, daemon: Daemon | None) -> Version | None:
    """What the engine that runs is: by its folder where it is ours, else by what it says."""
    if daemon is None:
        return None
    if daemon.ours:
        return bundles.version_of(os.path.dirname(reader.layout.stored(daemon.argv[0])))
    identity = api.identity(reader, DaemonConfig.read(reader).socket)
    return identity.version if identity else None


class NotTheMachine(UsageError):
    def __init__(self) -> None:
        super().__init__(
            "apt installs for the machine as a whole",
            details="there are no packages below a root, nor for one user alone",
            hint="--backend static keeps an engine below --root, and for --user",
        )


class NoSystemd(UsageError):
    def __init__(self) -> None:
        super().__init__(
            "an engine out of packages is kept running by systemd, which is not at work here",
            hint="--backend static brings an engine that dockswitch runs itself; "
            "`--from deb` takes that out of the same packages",
        )


class DataRootOfPackages(UsageError):
    def __init__(self) -> None:
        super().__init__(
            "an engine out of packages has the machine's data-root",
            details="its units name no other",
            hint="`--backend static --from deb --data separate` runs the same engine on one of its "
            "own; `--data same` uses this one, whatever is not shown of it",
        )
