"""The docker clients of this machine, and what they say of themselves."""

import os
from dataclasses import dataclass

from dockswitch.model import clients
from dockswitch.model.api_range import number
from dockswitch.model.clients import Client
from dockswitch.model.ports import Program, Reader
from dockswitch.model.version import BadVersion, Version

_LIMIT = 5.0  # seconds
# What would lead a client somewhere, or change what it says of itself.
_ALONE = {
    "DOCKER_HOST": "unix:///nonexistent/docker.sock",
    "DOCKER_CONTEXT": "",
    "DOCKER_CONFIG": "/nonexistent",
    "DOCKER_API_VERSION": "",
}
_SAYS = "{{.Client.APIVersion}} {{.Client.Version}}"


@dataclass(frozen=True, slots=True)
class Spoken:
    """A client that was asked; `client.version` is as it says it."""

    path: str
    version: Version
    client: Client


def on_path(reader: Reader) -> tuple[Program, ...]:
    """Each docker on PATH once, in its order."""
    folders = dict.fromkeys(os.environ.get("PATH", "").split(":"))
    found = (reader.program("docker", folder) for folder in folders if folder)
    different = {each.leads: each for each in reversed(list(found)) if each is not None}
    return tuple(reversed(different.values()))


def others(reader: Reader) -> tuple[Program, ...]:
    """Likewise, but those of dockswitch's versions: they come and go with the engine."""
    ours = f"{reader.layout.real(reader.layout.versions)}/"
    return tuple(each for each in on_path(reader) if not each.leads.startswith(ours))


def asked(reader: Reader, program: Program) -> Spoken | None:
    """What one says of itself; None for podman, or a script of the site's own."""
    said = reader.run([program.path, "version", "--format", _SAYS], timeout=_LIMIT, env=_ALONE)
    answered, _, spelled = said.out.strip().partition(" ")
    try:
        version = Version.parse(spelled)
    except BadVersion:
        return None
    if not number(answered):
        return None
    return Spoken(program.path, version, clients.of(version, answered))
