"""What the integration tests share: real engines, apart from the machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration import apt_repository as repositories
from tests.integration import package, rootfs, systemd_machine
from tests.integration.apt_holdings import AptRepository
from tests.integration.apt_machine import Apt
from tests.integration.archive import ArchiveMissing, PackagesMissing
from tests.integration.holdings import Mirror
from tests.integration.kept import beside_mirror
from tests.integration.mirror import build
from tests.integration.namespace import isolated, machine_network, short_root
from tests.integration.needs import (
    demand,
    why_no_namespaces,
    why_no_packages,
    why_no_systemd_machine,
)
from tests.integration.program import Dockswitch
from tests.integration.server import MirrorServer, serve
from tests.integration.stock import Stock
from tests.integration.systemd_machine import Machine


@pytest.fixture(scope="session")
def isolation() -> None:
    """This process is in namespaces of its own; see `isolated`."""
    demand(why_no_namespaces())
    isolated()


@pytest.fixture(scope="session")
def mirror() -> Mirror:
    """The mirror in DOCKSWITCH_TEST_MIRROR or `.cache/mirror`, built if it is not there."""
    demand(why_no_namespaces())
    try:
        # The process may be isolated already, and building downloads.
        with machine_network():
            return build(beside_mirror("mirror"))
    except ArchiveMissing as error:
        demand(str(error))
        raise


@pytest.fixture
def mirror_server(isolation: None, mirror: Mirror) -> Iterator[MirrorServer]:
    """The mirror, served in this process's own network; its requests and faults are the test's."""
    with serve(mirror.root) as server:
        yield server


@pytest.fixture
def root(isolation: None) -> Iterator[Path]:
    """A short folder for an engine; what the test leaves running there is ended, and told."""
    with short_root() as folder:
        yield folder


@pytest.fixture
def program(root: Path, mirror_server: MirrorServer) -> Dockswitch:
    """dockswitch below a fresh root, with the mirror."""
    return Dockswitch(root, mirror_server.url)


@pytest.fixture(scope="session")
def stock(isolation: None, mirror: Mirror) -> Iterator[Stock]:
    """The mirror's versions, installed once by this process."""
    with short_root() as folder:
        yield Stock(folder, mirror.root)


@pytest.fixture(scope="session")
def machine_files(isolation: None) -> Path:
    """The files of a Debian machine with systemd, beside the mirror; built if not there."""
    demand(why_no_systemd_machine())
    try:
        with machine_network():
            return rootfs.build(beside_mirror("systemd"))
    except ArchiveMissing as error:
        demand(str(error))
        raise


@pytest.fixture
def machine(machine_files: Path, mirror: Mirror) -> Iterator[Machine]:
    """A machine with systemd, booted for this test alone."""
    with systemd_machine.booted(machine_files, mirror.root) as running:
        yield running


@pytest.fixture(scope="session")
def apt_repository(mirror: Mirror) -> AptRepository:
    """A signed apt repository of the mirror's engines, in `apt` beside it; built if not there."""
    demand(why_no_packages())
    try:
        with machine_network():
            return repositories.build(beside_mirror("apt"), mirror)
    except (ArchiveMissing, PackagesMissing) as error:
        demand(str(error))
        raise


@pytest.fixture
def apt(machine_files: Path, apt_repository: AptRepository) -> Iterator[Apt]:
    """apt on a machine with systemd that has no engine; its mirror is the apt repository's host."""
    with systemd_machine.booted(machine_files, apt_repository.root) as running:
        yield Apt(running)


@pytest.fixture(scope="session")
def cloud_init(machine_files: Path) -> Path:
    """cloud-init and what it imports, beside the machine's files."""
    try:
        with machine_network():
            folder = machine_files.parent.with_name("cloud-init")
            return package.fetch(folder, machine_files, package.CLOUD_INIT)
    except (ArchiveMissing, PackagesMissing) as error:
        demand(str(error))
        raise


@pytest.fixture(scope="session")
def packages(machine_files: Path) -> Path:
    """docker.io and what it wants, beside the machine's files."""
    try:
        with machine_network():
            return package.fetch(machine_files.parent.with_name("packages"), machine_files)
    except (ArchiveMissing, PackagesMissing) as error:
        demand(str(error))
        raise
