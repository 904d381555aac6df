"""How the machines stand that docker-machine knows."""

from dockswitch.model.ports import Reader
from dockswitch.vms import Listed, State
from dockswitch.vms.docker_machine import calls, config, places
from dockswitch.vms.docker_machine.errors import Unclear, VmGone

# as libmachine/state/state.go of docker/machine names them; the rest is no state to decide by
_STATES: dict[str, State] = {
    "Running": "running",
    "Starting": "running",
    "Paused": "stopped",
    "Saved": "stopped",
    "Stopped": "stopped",
    "Stopping": "stopped",
}
_ROW = r"{{.Name}}\t{{.State}}\t{{.DriverName}}\t{{.DockerVersion}}"
_PATIENCE = "5"  # seconds that `ls` waits for each engine


def state(reader: Reader, name: str) -> State:
    """One call for a machine that was made to its end, none for any other.

    Never by `ls`, which a single spoiled config.json of another machine crashes.
    """
    if reader.kind(places.folder(reader.layout, name)) is None:
        return "absent"
    if _cut_short(reader, name):
        return "half-made"
    try:
        word = calls.asked(reader, name, "status", name).strip()
    except VmGone:
        return "half-made"
    if word not in _STATES:
        raise Unclear(name, word)
    return _STATES[word]


def listed(reader: Reader) -> tuple[Listed, ...]:
    """What docker-machine lists, by name. Raises SpoiledStore where that crashes it."""
    out = calls.asked(reader, "", "ls", "-t", _PATIENCE, "--format", _ROW)
    rows = (line.split("\t") for line in out.splitlines())
    found = (_listed(*row) for row in rows if len(row) == 4)
    return tuple(sorted(found, key=lambda each: each.name))


def _cut_short(reader: Reader, name: str) -> bool:
    """Whether its making was: docker-machine writes its config.json, gets its image, boots that,
    and makes the engine's certificate; what was killed in between is never healed by itself.
    """
    if config.read(reader, name) is None:
        return True
    wanted = (places.image(reader.layout, name), places.certificate(reader.layout, name))
    return any(reader.kind(path) is None for path in wanted)


def _listed(name: str, word: str, driver: str, version: str) -> Listed:
    told = "" if version == "Unknown" else version.removeprefix("v")
    return Listed(name, driver, _STATES.get(word, "half-made"), told)
