"""From a task's options to the words that the program is given."""

# Copyright: the dockswitch authors. MIT, see https://opensource.org/licenses/MIT

from __future__ import annotations

from typing import Any

SPEC: dict[str, dict[str, Any]] = {
    "channel": {"type": "str"},
    "version": {"type": "str"},
    "state": {
        "type": "str",
        "choices": ["present", "absent", "fetched", "previous"],
        "default": "present",
    },
    "backend": {"type": "str", "choices": ["apt", "static"]},
    "hold": {"type": "bool"},
    "lock": {"type": "path"},
    "data": {"type": "str", "choices": ["same", "separate"]},
    "probe": {"type": "str"},
    "mirror": {"type": "str"},
    "settings": {"type": "dict", "default": {}},
    "root": {"type": "path"},
    "program": {"type": "path"},
}

_OWN_WORDS = {"absent": ["system"], "previous": ["previous"]}


def of(given: dict[str, Any], *, check: bool) -> list[str]:
    """The command line behind the program's name."""
    verb = "install" if given["state"] == "fetched" else "use"
    spec = _OWN_WORDS.get(given["state"]) or _spec(given)
    return [verb, *spec, *_options(given, verb), *(["--check"] if check else [])]


def diff(said: dict[str, Any]) -> dict[str, str]:
    """Before and after, as ``--diff`` shows them."""
    return {
        "before": f"engine {said.get('from') or 'none'}\n",
        "after": f"engine {said.get('to') or 'none'}\n",
    }


def _spec(given: dict[str, Any]) -> list[str]:
    return [word for word in (given["channel"], given["version"]) if word]


def _options(given: dict[str, Any], verb: str) -> list[str]:
    valued = {"backend": "--backend", "mirror": "--mirror"}
    if verb == "use":
        valued.update({"data": "--data", "probe": "--probe"})
    words = [
        word for name, option in valued.items() if given[name] for word in (option, given[name])
    ]
    if given["lock"]:
        words += ["--locked", given["lock"]]
    if verb == "use" and given["hold"] is not None:
        words.append("--hold" if given["hold"] else "--no-hold")
    return words
