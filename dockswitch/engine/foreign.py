"""A daemon that somebody else started is never touched: where it is in the way, it is named."""

import json
import os
from collections.abc import Iterator, Sequence

from dockswitch.engine import unit_files
from dockswitch.engine.daemon_config import DaemonConfig
from dockswitch.engine.flags import option
from dockswitch.engine.running import running
from dockswitch.model.errors import DockswitchError
from dockswitch.model.ports import Daemon, Reader

_MACHINES_CONFIG = "/etc/docker/daemon.json"  # read by a dockerd without --config-file

# The folders that two daemons cannot share: what each is called, and its flags and keys.
_ROOTS = (
    ("data-root", ("--data-root", "--graph", "-g"), ("data-root", "graph")),
    ("exec-root", ("--exec-root",), ("exec-root",)),
)


def refuse_foreign(reader: Reader, config: DaemonConfig, ours: Daemon | None) -> None:
    """Raises ForeignEngine where another daemon than `ours` has our socket, pid file or a root.

    A second dockerd silently takes the socket's path; on the same data-root or exec-root it gives
    up after 15 s, the first one's containers at risk.
    """
    try:
        _refuse(reader, config, ours)
    except ForeignEngine as error:
        # Without the lock, another dockswitch may have started ours since `ours` was looked for.
        now = running(reader)
        if now is None or now.pid != error.pid:
            raise


def _refuse(reader: Reader, config: DaemonConfig, ours: Daemon | None) -> None:
    others = [daemon for daemon in reader.daemons() if ours is None or daemon.pid != ours.pid]
    _refuse_listener(reader, config, ours, others)
    _refuse_pidfile(reader, config, others)
    for daemon in others:
        for root, place in _places(reader, daemon):
            wanted = config.data_root if root == "data-root" else config.exec_root
            if place in _names(reader, wanted):
                what = f"the {root} {reader.layout.real(wanted)}"
                raise ForeignEngine(daemon.argv[0], what, daemon.pid)


def _refuse_listener(
    reader: Reader, config: DaemonConfig, ours: Daemon | None, others: Sequence[Daemon]
) -> None:
    if unit_files.listens(reader):
        return  # for our engine; to connect would start it
    pid = reader.listener(config.socket)
    if pid is None or (ours and pid == ours.pid):
        return
    known = next((daemon.argv[0] for daemon in others if daemon.pid == pid), None)
    what = known or ("systemd's docker.socket" if pid == 1 else "a program that listens there")
    raise ForeignEngine(what, f"the socket {reader.layout.real(config.socket)}", pid)


def _refuse_pidfile(reader: Reader, config: DaemonConfig, others: Sequence[Daemon]) -> None:
    pid = (reader.read(config.pidfile) or b"").strip()
    for daemon in others:
        if pid == str(daemon.pid).encode():
            place = f"the pid file {reader.layout.real(config.pidfile)}"
            raise ForeignEngine(daemon.argv[0], place, daemon.pid)


def _places(reader: Reader, daemon: Daemon) -> Iterator[tuple[str, str]]:
    """Another daemon's roots as real paths, but those that cannot be ours."""
    layout = reader.layout
    configured = _configured(reader, daemon)
    # What is the default for a user is so for that user's rootless daemons only.
    same_user = daemon.uid == (0 if layout.scope == "system" else reader.host.uid)
    defaults = {"data-root": layout.data_root, "exec-root": layout.exec_root}
    for root, flags, keys in _ROOTS:
        given = option(daemon.argv, *flags)
        found = given or next((configured[key] for key in keys if key in configured), None)
        if found or same_user:
            yield root, _plain(str(found or defaults[root]))


def _configured(reader: Reader, daemon: Daemon) -> dict[str, object]:
    """What its daemon.json sets; nothing where that cannot be read."""
    file = option(daemon.argv, "--config-file") or _MACHINES_CONFIG
    layout = reader.layout
    if layout.root and not file.startswith(f"{layout.root}/"):
        return {}  # outside the root: not ours to read
    try:
        keys = json.loads(reader.read(layout.stored(file)) or b"{}")
    except (ValueError, OSError):
        return {}
    return keys if isinstance(keys, dict) else {}


def _names(reader: Reader, path: str) -> set[str]:
    """The real path of a folder, and where it leads when it is a link itself."""
    real = reader.layout.real(path)
    target = reader.link(path)
    leads = os.path.join(os.path.dirname(real), target) if target else real
    return {_plain(real), _plain(leads)}


def _plain(path: str) -> str:
    plain = os.path.normpath(path)
    # everywhere a link by now, and still in dockerd's defaults
    return plain[len("/var") :] if plain.startswith("/var/run/") else plain


class ForeignEngine(DockswitchError):
    """A daemon that dockswitch did not start uses what the wanted engine would use."""

    def __init__(self, what: str, place: str, pid: int) -> None:
        self.pid = pid
        super().__init__(
            f"an engine that dockswitch did not start uses {place}",
            details=f"{what} (process {pid}) is left untouched",
            hint="stop it by the means that started it (`systemctl stop docker docker.socket`"
            + (f", or `kill {pid}`" if pid > 1 else "")
            + "), or switch under a root of your own with --root DIR",
        )
