"""VBoxManage and ssh for a real docker-machine: machines that are processes of the stand-in's.

No docker-machine was at hand where these were written: they follow what was measured of one with
stubs like these, and what its virtualbox driver calls.
"""

import contextlib
import json
import os
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path

from tests.standins.docker_machine import guest, here, iso
from tests.standins.docker_machine.ports import Vm

_SCRIPT = """\
#!{python}
import sys
sys.path.insert(0, {repository!r})
from tests.standins import stubs
sys.exit(stubs.{function}(sys.argv[1:], {folder!r}, {owner}))
"""
_VERSION = "5.2.44r139111"
_HOST_ONLY = """\
Name:            vboxnet0
GUID:            786f6276-656e-4074-8000-0a0027000000
DHCP:            Disabled
IPAddress:       192.168.99.1
NetworkMask:     255.255.255.0
IPV6Address:
IPV6NetworkMaskPrefixLength: 0
HardwareAddress: 0a:00:27:00:00:00
MediumType:      Ethernet
Status:          Up
VBoxNetworkName: HostInterfaceNetworking-vboxnet0

"""
_MAC = "080027000077"
_INTO = re.compile(r"printf '%s' '(.*)' \| sudo tee /var/lib/boot2docker/(\S+)", re.DOTALL)


@contextlib.contextmanager
def stubbed(folder: Path) -> Iterator[Path]:
    """A folder for PATH with both; the machines are ended at the end."""
    where = folder / "stubs"
    where.mkdir()
    for name, function in (("VBoxManage", "vboxmanage"), ("ssh", "ssh")):
        text = _SCRIPT.format(
            python=sys.executable,
            repository=here.REPOSITORY,
            function=function,
            folder=str(folder / "vbox"),
            owner=os.getpid(),
        )
        (where / name).write_text(text)
        (where / name).chmod(0o755)
    try:
        yield where
    finally:
        for pid in (folder / "vbox/pids").glob("*"):
            here.end(int(pid.name))


def vboxmanage(words: Sequence[str], folder: str, owner: int) -> int:
    """What the virtualbox driver calls; anything else does nothing, well."""
    match list(words):
        case ["--version" | "-v"]:
            print(_VERSION)
        case ["list", "hostonlyifs"]:
            print(_HOST_ONLY, end="")
        case ["list", "vms"]:
            print("".join(f'"{vm.name}" {{{vm.name}}}\n' for vm in _all(folder)), end="")
        case ["createvm", *rest]:
            _note(folder, Vm(rest[rest.index("--name") + 1], ""))
        case ["convertfromraw", "stdin", target, *_]:
            sys.stdin.buffer.read()
            Path(target).write_bytes(b"")
        case [verb, name, *rest] if verb in ("showvminfo", "startvm", "controlvm", "modifyvm"):
            return _of_machine(folder, owner, verb, name, rest)
        case ["storageattach", name, *rest] if rest[-1].endswith(".iso"):
            _note(folder, replace(_named(folder, name) or Vm(name, ""), image=rest[-1]))
        case ["unregistervm", *rest]:
            if _named(folder, rest[-1]) is None:
                return _unknown(rest[-1])
            Path(_record(folder, rest[-1])).unlink()
    return 0


def ssh(words: Sequence[str], folder: str, owner: int) -> int:
    """What the provisioner runs in a machine, found by its port."""
    port = words[words.index("-p") + 1]
    found = [vm for vm in _all(folder) if _port(folder, vm.name) == port]
    if not found or not here.lives(found[0].pid):
        print("Connection refused", file=sys.stderr)
        return 255
    vm, line = found[0], " ".join(words[words.index("-p") + 2 :])
    into = _INTO.search(line)
    if into is not None:
        Path(_guest(folder, vm.name), Path(into[2]).name).write_text(into[1])
        return 0
    if "/etc/init.d/docker" in line and "stop" not in line.split():
        _note(folder, replace(vm, provisioned=True))
        return 0
    if "ip addr show" in line:
        mac = ":".join(_MAC[at : at + 2] for at in range(0, 12, 2))
        print(f"3: eth1: <UP>\n    link/ether {mac}\n    inet {vm.address}/8 scope global eth1")
        return 0
    if "netstat" in line:
        print(f"tcp 0 0 {vm.address}:2376 0.0.0.0:* LISTEN" if vm.provisioned else "")
        return 0
    ended = guest.execute(vm.version, vm.name, line.split() or ["true"])
    print(ended.out, end="")
    # whatever else prepares a machine has nothing to do in this one
    prepares = any(each in line for each in ("sudo", "exit 0", "hostname", "date"))
    if ended.code and not prepares:
        print(ended.err, end="", file=sys.stderr)
        return ended.code
    return 0


def _of_machine(folder: str, owner: int, verb: str, name: str, rest: Sequence[str]) -> int:
    vm = _named(folder, name)
    if vm is None:
        return _unknown(name)
    match verb:
        case "showvminfo":
            runs = "running" if here.lives(vm.pid) else "poweroff"
            print(f'name="{name}"\nVMState="{runs}"\nmacaddress2="{_MAC}"')
            print('hostonlyadapter2="vboxnet0"')
        case "modifyvm":
            rule = next((each for each in rest if each.startswith("ssh,")), "")
            if rule:
                Path(_guest(folder, name), "port").write_text(rule.split(",")[3])
        case "controlvm":
            if rest[0] in ("acpipowerbutton", "poweroff", "savestate"):
                here.end(vm.pid)
        case "startvm":
            return _started(folder, owner, vm)
    return 0


def _started(folder: str, owner: int, vm: Vm) -> int:
    image = here.Files().read(vm.image) or b""
    version = iso.engine(image)
    if version is None:
        said = f"volume id '{iso.label(image)}'"
        print(
            "VBoxManage: error: FATAL: No bootable medium found! System halted.\n\n"
            f"Details: 00:00:01 FATAL: No bootable medium found ({said})",
            file=sys.stderr,
        )
        return 1
    processes = here.Processes(f"{folder}/pids", owner)
    taken = [each for each in _all(folder) if each.name != vm.name]
    booted = processes.boot(replace(vm, version=version), _guest(folder, vm.name), taken)
    _note(folder, replace(booted, runs=True))
    return 0


def _unknown(name: str) -> int:
    print(f"VBoxManage: error: Could not find a registered machine named '{name}'", file=sys.stderr)
    return 1


def _record(folder: str, name: str) -> str:
    """As the stand-in's own hypervisor keeps it: beside the folder `machines`."""
    return f"{folder}/hypervisor/{name}.json"


def _guest(folder: str, name: str) -> str:
    """The files of the machine itself."""
    path = f"{folder}/machines/{name}"
    os.makedirs(path, exist_ok=True)
    return path


def _port(folder: str, name: str) -> str:
    return (here.Files().read(f"{_guest(folder, name)}/port") or b"").decode()


def _note(folder: str, vm: Vm) -> None:
    here.Files().write(_record(folder, vm.name), json.dumps(asdict(vm)).encode())


def _named(folder: str, name: str) -> Vm | None:
    return next((vm for vm in _all(folder) if vm.name == name), None)


def _all(folder: str) -> list[Vm]:
    found = sorted(Path(folder, "hypervisor").glob("*.json"))
    return [Vm(**json.loads(each.read_bytes())) for each in found]
