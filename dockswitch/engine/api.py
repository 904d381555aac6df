"""What an engine says of itself over its socket.

No path names an API version: every engine answers such a path in its own newest.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

from dockswitch.model.ports import Answer, Reader, Socket
from dockswitch.model.version import BadVersion, Version

Object = dict[str, object]

_GRACE = 10.0  # seconds that the engine gives a container which does not say


@dataclass(frozen=True, slots=True)
class Identity:
    """Which engine answers, and the newest and oldest API that it speaks."""

    version: Version
    api: str
    min_api: str


@dataclass(frozen=True, slots=True)
class Container:
    """A running container: `restart` is its policy (`no`, `always`, …), `ports` the published.

    `removed` says that it goes when it stops (`--rm`); `grace` are the seconds that it is given;
    `mounts` are the paths of the machine that it sees; it may be the `task` of a Swarm's service.
    """

    id: str
    name: str
    image: str
    restart: str
    ports: tuple[str, ...]
    removed: bool = False
    grace: float = _GRACE
    mounts: tuple[str, ...] = ()
    task: bool = False


@dataclass(frozen=True, slots=True)
class State:
    """Whether a container runs; `code` is what it ended with, `error` why it was not started."""

    running: bool
    code: int
    error: str


def pings(reader: Reader, socket: Socket, *, timeout: float = 5.0) -> bool:
    """Whether an engine answers there within `timeout` seconds."""
    answer = reader.call(socket, "GET", "/_ping", timeout=timeout)
    return answer is not None and answer.status == 200


def identity(reader: Reader, socket: Socket) -> Identity | None:
    """Which engine answers there; None where none does, or it names no version that we know."""
    said = parsed(reader.call(socket, "GET", "/version"))
    try:
        version = Version.parse(text(said, "Version"))
    except BadVersion:
        return None
    return Identity(version, text(said, "ApiVersion"), text(said, "MinAPIVersion"))


def containers(reader: Reader, socket: Socket) -> tuple[Container, ...]:
    """The containers that run there now, by name; none where no engine answers."""
    listed = objects(reader.call(socket, "GET", "/containers/json"))
    found = (_container(reader, socket, one) for one in listed)
    return tuple(sorted(found, key=lambda one: one.name))


def keeps_containers(reader: Reader, socket: Socket) -> bool:
    """Whether that engine leaves its containers running when it stops (live-restore)."""
    return parsed(reader.call(socket, "GET", "/info", timeout=30)).get("LiveRestoreEnabled") is True


def state(reader: Reader, socket: Socket, key: str) -> State | None:
    """How a container stands; None where there is none of that id."""
    said = _object(parsed(reader.call(socket, "GET", f"/containers/{key}/json")).get("State"))
    if not said:
        return None
    code = said.get("ExitCode")
    running = said.get("Running") is True and said.get("Restarting") is not True
    return State(running, code if isinstance(code, int) else 0, text(said, "Error"))


def name_of(reader: Reader, socket: Socket, key: str) -> str:
    """What people call a container."""
    told = parsed(reader.call(socket, "GET", f"/containers/{key}/json"))
    return text(told, "Name").lstrip("/") or key[:12]


def parsed(answer: Answer | None) -> Object:
    """The JSON object of a good answer; an empty one for anything else."""
    if answer is None or answer.status >= 300:
        return {}
    return _object(_json(answer.body))


def objects(answer: Answer | None) -> list[Object]:
    """The JSON objects in the list of a good answer; none for anything else."""
    if answer is None or answer.status >= 300:
        return []
    value = _json(answer.body)
    return [_object(one) for one in value] if isinstance(value, list) else []


def reason(answer: Answer | None) -> str:
    """What an engine's refusal says, in its own words."""
    if answer is None:
        return "no answer"
    return text(_object(_json(answer.body)), "message") or f"status {answer.status}"


def text(value: Object, key: str) -> str:
    """A text in an object, empty where there is none."""
    found = value.get(key)
    return found if isinstance(found, str) else ""


def _container(reader: Reader, socket: Socket, listed: Object) -> Container:
    key = text(listed, "Id")
    told = parsed(reader.call(socket, "GET", f"/containers/{key}/json"))
    host = _object(told.get("HostConfig"))
    policy = _object(host.get("RestartPolicy"))
    grace = _object(told.get("Config")).get("StopTimeout")
    mounts = (_object(one) for one in cast("Iterable[object]", told.get("Mounts") or ()))
    labels = _object(_object(told.get("Config")).get("Labels"))
    ports = cast("Iterable[object]", listed.get("Ports") or ())
    return Container(
        id=key,
        name=text(told, "Name").lstrip("/") or key[:12],
        image=text(listed, "Image"),
        restart=text(policy, "Name") or "no",
        ports=tuple(sorted({said for port in ports if (said := _port(_object(port)))})),
        removed=host.get("AutoRemove") is True,
        grace=float(grace) if isinstance(grace, int) else _GRACE,
        mounts=tuple(text(mount, "Source") for mount in mounts if text(mount, "Type") == "bind"),
        task="com.docker.swarm.task.id" in labels,
    )


def _port(port: Object) -> str:
    """As `docker ps` shows it; empty for one that is not published."""
    if "PublicPort" not in port:
        return ""
    address = text(port, "IP")
    outside = f"[{address}]" if ":" in address else address
    return f"{outside}:{port['PublicPort']}->{port.get('PrivatePort')}/{port.get('Type')}"


def _json(body: bytes) -> object:
    try:
        value: object = json.loads(body)
    except ValueError:
        return None
    return value


def _object(value: object) -> Object:
    return cast("Object", value) if isinstance(value, dict) else {}
