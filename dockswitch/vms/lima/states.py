"""How the instances of Lima stand: one call tells of all of them.

`limactl list --format json` prints an object a line, with `name`, `status` (Running, Stopped,
Broken, Uninitialized, Installing or nothing), `vmType`, `errors`, and `config` where its lima.yaml
could be read (pkg/limatype/lima_instance.go). Before 2.1 it ends with 1 at the first folder without
a lima.yaml: `unable to load instance NAME`.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dockswitch.model.ports import Reader
from dockswitch.vms import Listed, State, record
from dockswitch.vms.lima import calls, errors, notes

_STATES: Mapping[str, State] = {"Running": "running", "Stopped": "stopped"}


@dataclass(frozen=True, slots=True)
class Instance:
    """As limactl lists it; `readable` says that its lima.yaml is."""

    name: str
    status: str
    driver: str
    errors: tuple[str, ...] = field(default=())
    readable: bool = True


def state(reader: Reader, name: str) -> State:
    """One of ours whose making did not end is half-made, however it stands.

    One that is broken and was made is as if it were stopped: `start` mends it. Raises SpoiledStore.
    """
    found = {each.name: each for each in instances(reader)}.get(name)
    if found is None:
        return "absent"
    known = record.read(reader, "lima", name)
    if known is not None and known.made and not notes.is_made(reader, name):
        return "half-made"
    if not found.readable:
        if known is None:
            return "half-made"
        path = f"{calls.folder(reader, name)}/lima.yaml"
        raise errors.SpoiledStore(reader.layout.real(path), "; ".join(found.errors) or "unreadable")
    return _STATES.get(found.status, "half-made" if known is None else "stopped")


def listed(reader: Reader) -> tuple[Listed, ...]:
    return tuple(
        Listed(each.name, each.driver, _STATES.get(each.status, "half-made"))
        for each in instances(reader)
    )


def status(reader: Reader, name: str) -> str:
    """In Lima's own words; empty for none."""
    found = {each.name: each for each in instances(reader)}.get(name)
    return found.status if found else ""


def instances(reader: Reader) -> Sequence[Instance]:
    """All of them; raises NoLima and SpoiledStore."""
    finished = calls.ask(reader, "list", "--format", "json")
    if finished.code == errors.NOT_FOUND:
        raise errors.NoLima
    if finished.code != 0:
        return _without_yaml(reader, errors.told(finished))
    try:
        return [_instance(json.loads(line)) for line in finished.out.splitlines() if line.strip()]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        home = reader.layout.real(reader.layout.lima)
        raise errors.SpoiledStore(home, f"`limactl list` says what is no list: {error!r}") from None


def _instance(plain: Mapping[str, object]) -> Instance:
    said = plain.get("errors") or ()
    if not isinstance(said, list | tuple):
        raise TypeError("errors is no list")
    return Instance(
        str(plain["name"]),
        str(plain.get("status", "")),
        str(plain.get("vmType", "")),
        tuple(str(each) for each in said),
        # `config` is long, and left out of some versions' output where nothing else is wrong
        readable="config" in plain or not said,
    )


def _without_yaml(reader: Reader, said: str) -> Sequence[Instance]:
    """What an older limactl does not list: it stops at a folder that a killed `create` left.

    Only where that is ours it is known to be nothing else. Raises SpoiledStore.
    """
    home = reader.layout.lima
    names = [each for each in reader.names(home) if not each.startswith((".", "_"))]
    empty = [each for each in names if reader.kind(f"{home}/{each}/lima.yaml") is None]
    ours = [each for each in empty if record.read(reader, "lima", each) is not None]
    if "unable to load instance" not in said or not ours or ours != empty:
        raise errors.SpoiledStore(reader.layout.real(home), said)
    return [
        Instance(each, "Broken" if each in ours else "", "", (said,) if each in ours else ())
        for each in names
    ]
