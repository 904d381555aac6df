"""What the packages of an engine bring: their programs, and the units that start these."""

from collections.abc import Sequence

from dockswitch.model import package_names
from dockswitch.model.spellings import from_deb
from dockswitch.model.version import Version

SYSTEMD = "/lib/systemd/system"
SERVICE, SOCKET, CONTAINERD = "docker.service", "docker.socket", "containerd.service"

_SPLIT = Version.parse("18.09.0-beta1")  # from here on the client and containerd are apart
_CONTAINERDS = ("containerd", "containerd-shim-runc-v2", "ctr", "runc")

_SOCKET = "[Socket]\nListenStream=/run/docker.sock\n[Install]\nWantedBy=sockets.target\n"
_CONTAINERD = "[Service]\nExecStart=/usr/bin/containerd\n[Install]\nWantedBy=multi-user.target\n"


def files(name: str, version: str) -> dict[str, bytes]:
    """The files of a package, by path; none of one that is not of an engine."""
    said = from_deb(version)
    match name:
        case package_names.ENGINE | package_names.OLDEST_ENGINE if said is None or said >= _SPLIT:
            return {
                **_programs("/usr/bin", ("dockerd", "docker-proxy"), said),
                **_programs("/usr/libexec/docker", ("docker-init",), said),
                **_units("/usr/bin/dockerd", shared=True),
            }
        case package_names.ENGINE | package_names.OLDEST_ENGINE:
            own = ("docker-containerd", "docker-containerd-shim", "docker-runc")
            names = ("dockerd", "docker", "docker-init", "docker-proxy", *own)
            return {**_programs("/usr/bin", names, said), **_units("/usr/bin/dockerd")}
        case package_names.DISTRIBUTIONS_ENGINE:
            return {
                **_programs("/usr/sbin", ("dockerd", "docker-proxy"), said),
                **_units("/usr/sbin/dockerd", shared=True),
            }
        case package_names.CLIENT | "docker-cli":
            return _programs("/usr/bin", ("docker",), said)
        case package_names.CONTAINERD | "containerd":
            unit = {f"{SYSTEMD}/{CONTAINERD}": _CONTAINERD.encode()}
            return {**_programs("/usr/bin", _CONTAINERDS, version), **unit}
        case "tini":
            return _programs("/usr/bin", ("tini", "tini-static"), version)
        case _ if name in package_names.PLUGINS:
            plugin = name.removesuffix("-plugin")
            return _programs("/usr/libexec/docker/cli-plugins", (plugin,), version)
        case _:
            return {}


def programs(name: str, version: str) -> tuple[str, ...]:
    """What it has of an engine's programs, by their names alone."""
    found = files(name, version)
    return tuple(path.rpartition("/")[2] for path in found if not path.startswith(SYSTEMD))


def units(name: str, version: str) -> tuple[str, ...]:
    """The units that its scripts start, those first that others need."""
    found = files(name, version)
    return tuple(each for each in (CONTAINERD, SOCKET, SERVICE) if f"{SYSTEMD}/{each}" in found)


def _programs(folder: str, names: Sequence[str], version: Version | str | None) -> dict[str, bytes]:
    return {f"{folder}/{name}": f"{name} {version}".encode() for name in names}


def _units(dockerd: str, *, shared: bool = False) -> dict[str, bytes]:
    wants = f"Wants={CONTAINERD}\n" if shared else ""
    words = " --containerd=/run/containerd/containerd.sock" if shared else ""
    service = (
        f"[Unit]\n{wants}Requires={SOCKET}\n[Service]\n"
        f"ExecStart={dockerd} -H fd://{words}\n[Install]\nWantedBy=multi-user.target\n"
    )
    return {f"{SYSTEMD}/{SERVICE}": service.encode(), f"{SYSTEMD}/{SOCKET}": _SOCKET.encode()}
