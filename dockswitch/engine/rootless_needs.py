"""What an engine without root needs of a machine and its owner, and what is missing of it."""

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from dockswitch.engine.flags import search_path
from dockswitch.model.errors import DockswitchError, NotForThisHost, UsageError
from dockswitch.model.finding import Finding
from dockswitch.model.ports import Reader
from dockswitch.model.version import Version

# What Docker asks for; an image may have files of any of these users.
_IDS = 65536
_FIRST_ID = 100000  # the lowest that usermod itself would give: SUB_UID_MIN in login.defs(5)

# What each package manager calls the packages, by the program that shows that it is there.
_INSTALLS = (
    ("apt-get", "apt install"),
    ("dnf", "dnf install"),
    ("yum", "yum install"),
    ("zypper", "zypper install"),
    ("pacman", "pacman -S"),
    ("apk", "apk add"),
)
_PACKAGES = {
    "newuidmap": {"apt-get": "uidmap", "dnf": "shadow-utils", "yum": "shadow-utils"}
    | {"zypper": "shadow", "pacman": "shadow", "apk": "shadow-uidmap"},
    "ip": {"dnf": "iproute", "yum": "iproute"},
}
_USUAL = {"newuidmap": "uidmap", "ip": "iproute2"}
_NET_DRIVERS = ("slirp4netns", "pasta", "vpnkit")  # as the kit's script looks for them
_BUILT_IN, _BUILT_IN_SINCE = "gvisor-tap-vsock", Version.parse("29.5.0-rc.1")  # moby#52319
_CONTROLLERS = ("cpu", "cpuset", "io", "memory", "pids")
_APPARMOR = "/proc/sys/kernel/apparmor_restrict_unprivileged_userns"
_PROFILES = "/etc/apparmor.d"

# What else may be done where no engine can run.
CLIENT_ONLY = "take --client-only for the docker client alone"
AS_ROOT = "leave out --user for an engine with root"

# A sentence about what is missing and the command that mends it.
_Need: TypeAlias = tuple[str, str]
Environment: TypeAlias = Mapping[str, str]


class Lacking(NotForThisHost):
    """`needs` are what is missing, `commands` what mends it, in the same order.

    `instead` is what else may be done.
    """

    def __init__(self, needs: Sequence[str], commands: Sequence[str], instead: str) -> None:
        mends = " && ".join(dict.fromkeys(commands))
        super().__init__(
            "an engine without root cannot run here yet",
            details="; ".join(needs),
            hint=f"run `{mends}` and the same command again, or {instead}",
        )


class RootWithoutRoot(UsageError):
    def __init__(self) -> None:
        super().__init__(
            "root has no engine without root",
            details="--user is for the engine of an ordinary user",
            hint="leave out --user for the machine's engine, or run it as that user",
        )


def brought(version: Version, kit: Iterable[str]) -> tuple[str, ...]:
    """What comes with an engine of that version, whose docker-rootless-extras are `kit`."""
    return (*kit, _BUILT_IN) if version >= _BUILT_IN_SINCE else tuple(kit)


def findings(
    reader: Reader,
    brings: Collection[str] = (_BUILT_IN,),
    environment: Environment = os.environ,
    *,
    instead: str = CLIENT_ONLY,
) -> tuple[Finding, ...]:
    """What an engine without root would miss here; what stands in the way comes first.

    `brings` is what comes with the engine, as `brought` says, where that is known. `instead` is
    what else may be done where it cannot run.
    """
    if reader.host.uid == 0:
        return (Finding.of(RootWithoutRoot()),)
    looks = _Looks(reader, environment)
    needs = [need for look in _NEEDS for need in look(looks)]
    comes = not {*_NET_DRIVERS, _BUILT_IN}.isdisjoint(brings)
    if not (comes or any(looks.has(name) for name in _NET_DRIVERS)):
        needs.append(("there is no net driver for it", looks.install("slirp4netns")))
    error: DockswitchError | None = None
    if needs:
        error = Lacking([what for what, _ in needs], [command for _, command in needs], instead)
    found = [Finding(f"{what}", f"`{command}`", error) for what, command in needs]
    return (*found, *(Finding(what, hint) for look in _WARNINGS for what, hint in look(looks)))


