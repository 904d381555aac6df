"""Turning the engine's experimental features on for a switch, and back to what its owner said."""

import json
import os

from dockswitch.engine.daemon_config import BadDaemonConfig, parsed
from dockswitch.model.errors import CorruptState
from dockswitch.model.ports import Reader
from dockswitch.model.step import File, Key, Step

_KEY = "experimental"


def steps(reader: Reader, *, on: bool, packaged: bool = False) -> tuple[Step, ...]:
    """None where it is so already; what its owner set to true stays so.

    A note beside the state says what dockswitch changed: only that is taken back. A `packaged`
    engine reads the machine's own file and no other.
    """
    noted = _noted(reader)
    if not on:
        return (
            (*_taken_back(reader, noted), File(reader.layout.experimental, None)) if noted else ()
        )
    place = _place(reader, packaged=packaged)
    new = (File(place, "{}\n"),) if packaged and reader.kind(place) is None else ()
    now = _value(reader, place)
    if now is True:
        return ()
    note = Key(place, _KEY, None if now is None else json.dumps(now))
    elsewhere = noted if noted and noted.path != place else None
    return (
        *(_taken_back(reader, elsewhere) if elsewhere else ()),
        *new,
        Key(place, _KEY, "true"),
        File(reader.layout.experimental, json.dumps({"path": note.path, "was": note.value}) + "\n"),
    )


def _noted(reader: Reader) -> Key | None:
    """What to set where, to have it as its owner had it; None where dockswitch changed nothing."""
    content = reader.read(reader.layout.experimental)
    if content is None:
        return None
    try:
        plain = json.loads(content)
        was = plain["was"]
        return Key(str(plain["path"]), _KEY, None if was is None else str(was))
    except (ValueError, KeyError, TypeError) as error:
        raise CorruptState(reader.layout.real(reader.layout.experimental), repr(error)) from None


def _taken_back(reader: Reader, noted: Key) -> tuple[Step, ...]:
    """Nothing where its owner changed it since."""
    return (noted,) if _value(reader, noted.path) is True else ()


def _place(reader: Reader, *, packaged: bool) -> str:
    """The file that the engine reads: the machine's where it has one, else dockswitch's own.

    A link is followed, so that it stays one.
    """
    layout = reader.layout
    if packaged and reader.kind(layout.engine_config) is None:
        return layout.engine_config
    if not packaged and reader.read(layout.engine_config) is None:
        return layout.own_engine_config
    path = layout.engine_config
    while (target := reader.link(path)) is not None:
        path = os.path.normpath(os.path.join(os.path.dirname(path), layout.stored(target)))
    if reader.read(path) is None:
        raise BadDaemonConfig(
            layout.real(layout.engine_config), "it is a link that leads elsewhere"
        )
    return path


def _value(reader: Reader, path: str) -> object:
    content = reader.read(path)
    if content is None:
        return None
    real = reader.layout.real(path)
    try:
        content.decode()
    except UnicodeDecodeError as error:
        raise BadDaemonConfig(real, f"it is not UTF-8: {error.reason}") from None
    return parsed(content, real).get(_KEY)
