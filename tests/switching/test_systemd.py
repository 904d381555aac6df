"""Switches on a machine that systemd runs: killed or cut from power at any call."""

import copy
import dataclasses
from collections.abc import Callable

import pytest

from dockswitch.engine import unit_files
from dockswitch.engine.drop_ins import OtherEngine
from dockswitch.engine.unit_files import ForeignUnit, Masked
from dockswitch.model.errors import SwitchUndone
from dockswitch.switching import history, journal
from tests.world import MOMENTS, Manners, Moment, World
from tests.world.commands import boot, go_back, mend, start, stop, switch
from tests.world.deaths import NEW, OLD, after, deaths, jobs
from tests.world.truth import answering, in_use, is_whole, nothing_is_left

DOCKER, SOCKET = "/etc/systemd/system/docker.service", "/etc/systemd/system/docker.socket"
WANTS = "/etc/systemd/system/multi-user.target.wants"


def machine() -> World:
    world = World("", stable=[OLD], test=[OLD, NEW])
    world.host = dataclasses.replace(world.host, init="systemd")
    return world


def after_old() -> World:
    return after(machine(), OLD)


JOBS = jobs(machine)
EVERY = pytest.mark.parametrize(("name", "begin", "job"), JOBS, ids=[job[0] for job in JOBS])


def is_whole_here(world: World, *, stopped: bool = False) -> None:
    """As everywhere; and systemd's units are there for that version alone, and read."""
    is_whole(world, stopped=stopped)
    now, services = history.newest(world), world.services
    service = (world.read(DOCKER) or b"").decode()
    assert (f"ExecStart={now.folder}/dockerd " in service) == (now.version is not None)
    for unit in ("docker.service", "docker.socket", "dockswitch-recover.service"):
        there = now.version is not None
        assert (unit_files.ours(world, unit) is not None) == there
        target = "sockets" if unit == "docker.socket" else "multi-user"
        link = f"/etc/systemd/system/{target}.target.wants/{unit}"
        assert (world.link(link) is not None) == there
    if not stopped:
        assert services.listens == now.running
        for unit, read in services.loaded.items():
            assert read.text == unit_files.ours(world, unit), f"systemd knows another {unit}"


@pytest.mark.parametrize("moment", MOMENTS)
@EVERY
def test_after_a_kill_at_any_call_the_next_command_finds_one_whole_version(
    name: str, begin: Callable[[], World], job: Callable[[World], object], moment: Moment
) -> None:
    for death in deaths(begin(), job, moment, least=20):
        mend(death.world)
        with death.told():
            is_whole_here(death.world)


@pytest.mark.parametrize("moment", MOMENTS)
@EVERY
def test_after_a_power_cut_at_any_call_it_boots_with_one_whole_version(
    name: str, begin: Callable[[], World], job: Callable[[World], object], moment: Moment
) -> None:
    begun = begin()
    before = in_use(begun)
    for death in deaths(begun, job, moment, least=20):
        world = death.world
        world.power_cut()
        boot(world)
        with death.told():
            now = history.newest(world)
            assert answering(world) == (str(now.version) if now.version else None)
            assert in_use(world) in (before, NEW, OLD, None)
            mend(world)
            if now.version is None:
                # No engine is there to remove what a health check left; the next one's does.
                world.data.clear()
            is_whole_here(world)


def test_the_old_engine_is_back_at_boot_before_anybody_asks() -> None:
    world = after_old()
    with world.dies_at(_start_of(world, NEW), "before"):
        switch(world, NEW)
    assert not world.engines
    world.power_cut()
    boot(world)
    assert not [each for each in journal.read_all(world) if each.open]
    nothing_is_left(world)
    is_whole_here(world)
    assert answering(world) == OLD


def test_containers_that_an_undo_would_start_do_not_hold_up_a_boot() -> None:
    world = after_old()
    world.has_container("no")
    with world.dies_at(_start_of(world, NEW), "before"):
        switch(world, NEW)
    world.power_cut()
    boot(world)
    assert not [each for each in journal.read_all(world) if each.open]
    assert answering(world) == OLD


