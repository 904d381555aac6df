"""The apt repository that tests build is one for real apt, and its engines run."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterator

import pytest

from dockswitch.model.spellings import from_deb
from tests.integration.apt_holdings import COMPONENTS, AptRepository, Packaged
from tests.integration.apt_machine import Apt
from tests.integration.program import Dockswitch
from tests.integration.server import serve

pytestmark = [pytest.mark.engine, pytest.mark.xdist_group("systemd")]

_BACKEND = ("--backend", "apt", "--for", "debian:bookworm/amd64")


@pytest.fixture
def listing(program: Dockswitch, apt_repository: AptRepository) -> Iterator[Dockswitch]:
    """dockswitch with the repository as its mirror, and with its key as a site would have it."""
    with serve(apt_repository.root) as server:
        channels = program.root / "channels.yaml"
        channels.write_text(apt_repository.channels_yaml(server.url))
        settings = {"DOCKSWITCH_CHANNELS": str(channels)}
        yield dataclasses.replace(program, mirror=server.url, settings=settings)


def test_the_versions_of_its_packages_are_recognised_as_their_engines(
    apt_repository: AptRepository,
) -> None:
    for each in apt_repository.releases:
        assert str(from_deb(each.packages["docker-ce"])) == each.version
    assert all(each.answers == each.version for each in apt_repository.starting("test"))
    assert len(apt_repository.starting("stable")) > 1


def test_dockswitch_lists_it_and_trusts_it_as_signed(
    listing: Dockswitch, apt_repository: AptRepository
) -> None:
    for channel in COMPONENTS:
        listed = listing.run("list-remote", channel, *_BACKEND).ended(0).plain["releases"]
        there = [each.version for each in apt_repository.releases if channel in each.channels]
        assert [each["version"] for each in listed] == there
    found = listing.run("resolve", "stable", *_BACKEND).ended(0).plain
    assert found["trust"] == "signed"
    assert found["version"] == apt_repository.starting("stable")[-1].version


def test_what_it_serves_is_what_it_announces(apt_repository: AptRepository) -> None:
    text = (apt_repository.dists / "test/binary-amd64/Packages").read_text()
    for stanza in text.strip().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in stanza.strip().splitlines())
        deb = (apt_repository.debian / fields["Filename"]).read_bytes()
        assert hashlib.sha256(deb).hexdigest() == fields["SHA256"]


def test_apt_installs_upgrades_downgrades_and_removes_engines_that_run(
    apt: Apt, apt_repository: AptRepository
) -> None:
    stable, test = (apt_repository.starting(channel)[-1] for channel in ("stable", "test"))
    oldest = apt_repository.starting("edge")[0]
    apt.use_source(apt_repository, "stable")
    apt.install(stable)
    _runs(apt, stable)
    apt.use_source(apt_repository, "test")
    apt.install(test)
    _runs(apt, test)
    apt.install(oldest)
    _runs(apt, oldest)
    apt.get("remove", *oldest.packages)
    assert apt.machine.attempt(["systemctl", "is-active", "docker"]).stdout == "inactive\n"


def test_apt_crosses_the_split_of_the_packages_both_ways(
    apt: Apt, apt_repository: AptRepository
) -> None:
    old = next(each for each in apt_repository.releases if not each.answers)
    new = apt_repository.starting("stable")[-1]
    apt.use_source(apt_repository, "stable")
    apt.install(new)
    apt.install(old)
    # The client's package breaks the old engine's; containerd and the plug-ins are left alone.
    assert "docker-ce-cli" not in apt.installed()
    assert apt.installed().items() >= old.packages.items()
    apt.install(new)
    _runs(apt, new)


def _runs(apt: Apt, wanted: Packaged) -> None:
    """Fail unless that release is installed, started by systemd, and runs a container."""
    assert apt.installed().items() >= wanted.packages.items()
    assert apt.machine.shell(["systemctl", "is-active", "docker"]) == "active\n"
    told = json.loads(apt.machine.shell(["docker", "version", "--format", "{{json .}}"]))
    assert (told["Client"]["Version"], told["Server"]["Version"]) == (wanted.answers,) * 2
    apt.run_container()
