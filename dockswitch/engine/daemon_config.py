"""The engine's own configuration file, daemon.json, and the places that it decides."""

import json
import os
from dataclasses import dataclass

from dockswitch.model.errors import DockswitchError, UsageError
from dockswitch.model.json_key import put
from dockswitch.model.layout import Layout
from dockswitch.model.ports import Reader
from dockswitch.model.step import File

_DEFAULT_SOCKET = "/var/run/docker.sock"  # what a bare `unix://` means to dockerd
_DEFAULT_GROUP = "docker"
_ACTIVATED = "fd://"
_OWN = "{}\n"
_DEFAULT_GRACE = 15  # seconds: dockerd's own `shutdown-timeout`


class BadDaemonConfig(DockswitchError):
    def __init__(self, path: str, why: str) -> None:
        super().__init__(
            f"{path} is not a configuration that an engine starts with",
            details=why,
            hint="correct it and run the same command again; nothing was stopped",
        )


class OutsideRoot(UsageError):
    def __init__(self, path: str, key: str, value: str, root: str) -> None:
        super().__init__(
            f"{path} leads out of the root",
            details=f"{key!r} is {value}, which does not lie below {root}",
            hint=f"name a path below {root} there, or leave the key out",
        )


@dataclass(frozen=True, slots=True)
class DaemonConfig:
    """What a daemon.json sets, and what an engine with it uses; paths are inside the root.

    `path` is the file to start with; `keys` are those it sets; `grace` is how long, in seconds, a
    stop may take by it. `storage_driver` (empty where none is named), `snapshotter` (containerd's
    image store, None where nothing is said) and `remapped` (users' ids) decide where images lie;
    `group` may speak to the socket; `activated` says that systemd is to hand the socket over.
    """

    path: str
    keys: frozenset[str]
    socket: str
    data_root: str
    exec_root: str
    pidfile: str
    live_restore: bool = False
    grace: float = _DEFAULT_GRACE
    storage_driver: str = ""
    snapshotter: bool | None = None
    remapped: bool = False
    group: str = _DEFAULT_GROUP
    activated: bool = False

    @classmethod
    def read(cls, reader: Reader) -> "DaemonConfig":
        """The machine's daemon.json where it has one, else dockswitch's own, which sets nothing.

        Raises BadDaemonConfig, and OutsideRoot for a path that is not below the layout's root.
        """
        layout = reader.layout
        keys = values(reader)
        if keys is None:
            return cls.of({}, layout, layout.own_engine_config)
        init = reader.host.init if layout.scope == "system" and not layout.root else ""
        return cls.of(keys, layout, layout.engine_config, init=init)

    @classmethod
    def of(
        cls, keys: dict[str, object], layout: Layout, path: str, *, init: str = ""
    ) -> "DaemonConfig":
        """What these keys decide under this layout; only systemd as `init` hands sockets over."""
        value = _Values(keys, layout, layout.real(path), init)
        return cls(
            path=path,
            keys=frozenset(keys),
            socket=value.socket(),
            data_root=value.place("data-root") or value.place("graph") or layout.data_root,
            exec_root=value.place("exec-root") or layout.exec_root,
            pidfile=value.place("pidfile") or layout.pidfile,
            live_restore=keys.get("live-restore") is True,
            grace=value.grace(),
            storage_driver=value.storage_driver(),
            snapshotter=value.snapshotter(),
            remapped=keys.get("userns-remap") not in (None, ""),
            group=value.text("group") or _DEFAULT_GROUP,
            activated=_ACTIVATED in str(keys.get("hosts")),
        )


def values(reader: Reader) -> dict[str, object] | None:
    """All that the machine's daemon.json says; None where it has none. Raises BadDaemonConfig."""
    content = reader.read(reader.layout.engine_config)
    if content is None:
        return None
    return parsed(content, reader.layout.real(reader.layout.engine_config))


def own_config_is_there(reader: Reader) -> bool:
    """Whether dockswitch's own file is one that it writes: it may turn experimental features on."""
    content = (reader.read(reader.layout.own_engine_config) or b"").decode(errors="replace")
    return content == _OWN or content == put(_OWN, "experimental", "true")


def own_config_step(layout: Layout) -> File:
    """The file that an engine is started with where the machine has none.

    Without `--config-file` dockerd would read the machine's, and 20.10 refuses an empty one.
    """
    return File(layout.own_engine_config, _OWN)


def parsed(content: bytes, path: str) -> dict[str, object]:
    """The keys in a daemon.json's content; `path` is for the message. Raises BadDaemonConfig."""
    text = content.decode("utf-8-sig", "replace")
    if not text.strip():
        raise BadDaemonConfig(path, "it is empty; older engines demand at least {}")
    try:
        keys: object = json.loads(text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise BadDaemonConfig(path, f"{where}: {error.msg[:1].lower()}{error.msg[1:]}") from None
    if not isinstance(keys, dict):
        raise BadDaemonConfig(path, "it holds no JSON object, {…}")
    return keys


@dataclass(frozen=True, slots=True)
class _Values:
    """The values of a daemon.json, of the types that dockerd demands."""

    keys: dict[str, object]
    layout: Layout
    path: str
    init: str

    def socket(self) -> str:
        hosts = self.keys.get("hosts")
        if hosts is None:
            return self.layout.socket
        if not isinstance(hosts, list) or not all(isinstance(host, str) for host in hosts):
            raise BadDaemonConfig(self.path, "'hosts' is no list of texts")
        for host in hosts:
            if host.startswith("unix://"):
                return self._inside("hosts", host.removeprefix("unix://") or _DEFAULT_SOCKET)
            if host.startswith(_ACTIVATED) and self.init == "systemd":
                return self.layout.socket
        why = f"'hosts' names no unix socket, which dockswitch asks the engine over: {hosts}"
        raise BadDaemonConfig(self.path, why)

    def place(self, key: str) -> str | None:
        value = self.text(key)
        return self._inside(key, value) if value else None

    def text(self, key: str) -> str | None:
        value = self.keys.get(key)
        if value is not None and not isinstance(value, str):
            raise BadDaemonConfig(self.path, f"{key!r} is no text")
        return value

    def grace(self) -> float:
        value = self.keys.get("shutdown-timeout", _DEFAULT_GRACE)
        if not isinstance(value, int):
            raise BadDaemonConfig(self.path, "'shutdown-timeout' is no number")
        return value if value >= 0 else 600  # -1 is "as long as it takes"

    # What is of another type here is refused by dockerd itself, in its own words.

    def storage_driver(self) -> str:
        value = self.keys.get("storage-driver")
        return value if isinstance(value, str) else ""

    def snapshotter(self) -> bool | None:
        features = self.keys.get("features")
        value = features.get("containerd-snapshotter") if isinstance(features, dict) else None
        return value if isinstance(value, bool) else None

    def _inside(self, key: str, value: str) -> str:
        real = os.path.normpath(os.path.join("/", value))
        root = self.layout.root
        if root and not real.startswith(f"{root}/"):
            raise OutsideRoot(self.path, key, value, root)
        return self.layout.stored(real)
