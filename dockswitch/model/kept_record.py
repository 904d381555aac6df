"""What the folder of a kept bundle says of itself."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from dockswitch.model.errors import CorruptState
from dockswitch.model.origin import Origin
from dockswitch.model.ports import Reader
from dockswitch.model.release import Bundle, Fetched
from dockswitch.model.trust import Trust
from dockswitch.model.version import BadVersion, Version

NAME = ".dockswitch.json"
# Enough to tell replaced files of one name apart, short enough for a shim's command line.
_DIGEST = 12


def folder_of(shelf: str, version: Version, sha256: str) -> str:
    """The folder inside the root that a version from an archive of that digest is kept in."""
    return f"{shelf}/{version}-{sha256[:_DIGEST]}"


def read(reader: Reader, folder: str) -> Bundle | None:
    """What is kept in a folder; None where there is none. Raises CorruptState."""
    path = f"{folder}/{NAME}"
    content = reader.read(path)
    if content is None:
        return None
    try:
        plain = json.loads(content)
    except ValueError:
        raise CorruptState(reader.layout.real(path), "it is no JSON") from None
    try:
        return _from_plain(plain, folder)
    except (ValueError, KeyError, TypeError, BadVersion) as error:
        raise CorruptState(reader.layout.real(path), repr(error)) from None


def to_json(bundle: Bundle) -> bytes:
    parts = [asdict(part) | {"trust": str(part.trust)} for part in bundle.parts]
    told = {"version": str(bundle.version), "trust": str(bundle.trust), "parts": parts}
    plain = asdict(bundle) | told
    del plain["folder"]  # the root may be moved, and the folder knows where it is
    return json.dumps(plain, indent=1).encode()


def _from_plain(plain: Mapping[str, Any], folder: str) -> Bundle:
    names, channels = plain["names"], plain["channels"]
    if not (isinstance(names, list) and isinstance(channels, list)):
        raise TypeError("names and channels are no lists")
    parts = [Fetched(**{**p, "trust": Trust.of(p["trust"])}) for p in plain.get("parts", ())]
    return Bundle(
        version=Version.parse(str(plain["version"])),
        folder=folder,
        names=tuple(names),
        channels=tuple(channels),
        url=str(plain["url"]),
        sha256=str(plain["sha256"]),
        size=int(str(plain["size"])),
        trust=Trust.of(str(plain["trust"])),
        parts=tuple(parts),
        origin=Origin(**plain["origin"]) if plain.get("origin") else None,
        keeper=plain.get("keeper"),
    )
