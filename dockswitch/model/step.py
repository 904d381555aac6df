"""Steps: a target state as plain data; the inverse of one is the same type with the state before.

Paths are paths inside the root. Performing a step twice is performing it once.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Literal, NoReturn, TypeAlias

from dockswitch.model import package_words
from dockswitch.model.layout import version_in
from dockswitch.model.vm import Keeper, Vm

# What the name of a file ends with that was put aside.
ASIDE = ".before-dockswitch"


@dataclass(frozen=True, slots=True)
class Link:
    """A symbolic link, swapped by rename; `target` None means that there is none."""

    path: str
    target: str | None

    def __str__(self) -> str:
        return f"link {self.path} to {self.target}" if self.target else f"remove link {self.path}"


@dataclass(frozen=True, slots=True)
class File:
    """A small file of dockswitch's own; `content` None means that there is none.

    A key that is no text is written as latin-1, in which each character is a byte.
    """

    path: str
    content: str | None
    mode: int = 0o644
    encoding: str = "utf-8"

    def __str__(self) -> str:
        return f"remove {self.path}" if self.content is None else f"write {self.path}"


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a JSON file that somebody else wrote; `value` None means that it is not set.

    `value` is JSON. Nothing else of the file is changed, nor written to a journal: it may hold
    secrets.
    """

    path: str
    name: str
    value: str | None

    def __str__(self) -> str:
        if self.value is None:
            return f"take {self.name} out of {self.path}"
        return f"set {self.name} to {self.value} in {self.path}"


@dataclass(frozen=True, slots=True)
class Engine:
    """Which dockerd runs: its command line, or nothing for none.

    `argv[0]` is dockerd in its version's folder, never behind `current`: a running engine starts
    its shims from there. A word that names a path under the root begins with `{root}`.
    """

    argv: tuple[str, ...]

    def __str__(self) -> str:
        return f"start {self.argv[0].removeprefix('{root}')}" if self.argv else "stop the engine"

    @property
    def folder(self) -> str | None:
        """The version's folder inside the root, or None where no engine is to run."""
        if not self.argv:
            return None
        return self.argv[0].removeprefix("{root}").rpartition("/")[0]


@dataclass(frozen=True, slots=True)
class Service:
    """A unit of systemd or a snap that somebody else brought: whether it runs, and at boot too.

    It is never a unit of dockswitch's own, even where that has the same name.
    """

    manager: Literal["systemd", "snap"]
    name: str
    active: bool
    enabled: bool

    def __str__(self) -> str:
        verb = "start" if self.active else "stop"
        what = f"the snap {self.name}" if self.manager == "snap" else self.name
        return f"{verb} {what}" + (", at boot too" if self.active and self.enabled else "")


@dataclass(frozen=True, slots=True)
class ByHand:
    """A dockerd that somebody started by hand: its command line, its PATH and working folder.

    A word that names a path under the root begins with `{root}`.
    """

    argv: tuple[str, ...]
    path: str
    folder: str
    runs: bool

    def __str__(self) -> str:
        verb = "start" if self.runs else "stop"
        return f"{verb} {self.argv[0].removeprefix('{root}')}, which was started by hand"


@dataclass(frozen=True, slots=True)
class Containers:
    """Whether these containers run, by their ids; done by the engine that runs just then."""

    ids: tuple[str, ...]
    run: bool

    def __str__(self) -> str:
        number = len(self.ids)
        what = f"{number} container" + ("" if number == 1 else "s")
        return f"start {what} again" if self.run else f"stop {what}"


@dataclass(frozen=True, slots=True)
class Group:
    """A system group that there is to be; where it is not `needed` nothing is done.

    It is never removed: people may be members of it by then.
    """

    name: str
    needed: bool = True

    def __str__(self) -> str:
        return f"create the group {self.name}" if self.needed else f"leave the group {self.name}"


@dataclass(frozen=True, slots=True)
class Aside:
    """A file of an adopted engine where a link of ours is to be: it is there, or put aside."""

    path: str
    there: bool

    def __str__(self) -> str:
        return f"put {self.path} back" if self.there else f"put {self.path} aside"

    @property
    def place(self) -> str:
        """Where it lies meanwhile."""
        return f"{self.path}{ASIDE}"


@dataclass(frozen=True, slots=True)
class Packages:
    """Debian packages as one set: `NAME=VERSION` is to be there, `NAME-` is not.

    `automatic` are those of them that apt may remove once nothing needs them.
    """

    wanted: tuple[str, ...]
    automatic: tuple[str, ...] = ()

    def __str__(self) -> str:
        versions = package_words.versions(self.wanted)
        there = [word for word in self.wanted if package_words.split(word)[1] is not None]
        gone = [name for name, version in versions.items() if version is None]
        said = [f"install {' '.join(there)}"] if there else []
        said += [f"remove {' '.join(gone)}"] if gone else []
        return " and ".join(said)


@dataclass(frozen=True, slots=True)
class Holds:
    """The packages that no upgrade is to change (`held`), and those that one may (`free`)."""

    held: tuple[str, ...]
    free: tuple[str, ...] = ()

    def __str__(self) -> str:
        said = [f"hold {' '.join(self.held)}"] if self.held else []
        said += [f"hold {' '.join(self.free)} no longer"] if self.free else []
        return " and ".join(said)


@dataclass(frozen=True, slots=True)
class Machine:
    """A virtual machine: whether it is there, with which engine, and whether it runs.

    `folder` is that of the bundle, inside the root, which its engine came from; empty for no such
    machine. `driver` and `flags` are for its making.
    """

    keeper: Keeper
    name: str
    folder: str
    runs: bool
    driver: str = ""
    flags: tuple[str, ...] = ()

    def __str__(self) -> str:
        if not self.folder:
            return f"remove the machine {self.name}"
        version = version_in(self.folder)
        return f"{'start' if self.runs else 'stop'} the machine {self.name} with {version}"

    @property
    def vm(self) -> Vm:
        return Vm(self.keeper, self.name, self.driver, self.flags)


Step: TypeAlias = (
    Link
    | File
    | Key
    | Engine
    | Containers
    | Group
    | Service
    | ByHand
    | Aside
    | Packages
    | Holds
    | Machine
)

_KINDS: dict[str, type[Step]] = {
    kind.__name__: kind
    for kind in (
        Link,
        File,
        Key,
        Engine,
        Containers,
        Group,
        Service,
        ByHand,
        Aside,
        Packages,
        Holds,
        Machine,
    )
}


def started(steps: Iterable[Step]) -> Engine | None:
    """The engine that these steps start, None where they start none."""
    engines = [step for step in steps if isinstance(step, Engine) and step.argv]
    return engines[-1] if engines else None


def to_plain(step: Step) -> dict[str, object]:
    """The step as JSON can hold it."""
    return {"step": type(step).__name__, **asdict(step)}


def from_plain(plain: Mapping[str, object]) -> Step:
    """The step that `to_plain` wrote; raises KeyError or TypeError for anything else."""
    fields = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in plain.items()
        if name != "step"
    }
    return _KINDS[str(plain["step"])](**fields)  # type: ignore[arg-type]  # checked by dataclass


def assert_never(step: NoReturn) -> NoReturn:
    """Closes a match over steps; `typing` has it from Python 3.11 on only."""
    raise AssertionError(step)
