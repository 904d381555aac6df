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
    `answers` another version that it says it is, `refuses` why it starts no container. A mute one
    never answers, a deaf one ignores SIGTERM.
    """

    starts_in: float = 0.03
    stops_in: float = 0.2
    dislikes: str = ""
    dies: str = ""
    answers: str = ""
    refuses: str = ""
    mute: bool = False
    deaf: bool = False


@dataclass(slots=True)
class Data:
    """What lies in a data-root: images and containers by id, each with its labels."""

    images: dict[str, dict[str, str]] = field(default_factory=dict)
    containers: dict[str, dict[str, str]] = field(default_factory=dict)


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
    ready: float = 0.0
    ends: float = math.inf
    leaving: bool = False
    apart: bool = False
    parent: int = 0


def answer(engine: Running, method: str, path: str, body: bytes) -> Answer:
    """What the engine's API answers."""
    route, _, query = path.partition("?")
    match method, route.strip("/").split("/"):
        case "GET", ["_ping"]:
            return Answer(WELL, b"OK")
        case "GET", ["version"]:
            said = engine.manners.answers or engine.version
            told = {"Version": said, "ApiVersion": "1.41", "MinAPIVersion": "1.12"}
            return _json(told | {"Experimental": engine.experimental})
        case "POST", ["images", "create"]:
            key = f"sha256:{len(engine.data.images) + 1:064x}"
            engine.data.images[key] = {"io.dockswitch.health": "1"} if "LABEL" in query else {}
            return _json({"status": key})
        case "POST", ["containers", "create"]:
            return _create(engine, json.loads(body))
        case "POST", ["containers", key, "start"] if key in engine.data.containers:
            refused = engine.manners.refuses
            return _json({"message": refused}, 500) if refused else Answer(204, b"")
        case "POST", ["containers", key, "wait"] if key in engine.data.containers:
            return _json({"StatusCode": 0})
        case "GET", [("containers" | "images") as what, "json"]:
            return _listed(engine, what, query)
        case "GET", ["containers", key, "json"] if key in engine.data.containers:
            return _json({"Name": f"/{key}", "HostConfig": {"RestartPolicy": {"Name": "always"}}})
        case "DELETE", [("containers" | "images") as what, key] if key in _all(engine, what):
            del _all(engine, what)[key]
            return Answer(WELL, b"[]")
        case _:
            return _json({"message": f"no such thing: {method} {route}"}, 404)


def _create(engine: Running, wanted: dict[str, dict[str, str]]) -> Answer:
    if not engine.data.images:
        return _json({"message": f"No such image: {wanted['Image']}"}, 404)
    key = f"{len(engine.data.containers) + 1:064x}"
    engine.data.containers[key] = dict(wanted.get("Labels") or {})
    return _json({"Id": key}, 201)


def _listed(engine: Running, what: str, query: str) -> Answer:
    label = re.search(r"%22label%22%3A%5B%22([\w.]+)%3D1", query)
    every = _all(engine, what).items()
    shown = [key for key, labels in every if label is None or labels.get(label[1]) == "1"]
    return _json([{"Id": key, "Image": "app", "Ports": []} for key in shown])


def _all(engine: Running, what: str) -> dict[str, dict[str, str]]:
    return engine.data.images if what == "images" else engine.data.containers


def _json(value: object, status: int = WELL) -> Answer:
    return Answer(status, json.dumps(value).encode())
