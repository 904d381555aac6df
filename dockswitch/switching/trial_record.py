"""What is written down of each engine on trial, before anything else of it is there."""

import json
from dataclasses import asdict, dataclass, fields

from dockswitch.engine.trial import Places
from dockswitch.model.layout import Layout
from dockswitch.model.ports import Reader, System

_FILE, _CLAIM = "trial.json", ".lock"


@dataclass(frozen=True, slots=True)
class Record:
    """One on trial: `folder` has its programs, and is a path inside the root as its socket is.

    `owner` is the process that ends it, and `pid` the one whose network it has, 0 until it answers.
    Times are ISO 8601 UTC; `until` is empty where nobody said when it ends by itself. It is the
    user's `uid`. `context` is the docker context that leads to it, empty for none, in their folder
    `config`, empty for the usual one.
    """

    name: str
    version: str
    channel: str
    folder: str
    socket: str
    since: str
    owner: int
    pid: int = 0
    until: str = ""
    context: str = ""
    uid: int = 0
    config: str = ""


def write(system: System, record: Record) -> None:
    """Durable when it returns; everybody may read it."""
    path = _path(system.layout, record.name)
    system.write(path, json.dumps(asdict(record), indent=1).encode())


def read(reader: Reader, name: str) -> Record | None:
    """None where there is none, or not yet all of it."""
    try:
        found = json.loads(reader.read(_path(reader.layout, name)) or b"")
        return Record(**{field.name: found[field.name] for field in fields(Record)})
    except (ValueError, LookupError, TypeError):
        return None


def names(reader: Reader) -> tuple[str, ...]:
    """Of all that have anything here, be they alive or not, in order."""
    found = (each.removesuffix(_CLAIM) for each in reader.names(reader.layout.trials))
    return tuple(sorted({name for name in found if ".tmp-" not in name}))


def every(reader: Reader) -> tuple[Record, ...]:
    found = (read(reader, name) for name in names(reader))
    return tuple(record for record in found if record is not None)


def claim(layout: Layout, name: str) -> str:
    """The file whose lock its owner holds for as long as it lives."""
    return f"{layout.trials}/{name}{_CLAIM}"


def lives(reader: Reader, name: str) -> bool:
    """Whether somebody has it, who ends it too."""
    return reader.lock_holder(reader.layout.real(claim(reader.layout, name))) is not None


def _path(layout: Layout, name: str) -> str:
    return f"{Places.of_trial(layout, name).folder}/{_FILE}"
