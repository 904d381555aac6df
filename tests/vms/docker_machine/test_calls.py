"""How docker-machine is run: what it gets of our environment, and that it always ends."""

import dataclasses
import os
from pathlib import Path

import pytest

from dockswitch.model.host import Host
from dockswitch.model.layout import Layout
from dockswitch.model.ports import Program
from dockswitch.system.here import Here
from dockswitch.vms.docker_machine import calls, errors
from tests.world import World

TELLS = '#!/bin/sh\nenv | sort\necho "words: $*"\necho "input: $(cat)"\n'


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Here:
    """A machine with a docker-machine that is what the test writes into bin/docker-machine."""
    program(tmp_path, TELLS)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:{os.environ['PATH']}")
    return Here(Layout.of_system(root=str(tmp_path)), Host("linux", "x86_64"))


def program(folder: Path, text: str) -> None:
    path = folder / "bin/docker-machine"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


def test_nothing_around_it_changes_what_it_does(
    here: Here, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("MACHINE_DRIVER", "VIRTUALBOX_BOOT2DOCKER_URL", "DOCKER_HOST", "MACHINE_DEBUG"):
        monkeypatch.setenv(name, "somebody-elses")
    monkeypatch.setenv("MACHINE_STORAGE_PATH", "relative")
    monkeypatch.setenv("ENGINE_REGISTRY_MIRROR", "https://mirror.example")
    lines = calls.ask(here, "docker-rc2", "status", "docker-rc2").out.splitlines()
    assert not [line for line in lines if "somebody-elses" in line or "relative" in line]
    assert f"MACHINE_STORAGE_PATH={tmp_path}/root/.docker/machine" in lines
    assert "MACHINE_BUGSNAG_API_TOKEN=no-report" in lines
    assert "ENGINE_REGISTRY_MIRROR=https://mirror.example" in lines
    assert "LC_ALL=C.UTF-8" in lines
    assert lines[-2:] == ["words: status docker-rc2", "input: "]


def test_one_that_does_not_end_is_ended_with_all_it_started(
    here: Here, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(
        tmp_path, f"#!/bin/sh\necho 'Waiting for SSH'\nsleep 60 & echo $! >{tmp_path}/p\nwait\n"
    )
    monkeypatch.setattr(calls, "LIMITS", {"stop": 1})
    with pytest.raises(errors.TooLong) as told:
        calls.act(here, "docker-rc2", "stop", "docker-rc2")
    assert "1 s" in told.value.message
    assert "Waiting for SSH" in told.value.details
    assert "docker-machine kill docker-rc2" in told.value.hint
    ends = here.monotonic() + 10  # it was killed, and is gone once the kernel gets to it
    while here.alive(int((tmp_path / "p").read_text())):
        assert here.monotonic() < ends
        here.pause(0.01)


def test_a_machine_without_it_is_told_where_to_get_it() -> None:
    with pytest.raises(errors.NoKeeper) as told:
        calls.program(World())
    assert "github.com/docker/machine" in told.value.hint
    assert told.value.exit == 18


def test_one_that_cannot_be_run_is_said_to_be_so(here: Here, tmp_path: Path) -> None:
    program(tmp_path, "\x7fELF of another processor\n")
    with pytest.raises(errors.NoKeeper) as told:
        calls.ask(here, "docker-rc2", "status", "docker-rc2")
    assert told.value.details


def test_on_windows_it_is_called_as_programs_are_there(monkeypatch: pytest.MonkeyPatch) -> None:
    class Windows(World):
        def program(self, name: str, path: str) -> Program | None:
            return Program(f"{path}\\{name}", "") if name.endswith(".exe") else None

    monkeypatch.setenv("PATH", "C:\\bin")
    world = Windows()
    world.host = dataclasses.replace(world.host, os="windows")
    assert calls.program(world) == "C:\\bin\\docker-machine.exe"
