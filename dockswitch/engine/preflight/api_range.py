"""Whether the docker clients of this machine could still talk with an engine."""

import os
from collections.abc import Mapping

from dockswitch.engine import api
from dockswitch.model import record
from dockswitch.model.finding import Finding
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


def findings(reader: Reader, version: Version, keys: Mapping[str, object]) -> tuple[Finding, ...]:
    """One for each client on PATH, but those of dockswitch: they come and go with the engine."""
    known = record.find(version)
    if known is None or not known.api or not known.min_api:
        return ()
    least = keys.get("min-api-version")
    oldest = least if isinstance(least, str) and least else known.min_api
    return tuple(
        found
        for client in clients(reader)
        for found in _compared(reader, client, version, oldest=oldest, newest=known.api)
    )


def clients(reader: Reader) -> tuple[Program, ...]:
    """Each docker on PATH once, but those of dockswitch's versions."""
    ours = f"{reader.layout.real(reader.layout.versions)}/"
    folders = dict.fromkeys(os.environ.get("PATH", "").split(":"))
    found = (reader.program("docker", folder) for folder in folders if folder)
    different = {each.leads: each for each in reversed(list(found)) if each is not None}
    return tuple(each for each in reversed(different.values()) if not each.leads.startswith(ours))


def _compared(
    reader: Reader, client: Program, version: Version, *, oldest: str, newest: str
) -> tuple[Finding, ...]:
    said = reader.run([client.path, "version", "--format", _SAYS], timeout=_LIMIT, env=_ALONE)
    answered, _, spelled = said.out.strip().partition(" ")
    its_api = api.number(answered)
    try:
        its_version = Version.parse(spelled)
    except BadVersion:
        return ()  # podman, or a script of the site's own
    if not its_api:
        return ()  # likewise
    known = record.find(its_version)
    speaks = known.min_api if known and known.min_api else "0.0"
    if its_api < api.number(oldest):
        what = f"speaks API {answered} at most, and {version} wants {oldest} at least"
    elif api.number(speaks) > api.number(newest):
        what = f"speaks API {speaks} at least, and {version} has {newest} at most"
    else:
        return ()
    return (
        Finding(
            f"{client.path} is docker {its_version}, which {what}",
            f"use the docker of {version} itself, which dockswitch links, or update that one",
        ),
    )
