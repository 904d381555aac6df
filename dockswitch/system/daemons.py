"""The processes of this machine that are engines, or run from a version's folder."""

import os
import sys
from collections.abc import Iterator

from dockswitch.model.ports import Circumstances, Daemon, Process
from dockswitch.system.proc import command_line, executable

_DAEMONS = {"dockerd", "dockerd-current"}  # RHEL's own is the second
_CLIENTS = {"docker", "docker-current"}  # `docker daemon`, until 1.12


def daemons(versions_folder: str) -> tuple[Daemon, ...]:
    """Every dockerd that lives in our file tree; `versions_folder` is a real path.

    Ours are those started from a version's folder, also when that is in the trash by now. One in a
    container has another tree: its paths read like ours and are not.
    """
    found = ((pid, command_line(pid)) for pid in _pids())
    return tuple(
        Daemon(pid, argv, ours=_is_ours(pid, argv[0], versions_folder), uid=_uid(pid))
        for pid, argv in found
        if argv and _is_daemon(pid, argv) and _shares_our_tree(pid)
    )


def below(folder: str) -> tuple[Process, ...]:
    """The processes whose program lies in a folder (a real path) or below it, such as shims."""
    return tuple(
        Process(pid, argv)
        for pid in _pids()
        if _runs_from(pid, folder) and (argv := command_line(pid))
    )


def circumstances(pid: int) -> Circumstances | None:
    """What a process was started in; None where it is gone or we may not look."""
    try:
        folder = os.readlink(f"/proc/{pid}/cwd")
        with open(f"/proc/{pid}/environ", "rb") as file:
            words = os.fsdecode(file.read()).split("\0")
        with open(f"/proc/{pid}/cgroup", encoding="utf-8", errors="replace") as text:
            unit = _unit(text.read())
    except OSError:
        return None
    environment = dict(word.split("=", 1) for word in words if "=" in word)
    return Circumstances(executable(pid), folder, environment, unit)


def shares(pid: int, real: str) -> bool:
    """Whether a path leads a process to the same place as us; the nearest folder that is there.

    A process in a mount namespace of its own may see the same root and another /var/lib.
    """
    try:
        if os.readlink(f"/proc/{pid}/ns/mnt") == os.readlink("/proc/self/ns/mnt"):
            return True
        while not os.path.exists(real) and real != "/":
            real = os.path.dirname(real)
        return os.path.samefile(real, f"/proc/{pid}/root{real}")
    except PermissionError:
        return True  # another user's, who may not look: better one too many than one too few
    except OSError:
        return False


def _unit(cgroups: str) -> str:
    """The innermost unit of /proc/PID/cgroup, whose lines are `number:controllers:path`."""
    for line in cgroups.splitlines():
        _, controllers, path = line.split(":", 2)
        # In a container the hierarchy that its systemd does not use shows the one outside.
        if controllers not in ("", "name=systemd"):
            continue
        units = [name for name in path.split("/") if name.endswith(".service")]
        if units:
            # what runs for a person is in the unit of that person's own systemd
            return "" if units[0].startswith("user@") else units[-1]
    return ""


def children(parent: int) -> tuple[Process, ...]:
    """The processes whose parent is that one: those it started, and orphans that it took over."""
    return tuple(
        Process(pid, argv)
        for pid in _pids()
        if _status(pid, "PPid:") == parent and (argv := command_line(pid))
    )


def _pids() -> Iterator[int]:
    """None where there is no /proc: no engine runs on such a system itself."""
    if sys.platform != "linux":
        return iter(())
    return (int(name) for name in os.listdir("/proc") if name.isdigit())


def _is_daemon(pid: int, argv: tuple[str, ...]) -> bool:
    name = os.path.basename(argv[0])
    if name in _DAEMONS:
        return True
    if name in _CLIENTS:
        return argv[1:2] == ("daemon",)
    return os.path.basename(executable(pid)) in _DAEMONS


def _is_ours(pid: int, program: str, versions_folder: str) -> bool:
    named = _lies_in(program, versions_folder)
    try:
        os.readlink(f"/proc/{pid}/exe")
    except PermissionError:
        return named  # only root may look, and only root could act on it
    except OSError:
        return False
    if named and _same(program, f"/proc/{pid}/exe"):
        return True
    return _runs_from(pid, os.path.dirname(versions_folder))


def _runs_from(pid: int, folder: str) -> bool:
    """By the file, not by the text alone: in a container the same text is another file."""
    program = executable(pid)
    if not _lies_in(program, folder):
        return False
    if os.path.exists(program):
        return _same(program, f"/proc/{pid}/exe")
    try:  # deleted while it runs
        return os.stat(f"/proc/{pid}/exe").st_dev == os.stat(folder).st_dev
    except OSError:
        return False


def _lies_in(path: str, folder: str) -> bool:
    return path.startswith((f"{folder}/", f"{os.path.realpath(folder)}/"))


def _same(one: str, other: str) -> bool:
    try:
        return os.path.samefile(one, other)
    except OSError:
        return False


def _shares_our_tree(pid: int) -> bool:
    try:
        return os.path.samestat(os.stat(f"/proc/{pid}/root"), os.stat("/"))
    except PermissionError:
        return True  # another user's, who may not look: better one too many than one too few
    except OSError:
        return False


def _uid(pid: int) -> int:
    return _status(pid, "Uid:") or 0


def _status(pid: int, field: str) -> int | None:
    """The first number of a field in a process's status; None where it is gone."""
    try:
        with open(f"/proc/{pid}/status", encoding="utf-8", errors="replace") as file:
            line = next(line for line in file if line.startswith(field))
    except (OSError, StopIteration):
        return None
    return int(line.split()[1])
