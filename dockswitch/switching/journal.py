"""The journal of one switch: fsynced JSON lines, an open one of which is always undone.

{"begin": {...}}                          what was wanted, and what the old engine could do
{"doing": step, "inverse": step}          written before the step is performed
{"at_last": step}                         found in an undo: to be done behind all inverses
{"commit": generation} | {"undone": time} the end; without it the switch did not happen
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, cast

from dockswitch.model import generation as generations
from dockswitch.model import neighbour, vm
from dockswitch.model import step as steps
from dockswitch.model.errors import CorruptState
from dockswitch.model.generation import Generation, Left
from dockswitch.model.hold import Hold
from dockswitch.model.ports import Reader, System
from dockswitch.model.release import Fetched
from dockswitch.model.step import Step
from dockswitch.model.trust import Trust
from dockswitch.model.version import BadVersion, Version


@dataclass(frozen=True, slots=True)
class Begin:
    """What a switch set out to do, as far as undoing it needs to know.

    `container` says that the old engine ran a container just before.
    """

    wish: str
    time: str
    container: bool


@dataclass(frozen=True, slots=True)
class Journal:
    """A journal read back."""

    path: str
    begin: Begin
    inverses: tuple[Step, ...]
    commit: Generation | None
    undone: bool

    @property
    def open(self) -> bool:
        return self.commit is None and not self.undone


def begin(system: System, wish: str, *, container: bool) -> Journal:
    """A new journal, on disk."""
    numbers = [int(name.partition(".")[0]) for name in _names(system)]
    path = f"{system.layout.journal}/{max(numbers, default=0) + 1:06}.jsonl"
    opened = Begin(wish, system.now(), container)
    system.append(path, json.dumps({"begin": asdict(opened)}))
    return Journal(path, opened, (), None, undone=False)


def doing(system: System, journal: Journal, step: Step, inverse: Step) -> None:
    """To be called before the step is performed."""
    line = {"doing": steps.to_plain(step), "inverse": steps.to_plain(inverse)}
    system.append(journal.path, json.dumps(line))


def at_last(system: System, journal: Journal, step: Step) -> None:
    """What an undo has to end with, which is to be known if it is killed as well."""
    # A killed process may have left half a line: begin a new one.
    system.append(journal.path, "\n" + json.dumps({"at_last": steps.to_plain(step)}))


def commit(system: System, journal: Journal, generation: Generation) -> None:
    """The one commit point of a switch."""
    system.append(journal.path, json.dumps({"commit": generations.to_plain(generation)}))


def undone(system: System, journal: Journal) -> None:
    # A killed process may have left half a line: begin a new one.
    system.append(journal.path, "\n" + json.dumps({"undone": system.now()}))


def read_all(reader: Reader) -> tuple[Journal, ...]:
    """Every journal, oldest first; raises CorruptState."""
    return tuple(_read(reader, f"{reader.layout.journal}/{name}") for name in _names(reader))


def last(reader: Reader) -> Journal | None:
    """The newest journal, without reading the others: only it can be open."""
    names = _names(reader)
    return _read(reader, f"{reader.layout.journal}/{names[-1]}") if names else None


def _names(reader: Reader) -> tuple[str, ...]:
    return tuple(n for n in reader.names(reader.layout.journal) if n.endswith(".jsonl"))


def _read(reader: Reader, path: str) -> Journal:
    began, inverses = None, list[Step]()
    committed, undone, torn = None, False, 0
    for number, line in enumerate((reader.read(path) or b"").splitlines(), 1):
        if not line.strip():
            continue
        plain = _parsed(line)
        if plain is None and not _is_torn(line):
            raise CorruptState(reader.layout.real(path), f"line {number} is not JSON")
        if plain is None:
            torn = number
            continue
        if torn and not plain.keys() & {"undone", "at_last"}:
            raise CorruptState(reader.layout.real(path), f"line {torn} is not JSON")
        try:
            if "begin" in plain:
                began = _begin_from_plain(plain["begin"])
            _add(inverses, plain)
            if "commit" in plain:
                committed = _generation_from_plain(plain["commit"])
            undone = undone or "undone" in plain
        except (KeyError, TypeError, ValueError, BadVersion) as error:
            raise CorruptState(reader.layout.real(path), f"line {number}: {error!r}") from None
    # Killed before the first line was whole: nothing had been done yet.
    none = Begin("", "", container=False)
    return Journal(path, began or none, tuple(inverses), committed, undone or began is None)


def _add(inverses: list[Step], plain: Mapping[str, dict[str, object]]) -> None:
    """They are undone from the end on, so that what comes last stands first."""
    if "inverse" in plain:
        inverses.append(steps.from_plain(plain["inverse"]))
    if "at_last" in plain:
        inverses.insert(0, steps.from_plain(plain["at_last"]))


def _parsed(line: bytes) -> Mapping[str, dict[str, object]] | None:
    try:
        plain = json.loads(line)
    except ValueError:
        return None
    return plain if isinstance(plain, dict) else None


def _is_torn(line: bytes) -> bool:
    """Whether a kill or a power cut may have left it: the beginning of a line, or only its room."""
    return line.startswith(b"{") or not line.strip(b"\0")


def _begin_from_plain(plain: Mapping[str, object]) -> Begin:
    return Begin(str(plain["wish"]), str(plain["time"]), container=bool(plain["container"]))


def _generation_from_plain(plain: Mapping[str, object]) -> Generation:
    fields = dict(plain)
    if fields["version"] is not None:
        fields["version"] = Version.parse(str(fields["version"]))
    artifacts, names = fields["artifacts"], fields["names"]
    if not (isinstance(artifacts, list) and isinstance(names, list)):
        raise TypeError("artifacts and names are no lists")
    fields["names"] = tuple(names)
    fields["artifacts"] = tuple(
        Fetched(**{**each, "trust": Trust.of(each["trust"])}) for each in artifacts
    )
    for words in ("packages", "automatic"):
        fields[words] = tuple(cast("list[str]", fields.get(words) or []))
    left = cast("list[dict[str, str]]", fields.get("left") or [])
    fields["left"] = tuple(Left(each["data_root"], tuple(each["ids"])) for each in left)
    if fields.get("hold") is not None:
        fields["hold"] = Hold(**cast("dict[str, Any]", fields["hold"]))
    if fields.get("neighbour") is not None:
        fields["neighbour"] = neighbour.from_plain(cast("dict[str, object]", fields["neighbour"]))
    if fields.get("vm") is not None:
        fields["vm"] = vm.from_plain(cast("dict[str, object]", fields["vm"]))
    return Generation(**fields)  # type: ignore[arg-type]  # the dataclass refuses what is missing
