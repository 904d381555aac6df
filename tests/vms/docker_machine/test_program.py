"""With docker-machine as a program and engines that answer over TLS: made, switched, killed."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from dockswitch.model.host import Host
from dockswitch.model.layout import Layout
from dockswitch.model.version import Version
from dockswitch.system.here import Here
from dockswitch.vms import record, steps, well
from tests.standins.docker_machine.placed import Placed, placed
from tests.vms.docker_machine.lab import KEEPER, NAME, NEW, OLD, image, step


@pytest.fixture
def standin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Placed]:
    with placed(tmp_path) as standin:
        (standin.folder / "VBoxManage").touch(0o755)
        monkeypatch.setenv("PATH", f"{standin.folder}:{os.environ['PATH']}")
        yield standin


@pytest.fixture
def here(tmp_path: Path) -> Here:
    here = Here(Layout.of_system(root=str(tmp_path / "m")), Host("linux", "x86_64"))
    for version in (OLD, NEW):
        folder = Path(here.layout.real(step(here, version).folder))
        folder.mkdir(parents=True)
        (folder / "boot2docker.iso").write_bytes(image(version))
    return here


def test_a_machine_is_made_switched_in_place_and_removed(here: Here, standin: Placed) -> None:
    steps.make_so(here, step(here, OLD))
    vm = step(here, OLD).vm
    assert well.asked(here, vm, Version.parse(OLD)).reason is None
    assert well.runs_container(here, vm) is None
    before = steps.observed(here, step(here, NEW))
    steps.make_so(here, step(here, NEW))
    assert well.asked(here, vm, Version.parse(NEW)).reason is None
    steps.make_so(here, before)
    assert well.asked(here, vm, Version.parse(OLD)).reason is None
    assert len(standin.running()) == 1
    steps.make_so(here, step(here, ""))
    assert not standin.running()
    assert KEEPER.state(here, NAME) == "absent"
    assert record.every(here) == ()


def test_one_that_hangs_is_ended_and_what_it_left_is_removed(
    here: Here, standin: Placed, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dockswitch.vms.docker_machine import calls, errors

    monkeypatch.setenv("DOCKSWITCH_STANDIN_HOLDS_AT", "machine started")
    monkeypatch.setattr(calls, "LIMITS", {**calls.LIMITS, "create": 3})
    with pytest.raises(errors.TooLong):
        steps.make_so(here, step(here, OLD))
    assert KEEPER.state(here, NAME) == "absent"
    assert not standin.running()
