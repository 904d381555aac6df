"""How a machine stands, and how its engine is reached."""

import json
from dataclasses import dataclass

from tests.standins.docker_machine import store
from tests.standins.docker_machine.call import Call, Fails
from tests.standins.docker_machine.ports import Vm
from tests.standins.docker_machine.store import Host

NOT_RUNNING = "Host is not running"
GONE = "machine does not exist"
UNREACHABLE = "Cannot connect to the docker engine endpoint"


@dataclass(frozen=True, slots=True)
class Found:
    """`error` is why it has no state."""

    state: str
    error: str = ""


def found(call: Call, host: Host) -> Found:
    why = store.why_no_driver(call, host)
    if why is not None:
        return Found("Error", why)
    if host.driver_name == "none":
        return Found("Running")
    known = store.vm(call, host.name)
    if known is None:
        return Found("Error", GONE)
    return Found("Running" if runs(call, known) else "Stopped")


def runs(call: Call, known: Vm) -> bool:
    return known.runs and call.around.hypervisor.runs(known)


def required(call: Call, host: Host) -> Vm:
    """Its machine, which runs; raises Fails with just the reason."""
    now = found(call, host)
    if now.error:
        raise Fails(now.error)
    known = store.vm(call, host.name)
    if now.state != "Running" or known is None:
        raise Fails(NOT_RUNNING)
    return known


def url(call: Call, host: Host) -> str:
    """Raises Fails."""
    if host.driver_name == "none":
        return str(host.driver.get("URL", ""))
    known = required(call, host)
    return f"tcp://{known.address}:{known.port}"


def address(call: Call, host: Host) -> str:
    if host.driver_name == "none":
        return str(host.driver.get("IPAddress", ""))
    return required(call, host).address


def connected(call: Call, host: Host) -> str:
    """Its address, once the engine there showed its certificate; raises Fails."""
    at = url(call, host)
    known = store.vm(call, host.name)
    where = store.folder(call, host.name)
    if known is not None and call.around.hypervisor.ask(known, where, "/_ping") is not None:
        return at
    end = at.partition("//")[2]
    raise Fails(
        "Error checking and/or regenerating the certs: There was an error validating certificates "
        f'for host "{end}": dial tcp {end}: connect: connection refused\n'
        "You can attempt to regenerate them using 'docker-machine regenerate-certs [name]'.\n"
        "Be advised that this will trigger a Docker daemon restart which might stop running "
        "containers.\n"
    )


def version(call: Call, host: Host) -> str:
    """Of its engine, asked as API 1.15; raises Fails."""
    if host.driver_name == "none":
        raise Fails(f"Unable to query docker version: {UNREACHABLE}")
    try:
        known = required(call, host)
    except Fails as failure:
        raise Fails(f"Unable to query docker version: {failure.said}") from None
    where = store.folder(call, host.name)
    answer = call.around.hypervisor.ask(known, where, "/v1.15/version")
    if known.version in call.around.conditions.old_clients:
        raise Fails(
            'Unable to query docker version: 400 Bad Request: {"message":"client version 1.15 is '
            "too old. Minimum supported API version is 1.24, please upgrade your client to a newer "
            'version"}'
        )
    if answer is None:
        raise Fails(f"Unable to query docker version: {UNREACHABLE}")
    if answer.status != 200:
        said = answer.body.decode().strip()
        raise Fails(f"Unable to query docker version: {answer.status} Bad Request: {said}")
    return str(json.loads(answer.body)["Version"])
