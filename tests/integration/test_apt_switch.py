"""Channels by apt, up and down, with one container through all of it."""

from __future__ import annotations

import pytest

from dockswitch.model import package_names
from dockswitch.model.api_range import number
from tests.integration import rootfs
from tests.integration.apt_holdings import AptRepository
from tests.integration.apt_machine import Apt
from tests.integration.packaged import Story

pytestmark = [pytest.mark.engine, pytest.mark.xdist_group("systemd")]

_CONTAINERD = package_names.CONTAINERD
#: They are as large as all the rest, and one story shows them.
_NO_PLUGINS = ("--package", "docker-buildx-plugin-", "--package", "docker-compose-plugin-")


@pytest.fixture
def story(apt: Apt, apt_repository: AptRepository) -> Story:
    return Story.of(apt, apt_repository)


def test_a_container_runs_behind_every_switch_between_channels_and_nothing_is_left(
    story: Story,
) -> None:
    edge, stable, test = (story.newest(channel) for channel in ("edge", "stable", "test"))
    _looks_before(story)
    first = story.use("edge")
    assert (first["backend"], first["trust"], first["to"]) == ("apt", "signed", edge.version)
    kept = story.run_container()
    story.has(edge, *edge.packages)

    _looks_at_what_stops(story)
    up = story.use("test", test.version, *_NO_PLUGINS)
    assert (up["from"], up["to"], up["restarted"]) == (edge.version, test.version, True)
    story.serves(test, kept)
    story.has(test, *package_names.RELEASE, _CONTAINERD)
    assert story.component() == "test"
    same = story.use("test", test.version, *_NO_PLUGINS)
    assert (same["changed"], same["generation"]) == (False, 2)
    _an_exact_version_is_held(story)

    story.machine.run("install", "stable").ended(0)
    with story.without_mirror():
        assert story.use(stable.version)["to"] == stable.version
    story.serves(stable, kept)
    story.has(stable, *package_names.RELEASE)
    # a newer containerd serves it too
    story.has(test, _CONTAINERD)
    assert story.use("stable")["restarted"] is False
    assert (story.component(), story.held()) == ("stable", set())
    assert _every_command_tells_the_same(story, stable.version) == kept

    back = story.machine.run("rollback", "1").ended(0).plain
    assert (back["to"], back["restarted"]) == (edge.version, True)
    story.serves(edge, kept)
    story.has(edge, *edge.packages)
    assert story.component() == "edge"
    assert story.machine.run("rollback").ended(0).plain["to"] == stable.version
    story.serves(stable, kept)
    story.has(test, _CONTAINERD)
    story.is_as_told()

    story.use("system")
    story.is_bare()


def _looks_before(story: Story) -> None:
    """An ordinary user sees what would be done on a machine that has no source yet."""
    newest = story.newest("stable")
    looked = story.machine.run("use", "stable", "--check", as_user=rootfs.PERSON).ended(10).plain
    assert (looked["backend"], looked["to"]) == ("apt", newest.version)
    (installs,) = (step for step in looked["steps"] if step.startswith("install "))
    assert set(installs.split()[1:]) == {f"{n}={v}" for n, v in newest.packages.items()}
    assert looked["api"]["before"] is None
    assert looked["api"]["after"]["newest"]
    assert story.installed() == {}
    unknown = story.refused(11, "use", "stable", "--package", f"{_CONTAINERD}=9.9", "--check")
    assert newest.packages[_CONTAINERD] in unknown
    # nothing but the archive has that version, and below a root there is only that
    below = ["use", newest.version, "--check", "--root", "/tmp/below"]
    assert story.machine.run(*below).ended(10).plain["backend"] == "static"


def _looks_at_what_stops(story: Story) -> None:
    """Whoever counts on the engine is told what becomes of it, and of its API."""
    newer = ["use", story.newest("test").version, "--check"]
    looked = story.machine.told(*newer, as_user=rootfs.ADMIN).ended(10)
    assert "the engine would answer API" in looked.out
    looked = story.machine.run(*newer).ended(10)
    assert looked.plain["impact"] == ["container kept (app) stops and starts again"]
    newest = [looked.plain["api"][when]["newest"] for when in ("before", "after")]
    assert number(newest[0]) < number(newest[1])


def _an_exact_version_is_held(story: Story) -> None:
    assert story.held() == set(story.installed())
    held = story.machine.run("status").ended(0).plain["held"]
    assert held["asked"] is False
    # another's hold is respected, and named
    story.machine.run("unhold").ended(0)
    story.machine.shell(["apt-mark", "hold", _CONTAINERD])
    refused = story.refused(1, "use", "edge", "--package", f"{_CONTAINERD}=1.4.13-1")
    assert f"{_CONTAINERD} is held, and not by dockswitch" in refused
    assert story.machine.run("status").ended(0).plain["held"]["foreign"] == [_CONTAINERD]
    story.machine.shell(["apt-mark", "unhold", _CONTAINERD])


def _every_command_tells_the_same(story: Story, version: str) -> str:
    """The commands that look at an engine, or stop it and start it; the container behind them."""
    run = story.machine.run
    assert run("which", "dockerd").ended(0).plain["path"] == "/usr/bin/dockerd"
    assert run("current").ended(0).plain["version"] == version
    there = {each["version"] for each in run("list").ended(0).plain["installed"]}
    assert there == {story.newest(channel).version for channel in ("edge", "stable", "test")}
    told = story.machine.told("run", version, "--", "docker", "--version").ended(0)
    assert version in told.out
    assert run("outdated").ended(0).plain["outdated"] is False
    assert run("upgrade").ended(0).plain["changed"] is False
    assert story.held() == set()
    assert "is in use" in story.refused(1, "uninstall", version)
    run("daemon", "stop").ended(0)
    assert run("daemon", "status").ended(1).plain["version"] is None
    assert run("status", "--exit-code").ended(10).plain["drift"]
    run("daemon", "start").ended(0)
    assert run("daemon", "restart").ended(0).plain["version"] == version
    assert "API listen on" in str(run("daemon", "logs").ended(0).plain)
    story.is_as_told()
    return story.machine.shell(["docker", "ps", "--quiet"]).strip()
