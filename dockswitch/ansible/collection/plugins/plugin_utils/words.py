"""From a task's options to the words that the program is given."""

# Copyright: the dockswitch authors. MIT, see https://opensource.org/licenses/MIT

from __future__ import annotations

from typing import Any

#: What every task has that asks the program on a host.
COMMON: dict[str, dict[str, Any]] = {
    "settings": {"type": "dict", "default": {}},
    "root": {"type": "str"},
    "program": {"type": "str"},
}

ENGINE: dict[str, dict[str, Any]] = {
    "channel": {"type": "str"},
    "version": {"type": "str"},
    "state": {
        "type": "str",
        "choices": ["present", "absent", "fetched", "previous"],
        "default": "present",
    },
    "backend": {"type": "str", "choices": ["apt", "static"]},
    "hold": {"type": "bool"},
    "lock": {"type": "str"},
    "data": {"type": "str", "choices": ["same", "separate"]},
    "probe": {"type": "str"},
    "mirror": {"type": "str"},
    "form": {"type": "str", "choices": ["auto", "program", "sh"], "default": "auto"},
    "link": {"type": "str"},
    **COMMON,
}

_OWN_WORDS = {"absent": ["system"], "previous": ["previous"]}


def of(given: dict[str, Any], *, check: bool) -> list[str]:
    """The command line behind the program's name."""
    verb = "install" if given["state"] == "fetched" else "use"
    words = _OWN_WORDS.get(given["state"]) or spec(given)
    return [verb, *words, *_options(given, verb), *(["--check"] if check else [])]


def spec(given: dict[str, Any]) -> list[str]:
    """The release that is wanted; none where a lock has the last word."""
    return [word for word in (given["channel"], given["version"]) if word]


def diff(said: dict[str, Any]) -> dict[str, str]:
    """Before and after, as ``--diff`` shows them."""
    if "from" not in said:  # only fetched
        kept = f"fetched {said['version']}\n"
        return {"before": "" if said["changed"] else kept, "after": kept}
    return {
        "before": f"engine {said.get('from') or 'none'}\n",
        "after": f"engine {said.get('to') or 'none'}\n",
    }


def failure(said: dict[str, Any], code: int) -> dict[str, Any]:
    """What a task says that failed: what is wrong, and the way out."""
    error: dict[str, Any] = said.get("error") or {}
    told = ": ".join(part for part in (error.get("message"), error.get("details")) if part)
    hint = error.get("hint")
    msg = f"{told}; {hint}" if hint else told or f"dockswitch ended with {code}"
    return {"failed": True, "msg": msg, "error": error, "exit_code": code}


def told(said: dict[str, Any]) -> dict[str, Any]:
    """What a task tells of what was answered: all but how that is to be read."""
    return {name: value for name, value in said.items() if name not in ("command", "schema")}


def below(given: dict[str, Any]) -> list[str]:
    """The folder that everything is put below, as the program wants to hear it."""
    return ["--root", given["root"]] if given["root"] else []


def settings(given: dict[str, Any]) -> dict[str, str]:
    """The environment that the program reads them from."""
    return {f"DOCKSWITCH_{name.upper()}": str(value) for name, value in given["settings"].items()}


def _options(given: dict[str, Any], verb: str) -> list[str]:
    valued = {"backend": "--backend", "mirror": "--mirror"}
    if verb == "use":
        valued.update({"data": "--data", "probe": "--probe"})
    words = [
        word for name, option in valued.items() if given[name] for word in (option, given[name])
    ]
    if given["lock"]:
        words.append("--locked")
    if verb == "use" and given["hold"] is not None:
        words.append("--hold" if given["hold"] else "--no-hold")
    return words
