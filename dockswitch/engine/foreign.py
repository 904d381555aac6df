"""A daemon that somebody else started is never touched: where it is in the way, it is named."""

import os
from collections.abc import Sequence

from dockswitch.engine import places, unit_files
from dockswitch.engine.daemon_config import DaemonConfig
from dockswitch.engine.running import running
from dockswitch.model.errors import DockswitchError
from dockswitch.model.neighbour import Neighbour
from dockswitch.model.ports import Daemon, Reader
from dockswitch.model.step import Service


def refuse_foreign(
    reader: Reader, config: DaemonConfig, ours: Daemon | None, adopted: Neighbour | None = None
) -> None:
    """Raises ForeignEngine where another daemon than `ours` has our socket, pid file or a root.

    A second dockerd silently takes the socket's path; on the same data-root or exec-root it gives
    up after 15 s, the first one's containers at risk. An `adopted` one is stopped before ours
    starts, and is no obstacle until then.
    """
    try:
        _refuse(reader, config, ours, adopted)
    except ForeignEngine as error:
        # Without the lock, another dockswitch may have started ours since `ours` was looked for.
        now = running(reader)
        if now is None or now.pid != error.pid:
            raise


def shared(reader: Reader, config: DaemonConfig, daemon: Daemon) -> str | None:
    """What that daemon shares with an engine of ours, None where they do not meet."""
    its = places.of(reader, daemon)
    socket = _common(reader, daemon, its.sockets, config.socket)
    if socket and reader.listener(config.socket) in (None, daemon.pid, 1):
        return f"the socket {socket}"
    pidfile = _common(reader, daemon, (its.pidfile,), config.pidfile)
    written = (reader.read(config.pidfile) or b"").strip() == str(daemon.pid).encode()
    if pidfile or written:
        return f"the pid file {reader.layout.real(config.pidfile)}"
    for name, theirs, wanted in (
        ("data-root", its.data_root, config.data_root),
        ("exec-root", its.exec_root, config.exec_root),
    ):
        place = _common(reader, daemon, (theirs,), wanted)
        if place:
            return f"the {name} {place}"
    return None


def _refuse(
    reader: Reader, config: DaemonConfig, ours: Daemon | None, adopted: Neighbour | None
) -> None:
    others = [daemon for daemon in reader.daemons() if ours is None or daemon.pid != ours.pid]
    if adopted is not None:
        from dockswitch.engine import neighbours  # they cost imports, and most often nobody is here

        others = [each for each in others if not neighbours.is_it(reader, each, adopted)]
    _refuse_listener(reader, config, ours, adopted)
    for daemon in others:
        place = shared(reader, config, daemon)
        if place is not None:
            from dockswitch.engine import neighbours

            raise ForeignEngine.of(neighbours.of(reader, daemon), place, daemon.pid)


def _refuse_listener(
    reader: Reader, config: DaemonConfig, ours: Daemon | None, adopted: Neighbour | None
) -> None:
    if unit_files.listens(reader):
        return  # for our engine; to connect would start it
    pid = reader.listener(config.socket)
    if pid is None or (ours and pid == ours.pid):
        return
    from dockswitch.engine import neighbours  # most often nobody listens, and it costs imports

    place = f"the socket {reader.layout.real(config.socket)}"
    if adopted is not None and neighbours.listens(reader, pid, adopted):
        return
    found = neighbours.listening(reader, pid)
    if found is None:
        raise ForeignEngine(_no_engine(reader, config, pid), place, pid)
    raise ForeignEngine.of(found, place, found.pid or pid)


def _no_engine(reader: Reader, config: DaemonConfig, pid: int) -> str:
    """What else may listen there."""
    if "podman" in (reader.link(config.socket) or ""):
        return "podman's socket, behind which no engine of Docker's is,"
    return "systemd's docker.socket" if pid == 1 else "a program that listens there"


def _common(reader: Reader, daemon: Daemon, theirs: Sequence[str], wanted: str) -> str | None:
    """Ours as a real path, where one of theirs leads to the same place; None where none does."""
    ours = _names(reader, wanted)
    for path in filter(None, theirs):
        root = reader.layout.root
        inside = path.startswith(f"{root}/")  # only then can we look where it leads
        names = _names(reader, path[len(root) :]) if inside else {path}
        if names & ours and reader.shares(daemon.pid, path):
            return reader.layout.real(wanted)
    return None


def _names(reader: Reader, path: str) -> set[str]:
    """The real path of a place, and where it leads when it is a link itself."""
    real = reader.layout.real(path)
    target = reader.link(path)
    leads = os.path.join(os.path.dirname(real), target) if target else real
    return {places.plain(real), places.plain(leads)}


class ForeignEngine(DockswitchError):
    """A daemon that dockswitch did not start uses what the wanted engine would use."""

    def __init__(self, what: str, place: str, pid: int, *, stop: str = "", adopt: str = "") -> None:
        self.pid = pid
        means = stop or "`systemctl stop docker docker.socket`" + (
            f", or `kill {pid}`" if pid > 1 else ""
        )
        super().__init__(
            f"an engine that dockswitch did not start uses {place}",
            details=f"{what} (process {pid}) is left untouched",
            hint=f"{adopt}stop it by the means that started it ({means}), or switch under a root "
            "of your own with --root DIR",
        )

    @classmethod
    def of(cls, found: Neighbour, place: str, pid: int) -> "ForeignEngine":
        """One of which is known what it is."""
        units = [step.name for step in found.runs if isinstance(step, Service)]
        stop = f"systemctl stop {' '.join(units[::-1])}" if units else f"kill {pid}"
        stop = f"snap stop {found.package}" if found.kind == "snap" else stop
        adopt = "`dockswitch adopt` takes it over, and `use system` goes back to it; else "
        adopt = adopt if found.runs else ""
        return cls(found.described, place, pid, stop=f"`{stop}`", adopt=adopt)
