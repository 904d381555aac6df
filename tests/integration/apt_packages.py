"""Engines as Docker packages them: the packages of one release, as its era had them.

After docker-ce-packaging's deb/common: the set of packages, what they depend on and are in conflict
with, where their files lie, and what their scripts do.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dockswitch.model.catalog import Catalog
from dockswitch.model.version import Version
from tests.integration.apt_deb import Deb

SUITE, _RELEASE = "bookworm", "debian.12"

_TEXTS = Path(__file__).parent / "debian"

#: Which package has a library that engines are linked to.
_LIBRARIES = {
    "libc.so.6": "libc6",
    "libdevmapper.so.1.02.1": "libdevmapper1.02.1",
    "libnftables.so.1": "libnftables1",
    "libseccomp.so.2": "libseccomp2",
    "libsystemd.so.0": "libsystemd0",
}
_CONTAINERD = ("containerd", "containerd-shim-runc-v2", "ctr", "runc")
_EXTRAS = ("dockerd-rootless-setuptool.sh", "dockerd-rootless.sh", "rootlesskit")
_OLDER = "docker (<< 1.5~), docker-engine, docker.io"

_SPLIT = Version(
    "18.09.0-beta1"
)  # from here on the client and containerd are packages of their own
_NEW_SPELLING = Version("23.0.0-beta.1")
_LIBEXEC = Version("24.0.0-beta.1")  # docker-init lies there
_MAN_MOVED = Version("28.0.0-rc.1")  # dockerd's man page, from the client's package


@dataclass(frozen=True)
class Engine:
    """Binaries in the static layout, to be packaged as that version; `extras` are for rootless."""

    version: Version
    binaries: Path
    extras: Path | None = None


def packages(engine: Engine) -> tuple[Deb, ...]:
    """The packages of a release, docker-ce first; plug-ins are not among them."""
    if engine.version < _SPLIT:
        return (_old(engine),)
    extras = (_extras(engine, engine.extras),) if engine.extras else ()
    return (_engine(engine), _client(engine), _containerd(engine), *extras)


def plugin(name: str, version: str, program: Path) -> Deb:
    """The package of a client's plug-in, which has a version of its own."""
    return Deb(
        f"docker-{name}-plugin",
        f"{version}-1~{_RELEASE}~{SUITE}",
        f"Docker {name} plug-in for the Docker CLI",
        {"Enhances": "docker-ce-cli", "Depends": _linked(program)},
        {f"usr/libexec/docker/cli-plugins/docker-{name}": program},
    )


def spelled(version: Version) -> str:
    """How Docker's packages for Debian spell a version; `+local` stands where none of theirs has
    anything."""
    text = str(version)
    bare, _, local = text.partition("+")
    plus = f"+{local}" if local else ""
    if version < _SPLIT:
        return f"{bare.removesuffix('-ce')}~ce~3{plus}-0~debian"
    if version < _NEW_SPELLING:
        return f"5:{bare}~3{plus}-0~debian-{SUITE}"
    return f"5:{bare.replace('-', '~')}{plus}-1~{_RELEASE}~{SUITE}"


def _old(engine: Engine) -> Deb:
    programs = {f"usr/bin/{each.name}": each for each in _programs(engine.binaries)}
    unit = _text("docker.service").replace(" --containerd=/run/containerd/containerd.sock", "")
    return Deb(
        "docker-ce",
        spelled(engine.version),
        "Docker: the open-source application container engine",
        {
            "Depends": f"iptables, {_linked(*programs.values())}",
            "Conflicts": _OLDER,
            "Replaces": "docker-engine",
        },
        {**programs, **_units(unit.replace(" containerd.service", "")), **_manual()},
        ("etc/docker",),
        _scripts("docker.service docker.socket", group=True),
    )


