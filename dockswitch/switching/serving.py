"""The engine that is to answer behind a switch, or behind an undo: whoever keeps it running."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from dockswitch.backends import bundles
from dockswitch.engine import flags
from dockswitch.engine.daemon_config import DaemonConfig
from dockswitch.model import package_names, package_words
from dockswitch.model.plan import Goal, touches_engine
from dockswitch.model.ports import Reader, System
from dockswitch.model.step import Engine, Packages, Service, Step, started
from dockswitch.model.version import Version
from dockswitch.switching import proof


class Serving(Protocol):
    @property
    def version(self) -> Version: ...

    # the folder with its programs, empty where they are on everybody's PATH
    @property
    def folder(self) -> str: ...

    # why it does not answer as its version, or None when it does
    def answers(self, system: System) -> str | None: ...

    # an init of its own for a container, as a path inside the root
    def init(self, reader: Reader) -> str: ...

    # its data-root, inside the root
    def data_root(self, reader: Reader) -> str: ...


@dataclass(frozen=True, slots=True)
class Ours:
    """An engine that dockswitch keeps running, by the step that starts it."""

    engine: Engine

    @property
    def version(self) -> Version:
        return bundles.version_of(self.folder)

    @property
    def folder(self) -> str:
        return self.engine.folder or ""

    def answers(self, system: System) -> str | None:
        return proof.answers(system, self.engine)

    def init(self, reader: Reader) -> str:  # noqa: ARG002 -- as the protocol has it
        return f"{self.folder}/docker-init"

    def data_root(self, reader: Reader) -> str:
        return flags.used_by(self.engine.argv, DaemonConfig.read(reader), reader.layout).data_root


@dataclass(frozen=True, slots=True)
class Packaged:
    """An engine that packages brought, and systemd keeps running by their units."""

    version: Version
    folder: str = ""

    def answers(self, system: System) -> str | None:
        return proof.packaged_answers(system, self.version)

    def init(self, reader: Reader) -> str:
        from dockswitch.engine import packaged  # only where packages brought one

        return packaged.init(reader) or ""

    def data_root(self, reader: Reader) -> str:
        return DaemonConfig.read(reader).data_root


def behind(goal: Goal, steps: Sequence[Step]) -> Serving | None:
    """The engine that these steps to a goal start or change; None where they leave it alone."""
    engine = started(steps)
    if engine is not None:
        return Ours(engine)
    if goal.bundle is None or goal.packages is None or goal.engine != "start":
        return None
    concerned = any(touches_engine(step) or isinstance(step, Service) for step in steps)
    return Packaged(goal.bundle.version) if concerned else None


def before(inverses: Iterable[Step]) -> Serving | None:
    """The engine that ran before the steps of which these are the inverses; None for none."""
    kept = tuple(inverses)
    engines = [step for step in kept if isinstance(step, Engine)]
    if engines and engines[0].argv:
        return Ours(engines[0])
    ran = any(isinstance(step, Service) and step.active for step in kept)
    versions = (version for step in kept if isinstance(step, Packages) for version in _of(step))
    version = next(versions, None)
    return Packaged(version) if ran and version is not None else None


def _of(packages: Packages) -> Iterable[Version]:
    """The version of the engine that is among these packages."""
    from dockswitch.model.spellings import from_deb  # only where packages brought one

    words = package_words.versions(packages.wanted)
    for name in package_names.ENGINES:
        version = from_deb(words.get(name) or "")
        if version is not None:
            yield version
