"""Which driver runs a machine, and by which flag it is told of an image."""

import dataclasses
from collections.abc import Sequence

import pytest

from dockswitch.model.ports import Finished
from dockswitch.model.vm import Vm
from dockswitch.vms import record
from dockswitch.vms.docker_machine import DockerMachine, drivers, errors
from tests.world import World

MACHINE = "/usr/bin/docker-machine"
HELP = """Usage: docker-machine create [OPTIONS] [arg...]

Options:
   --engine-storage-driver \t\tSpecify a storage driver to use with the engine
   --{driver}-boot2docker-url \t\tThe URL of the boot2docker image. [${variable}]
   --{driver}-cpu-count "1"\t\tnumber of CPUs for the machine
"""
GENERIC = "Options:\n   --generic-ip-address \t\tIP Address of machine [$GENERIC_IP_ADDRESS]\n"


def world(*programs: str, os: str = "linux") -> tuple[World, list[Sequence[str]]]:
    """One with these programs besides docker-machine, and what that one is asked."""
    asked: list[Sequence[str]] = []

    def answers(argv: Sequence[str]) -> Finished:
        asked.append(argv[1:])
        driver = argv[3]
        return Finished(0, GENERIC if driver == "odd" else HELP.replace("{driver}", driver), "")

    made = World()
    made.host = dataclasses.replace(made.host, os=os)
    end = ".exe" if os == "windows" else ""
    for name in ("docker-machine", *programs):
        made.programs[f"/usr/bin/{name}{end}"] = f"/usr/bin/{name}{end}"
    made.answers[f"{MACHINE}{end}"] = answers
    return made, asked


@pytest.mark.parametrize(
    ("os", "programs", "driver"),
    [
        ("linux", ("VBoxManage",), "virtualbox"),
        ("mac", ("VBoxManage", "docker-machine-driver-kvm"), "virtualbox"),
        ("windows", ("VBoxManage",), "virtualbox"),
        ("windows", (), "hyperv"),
        ("linux", ("docker-machine-driver-qemu",), "qemu"),
        ("linux", ("docker-machine-driver-qemu", "docker-machine-driver-kvm"), "kvm"),
    ],
)
def test_what_fits_the_system_and_is_there_is_taken(
    os: str, programs: tuple[str, ...], driver: str
) -> None:
    made, _ = world(*programs, os=os)
    assert drivers.default(made) == driver


@pytest.mark.parametrize("driver", ["virtualbox", "hyperv", "vmwarefusion", "qemu", "kvm"])
def test_the_flag_of_a_driver_is_asked_for(driver: str) -> None:
    made, _ = world()
    assert drivers.flag(made, driver) == f"--{driver}-boot2docker-url"


@pytest.mark.parametrize("driver", ["none", "generic", "amazonec2"])
def test_one_that_boots_no_image_is_refused_and_nobody_asked(driver: str) -> None:
    made, asked = world()
    with pytest.raises(errors.NoImageDriver):
        DockerMachine().refuse_unfit(made, driver)
    assert not asked


def test_a_plugin_that_boots_no_image_is_refused() -> None:
    made, _ = world("docker-machine-driver-odd")
    with pytest.raises(errors.NoImageDriver) as told:
        DockerMachine().refuse_unfit(made, "odd")
    assert "odd" in told.value.message


def test_a_plugin_that_is_not_there_is_said_to_be_missing() -> None:
    made, asked = world()
    with pytest.raises(errors.NoDriver) as told:
        DockerMachine().refuse_unfit(made, "qemu")
    assert "docker-machine-driver-qemu" in told.value.details
    assert not asked


@pytest.mark.parametrize("driver", ["", "virtualbox"])
def test_virtualbox_that_is_not_there_is_seen_before_anything_is_fetched(driver: str) -> None:
    made, asked = world()
    with pytest.raises(errors.VBoxManageMissing):
        DockerMachine().refuse_unfit(made, driver)
    assert not asked


def test_on_windows_docker_machine_itself_knows_where_virtualbox_is() -> None:
    made, _ = world(os="windows")
    DockerMachine().refuse_unfit(made, "virtualbox")


def test_a_driver_that_a_machine_of_ours_has_costs_no_question() -> None:
    made, asked = world("docker-machine-driver-qemu")
    DockerMachine().refuse_unfit(made, "qemu")
    assert len(asked) == 1
    vm = Vm("machine", "dockswitch-17.06.0-ce", "qemu")
    record.write(made, record.Record(vm, "/i/17.06.0-ce-a", made=True, since=made.now()))
    DockerMachine().refuse_unfit(made, "qemu")
    assert len(asked) == 1
