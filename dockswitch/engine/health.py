"""Whether an engine is well: it answers, it is the wanted version, and it runs a container."""

import json
from collections.abc import Callable

from dockswitch.engine import api
from dockswitch.model.ports import Reader, System
from dockswitch.model.version import Version

LABEL = "io.dockswitch.health"

_REPOSITORY = "dockswitch-health"
_LABELLED = f"%7B%22label%22%3A%5B%22{LABEL}%3D1%22%5D%7D"  # {"label":["io.dockswitch.health=1"]}
_IMPORT = f"/images/create?fromSrc=-&repo={_REPOSITORY}&tag=latest&changes=LABEL%20{LABEL}%3D1"
_PATIENCE = 30.0  # seconds for each of the engine's works; each takes well under one


def wait_until_well(
    system: System,
    socket: str,
    wanted: Version,
    *,
    alive: Callable[[], bool],
    said: Callable[[], str],
    deadline: float = 60,
) -> str | None:
    """Wait until the wanted version answers; a reason where it does not within `deadline` seconds.

    After a crash dockerd waits up to 20 s for what is left of containerd. `alive` says whether its
    process still is there: once it is not, the reason is what it `said` last.
    """
    began = system.monotonic()
    while not api.pings(system, socket, timeout=1):
        waited = system.monotonic() - began
        if not alive():
            return f"the engine ended as it started: {said()}"
        if waited > deadline:
            return f"no engine answered on {socket} within {deadline:g} s: {said()}"
        system.pause(_pause(waited))
    return serves(system, socket, wanted)


def serves(reader: Reader, socket: str, wanted: Version) -> str | None:
    """Why the engine that answers there is not the wanted one."""
    found = api.identity(reader, socket)
    if found is None:
        return f"no engine on {socket} says which version it is"
    if not found.version.serves(wanted):
        return f"{found.version} answers where {wanted} is wanted"
    return None


def runs_container(system: System, socket: str, init: str) -> str | None:
    """Why the engine there cannot run a container, by one made of that docker-init or tini.

    Nothing is pulled and no network is made; the container and its image are gone afterwards. Takes
    0.2 to 0.5 s.
    """
    try:
        return tries_container(system, socket, init)
    finally:
        remove_leftovers(system, socket)


def tries_container(system: System, socket: str, init: str) -> str | None:
    """As `runs_container`, and leaves what it made: for an engine that ends with all it has."""
    if system.kind(init) not in ("file", "link"):
        return f"there is no {init or 'docker-init'} to run in a container"
    return _run(system, socket, system.payload(init), init.rpartition("/")[2])


def init_in(reader: Reader, folder: str) -> str:
    """The init for containers among the programs in a folder; Debian's engine has tini for it."""
    names = ("docker-init", "tini-static", "tini")
    found = (f"{folder}/{name}" for name in names if reader.kind(f"{folder}/{name}") == "file")
    return next(found, f"{folder}/{names[0]}")


def remove_leftovers(system: System, socket: str) -> None:
    """Remove every container and image that a health check made, also one that was killed."""
    found = system.call(socket, "GET", f"/containers/json?all=1&filters={_LABELLED}")
    for container in api.objects(found):
        key = api.text(container, "Id")
        system.call(socket, "DELETE", f"/containers/{key}?force=1&v=1", timeout=_PATIENCE)
    found = system.call(socket, "GET", f"/images/json?all=1&filters={_LABELLED}")
    for image in api.objects(found):
        system.call(socket, "DELETE", f"/images/{api.text(image, 'Id')}?force=1")


def _run(system: System, socket: str, image: bytes, name: str) -> str | None:
    """Debian's packages call the program in it `tini`."""
    imported = system.call(
        socket, "POST", _IMPORT, body=image, content="application/x-tar", timeout=_PATIENCE
    )
    if imported is None or imported.status != 200:
        return f"it takes no image: {api.reason(imported)}"
    if b'"error"' in imported.body:  # told in a stream that began with 200
        return f"it takes no image: {imported.body.decode(errors='replace').strip()}"
    body = json.dumps(_container(name)).encode()
    created = system.call(socket, "POST", "/containers/create", body=body, timeout=_PATIENCE)
    key = api.text(api.parsed(created), "Id")
    if not key:
        return f"it makes no container: {api.reason(created)}"
    started = system.call(socket, "POST", f"/containers/{key}/start", timeout=_PATIENCE)
    if started is None or started.status >= 300:
        return f"it starts no container: {api.reason(started)}"
    return _end(system, socket, key)


def _container(name: str) -> dict[str, object]:
    return {
        "Image": f"{_REPOSITORY}:latest",
        "Cmd": [f"/sbin/{name}", "--version"],
        "Labels": {LABEL: "1"},
        # a log driver that the machine cannot reach just now is not what is asked here
        "HostConfig": {"NetworkMode": "none", "LogConfig": {"Type": "none"}},
    }


def _end(system: System, socket: str, key: str) -> str | None:
    waited = system.call(socket, "POST", f"/containers/{key}/wait", timeout=_PATIENCE)
    if waited is None:
        return f"its container did not end within {_PATIENCE:g} s"
    code = api.parsed(waited).get("StatusCode")
    if code == 0:
        return None
    return f"its container ended with {code if code is not None else api.reason(waited)}"


def _pause(waited: float) -> float:
    """Often at first: these seconds are the engine's downtime."""
    if waited < 3:
        return 0.01
    return 0.05 if waited < 10 else 0.25
