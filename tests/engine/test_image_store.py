"""Which store an engine would take, as the engines themselves decide."""

import pytest

from dockswitch.engine.daemon_config import DaemonConfig
from dockswitch.engine.data_root import DataRoot
from dockswitch.engine.image_store import Choice, asked, foreseen
from dockswitch.model.layout import Layout
from dockswitch.model.stores import SERVICE
from dockswitch.model.version import Version
from dockswitch.system.here import Here
from tests.engine.server import engine

LAYOUT = Layout.of_system()
SNAPSHOTTER = {"features": {"containerd-snapshotter": True}}
GRAPH = {"features": {"containerd-snapshotter": False}}


@pytest.mark.parametrize(
    ("version", "keys", "prior", "store"),
    [
        ("20.10.24", {}, (), ""),
        ("20.10.24", {}, ("aufs",), "aufs"),
        ("20.10.24", {"storage-driver": "vfs"}, (), "vfs"),
        ("20.10.24", SNAPSHOTTER, ("overlay2",), "overlay2"),
        ("23.0.6", {"storage-driver": "devicemapper"}, ("devicemapper",), "devicemapper"),
        ("24.0.0", {}, ("aufs",), ""),
        ("25.0.0", {}, ("devicemapper", "overlay2"), "overlay2"),
        ("28.5.2", {}, ("overlay2",), "overlay2"),
        ("28.5.2", {}, (), ""),
        ("28.5.2", SNAPSHOTTER, ("overlay2",), "containerd"),
        ("28.5.2", {"features": {"buildkit": True}}, ("overlay2",), "overlay2"),
        ("29.0.0", {}, (), "containerd"),
        ("29.0.0", {}, ("overlay2",), "overlay2"),
        ("29.0.0", {}, ("vfs",), "containerd"),
        ("29.0.0", SNAPSHOTTER, ("overlay2",), "containerd"),
        ("29.0.0", GRAPH, (), ""),
        ("29.0.0", {"storage-driver": "overlay2"}, (), "overlay2"),
        ("29.0.0", {"storage-driver": "overlayfs"}, (), "containerd"),
        ("29.0.0", {"userns-remap": "default"}, (), ""),
    ],
)
def test_an_engine_takes_one(
    version: str, keys: dict[str, object], prior: tuple[str, ...], store: str
) -> None:
    assert chosen(version, keys, prior) == Choice(store)


@pytest.mark.parametrize(
    ("version", "keys", "prior", "why"),
    [
        ("25.0.0", {"storage-driver": "devicemapper"}, (), "it knows no storage driver"),
        ("20.10.24", {}, ("aufs", "overlay2"), "it finds the data of aufs and overlay2"),
        ("23.0.6", {}, ("aufs",), "the aufs storage driver only where daemon.json names it"),
    ],
)
def test_one_that_would_not_start_is_known_to(
    version: str, keys: dict[str, object], prior: tuple[str, ...], why: str
) -> None:
    found = chosen(version, keys, prior)
    assert found is not None
    assert why in (found.why_not or "")


def test_an_engine_that_is_told_of_the_machine_s_containerd_uses_that(machine: Here) -> None:
    argv = ["dockerd", "--containerd", "/run/containerd/containerd.sock"]
    config = DaemonConfig.of({}, LAYOUT, LAYOUT.engine_config)
    found = foreseen(Version.parse("29.0.0"), config, DataRoot("/var/lib/docker"), argv)
    assert found == Choice(SERVICE)
    said = {"DriverStatus": [["driver-type", "io.containerd.snapshotter.v1"]]}
    socket = machine.layout.socket
    with engine(machine.layout.real(socket), {"GET /info": (200, said)}):
        assert asked(machine, socket, argv) == SERVICE


def test_of_a_nightly_nothing_is_known() -> None:
    assert chosen("0.0.0-20190727010531-15bdbd7", {}, ("overlay2",)) is None


@pytest.mark.parametrize(
    ("said", "store"),
    [
        ({"Driver": "overlay2", "DriverStatus": [["Backing Filesystem", "extfs"]]}, "overlay2"),
        (
            {
                "Driver": "overlayfs",
                "DriverStatus": [["driver-type", "io.containerd.snapshotter.v1"]],
            },
            "containerd",
        ),
        ({}, None),
    ],
)
def test_an_engine_that_runs_is_asked(said: object, store: str | None, machine: Here) -> None:
    socket = machine.layout.socket
    with engine(machine.layout.real(socket), {"GET /info": (200, said)}):
        assert asked(machine, socket) == store
    assert asked(machine, socket) is None


def chosen(version: str, keys: dict[str, object], prior: tuple[str, ...]) -> Choice | None:
    config = DaemonConfig.of(keys, LAYOUT, LAYOUT.engine_config)
    data = DataRoot("/var/lib/docker", prior=frozenset(prior))
    return foreseen(Version.parse(version), config, data)
