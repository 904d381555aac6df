"""What holds of a world after every command, whatever happened before it."""

from dockswitch.backends import find
from dockswitch.engine import api, running
from dockswitch.switching import history, journal
from tests.world import World
from tests.world.publishers import names_of


def answering(world: World) -> str | None:
    """The version that answers on the machine's socket."""
    identity = api.identity(world, world.layout.socket)
    return str(identity.version) if identity else None


def in_use(world: World) -> str | None:
    """The version that `current` leads to."""
    version = find("static").installed(world).version
    return str(version) if version else None


def is_whole(world: World, *, stopped: bool = False) -> None:
    """Exactly one version is there, linked, running and answering; nothing is left over."""
    now = history.newest(world)
    version = str(now.version) if now.version else None
    layout = world.layout
    assert in_use(world) == version
    wanted = names_of(now.version) if now.version else ()
    assert set(find("static").installed(world).names) == set(wanted)
    assert set(world.names(layout.bin)) == set(wanted)
    for name in wanted:
        assert world.read(f"{layout.bin}/{name}") == f"{name} {version}".encode()
    runs = running.running(world)
    assert (runs is not None) == (now.running and not stopped)
    assert len(world.engines) <= 1
    if runs is not None:
        assert runs.argv[0] == f"{layout.real(now.folder)}/dockerd"
        assert answering(world) == version
    elif now.version is None and now.neighbour is not None and now.neighbour.runs:
        assert answering(world) == now.neighbour.version
    nothing_is_left(world)


def nothing_is_left(world: World) -> None:
    """No temporary name, no trash, no open journal, nothing of a health check or a proof."""
    layout = world.layout
    assert not [path for path in world.files.entries if "tmp-" in path]
    assert not world.names(layout.trash)
    assert not [path for path in (layout.proof, layout.proof_exec_root) if world.kind(path)]
    assert not world.cgroups
    assert not [each.path for each in journal.read_all(world) if each.open]
    for data in world.data.values():
        assert not [each for each in data.images.values() if each]
        assert not [each for each in data.containers.values() if each.labels]
