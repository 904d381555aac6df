"""Where the engine came by apt, another is tried out of signed packages, unknown to apt."""

from __future__ import annotations

import pytest

from tests.integration.apt_holdings import AptRepository
from tests.integration.apt_machine import CONTAINER, Apt
from tests.integration.packaged import Story

pytestmark = [pytest.mark.engine, pytest.mark.xdist_group("systemd")]

_ASKS = ("--", "docker", "version", "--format", "{{.Server.Version}}")


def test_a_release_is_tried_beside_an_engine_of_packages(
    apt: Apt, apt_repository: AptRepository
) -> None:
    story = Story.of(apt, apt_repository)
    stable, test = story.newest("stable"), story.newest("test")
    story.use("stable")
    container = story.run_container()
    had = story.installed()
    said = story.machine.told("try", "test", test.version, *_ASKS).ended(0)
    assert said.out == f"{test.version}\n"
    kept = story.machine.run("try", test.version, "--keep", "rc").ended(0).plain
    assert (kept["version"], kept["trust"]) == (test.version, "signed")
    # and its containers run below cgroups of their own, whoever makes those of the machine
    inside = ("try", "--in", "rc", "--", "sh", "-c", CONTAINER)
    assert "tini" in story.machine.told(*inside).ended(0).out
    # whoever is not there to end it: the machine itself
    story.machine.reboot()
    story.machine.run("recover").ended(0)
    assert story.machine.run("list", "--trials").ended(0).plain["trials"] == []
    assert story.installed() == had
    story.serves(stable, container)
