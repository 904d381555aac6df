"""Hosts for Ansible: machines with systemd, each behind an sshd of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.integration import rootfs, systemd_machine
from tests.integration.namespace import network_of, short_root
from tests.integration.server import MirrorServer, serve
from tests.integration.systemd_machine import Machine

#: sshd serves one connection on its input and output: the machines have no network between them.
_PROXY = "nsenter --target {leader} --all -- /usr/sbin/sshd -i"
_LIMIT = 300  # seconds

#: How Ansible logs in where nobody says anything about pipelining.
_ORDINARY = {"ansible_user": rootfs.ADMIN, "ansible_become": True, "ansible_pipelining": False}

#: Networks of machines are their own: the same address is another server in each.
_PORT = 8000
ADDRESS = f"http://127.0.0.1:{_PORT}"
_PLUGINS = Path(__file__).with_name("ansible_plugins")


@dataclass(frozen=True)
class Host:
    """What the recap of a play says of it."""

    changed: int
    failed: int
    ok: int


@dataclass(frozen=True)
class Played:
    """A play that is over: `hosts` by name, and each task's result by its name and host, as are
    the seconds that it took.
    """

    code: int
    hosts: dict[str, Host]
    results: dict[tuple[str, str], dict[str, Any]]
    seconds: dict[tuple[str, str], float]
    said: str

    def ended(self, code: int) -> Played:
        assert self.code == code, self.said
        return self

    @property
    def changed(self) -> dict[str, int]:
        return {name: host.changed for name, host in self.hosts.items()}


@dataclass(frozen=True)
class Fleet:
    """Machines that are up, by the names that the inventory has for them."""

    machines: dict[str, Machine]
    folder: Path
    sockets: Path
    servers: dict[str, MirrorServer]
    ordinary: Sequence[str] = ()

    def play(self, playbook: str, *words: str, **variables: object) -> Played:
        """Runs a playbook: the text of one, or the name of one that a collection has."""
        path = playbook
        if "\n" in playbook:
            written = self.folder / "playbook.yml"
            written.write_text(playbook)
            path = str(written)
        ran = subprocess.run(
            [
                *(_program("ansible-playbook"), "--inventory", str(self.folder / "hosts.json")),
                *("--extra-vars", json.dumps(variables), *words, path),
            ],
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_LIMIT,
            check=False,
        )
        return _played(ran)

    def knows(self, **variables: Mapping[str, object]) -> None:
        """Has the inventory say that of hosts, by their names."""
        said = _inventory(self, variables)
        (self.folder / "hosts.json").write_text(json.dumps(said))

    def asked(self) -> dict[str, list[str]]:
        """What each host asked the mirror for since the last time, by its name."""
        return {name: _taken(server.requests) for name, server in self.servers.items()}

    def versions(self) -> dict[str, str]:
        """What the engine of each host answers, empty where none does."""
        asked = ["docker", "version", "--format", "{{.Server.Version}}"]
        return {
            name: machine.attempt(asked).stdout.strip() for name, machine in self.machines.items()
        }

    def _environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "HOME": str(self.folder),
            "ANSIBLE_COLLECTIONS_PATH": str(self.folder / "collections"),
            "ANSIBLE_STDOUT_CALLBACK": "told",
            "ANSIBLE_CALLBACK_PLUGINS": str(_PLUGINS),
            "ANSIBLE_HOST_KEY_CHECKING": "False",
            "ANSIBLE_PIPELINING": "True",
            "ANSIBLE_DEPRECATION_WARNINGS": "False",
            "ANSIBLE_SSH_CONTROL_PATH_DIR": str(self.sockets),
            "DOCKSWITCH_CHANNELS": str(self.folder / "channels.yaml"),
        }


@contextmanager
def up(
    files: Mapping[str, Path], mirror: Path, folder: Path, ordinary: Sequence[str] = ()
) -> Iterator[Fleet]:
    """A machine for each name, of those files, and a person's folder with keys and inventory.

    Each has the mirror at `ADDRESS`, as has whoever plays; all that is asked of it is counted. To
    those that are `ordinary` one logs in as is usual: as a person with sudo, on a terminal.
    """
    key = _key(folder)
    with ExitStack() as running, ThreadPoolExecutor(len(files)) as at_once:
        fresh = [running.enter_context(systemd_machine.fresh(f, mirror)) for f in files.values()]
        machines = dict(zip(files, fresh, strict=True))
        list(at_once.map(Machine.boot, fresh))
        for name, machine in machines.items():
            machine.shell(["sh", "-c", "mkdir -p /run/sshd; ssh-keygen -A"])
            person = rootfs.ADMIN if name in ordinary else "root"
            home = f"/home/{person}" if name in ordinary else "/root"
            machine.write(f"{home}/.ssh/authorized_keys", key)
            machine.shell(["sh", "-c", f"chmod -R go= {home}/.ssh; chown -R {person} {home}/.ssh"])
        running.enter_context(serve(mirror, port=_PORT))
        servers = {
            name: running.enter_context(_served(mirror, each)) for name, each in machines.items()
        }
        fleet = Fleet(machines, folder, running.enter_context(short_root()), servers, ordinary)
        fleet.knows()
        try:
            yield fleet
        finally:
            _hang_up(fleet.sockets)


def _served(mirror: Path, machine: Machine) -> MirrorServer:
    """The mirror at an address that only this machine has."""
    with network_of(machine.leader):
        return serve(mirror, port=_PORT)


def _hang_up(sockets: Path) -> None:
    """Ansible's connections stay for a minute otherwise."""
    for socket in sockets.iterdir():
        words = ["ssh", "-O", "exit", "-o", f"ControlPath={socket}", "any"]
        subprocess.run(words, capture_output=True, timeout=_LIMIT, check=False)


