"""Engines that came as packages before dockswitch: left by apt, gone back to, and moved between."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from dockswitch.model import package_names
from tests.integration import package
from tests.integration.apt_holdings import AptRepository
from tests.integration.apt_index import release, write_packages
from tests.integration.apt_machine import Apt
from tests.integration.apt_signing import SigningKey
from tests.integration.packaged import Story

pytestmark = [pytest.mark.engine, pytest.mark.xdist_group("systemd")]

_DEBIANS = ("docker.io", "containerd", "runc")
#: They came along with the engine, as apt notes it where it installs them itself.
_CAME_ALONG = ("containerd", "runc", "tini")
_UNITS = ["systemctl", "is-enabled", "docker.service", "docker.socket", "containerd.service"]
_DEBIAN = "/srv/debian"


@pytest.fixture
def story(apt: Apt, apt_repository: AptRepository) -> Story:
    return Story.of(apt, apt_repository)


def test_debians_engine_is_adopted_and_replaced_as_one_set_and_comes_back_as_it_was(
    story: Story, packages: Path, tmp_path: Path
) -> None:
    package.install(story.machine, packages)
    story.machine.shell(["apt-mark", "auto", *_CAME_ALONG])
    # a state that no package leaves by itself
    story.machine.shell(["systemctl", "disable", "docker.socket"])
    debians, units = story.installed(), _units(story)
    version = _answers(story)
    kept = story.run_container()

    refused = story.refused(1, "use", "edge", "--backend", "apt")
    assert "the package docker.io" in refused
    assert "`dockswitch adopt` takes it over" in refused
    assert story.installed() == debians
    story.machine.run("adopt").ended(0)

    edge = story.newest("edge")
    done = story.use("edge")
    assert (done["backend"], done["from"], done["to"]) == ("apt", version, edge.version)
    story.serves(edge, kept)
    story.has(edge, *edge.packages)
    assert not set(_DEBIANS) & story.installed().keys()

    _offer(story, packages, tmp_path)
    assert story.use("distro")["channel"] == "distro"
    story.serves(version, kept)
    assert not set(package_names.DOCKERS) & story.installed().keys()
    story.is_as_told()
    assert story.machine.run("rollback").ended(0).plain["to"] == edge.version
    story.serves(edge, kept)

    story.machine.shell(["rm", "-r", _DEBIAN])
    with story.without_mirror():
        story.use("system")
    story.serves(version, kept)
    assert (story.installed(), _units(story)) == (debians, units)
    assert story.automatic() >= set(_CAME_ALONG)
    assert "docker.io" not in story.automatic()
    story.is_as_told()


def test_dockers_own_packages_are_what_was_there_before_and_their_source_is_used(
    story: Story, apt_repository: AptRepository
) -> None:
    first, newest = apt_repository.starting("stable")[1], story.newest("test")
    apt = Apt(story.machine)
    apt.use_source(apt_repository, "stable", "test")
    apt.install(first)
    kept = story.run_container()
    before = story.installed()

    old = next(each for each in apt_repository.releases if not each.answers)
    looked = story.machine.told("use", "stable", old.version, "--no-start", "--check").ended(10)
    assert "docker.sources" in looked.out
    key = looked.out.replace(" ", "")
    assert apt_repository.fingerprint in key
    # the engine is left alone, though every package of it is another
    left = story.use("stable", old.version, "--no-start")
    assert (left["restarted"], left["to"]) == (False, old.version)
    assert story.installed()[package_names.ENGINE] == old.packages[package_names.ENGINE]
    assert package_names.CLIENT not in story.installed()
    assert story.machine.attempt(["test", "-e", "/usr/sbin/policy-rc.d"]).returncode == 1
    assert story.machine.shell(["ls", "/etc/apt/sources.list.d"]).split() == ["docker.sources"]

    story.use("stable", first.version, "--no-start")
    story.has(first)
    story.use("test", newest.version, "--experimental", "--no-hold")
    story.serves(newest, kept)
    assert (_experimental(story), story.held()) == ("true", set())
    story.use("test", newest.version, "--no-hold")
    assert _experimental(story) == "false"
    assert "an engine out of packages has the machine's data-root" in story.refused(
        2, "use", first.version, "--data", "separate"
    )

    links = story.use(first.version, "--backend", "static")
    assert links["backend"] == "static"
    story.serves(first, kept)
    assert "docker" in story.machine.shell(["ls", "/usr/local/bin"])
    story.machine.run("rollback").ended(0)
    story.serves(newest, kept)
    assert story.machine.shell(["ls", "/usr/local/bin"]) == ""
    story.is_as_told()

    story.use("stable", "--client-only", "--package", "docker-buildx-plugin-")
    stable = story.newest("stable")
    story.has(stable, package_names.CLIENT)
    story.has(newest, package_names.ENGINE)
    story.serves(newest, kept)
    story.is_as_told()

    story.use("system")
    story.serves(first, kept)
    assert story.installed() == before
    story.is_as_told()


def _offer(story: Story, packages: Path, folder: Path) -> None:
    """An archive as Debian's, in apt's sources, with these packages."""
    suite, arch = story.repository.suite, story.repository.arch
    pool = folder / "dists" / suite / "pool/main" / arch
    shutil.copytree(packages, pool)
    write_packages(folder, suite, "main", arch)
    key = SigningKey.make()
    key.sign(folder / "dists" / suite, release(folder, suite, ["main"], arch))
    shutil.copytree(folder, f"{story.machine.root}{_DEBIAN}")
    keyring = "/etc/apt/keyrings/debian.asc"
    story.machine.write(keyring, key.public.decode())
    line = f"deb [signed-by={keyring}] file:{_DEBIAN} {suite} main\n"
    story.machine.write("/etc/apt/sources.list.d/debian.list", line)
    story.machine.shell(["apt-get", "update"])


def _units(story: Story) -> str:
    return story.machine.attempt(_UNITS).stdout


def _answers(story: Story) -> str:
    return story.machine.shell(["docker", "version", "--format", "{{.Server.Version}}"]).strip()


def _experimental(story: Story) -> str:
    asked = ["docker", "version", "--format", "{{.Server.Experimental}}"]
    return story.machine.shell(asked).strip()
