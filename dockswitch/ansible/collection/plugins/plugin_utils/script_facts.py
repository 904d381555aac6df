"""What a host has that a script switched, by the tools that are there and the history it wrote."""

# Copyright: the dockswitch authors. MIT, see https://opensource.org/licenses/MIT

from __future__ import annotations

import json
from typing import Any

from ansible_collections.dockswitch.engine.plugins.plugin_utils.host import OnHost, plain_of

#: The newest generation as it stands in the history, then what is there now.
_ASKS = """\
cd /var/lib/dockswitch 2>/dev/null
PATH=$PATH:/usr/local/bin:/usr/sbin:/sbin
cat "$(ls journal/*.jsonl 2>/dev/null | tail -n 1)" /dev/null 2>/dev/null | grep '^{"commit"'
list() { tr -d '"\\\\' | sed 's/.*/"&"/' | tr '\\n' ',' | sed 's/,$//'; }
printf '{"running": "%s", "folder": "%s", "held": [%s], "there": [%s]}\\n' \
    "$(docker version --format '{{.Server.Version}}' 2>/dev/null)" \
    "$(readlink current)" \
    "$(apt-mark showhold 2>/dev/null | list)" \
    "$(dpkg-query -W -f '${Package}=${Version}\\n' 2>/dev/null | list)"
"""


def facts(action: OnHost) -> dict[str, Any]:
    """The same as `status --json` says, as far as a host tells without the program."""
    ran = action.in_shell(_ASKS)
    seen = plain_of({**ran, "stdout": _lines(ran, '{"running"')})
    history = _lines(ran, '{"commit"')
    now: dict[str, Any] = json.loads(history)["commit"] if history else {}
    version, running = now.get("version"), seen["running"] or None
    names = [package.partition("=")[0] for package in now.get("packages", ())]
    return {
        "installed": version,
        "channel": now.get("channel"),
        "backend": now.get("backend", "static"),
        "generation": now.get("number", 0),
        "running": running,
        "pinned": None,
        "locked": None,
        "held": {"packages": held} if (held := sorted({*names} & {*seen["held"]})) else False,
        "drift": _drift(now, seen) if version else [],
        "form": "sh",
    }


def _lines(ran: dict[str, Any], begin: str) -> str:
    return "\n".join(line for line in ran["stdout"].splitlines() if line.startswith(begin))


def _drift(now: dict[str, Any], seen: dict[str, Any]) -> list[str]:
    version, number = now["version"], now["number"]
    said = [
        f"{package} is not installed, where generation {number} says so"
        for package in now["packages"]
        if package not in seen["there"]
    ]
    if not now["folder"].endswith(seen["folder"] or "/"):
        said.append(f"{seen['folder']} is in use, where generation {number} says {version}")
    if not seen["running"]:
        said.append("no engine runs: `systemctl start docker`")
    elif version not in (seen["running"], seen["running"].partition("+")[0]):
        said.append(f"the engine that runs is {seen['running']}, not {version}")
    if now["hold"]:
        engine = [each.partition("=")[0] for each in now["packages"]]
        free = [name for name in engine if name not in seen["held"]]
        if len(free) == len(engine):
            said.append(f"{', '.join(free)} no longer held")
    return said
