"""A mirror for all tests, and a program with a root of its own for each."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli import mirror as mirrors
from tests.cli.program import Program
from tests.system.server import Server, serving


@pytest.fixture(scope="session")
def mirror(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a mirror; its address is `file://` and this."""
    return mirrors.build(tmp_path_factory.mktemp("mirror"))


@pytest.fixture
def server(mirror: Path) -> Iterator[Server]:
    """The mirror over HTTP."""
    with serving(mirrors.answers(mirror)) as started:
        yield started


@pytest.fixture
def bare() -> Iterator[Program]:
    """The program as it comes: nothing is set, and nothing can be reached.

    The root is a short one, as engines want it: a switch is refused under a long one.
    """
    with tempfile.TemporaryDirectory(prefix="dk-", dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)  # some tests look as somebody else
        for each in ("home", "root"):
            (folder / each).mkdir()
        for each in ("docker-compose", "docker-buildx"):  # whether or not the machine has them
            plugin = folder / "home/.docker/cli-plugins" / each
            plugin.parent.mkdir(parents=True, exist_ok=True)
            plugin.touch(0o755)
        yield Program(folder / "home", folder / "root", {"DOCKSWITCH_MIRROR": "file:///nowhere"})


@pytest.fixture
def program(bare: Program, mirror: Path) -> Program:
    """The program with the mirror."""
    return bare.given(DOCKSWITCH_MIRROR=f"file://{mirror}")


@pytest.fixture
def using(program: Program) -> Callable[..., Program]:
    """The program after these releases were switched to, one after the other."""

    def after(*specs: str) -> Program:
        for spec in specs:
            said = program("use", *spec.split(), "--no-start")
            assert said.code == 0, said.err
        return program

    return after
