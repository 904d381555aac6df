"""A daemon that somebody else started is never touched: where it is in the way, it is named."""

import json
import os

from dockswitch.engine.daemon_config import DaemonConfig
from dockswitch.engine.flags import option
from dockswitch.model.errors import ForeignEngine
from dockswitch.model.ports import Daemon, Reader

_MACHINES_CONFIG = "/etc/docker/daemon.json"  # read by a dockerd without --config-file


def refuse_foreign(reader: Reader, config: DaemonConfig, ours: Daemon | None) -> None:
    """Raises ForeignEngine where another daemon than `ours` has our socket, pid file or data-root.

    A second dockerd silently takes the socket's path; on the same data-root it gives up after 15 s,
    the first one's containers at risk.
    """
    others = [daemon for daemon in reader.daemons() if ours is None or daemon.pid != ours.pid]
    _refuse_listener(reader, config, ours, others)
    _refuse_pidfile(reader, config, others)
    for daemon in others:
        if _data_root(reader, daemon) in _names(reader, config.data_root):
            place = f"the data-root {reader.layout.real(config.data_root)}"
            raise ForeignEngine(daemon.argv[0], place, daemon.pid)


def _refuse_listener(
    reader: Reader, config: DaemonConfig, ours: Daemon | None, others: list[Daemon]
) -> None:
    pid = reader.listener(config.socket)
    if pid is None or (ours and pid == ours.pid):
        return
    known = next((daemon.argv[0] for daemon in others if daemon.pid == pid), None)
    what = known or ("systemd's docker.socket" if pid == 1 else "a program that listens there")
    raise ForeignEngine(what, f"the socket {reader.layout.real(config.socket)}", pid)


def _refuse_pidfile(reader: Reader, config: DaemonConfig, others: list[Daemon]) -> None:
    pid = (reader.read(config.pidfile) or b"").strip()
    for daemon in others:
        if pid == str(daemon.pid).encode():
            place = f"the pid file {reader.layout.real(config.pidfile)}"
            raise ForeignEngine(daemon.argv[0], place, daemon.pid)


def _names(reader: Reader, path: str) -> set[str]:
    """The real path of a folder, and where it leads when it is a link itself."""
    real = reader.layout.real(path)
    names = {real}
    if target := reader.link(path):
        names.add(os.path.normpath(os.path.join(os.path.dirname(real), target)))
    return names


def _data_root(reader: Reader, daemon: Daemon) -> str | None:
    """Another daemon's data-root as a real path, None where it cannot be ours."""
    given = option(daemon.argv, "--data-root", "--graph", "-g")
    if given:
        return os.path.normpath(given)
    file = option(daemon.argv, "--config-file") or _MACHINES_CONFIG
    configured = _configured(reader, file)
    if configured:
        return os.path.normpath(configured)
    # What is the default for a user is so for that user's rootless daemons only.
    layout = reader.layout
    same_user = daemon.uid == (0 if layout.scope == "system" else reader.host.uid)
    return layout.data_root if same_user else None


def _configured(reader: Reader, file: str) -> str | None:
    layout = reader.layout
    if layout.root and not file.startswith(f"{layout.root}/"):
        return None  # outside the root: not ours to read
    try:
        keys = json.loads(reader.read(layout.stored(file)) or b"{}")
    except ValueError:
        return None
    found = (keys.get("data-root") or keys.get("graph")) if isinstance(keys, dict) else None
    return found if isinstance(found, str) else None
