"""Which engine a person's docker client talks to: DOCKER_HOST, a context, or the usual socket."""

import hashlib
import json
from collections.abc import Mapping

from dockswitch.engine.places import plain
from dockswitch.engine.preflight.plugins import folder
from dockswitch.model.errors import DockswitchError
from dockswitch.model.finding import Finding
from dockswitch.model.ports import Reader

_USUAL = "unix:///var/run/docker.sock"


def findings(reader: Reader, socket: str, env: Mapping[str, str]) -> tuple[Finding, ...]:
    """`socket` is the engine's, inside the root; `env` is the person's."""
    ours = f"unix://{reader.layout.real(socket)}"
    host, why = led_to(reader, env)
    if _plain(host) == _plain(ours):
        return ()
    return (Finding.of(Elsewhere(host, why, ours)),)


def led_to(reader: Reader, env: Mapping[str, str]) -> tuple[str, str]:
    """The address, and what decides for it.

    docker/cli:cli/command/cli.go@v28.5.2 (resolveContextName): DOCKER_HOST counts before any
    context, and DOCKER_CONTEXT before the one that was chosen.
    """
    if env.get("DOCKER_HOST"):
        return env["DOCKER_HOST"], "DOCKER_HOST"
    if env.get("DOCKER_CONTEXT"):
        name, why = env["DOCKER_CONTEXT"], "DOCKER_CONTEXT"
    else:
        file = f"{folder(env)}/config.json"
        name, why = _text(_object(reader, file).get("currentContext")), file
    if name in ("", "default"):
        return _USUAL, ""
    return _host(reader, env, name), f"the context {name!r} ({why})"


def _host(reader: Reader, env: Mapping[str, str], name: str) -> str:
    """The address in a context's own file, which is named by the digest of its name."""
    digest = hashlib.sha256(name.encode()).hexdigest()
    meta = _object(reader, f"{folder(env)}/contexts/meta/{digest}/meta.json")
    endpoints = meta.get("Endpoints")
    docker = endpoints.get("docker") if isinstance(endpoints, dict) else None
    return _text(docker.get("Host")) if isinstance(docker, dict) else ""


def _object(reader: Reader, path: str) -> dict[str, object]:
    try:
        found = json.loads(reader.outside(path) or b"{}")
    except (ValueError, OSError):
        return {}
    return found if isinstance(found, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _plain(host: str) -> str:
    path = host.removeprefix("unix://")
    return host if path == host else plain(path or _USUAL.removeprefix("unix://"))


class Elsewhere(DockswitchError):
    """`why` is empty where the client takes its usual socket, and the engine has another."""

    def __init__(self, host: str, why: str, ours: str) -> None:
        where = host or "an engine that nothing describes any more"
        told = f"{why} leads docker to {where}" if why else f"docker asks {where}"
        mends = {
            "": 'eval "$(dockswitch env)"',
            "DOCKER_HOST": "unset DOCKER_HOST",
        }.get(why, "docker context use default")
        if "DOCKER_CONTEXT" in why:
            mends = "unset DOCKER_CONTEXT"
        super().__init__(
            f"{told}, and not to {ours}",
            hint=f"`{mends}`" + ("" if why == "" else " leads it back, if that is not meant so"),
        )
