"""A `docker context` named after a virtual machine, for a client that has contexts.

It is made and kept up to date as well as may be, never chosen, and never one that somebody else
made: what is ours says so in its description. The reason why there is none undoes nothing.
"""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dockswitch.model.ports import Finished, System, Tls
from dockswitch.model.vm import Vm
from dockswitch.vms import Reach

_MARK = "made by dockswitch: "
_PATIENCE = 20.0  # seconds


@dataclass(frozen=True, slots=True)
class Told:
    """The context that leads to the machine now, empty for none; `note` is worth saying."""

    name: str = ""
    note: str | None = None


def follows(system: System, vm: Vm, reach: Reach) -> Told:
    """Makes the context lead to where the machine's engine answers now."""
    client = _client(system)
    if client is None:
        return Told()
    description = _description(client, vm.name)
    if description is not None and not description.startswith(_MARK):
        return Told(
            note=f"the docker context {vm.name} was not made by dockswitch, and is left as it is"
        )
    verb = "create" if description is None else "update"
    ended = client.change(
        verb, vm.name, "--description", f"{_MARK}the engine in {vm}", "--docker", _endpoint(reach)
    )
    if ended.code != 0:
        return Told(note=f"there is no docker context {vm.name}: {_last_line(ended)}")
    return Told(vm.name)


def gone(system: System, vm: Vm) -> str | None:
    """Removes the context of a machine that is gone; why it is there still, or None."""
    client = _client(system)
    if client is None or not (_description(client, vm.name) or "").startswith(_MARK):
        return None
    # forced, since a person may have chosen it: it leads nowhere any more
    ended = client.change("rm", "--force", vm.name)
    return None if ended.code == 0 else f"the docker context {vm.name} stays: {_last_line(ended)}"


@dataclass(frozen=True, slots=True)
class _Client:
    """A docker that has contexts, and where it keeps them."""

    system: System
    program: str
    env: Mapping[str, str | None]

    def look(self, *words: str) -> Finished:
        argv = (self.program, "context", *words)
        return self.system.run(argv, timeout=_PATIENCE, env=self.env)

    def change(self, *words: str) -> Finished:
        argv = (self.program, "context", *words)
        return self.system.command(argv, timeout=_PATIENCE, env=self.env)


def _client(system: System) -> _Client | None:
    found = system.program("docker", os.environ.get("PATH", os.defpath))
    if found is None:
        return None
    # nothing that leads a client to an engine is to count, but where it keeps its contexts
    env: dict[str, str | None] = {
        name: None for name in os.environ if name.startswith("DOCKER_") and name != "DOCKER_CONFIG"
    }
    layout = system.layout
    if layout.root:
        env["DOCKER_CONFIG"] = layout.real(os.path.dirname(layout.plugins))
    client = _Client(system, found.path, env)
    return client if client.look("ls", "--quiet").code == 0 else None


def _description(client: _Client, name: str) -> str | None:
    """What a context says of itself; None where there is none of that name."""
    ended = client.look("inspect", name)
    if ended.code != 0:
        return None
    try:
        found = json.loads(ended.out)[0]["Metadata"].get("Description")
    except (ValueError, LookupError, TypeError, AttributeError):
        return ""
    return found if isinstance(found, str) else ""


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


def _last_line(ended: Finished) -> str:
    lines: Sequence[str] = (ended.err or ended.out).strip().splitlines()
    return lines[-1] if lines else f"docker ended with {ended.code}"
