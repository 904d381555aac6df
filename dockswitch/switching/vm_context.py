"""A `docker context` named after a virtual machine, for a client that has contexts.

It is made and kept up to date as well as may be, and never chosen. The reason why there is none
undoes nothing.
"""

from dataclasses import dataclass

from dockswitch.model.ports import System, Tls
from dockswitch.model.vm import Vm
from dockswitch.switching import docker_context
from dockswitch.vms import Reach


@dataclass(frozen=True, slots=True)
class Told:
    """The context that leads to the machine now, empty for none; `note` is worth saying."""

    name: str = ""
    note: str | None = None


def follows(system: System, vm: Vm, reach: Reach) -> Told:
    """Makes the context lead to where the machine's engine answers now."""
    contexts = docker_context.found(system)
    if contexts is None:
        return Told()
    reason = contexts.lead(vm.name, f"the engine in {vm}", _endpoint(reach))
    return Told(vm.name) if reason is None else Told(note=reason)


def gone(system: System, vm: Vm) -> str | None:
    """Removes the context of a machine that is gone; why it is there still, or None."""
    contexts = docker_context.found(system)
    return contexts.remove(vm.name) if contexts is not None else None


def _endpoint(reach: Reach) -> str:
    """As `--docker` takes it: fields with commas between them, in quotes where one has a comma."""
    fields = [f"host={reach.variables['DOCKER_HOST']}"]
    match reach.socket:
        case Tls(certs=certs):
            fields += [f"ca={certs}/ca.pem", f"cert={certs}/cert.pem", f"key={certs}/key.pem"]
        case _:
            pass
    return ",".join(_field(field) for field in fields)


def _field(text: str) -> str:
    doubled = text.replace('"', '""')
    return f'"{doubled}"' if {",", '"'} & set(text) else text