def _engine(engine: Engine) -> Deb:
    least = Catalog.shipped().least_containerd(engine.version)
    init = "usr/libexec/docker" if engine.version >= _LIBEXEC else "usr/bin"
    programs = {
        "usr/bin/dockerd": engine.binaries / "dockerd",
        "usr/bin/docker-proxy": engine.binaries / "docker-proxy",
        f"{init}/docker-init": engine.binaries / "docker-init",
    }
    moved = engine.version >= _MAN_MOVED
    return Deb(
        "docker-ce",
        spelled(engine.version),
        "Docker: the open-source application container engine",
        {
            "Pre-Depends": "init-system-helpers (>= 1.54~)",
            "Depends": f"containerd.io (>= {least}), docker-ce-cli, iptables, "
            f"{_linked(*programs.values())}",
            "Recommends": "ca-certificates, docker-ce-rootless-extras, git, pigz, xz-utils",
            "Conflicts": _OLDER,
            "Replaces": "docker-ce-cli (<< 5:28.0.0)" if moved else "docker-engine",
        },
        {**programs, **_units(_text("docker.service")), **(_manual() if moved else {})},
        ("etc/docker",),
        _scripts("docker.service docker.socket", group=True),
    )


def _client(engine: Engine) -> Deb:
    program = engine.binaries / "docker"
    moved = engine.version >= _MAN_MOVED
    return Deb(
        "docker-ce-cli",
        spelled(engine.version),
        "Docker CLI: the open-source application container engine",
        {
            "Depends": _linked(program),
            "Recommends": "docker-buildx-plugin, docker-compose-plugin",
            "Conflicts": _OLDER,
            "Replaces": "docker-ce (<< 5:0)",
            "Breaks": "docker-ce (<< 5:0)",
        },
        {"usr/bin/docker": program, **({} if moved else _manual())},
    )


def _containerd(engine: Engine) -> Deb:
    programs = {f"usr/bin/{name}": engine.binaries / name for name in _CONTAINERD}
    return Deb(
        "containerd.io",
        f"{_containerd_version(engine.binaries / 'containerd')}-1",
        "An open and reliable container runtime",
        {
            "Depends": _linked(*programs.values()),
            "Provides": "containerd, runc",
            "Conflicts": "containerd, runc",
            "Replaces": "containerd, runc",
        },
        {
            **programs,
            "etc/containerd/config.toml": _text("config.toml"),
            "lib/systemd/system/containerd.service": _text("containerd.service"),
        },
        scripts=_scripts("containerd.service"),
    )


def _extras(engine: Engine, folder: Path) -> Deb:
    programs = {f"usr/bin/{name}": folder / name for name in _EXTRAS}
    proxy = folder / "rootlesskit-docker-proxy"
    if proxy.exists():
        programs["usr/bin/rootlesskit-docker-proxy"] = proxy
    return Deb(
        "docker-ce-rootless-extras",
        spelled(engine.version),
        "Rootless support for Docker",
        {
            "Depends": f"dbus-user-session, {_linked(folder / 'rootlesskit')}",
            "Recommends": "slirp4netns (>= 0.4.0)",
            "Enhances": "docker-ce",
            "Conflicts": "rootlesskit",
            "Replaces": "rootlesskit",
            "Breaks": "rootlesskit",
        },
        programs,
    )


def _units(service: str) -> Mapping[str, str]:
    return {
        "lib/systemd/system/docker.service": service,
        "lib/systemd/system/docker.socket": _text("docker.socket"),
        "etc/default/docker": _text("default"),
    }


def _manual() -> Mapping[str, str]:
    return {"usr/share/man/man8/dockerd.8": _text("dockerd.8")}


def _scripts(units: str, *, group: bool = False) -> Mapping[str, str]:
    made = {name: _text(name).replace("UNITS", units) for name in ("postinst", "prerm", "postrm")}
    made["postinst"] = made["postinst"].replace("GROUP\n", _text("group") if group else "")
    return made


def _text(name: str) -> str:
    return (_TEXTS / name).read_text()


def _programs(folder: Path) -> Sequence[Path]:
    return sorted(path for path in folder.iterdir() if path.is_file())


def _linked(*programs: Path | str) -> str:
    """What a package with these programs depends on, as dpkg-shlibdeps would say it."""
    found = {_LIBRARIES[name] for each in programs for name in _needed(each) if name in _LIBRARIES}
    return ", ".join(sorted(found | {"libc6"}))


def _needed(program: Path | str) -> Iterable[str]:
    ran = subprocess.run(["ldd", program], capture_output=True, text=True, check=False, timeout=30)
    return re.findall(r"^\s*(\S+\.so\S*) =>", ran.stdout, flags=re.MULTILINE)


def _containerd_version(program: Path) -> str:
    ran = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    found = re.search(r" v?(\d+\.\d+\.\d+)", ran.stdout)
    assert found is not None, ran.stdout
    return found[1]
