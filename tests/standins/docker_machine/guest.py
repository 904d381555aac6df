"""What the engine of a machine answers, and what a shell in it does."""

import json
from collections.abc import Sequence

from tests.standins.docker_machine.ports import Answered, Ended


def answer(version: str, name: str, path: str) -> Answered:
    """An engine that answers what is asked of it, and runs nothing."""
    route = path.partition("?")[0]
    if route.startswith("/v1."):
        route = f"/{route.split('/', 2)[2]}"
    match route:
        case "/_ping":
            return Answered(200, b"OK")
        case "/version":
            return _json(
                {
                    "Version": version,
                    "ApiVersion": "1.30",
                    "MinAPIVersion": "1.12",
                    "GitCommit": "stub",
                    "Os": "linux",
                    "Arch": "amd64",
                }
            )
        case "/info":
            return _json({"Name": name, "ServerVersion": version, "LiveRestoreEnabled": False})
        case "/containers/json" | "/images/json":
            return _json([])
        case _:
            return _json({"message": "page not found"}, 404)


def execute(version: str, name: str, words: Sequence[str]) -> Ended:
    """What boot2docker's shell says; the words become one line, as ssh(1) joins them."""
    line = " ".join(words)
    match line.split():
        case [] | ["true"]:
            return Ended(0, "", "")
        case ["docker", "--version"]:
            return Ended(0, f"Docker version {version}, build stub\n", "")
        case ["cat", "/etc/os-release"]:
            return Ended(
                0,
                f"NAME=Boot2Docker\nVERSION={version}\nID=boot2docker\nID_LIKE=tcl\n"
                f'VERSION_ID={version}\nPRETTY_NAME="Boot2Docker {version} (TCL 7.2)"\n',
                "",
            )
        case ["tail", "-n", _, "/var/log/docker.log"]:
            return Ended(0, 'level=info msg="API listen on [::]:2376"\n', "")
        case ["uname", *_]:
            return Ended(0, f"Linux {name} 4.4.66-boot2docker x86_64 GNU/Linux\n", "")
    if "docker run" in line or "docker-init" in line:
        return Ended(0, "", "")
    return Ended(127, "", f"guest: unknown command '{words[0]}'\n")


def _json(value: object, status: int = 200) -> Answered:
    return Answered(status, json.dumps(value).encode())