def has_iptables(reader: Reader, environment: Environment) -> bool:
    return reader.program("iptables", search_path(environment)) is not None


class _Looks:
    """A look at the machine with the eyes of the engine's owner."""

    def __init__(self, reader: Reader, environment: Environment) -> None:
        self.reader = reader
        self._path = search_path(environment)
        self.owner = self._name() or environment.get("USER") or str(reader.host.uid)

    def has(self, program: str) -> bool:
        return self.reader.program(program, self._path) is not None

    def text(self, path: str) -> str | None:
        content = self.reader.outside(path)
        return None if content is None else content.decode(errors="replace").strip()

    def install(self, program: str) -> str:
        """The command that installs a program, as this machine's package manager has it."""
        usual = _USUAL.get(program, program)
        for manager, install in _INSTALLS:
            if self.has(manager):
                return f"sudo {install} {_PACKAGES.get(program, {}).get(manager, usual)}"
        return f"PACKAGE-MANAGER install {usual}"

    def _name(self) -> str | None:
        """The name of the user that we are, as /etc/passwd has it; others' are known elsewhere."""
        for line in (self.text("/etc/passwd") or "").splitlines():
            fields = line.split(":")
            if len(fields) > 2 and fields[2] == str(self.reader.host.uid):
                return fields[0]
        return None


def _programs(looks: _Looks) -> Iterator[_Need]:
    missing = [name for name in ("newuidmap", "newgidmap") if not looks.has(name)]
    if missing:
        yield f"there is no {' and no '.join(missing)}", looks.install("newuidmap")
    if not looks.has("ip"):
        yield "there is no ip (of iproute2)", looks.install("ip")


def _ranges(looks: _Looks) -> Iterator[_Need]:
    held = {path: _read_ranges(looks.text(path) or "") for path in ("/etc/subuid", "/etc/subgid")}
    names = (looks.owner, str(looks.reader.host.uid))
    missing = [path for path, every in held.items() if not any(n in names for n, _, _ in every)]
    missing = [path for path in missing if not _known_elsewhere(looks, path)]
    if not missing:
        return
    first = max((end for every in held.values() for _, _, end in every), default=_FIRST_ID)
    first = max(first, _FIRST_ID)
    flags = {"/etc/subuid": "--add-subuids", "/etc/subgid": "--add-subgids"}
    added = " ".join(f"{flags[path]} {first}-{first + _IDS - 1}" for path in missing)
    have = "have" if len(missing) > 1 else "has"
    what = f"{' and '.join(missing)} {have} no range for {looks.owner}"
    yield what, f"sudo usermod {added} {looks.owner}"


def _read_ranges(text: str) -> list[tuple[str, int, int]]:
    """Name, first id, and the first behind it; see subuid(5)."""
    found = []
    for line in text.splitlines():
        name, _, rest = line.partition(":")
        first, _, count = rest.partition(":")
        if first.isdecimal() and count.isdecimal():
            found.append((name, int(first), int(first) + int(count)))
    return found


def _known_elsewhere(looks: _Looks, path: str) -> bool:
    """Ranges may come from a directory service, which only getsubids(1) asks."""
    if not looks.has("getsubids"):
        return False
    group = ["-g"] if path == "/etc/subgid" else []
    return looks.reader.run(["getsubids", *group, looks.owner], timeout=10).code == 0


def _kernel(looks: _Looks) -> Iterator[_Need]:
    for key, off, on in (
        ("kernel.unprivileged_userns_clone", "0", "1"),  # Debian's and Arch's own
        ("user.max_user_namespaces", "0", "28633"),
    ):
        if looks.text(f"/proc/sys/{key.replace('.', '/')}") == off:
            kept = f"echo {key}={on} | sudo tee -a /etc/sysctl.d/50-rootless.conf"
            yield (
                f"{key} is {off}: the kernel lets users make no namespaces",
                (f"{kept} && sudo sysctl --system"),
            )


