"""What a mirror of ours has, as it stands in its folder: nothing else there is ever removed."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from dockswitch.model.errors import CorruptState
from dockswitch.model.mirrored import Folder, Held
from dockswitch.model.trust import Trust

PLACE = ".dockswitch/manifest.json"
_SCHEMA = 1


@dataclass
class Manifest:
    """`files` by place, None for one that is claimed and was not noted when it came; `pages` are
    index pages; `suites` are the parts that each suite serves, by its folder.
    """

    files: dict[str, Held | None] = field(default_factory=dict)
    pages: list[str] = field(default_factory=list)
    suites: dict[str, list[str]] = field(default_factory=dict)

    def has(self, place: str) -> bool:
        return place in self.files or place in self.pages

    def write(self, folder: Folder) -> None:
        files = {place: _plain(held) for place, held in sorted(self.files.items())}
        said = {
            "schema": _SCHEMA,
            "files": files,
            "pages": sorted(self.pages),
            "suites": {name: sorted(parts) for name, parts in sorted(self.suites.items())},
        }
        content = json.dumps(said, indent=1).encode()
        if content != folder.read(PLACE):
            folder.write(PLACE, content)


def read(folder: Folder) -> Manifest:
    """An empty one for a folder that is no mirror yet; raises CorruptState."""
    content = folder.read(PLACE)
    if content is None:
        return Manifest()
    try:
        said = json.loads(content)
        if said["schema"] != _SCHEMA:
            raise ValueError(f"its schema is {said['schema']}, and {_SCHEMA} is known here")
        return Manifest(
            {str(place): _held(held) for place, held in said["files"].items()},
            [str(place) for place in said["pages"]],
            {str(name): [str(part) for part in parts] for name, parts in said["suites"].items()},
        )
    except KeyError as error:
        raise CorruptState(f"{folder.path}/{PLACE}", f"it has no {error}") from None
    except (ValueError, TypeError, AttributeError) as error:
        raise CorruptState(f"{folder.path}/{PLACE}", str(error)) from None


def _plain(held: Held | None) -> Mapping[str, object] | None:
    return {**asdict(held), "trust": str(held.trust)} if held else None


def _held(plain: Mapping[str, object] | None) -> Held | None:
    if plain is None:
        return None
    return Held(
        url=str(plain["url"]),
        sha256=str(plain["sha256"]),
        size=int(str(plain["size"])),
        trust=Trust.of(str(plain["trust"])),
        time=int(str(plain["time"])),
    )
