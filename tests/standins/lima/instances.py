"""Instances as folders in LIMA_HOME: their names, their YAML, whether they run."""

from __future__ import annotations

import os
import re
import shutil
import signal
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.integration.cgroups import called, remove
from tests.standins.lima.log import Fatal, log

VERSION = "2.2.0"

#: pkg/identifiers and pkg/limatype/filenames of Lima
_NAME = re.compile(r"[A-Za-z0-9]+(?:[._-](?:[A-Za-z0-9]+))*")
_LONGEST_NAME, _LONGEST_SOCKET, _SOCKET_ENDS = 76, "ssh.sock.1234567890123456", 108

#: seconds
_END_LIMIT = 60.0


@dataclass(frozen=True)
class Instance:
    name: str
    folder: Path

    @property
    def yaml(self) -> Path:
        return self.folder / "lima.yaml"

    @property
    def disk(self) -> Path:
        """Its name is that of a cgroup too, and so one of its own."""
        return self.folder / (self.folder / "disk").readlink()

    @property
    def agent(self) -> int:
        return _pid(self.folder / "ha.pid")

    @property
    def driver(self) -> int:
        return _pid(self.folder / "qemu.pid")

    @property
    def status(self) -> str:
        if not self.yaml.exists():
            return "Broken"
        if bool(self.agent) != bool(self.driver):
            return "Broken"
        return "Running" if self.agent else "Stopped"

    def config(self) -> dict[str, Any]:
        read: dict[str, Any] = yaml.safe_load(self.yaml.read_text())
        return read

    def plain(self) -> dict[str, object]:
        """As `list --format json` tells it; the fields that nobody here asks for are left out."""
        told: dict[str, object] = {
            "name": self.name,
            "hostname": f"lima-{self.name}",
            "status": self.status,
            "dir": str(self.folder),
        }
        if not self.yaml.exists():
            said = f"open {self.yaml}: no such file or directory"
            return {**told, "vmType": "", "arch": "", "errors": [said], "protected": False}
        try:
            config = self.config()
        except yaml.YAMLError as error:
            return {**told, "status": "", "vmType": "", "errors": [str(error)]}
        wrong = ["host agent is running but driver is not"] if self.status == "Broken" else []
        return {
            **told,
            "vmType": config.get("vmType", "qemu"),
            "arch": config["images"][0]["arch"],
            "cpus": config.get("cpus", 4),
            "sshAddress": "127.0.0.1",
            **({"errors": wrong} if wrong else {}),
            "config": config,
            "protected": (self.folder / "protected").exists(),
            "limaVersion": VERSION,
        }


def home() -> Path:
    return Path(os.environ.get("LIMA_HOME") or Path.home() / ".lima")


def every() -> list[Instance]:
    if not home().is_dir():
        return []
    folders = sorted(each for each in home().iterdir() if each.is_dir())
    return [Instance(each.name, each) for each in folders if each.name[0] not in "._"]


def found(name: str) -> Instance | None:
    """That which `store.Inspect` finds: one without a lima.yaml does not exist."""
    instance = named(name)
    return instance if instance.yaml.exists() else None


def named(name: str) -> Instance:
    """Raises Fatal for what is no name, or has no room for its sockets."""
    if not _NAME.fullmatch(name) or len(name) > _LONGEST_NAME:
        raise Fatal(f"instance name `{name}` is not a valid identifier")
    return Instance(name, home() / name)


def refuse_long(instance: Instance) -> None:
    longest = str(instance.folder / _LONGEST_SOCKET)
    if len(longest) >= _SOCKET_ENDS:
        raise Fatal(
            f"instance name `{instance.name}` too long: `{longest}` must be less than "
            f"UNIX_PATH_MAX={_SOCKET_ENDS} characters, but is {len(longest)}"
        )


def stop_forcibly(instance: Instance) -> None:
    for what, pid in (("driver", instance.driver), ("host agent", instance.agent)):
        if not pid:
            log("info", f"The {what} process seems already stopped")
            continue
        log("info", f"Sending SIGKILL to the {what} process {pid}")
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    await_end(instance)
    if (instance.folder / "disk").is_symlink():
        remove(called(instance.disk.name))


def await_end(instance: Instance) -> None:
    deadline = time.monotonic() + _END_LIMIT
    while instance.agent or instance.driver:
        if time.monotonic() > deadline:
            raise Fatal("did not receive an event with the `exiting` status")
        time.sleep(0.05)


def delete(instance: Instance, *, force: bool) -> None:
    if (instance.folder / "protected").exists():
        raise Fatal(
            f"failed to delete instance `{instance.name}`: instance is protected to prohibit "
            "accidental removal (Hint: use `limactl unprotect`)"
        )
    if not force and instance.status != "Stopped":
        raise Fatal(
            f"failed to delete instance `{instance.name}`: expected status `Stopped`, got "
            f"`{instance.status}`"
        )
    stop_forcibly(instance)
    shutil.rmtree(instance.folder)
    log("info", f"Deleted `{instance.name}` (`{instance.folder}`)")


def _pid(path: Path) -> int:
    """0 where there is none, or it has ended: its file goes then."""
    try:
        pid = int(path.read_text())
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (OSError, ValueError):
        with suppress(FileNotFoundError):
            path.unlink()
        return 0
    return 0 if stat.rpartition(")")[2].split()[0] in "ZX" else pid