def _apparmor(looks: _Looks) -> Iterator[_Need]:
    """Ubuntu from 23.10 on: only what a profile names may make a user namespace that is of use."""
    if looks.text(_APPARMOR) != "1":
        return
    layout = looks.reader.layout
    kit = f"{layout.real(layout.rootless)}/*/rootlesskit"
    name = f"{_PROFILES}/dockswitch-rootless.{looks.owner}"
    others = [f"{_PROFILES}/{each}" for each in looks.reader.names(_PROFILES)]
    if any(kit in (looks.text(each) or "") for each in (name, *others)):
        return
    profile = (
        r"abi <abi/4.0>,\ninclude <tunables/global>\n"
        rf"\"{kit}\" flags=(unconfined) {{\n  userns,\n}}\n"
    )
    what = f"AppArmor keeps {kit} from making namespaces"
    yield what, f"printf '{profile}' | sudo tee {name} && sudo apparmor_parser -r {name}"


def _tun(looks: _Looks) -> Iterator[_Need]:
    allowed = looks.reader.allows("/dev/net/tun")
    if allowed is None:
        yield "there is no /dev/net/tun", "sudo modprobe tun"
    elif not allowed:
        yield "/dev/net/tun may not be opened", "sudo chmod 666 /dev/net/tun"


_NEEDS: tuple[Callable[[_Looks], Iterator[_Need]], ...] = (
    _programs,
    _ranges,
    _kernel,
    _apparmor,
    _tun,
)


def _few_ids(looks: _Looks) -> Iterator[_Need]:
    for path in ("/etc/subuid", "/etc/subgid"):
        ranges = _read_ranges(looks.text(path) or "")
        own = [r for r in ranges if r[0] in (looks.owner, str(looks.reader.host.uid))]
        count = sum(behind - first for _, first, behind in own)
        if 0 < count < _IDS:
            yield (
                f"{path} has {count} ids for {looks.owner}: images with more users fail",
                f"Docker asks for {_IDS}: see `man usermod`, --add-subuids and --add-subgids",
            )


def _limits(looks: _Looks) -> Iterator[_Need]:
    uid = looks.reader.host.uid
    if looks.reader.host.cgroup == 1:
        yield (
            "containers without root have no limits of memory and CPU here",
            "they need control groups of version 2: boot with systemd.unified_cgroup_hierarchy=1",
        )
        return
    own = f"/sys/fs/cgroup/user.slice/user-{uid}.slice/user@{uid}.service"
    given = looks.text(f"{own}/cgroup.controllers")
    if given is None:
        return
    missing = [each for each in _CONTROLLERS if each not in given.split()]
    if missing:
        what = f"containers without root have no limits of {', '.join(missing)} here"
        conf = "/etc/systemd/system/user@.service.d/delegate.conf"
        yield (
            what,
            (
                f"write `[Service]` and `Delegate={' '.join(_CONTROLLERS)}` to {conf}, then "
                "`sudo systemctl daemon-reload`"
            ),
        )


def _linger(looks: _Looks) -> Iterator[_Need]:
    if looks.reader.host.init != "systemd":
        return
    if looks.text(f"/var/lib/systemd/linger/{looks.owner}") is None:
        yield (
            f"the engine ends when {looks.owner} logs out, and does not start at boot",
            f"`sudo loginctl enable-linger {looks.owner}` lets it live on",
        )


def _no_iptables(looks: _Looks) -> Iterator[_Need]:
    if not looks.has("iptables"):
        yield (
            "there is no iptables: containers will not reach the network",
            f"`{looks.install('iptables')}`",
        )


_WARNINGS: tuple[Callable[[_Looks], Iterator[_Need]], ...] = (
    _few_ids,
    _limits,
    _linger,
    _no_iptables,
)
