"""The processes of a world: engines as Docker's behave, with their containers and images."""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from dockswitch.model.ports import Answer

WELL = 200


@dataclass(frozen=True, slots=True)
class Manners:
    """How the engine of a version behaves; times in seconds, texts are empty where it is well.

    `dislikes` is what it says of daemon.json when asked, `dies` are its last words as it starts,
    `answers` another version that it says it is, `refuses` why it starts no container, `loses` the
    id of one that it does not restart. A mute one never answers, a deaf one ignores SIGTERM.
    """

    starts_in: float = 0.03
    stops_in: float = 0.2
    dislikes: str = ""
    dies: str = ""
    answers: str = ""
    refuses: str = ""
    loses: str = ""
    mute: bool = False
    deaf: bool = False


@dataclass(slots=True)
class Container:
    """`started_by` is the version of its shim; `running` of one that was stopped is False.

    `refuses` is why it cannot be started.
    """

    labels: dict[str, str]
    restart: str = "no"
    removed: bool = False
    running: bool = False
    started_by: str = ""
    code: int = 0
    stopped_by_hand: bool = False
    refuses: str = ""


@dataclass(slots=True)
class Data:
    """What lies in a data-root: images by id, each with its labels, and containers."""

    images: dict[str, dict[str, str]] = field(default_factory=dict)
    containers: dict[str, Container] = field(default_factory=dict)


@dataclass(slots=True)
class Running:
    """A process; `version` is empty for one that is no dockerd. `ready` and `ends` are times."""

    pid: int
    argv: tuple[str, ...]
    ours: bool = False
    uid: int = 0
    version: str = ""
    experimental: bool = False
    manners: Manners = field(default_factory=Manners)
    data: Data = field(default_factory=Data)
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: str = "/"
    keeps: bool = False
    ready: float = 0.0
    ends: float = math.inf
    leaving: bool = False
    apart: bool = False
    parent: int = 0


def answer(engine: Running, method: str, path: str, body: bytes) -> Answer:
    """What the engine's API answers."""
    route, _, query = path.partition("?")
    nothing = _json({"message": f"no such thing: {method} {route}"}, 404)
    match method, route.strip("/").split("/"):
        case "GET", ["_ping"]:
            return Answer(WELL, b"OK")
        case "GET", ["version"]:
            said = engine.manners.answers or engine.version
            told = {"Version": said, "ApiVersion": "1.41", "MinAPIVersion": "1.12"}
            return _json(told | {"Experimental": engine.experimental})
        case "GET", ["info"]:
            return _json({"LiveRestoreEnabled": engine.keeps})
        case "GET", ["images", name, "json"] if name in engine.data.images:
            return _json({"Size": 1 << 20, "RepoTags": [f"{name}:latest"]})
        case "GET", [("containers" | "images") as what, "json"]:
            return _listed(engine, what, query)
        case "POST", ["images", "create"]:
            key = f"sha256:{len(engine.data.images) + 1:064x}"
            engine.data.images[key] = {"io.dockswitch.health": "1"} if "LABEL" in query else {}
            return _json({"status": key})
        case "DELETE", ["images", key]:
            return nothing if engine.data.images.pop(key, None) is None else Answer(WELL, b"[]")
        case "POST", ["containers", "create"]:
            return _create(engine, json.loads(body))
        case _, ["containers", key, *rest] if key in engine.data.containers:
            return _of_container(engine, method, key, *rest) or nothing
        case _:
            return nothing


def _of_container(engine: Running, method: str, key: str, verb: str = "") -> Answer | None:
    match method, verb:
        case "POST", "start":
            return _start(engine, engine.data.containers[key])
        case "POST", "stop":
            return _stop(engine, key)
        case "POST", "wait":
            return _json({"StatusCode": 0})
        case "GET", "json":
            return _told(key, engine.data.containers[key])
        case "DELETE", "":
            del engine.data.containers[key]
            return Answer(WELL, b"[]")
        case _:
            return None


def _create(engine: Running, wanted: dict[str, dict[str, str]]) -> Answer:
    if not engine.data.images:
        return _json({"message": f"No such image: {wanted['Image']}"}, 404)
    key = f"{len(engine.data.containers) + 1:064x}"
    engine.data.containers[key] = Container(dict(wanted.get("Labels") or {}))
    return _json({"Id": key}, 201)


def _start(engine: Running, container: Container) -> Answer:
    if reason := engine.manners.refuses or container.refuses:
        return _json({"message": reason}, 500)
    if container.running:
        return Answer(304, b"")
    # One that is only asked for its health ends at once.
    container.running = not container.labels
    container.started_by, container.stopped_by_hand = engine.version, False
    return Answer(204, b"")


def _stop(engine: Running, key: str) -> Answer:
    container = engine.data.containers[key]
    if not container.running:
        return Answer(304, b"")
    container.running, container.stopped_by_hand = False, True
    if container.removed:
        del engine.data.containers[key]
    return Answer(204, b"")


def _told(key: str, container: Container) -> Answer:
    return _json(
        {
            "Name": f"/{key}",
            "HostConfig": {
                "RestartPolicy": {"Name": container.restart},
                "AutoRemove": container.removed,
            },
            "State": {"Running": container.running, "ExitCode": container.code},
        }
    )


def _listed(engine: Running, what: str, query: str) -> Answer:
    label = re.search(r"%22label%22%3A%5B%22([\w.]+)%3D1", query)
    labels = engine.data.images
    if what == "containers":
        every = engine.data.containers.items()
        labels = {key: one.labels for key, one in every if one.running or "all=1" in query}
    shown = [key for key, said in labels.items() if label is None or said.get(label[1]) == "1"]
    return _json([{"Id": key, "Image": "app", "Ports": []} for key in shown])


def _json(value: object, status: int = WELL) -> Answer:
    return Answer(status, json.dumps(value).encode())
