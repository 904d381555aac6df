"""The places that a dockerd uses: by its command line, its daemon.json, or by default."""

import json
import os
from dataclasses import dataclass

from dockswitch.engine.flags import option, options
from dockswitch.model.ports import Daemon, Reader

_MACHINES_CONFIG = "/etc/docker/daemon.json"  # read by a dockerd without --config-file


@dataclass(frozen=True, slots=True)
class Places:
    """Real paths; empty where it is a default of another user's, which cannot be ours.

    `sockets` are those in the file system. One that systemd hands over (`fd://`) is taken for the
    usual one.
    """

    sockets: tuple[str, ...]
    pidfile: str
    data_root: str
    exec_root: str


def of(reader: Reader, daemon: Daemon) -> Places:
    """The places of that daemon."""
    layout = reader.layout
    at = _At(reader, daemon, _configured(reader, daemon))
    # What is the default for a user is so for that user's rootless daemons only.
    same_user = daemon.uid == (0 if layout.scope == "system" else reader.host.uid)
    folder = os.path.dirname(layout.socket)
    usual = layout.socket if same_user else ""
    return Places(
        sockets=at.sockets(usual),
        pidfile=at.place(("--pidfile", "-p"), ("pidfile",))
        or (f"{folder}/docker.pid" if same_user else ""),
        data_root=at.place(("--data-root", "--graph", "-g"), ("data-root", "graph"))
        or (layout.data_root if same_user else ""),
        exec_root=at.place(("--exec-root",), ("exec-root",))
        or (layout.exec_root if same_user else ""),
    )


def plain(path: str) -> str:
    """The path without detours."""
    short = os.path.normpath(path)
    # everywhere a link by now, and still in dockerd's defaults
    return short[len("/var") :] if f"{short}/".startswith("/var/run/") else short


@dataclass(frozen=True, slots=True)
class _At:
    """What a daemon was told."""

    reader: Reader
    daemon: Daemon
    keys: dict[str, object]

    def place(self, flags: tuple[str, ...], keys: tuple[str, ...]) -> str:
        configured = (self.keys[key] for key in keys if self.keys.get(key))
        found = option(self.daemon.argv, *flags) or str(next(configured, ""))
        if not found:
            return ""
        return plain(found if found.startswith("/") else f"{self._folder()}/{found}")

    def sockets(self, usual: str) -> tuple[str, ...]:
        hosts = options(self.daemon.argv, "-H", "--host") or self._hosts()
        found = [usual] if not hosts else []
        for host in hosts:
            kind, _, path = host.partition("://")
            if kind == "fd" or (kind == "unix" and not path):
                found.append(usual)
            elif kind == "unix" and not path.startswith("@"):  # which names none in any folder
                found.append(path)
        return tuple(plain(each) for each in found if each)

    def _hosts(self) -> tuple[str, ...]:
        hosts = self.keys.get("hosts")
        return tuple(str(host) for host in hosts) if isinstance(hosts, list) else ()

    def _folder(self) -> str:
        known = self.reader.circumstances(self.daemon.pid)
        return known.folder if known else "/"


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
