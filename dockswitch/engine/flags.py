"""The command line and the environment that a version's dockerd is started with."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace

from dockswitch.engine.daemon_config import DaemonConfig
from dockswitch.model.errors import DataRootRefused, UsageError
from dockswitch.model.layout import LONGEST_EXEC_ROOT, Layout
from dockswitch.model.plan import Wanted
from dockswitch.model.version import Version

_ROOT = "{root}"

_DATA_ROOT_SINCE = Version.parse("17.05.0-ce")  # `--graph` until then
_ROOTLESS_SINCE = Version.parse("20.10.0-beta1")  # an experiment before: moby#38050
_IP6TABLES_SINCE = Version.parse("20.10.0")

_PASSED_ON = (
    *("TZ", "LANG", "SSL_CERT_FILE", "SSL_CERT_DIR"),
    *("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY"),
    *("http_proxy", "https_proxy", "no_proxy", "all_proxy"),
)
# What an engine of ours is told in its own way, and what it keeps from an adopted one.
_OURS_TOO = frozenset(
    (
        *("-H", "--host", "--data-root", "--graph", "-g", "--exec-root", "--pidfile", "-p"),
        *("--init-path", "--userland-proxy-path", "--containerd"),
    )
)
_ALWAYS_ON_PATH = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")


def command_line(
    layout: Layout,
    wanted: Wanted,
    config: DaemonConfig,
    *,
    listens: str = "",
    own_network: bool = False,
) -> tuple[str, ...]:
    """dockerd's command line as an Engine step has it.

    It `listens` on the unix socket of the configuration where nothing else is said. A flag whose
    key stands in daemon.json is left out: dockerd refuses to be told twice. Under a root there is
    no bridge, and no iptables rule is written, but in its `own_network`, where its own docker-proxy
    publishes ports. Raises DataRootTwice.
    """
    version, folder = wanted.version, wanted.folder
    given = [
        ("hosts", "-H", listens or f"unix://{_ROOT}{config.socket}"),
        _data_root(layout, wanted, config),
        ("exec-root", "--exec-root", _ROOT + config.exec_root),
        ("pidfile", "--pidfile", _ROOT + config.pidfile),
        ("init-path", "--init-path", f"{_ROOT}{folder}/docker-init"),
    ]
    if layout.scope == "system" or own_network:
        # Without root it is the kit's own up to 27, and each engine finds the right one on PATH.
        proxy = f"{_ROOT}{folder}/docker-proxy"
        given.append(("userland-proxy-path", "--userland-proxy-path", proxy))
    words = [f"{_ROOT}{folder}/dockerd", "--config-file", _ROOT + config.path]
    for key, flag, value in given:
        if key not in config.keys:
            words += [flag, value]
    if layout.scope == "user" and version < _ROOTLESS_SINCE and "experimental" not in config.keys:
        words.append("--experimental")
    if layout.root and not own_network:
        words += [flag for key, flag in _quiet(version) if key not in config.keys]
    return tuple(words)


def without_iptables(version: Version, config: DaemonConfig) -> tuple[str, ...]:
    """The flags of an engine that is to leave a machine's iptables alone, or that has none."""
    flags = (each for each in _quiet(version) if each[0] != "bridge")
    return tuple(flag for key, flag in flags if key not in config.keys)


def quiet(version: Version) -> dict[str, str | bool]:
    """The keys of an engine that makes no bridge and writes no rule for one."""
    keys: dict[str, str | bool] = {"bridge": "none", "iptables": False}
    return keys | ({"ip6tables": False} if version >= _IP6TABLES_SINCE else {})


def search_path(base: Mapping[str, str]) -> str:
    """Where a daemon looks for programs that do not come with it."""
    path = [*base.get("PATH", "").split(":"), *_ALWAYS_ON_PATH]
    return ":".join(dict.fromkeys(filter(None, path)))


def environment(folder: str, base: Mapping[str, str]) -> dict[str, str]:
    """What a daemon is to know of our environment; `folder` is its version's, a real path.

    Its own folder comes first on PATH: containerd, its shims and runc are found there. Nothing
    named DOCKER_* goes along, nor what systemd told us (NOTIFY_SOCKET, LISTEN_FDS).
    """
    kept = {name: base[name] for name in _PASSED_ON if name in base}
    return {**kept, "PATH": search_path({"PATH": f"{folder}:{base.get('PATH', '')}"})}


