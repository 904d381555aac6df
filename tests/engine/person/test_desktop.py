"""Docker Desktop on WSL 2, by facts that people recorded: docker/for-win#6441, #12642, #5096.

No such machine is at hand: that the facts are still so on one of today is not shown here.
"""

import pytest

from dockswitch.engine.person import desktop
from dockswitch.engine.preflight import kernel
from dockswitch.model.host import Host
from tests.world import World

TOOLS = "/mnt/wsl/docker-desktop/cli-tools/usr/bin/docker"


def wsl(release: str, **programs: str) -> World:
    world = World(root="")
    world.surroundings["/proc/sys/kernel/osrelease"] = f"{release}\n".encode()
    world.programs |= programs
    return world


@pytest.mark.parametrize(
    "programs",
    [
        {"/usr/bin/docker": TOOLS, TOOLS: TOOLS},
        {TOOLS: TOOLS},
        {TOOLS: TOOLS, "/usr/bin/docker": "/usr/bin/docker"},
    ],
)
def test_its_integration_is_named_with_the_place_to_turn_it_off(programs: dict[str, str]) -> None:
    world = wsl("5.10.102.1-microsoft-standard-WSL2", **programs)
    (found,) = desktop.findings(world)
    assert found.error is not None
    assert "Docker Desktop" in found.what
    assert "WSL integration" in found.hint


def test_wsl_without_it_and_machines_that_are_no_wsl_are_well() -> None:
    assert desktop.findings(wsl("5.15.153.1-microsoft-standard-WSL2")) == ()
    assert desktop.findings(wsl("6.1.0-18-amd64", **{"/usr/bin/docker": TOOLS})) == ()


def test_wsl_1_has_no_kernel_for_an_engine() -> None:
    def found(release: str) -> list[str]:
        return [each.what for each in kernel.findings(Host("linux", "x86_64", kernel=release))]

    assert "WSL 1" in found("4.4.0-19041-Microsoft")[0]
    assert found("5.10.102.1-microsoft-standard-WSL2") == []