def _taken(requests: list[str]) -> list[str]:
    taken = requests[:]
    del requests[: len(taken)]
    return taken


def _inventory(fleet: Fleet, variables: Mapping[str, Mapping[str, object]]) -> dict[str, object]:
    ssh = f"-i {fleet.folder}/key -o UserKnownHostsFile=/dev/null"
    of_machines = {
        name: {
            **(_ORDINARY if name in fleet.ordinary else {"ansible_user": "root"}),
            "ansible_ssh_common_args": f"{ssh} -o ProxyCommand={_quoted(machine)}",
        }
        for name, machine in fleet.machines.items()
    }
    hosts = {
        name: {**of_machines.get(name, {}), **variables.get(name, {})}
        for name in {**of_machines, **variables}
    }
    return {"all": {"hosts": hosts, "vars": {"ansible_python_interpreter": "/usr/bin/python3"}}}


def _quoted(machine: Machine) -> str:
    return "'" + _PROXY.format(leader=machine.leader) + "'"


def _key(folder: Path) -> str:
    words = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / "key")]
    subprocess.run(words, check=True, timeout=_LIMIT)
    return (folder / "key.pub").read_text()


def _program(name: str) -> str:
    """Ansible's programs lie beside the interpreter that runs the tests."""
    return str(Path(sys.executable).with_name(name))


def _played(ran: subprocess.CompletedProcess[str]) -> Played:
    said = f"{ran.stdout}\n{ran.stderr}"
    begins = ran.stdout.find("{")
    assert begins >= 0, said
    told = json.JSONDecoder().raw_decode(ran.stdout[begins:])[0]
    hosts = {
        name: Host(stats["changed"], stats["failures"] + stats["unreachable"], stats["ok"])
        for name, stats in told["stats"].items()
    }
    results = {(each["task"], each["host"]): each for each in told["results"]}
    return Played(
        ran.returncode,
        hosts,
        {which: each["result"] for which, each in results.items()},
        {which: each["seconds"] for which, each in results.items()},
        said,
    )