def check_root(layout: Layout, config: DaemonConfig | None = None) -> None:
    """Raises RootTooLong where containerd could not make its sockets below the exec-root.

    It would not say so: it tries again and again in silence.
    """
    exec_root = layout.real(config.exec_root if config else layout.exec_root)
    if len(os.fsencode(exec_root)) > LONGEST_EXEC_ROOT:
        raise RootTooLong(exec_root, LONGEST_EXEC_ROOT)


def resolved(argv: Sequence[str], root: str) -> list[str]:
    """The command line on this machine: `root` is the layout's, without a slash at its end."""
    return [word.replace(_ROOT, root, 1) for word in argv]


def stored(argv: Sequence[str], root: str) -> tuple[str, ...]:
    """The command line as an Engine step has it, of one that was observed: undoes `resolved`."""
    return tuple(_stored(word, root) for word in argv)


def option(argv: Sequence[str], *flags: str) -> str | None:
    """What a command line gives for a flag, under any of its names; the last one counts."""
    return next(reversed(options(argv, *flags)), None)


def options(argv: Sequence[str], *flags: str) -> tuple[str, ...]:
    """All that a command line gives for a flag that may stand there more than once."""
    values: list[str] = []
    for at, word in enumerate(argv):
        name, equals, attached = word.partition("=")
        if name in flags:
            values += [attached] if equals else argv[at + 1 : at + 2]
    return tuple(values)


def passed_by(argv: Sequence[str]) -> tuple[str, ...]:
    """The flags of a dockerd that one of ours would not get, nor need."""
    names = [word.partition("=")[0] for word in argv if word.startswith("-")]
    return tuple(dict.fromkeys(name for name in names if name not in _OURS_TOO))


def data_root_of(argv: Sequence[str]) -> str | None:
    """The data-root that a command line names."""
    return option(argv, "--data-root", "--graph", "-g")


def used_by(argv: Sequence[str], config: DaemonConfig, layout: Layout) -> DaemonConfig:
    """What a daemon with that command line uses: the line first, then that configuration.

    The line is that of an Engine step or a real one; a socket that is handed over is the usual one.
    """
    host = option(argv, "-H", "--host") or ""
    named = host.removeprefix("unix://") if host.startswith("unix://") else ""
    return replace(
        config,
        socket=_inside(named, layout) or config.socket,
        data_root=_inside(data_root_of(argv), layout) or config.data_root,
        exec_root=_inside(option(argv, "--exec-root"), layout) or config.exec_root,
        pidfile=_inside(option(argv, "-p", "--pidfile"), layout) or config.pidfile,
    )


def _inside(named: str | None, layout: Layout) -> str:
    return layout.stored(named.removeprefix(_ROOT)) if named else ""


def _data_root(layout: Layout, wanted: Wanted, config: DaemonConfig) -> tuple[str, str, str]:
    flag = "--graph" if wanted.version < _DATA_ROOT_SINCE else "--data-root"
    key = "graph" if "graph" in config.keys else "data-root"
    if wanted.data and key in config.keys:
        raise DataRootTwice(wanted.version, key, layout.real(wanted.data), layout.real(config.path))
    return key, flag, _ROOT + (wanted.data or config.data_root)


def _quiet(version: Version) -> list[tuple[str, str]]:
    values = ((key, json.dumps(value).strip('"')) for key, value in quiet(version).items())
    return [(key, f"--{key}={value}") for key, value in values]


def _stored(word: str, root: str) -> str:
    for before in ("", "unix://"):
        if word.startswith(f"{before}{root}/"):
            return f"{before}{_ROOT}{word[len(before) + len(root) :]}"
    return word


class RootTooLong(UsageError):
    def __init__(self, exec_root: str, longest: int) -> None:
        super().__init__(
            "the root's path is too long for an engine",
            details=f"the exec-root {exec_root} has {len(exec_root.encode())} bytes and may have "
            f"{longest}: unix sockets below it end at 104",
            hint="take a shorter --root, such as one directly under /srv or /tmp",
        )


class DataRootTwice(DataRootRefused):
    """`key` and `path` are those of the daemon.json that names a data-root already."""

    def __init__(self, version: Version, key: str, wanted: str, path: str) -> None:
        super().__init__(
            f"{version} cannot be given a data-root of its own",
            details=f"{path} sets {key!r}, and dockerd refuses to be told twice",
            hint=f"take {key!r} out of {path}, or set it there to {wanted} for this version and "
            "say `--data same`",
        )