def test_an_engine_that_does_not_start_is_undone_with_its_last_words_and_no_limit() -> None:
    world = after_old()
    world.manners[NEW] = Manners(dies="failed to start daemon: no such driver")
    for _ in range(5):  # more than systemd counts
        with pytest.raises(SwitchUndone) as failure:
            switch(world, NEW)
        assert "no such driver" in failure.value.details
        is_whole_here(world)
    assert answering(world) == OLD


def test_switches_in_a_row_meet_no_start_limit() -> None:
    world = after(machine(), OLD, NEW)
    for wanted in (OLD, NEW) * 3:
        switch(world, wanted)
        is_whole_here(world)


def test_an_engine_is_stopped_with_its_socket_and_started_again() -> None:
    world = after_old()
    stop(world)
    assert not world.services.listens
    is_whole_here(world, stopped=True)
    assert start(world).version == OLD
    is_whole_here(world)


def test_a_unit_of_somebody_else_s_is_refused_by_name_before_anything_stops() -> None:
    world = machine()
    world.write(DOCKER, b"[Service]\nExecStart=/usr/bin/dockerd\n")
    with pytest.raises(ForeignUnit, match=DOCKER):
        switch(world, NEW)
    assert in_use(world) is None
    assert world.read(DOCKER) == b"[Service]\nExecStart=/usr/bin/dockerd\n"


def test_a_masked_unit_is_refused() -> None:
    world = machine()
    world.point(DOCKER, "/dev/null")
    with pytest.raises(Masked):
        switch(world, NEW)


def test_what_the_owner_disabled_stays_disabled() -> None:
    world = after_old()
    world.point(f"{WANTS}/docker.service", None)
    switch(world, NEW)
    assert world.link(f"{WANTS}/docker.service") is None
    assert answering(world) == NEW


def test_an_owner_s_drop_in_is_kept_and_one_with_another_engine_refused() -> None:
    world = after_old()
    proxy, other = f"{DOCKER}.d/proxy.conf", f"{DOCKER}.d/other.conf"
    world.write(proxy, b"[Service]\nEnvironment=HTTP_PROXY=http://proxy\n")
    switch(world, NEW)
    world.write(other, b"[Service]\nExecStart=\nExecStart=/usr/bin/dockerd -H fd://\n")
    pids = [each.pid for each in world.engines]
    with pytest.raises(OtherEngine, match=other):
        switch(world, OLD)
    assert [each.pid for each in world.engines] == pids
    world.write(other, None)
    switch(world, OLD)
    assert world.read(proxy)


def test_with_hosts_in_daemon_json_there_is_no_socket_unit() -> None:
    world = after_old()
    hosts = b'{"hosts": ["unix:///run/docker.sock", "tcp://127.0.0.1:2375"]}'
    world.write(world.layout.engine_config, hosts)
    switch(world, NEW)
    assert world.read(SOCKET) is None
    assert b"docker.socket" not in (world.read(DOCKER) or b"")
    assert b"fd://" not in (world.read(DOCKER) or b"")


def test_a_machine_with_a_containerd_service_shares_it() -> None:
    world = machine()
    world.write("/usr/lib/systemd/system/containerd.service", b"[Service]\n")
    switch(world, NEW)
    text = (world.read(DOCKER) or b"").decode()
    assert "--containerd /run/containerd/containerd.sock" in text
    assert "Wants=network-online.target containerd.service" in text


def test_the_group_is_created_and_stays() -> None:
    world = machine()
    switch(world, NEW)
    assert world.services.groups == {"docker"}
    go_back(world, 0)
    assert world.services.groups == {"docker"}


def test_an_engine_of_dockswitch_s_own_supervision_is_taken_over_or_comes_back() -> None:
    world = World("", stable=[OLD], test=[OLD, NEW])
    switch(world, OLD)
    world.host = dataclasses.replace(world.host, init="systemd")
    world.manners[NEW] = Manners(dies="no")
    with pytest.raises(SwitchUndone):
        switch(world, NEW)
    assert answering(world) == OLD
    assert world.read(DOCKER) is None
    world.manners.clear()
    switch(world, NEW)
    is_whole_here(world)


def _start_of(world: World, wanted: str) -> int:
    """The call that starts docker.service in such a switch, counted from 1."""
    probe = copy.deepcopy(world)
    probe.acts = []
    switch(probe, wanted)
    return probe.acts.index("systemctl start docker.service") + 1
