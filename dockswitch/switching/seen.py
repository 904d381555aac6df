"""The digests of files that were fetched before, by name: other bytes under a name are refused."""

import json

from dockswitch.model.errors import CorruptState
from dockswitch.model.ports import Reader, System
from dockswitch.model.version import Version
from dockswitch.model.vm import Keeper


def digest(reader: Reader, key: str) -> str | None:
    """The SHA-256 of what came under that key; None where nothing did. Raises CorruptState."""
    return _all(reader).get(key)


def remember(system: System, key: str, sha256: str) -> None:
    seen = _all(system)
    if seen.get(key) != sha256:
        seen[key] = sha256
        system.write(system.layout.seen, json.dumps(seen, indent=1, sort_keys=True).encode())


def key(reader: Reader, version: Version, keeper: Keeper | None, name: str) -> str:
    """What a file is known by.

    The same name stands for other bytes on another architecture, and all of boot2docker's images
    have one name.
    """
    if keeper == "machine":
        return f"boot2docker/{version}/{name}"
    return f"{reader.host.os}/{reader.host.arch}/{name}"


def _all(reader: Reader) -> dict[str, str]:
    content = reader.read(reader.layout.seen)
    try:
        return dict(json.loads(content)) if content else {}
    except (ValueError, TypeError):
        path = reader.layout.real(reader.layout.seen)
        raise CorruptState(path, "it is no JSON object of names and digests") from None
