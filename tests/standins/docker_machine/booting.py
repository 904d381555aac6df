"""Getting an image and booting a machine from it, as the drivers and the provisioner do."""

import re
import urllib.parse
from dataclasses import replace

from tests.standins.docker_machine import go, iso, store, trace
from tests.standins.docker_machine.call import Call, Fails, Hangs
from tests.standins.docker_machine.ports import Unfetched, Vm
from tests.standins.docker_machine.store import Host

_RELEASES = re.compile(r"https?://[^/]+(/api/v3)?/repos/[^/]+/[^/]+/releases")
_LATEST = "https://api.github.com/repos/boot2docker/boot2docker/releases/latest"
NO_LATEST = f'Get "{_LATEST}": dial tcp: lookup api.github.com on 127.0.0.53:53: no such host'
PERCENTS = "0%" + "".join(f"....{tens}0%" for tens in range(1, 11))
SSH = ("Waiting for SSH to be available...", "Detecting the provisioner...")
CERTS = (
    "Copying certs to the local machine directory...",
    "Copying certs to the remote machine...",
    "Setting Docker configuration on the remote daemon...",
)


def cached(call: Call) -> bytes | None:
    return call.around.disk.read(f"{call.store}/cache/boot2docker.iso")


def fetched(call: Call, url: str, name: str = "") -> bytes:
    """What is at that address, whatever it is; raises Fails. With a name its driver tells it."""

    def say(line: str) -> None:
        call.driver_says(name, line) if name else call.say(line)

    web = url.startswith(("http://", "https://"))
    if _RELEASES.search(url):
        _as_release(call, url)
    say(f"Downloading {call.store}/cache/boot2docker.iso from {url}...")
    if web:
        content = _from_network(call, url)
        say(PERCENTS)
        return content
    path = _path(url)
    content_here = call.around.disk.read(path)
    if content_here is None:
        raise Fails(f"open {path}: no such file or directory")
    return content_here


def _path(url: str) -> str:
    """Of a file:// address, or of what is a path already; raises Fails."""
    if re.search(r"%(?![0-9a-fA-F]{2})", url) or re.match(r"file://[^/]*%", url):
        raise Fails(trace.OF_DRIVER)
    scheme = re.match(r"([a-zA-Z][a-zA-Z0-9+.-]*):", url)
    if scheme is None:
        return urllib.parse.unquote(url)
    if scheme[1] != "file":
        said = (scheme[1].lower() + url[len(scheme[1]) :]).replace("\\", "\\\\")
        raise Fails(f'Get "{said}": unsupported protocol scheme "{scheme[1].lower()}"')
    rest = url[len("file://") :]
    return urllib.parse.unquote(re.split("[?#]", rest[rest.find("/") :])[0])


def _as_release(call: Call, url: str) -> None:
    """It is taken for GitHub's list of releases; nothing here is one."""
    body = _from_network(call, url)
    try:
        go.parsed(body)
    except go.SyntaxProblem as problem:
        raise Fails(str(problem)) from None
    raise Fails("json: cannot unmarshal")


def _from_network(call: Call, url: str) -> bytes:
    try:
        return call.around.network.fetch(url)
    except Unfetched as reason:
        raise Fails(f'Get "{url}": {reason}') from None


def copied(call: Call, host: Host, *, told: bool) -> None:
    """Puts the image of its address, or the cached one, into the machine's folder."""
    name = host.name if told else ""
    content = fetched(call, host.url, name) if host.url else cached(call)
    if content is None:
        raise Fails(NO_LATEST)
    call.around.disk.write(store.image(call, host.name), content)
    call.passes("image fetched")


def power_on(call: Call, host: Host, *, first: bool = False) -> Vm:
    """Boots what lies in the machine's folder; says what the driver says. Raises Fails, Hangs."""
    name = host.name
    known = store.vm(call, name)
    if known is None:
        raise Fails("machine does not exist")
    content = call.around.disk.read(store.image(call, name)) or b""
    version = iso.engine(content)
    if host.driver_name == "virtualbox":
        call.driver_says(name, "Check network to re-create if needed...")
        if version is None:
            raise Fails(_not_bootable(call, name, iso.label(content)))
        if first and len(store.vms(call)) == 1:
            call.driver_says(name, 'Found a new host-only adapter: "vboxnet0"')
        call.driver_says(name, "Waiting for an IP...")
    else:
        port = host.driver.get("SSHPort")
        call.driver_says(name, f"Waiting for VM to start (ssh -p {port} docker@localhost)...")
        if version is None:
            raise Hangs
    wanted = replace(known, version=version, runs=True)
    taken = [each for each in store.vms(call) if each.name != name]
    booted = call.around.hypervisor.boot(wanted, store.folder(call, name), taken)
    store.note(call, booted)
    call.passes("machine started")
    if booted.provisioned:
        if booted.address != known.address:
            _certify(call, booted)
        call.around.hypervisor.provision(booted, store.folder(call, name))
    return booted


def power_off(call: Call, name: str) -> None:
    known = store.vm(call, name)
    if known is None:
        raise Fails("machine does not exist")
    call.around.hypervisor.halt(known)
    store.note(call, replace(known, runs=False, pid=0))
    call.passes("machine stopped")


def provision(call: Call, host: Host) -> None:
    """Gives its engine certificates, with which it listens from here on."""
    known = store.vm(call, host.name)
    if known is None:
        raise Fails("machine does not exist")
    _certify(call, known)
    now = replace(known, provisioned=True)
    store.note(call, now)
    call.around.hypervisor.provision(now, store.folder(call, host.name))
    call.passes("engine provisioned")


def _certify(call: Call, known: Vm) -> None:
    where, disk = store.folder(call, known.name), call.around.disk
    for name in ("ca.pem", "cert.pem", "key.pem"):
        disk.write(f"{where}/{name}", disk.read(f"{store.certs(call)}/{name}") or b"")
    call.around.certificates.server(store.certs(call), where, known.address)


def _not_bootable(call: Call, name: str, label: str) -> str:
    program = call.around.conditions.vboxmanage
    return (
        f"Unable to start the VM: {program} startvm {name} --type headless failed:\n"
        "VBoxManage: error: FATAL: No bootable medium found! System halted.\n\n"
        f"Details: 00:00:01 FATAL: No bootable medium found (volume id '{label}')"
    )
