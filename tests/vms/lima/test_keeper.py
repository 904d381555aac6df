"""Machines of Lima's in memory: switched, killed at every call, undone, refused."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable

import pytest

from dockswitch.backends import find
from dockswitch.model import wish
from dockswitch.model.errors import DockswitchError, NotAuthentic, SwitchUndone, Unreachable
from dockswitch.model.outcome import Outcome
from dockswitch.model.ports import Finished
from dockswitch.model.vm import Vm
from dockswitch.switching import history, journal, use
from dockswitch.switching.authentic import Accepted
from dockswitch.switching.options import Options, VmWish
from dockswitch.vms import record, steps, well
from dockswitch.vms.lima import Lima as Keeper
from dockswitch.vms.lima import errors
from tests.world import MIRROR, MOMENTS, Moment, World
from tests.world.commands import Quiet, catalog, go_back, mend
from tests.world.deaths import NEW, OLD, deaths
from tests.world.lima import Instance, Lima, failed, world_with_lima

OLDS, NEWS = f"dockswitch-{OLD.replace('+', '-')}", f"dockswitch-{NEW.replace('+', '-')}"
SHARED = VmWish(name="shared", in_place=True)


def world() -> World:
    return world_with_lima(stable=[OLD], test=[OLD, NEW])[0]


def lima(of: World) -> Lima:
    found = of.labs["limactl"]
    assert isinstance(found, Lima)
    return found


def switch(
    of: World,
    words: str,
    vm: VmWish = VmWish(),  # noqa: B008 -- frozen
    *,
    least: Accepted = Accepted(),  # noqa: B008 -- likewise
) -> Outcome:
    request = wish.parse(words.split(), tuple(catalog().channels))
    options = Options(source="static", vm=vm, accepted=least)
    return use.use(of, catalog, request, find("lima"), options, Quiet())[0]


def after(*versions: str, vm: VmWish = VmWish()) -> World:  # noqa: B008
    begun = world()
    for version in versions:
        switch(begun, version, vm)
    return begun


def is_whole(of: World) -> None:
    """What history says is in use answers, what is not in use rests, and nothing is left over."""
    now = history.newest(of)
    known = record.in_use(of)
    assert (known.vm if known else None) == now.vm
    if known is not None:
        assert now.version is not None
        assert known.folder == now.folder
        assert well.once(of, known.vm, now.version).reason is None
    running = [name for name, each in lima(of).instances.items() if each.status == "Running"]
    assert running == ([now.vm.name] if now.vm else [])
    assert {each.vm.name for each in record.every(of)} == set(lima(of).instances)
    assert not [each.path for each in journal.read_all(of) if each.open]
    assert not [path for path in of.files.entries if "tmp-" in path]


JOBS: dict[str, tuple[Callable[[], World], Callable[[World], object]]] = {
    "the first use": (world, lambda w: switch(w, NEW)),
    "a use": (lambda: after(OLD), lambda w: switch(w, NEW)),
    "one that is there": (lambda: after(OLD, NEW), lambda w: switch(w, OLD)),
    "in place": (lambda: after(OLD, vm=SHARED), lambda w: switch(w, NEW, SHARED)),
    "a rollback": (lambda: after(OLD, NEW), go_back),
    "a rollback in place": (lambda: after(OLD, NEW, vm=SHARED), go_back),
    "a rollback to before": (lambda: after(OLD), lambda w: go_back(w, 0)),
}


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("job", JOBS)
def test_after_a_kill_at_any_call_the_next_command_finds_one_whole_machine(
    job: str, moment: Moment
) -> None:
    begin, act = JOBS[job]
    for death in deaths(begin(), act, moment, least=5):
        mend(death.world)
        with death.told():
            is_whole(death.world)
            files = copy.deepcopy(death.world.files.entries)
            assert mend(death.world) is None
            assert death.world.files.entries == files
        if not death.came:
            act(death.world)
            is_whole(death.world)


def test_a_machine_for_each_version_costs_one_call_to_see_and_one_to_start() -> None:
    begun = after(OLD, NEW)
    assert {n: e.engine for n, e in lima(begun).instances.items()} == {OLDS: OLD, NEWS: NEW}
    lima(begun).calls.clear()
    assert switch(begun, NEW).changed is False
    assert set(lima(begun).calls) == {"list --format json"}
    switch(begun, OLD)
    acts = [each for each in lima(begun).calls if not each.startswith(("list", "shell"))]
    assert acts == [f"start {OLDS}", f"stop {NEWS}"]


def test_what_fails_once_is_cleaned_up_and_made_once_more() -> None:
    begun = world()
    lima(begun).faults = [("start", failed("did not receive an event with the `running` status"))]
    switch(begun, OLD)
    is_whole(begun)
    assert [each for each in lima(begun).calls if each.startswith("delete")]


@pytest.mark.parametrize("cut", ["create", "start", "copy", "shell"])
def test_what_fails_twice_leaves_nothing(cut: str) -> None:
    begun = after(OLD)
    fault = (f"{cut} ", failed("no space left on device"))
    lima(begun).faults = [fault, fault]
    with pytest.raises(SwitchUndone) as told:
        switch(begun, NEW)
    assert "no space left on device" in told.value.details + told.value.message
    is_whole(begun)
    assert list(lima(begun).instances) == [OLDS]


def test_an_engine_that_runs_no_container_is_undone() -> None:
    begun = after(OLD)
    lima(begun).runs_containers = False
    with pytest.raises(SwitchUndone) as told:
        switch(begun, NEW)
    assert "runs no container" in told.value.details + told.value.message
    is_whole(begun)


def test_what_is_broken_and_has_somebody_s_volumes_is_started_and_never_made_anew() -> None:
    begun = after(OLD)
    lima(begun).instances[OLDS].status = "Broken"
    lima(begun).calls.clear()
    switch(begun, OLD)
    is_whole(begun)
    assert not [each for each in lima(begun).calls if each.startswith(("create", "delete"))]


def test_somebody_else_s_machine_is_left_alone() -> None:
    begun = world()
    lima(begun).instances["shared"] = Instance("Running", OLD)
    begun.files.write(f"{begun.layout.lima}/shared/lima.yaml", b"")
    with pytest.raises(steps.NotOurs) as told:
        switch(begun, NEW, SHARED)
    assert "adopt --backend lima --machine shared" in told.value.hint
    assert lima(begun).instances["shared"] == Instance("Running", OLD)


def test_a_spoiled_yaml_is_named_and_nothing_is_made_anew() -> None:
    begun = after(OLD)
    begun.files.write(f"{begun.layout.lima}/{OLDS}/lima.yaml", None)
    with pytest.raises(errors.SpoiledStore) as told:
        switch(begun, OLD)
    assert f"/m/h/.lima/{OLDS}/lima.yaml" in told.value.details
    assert OLDS in lima(begun).instances


def test_a_socket_s_path_that_is_too_long_is_said_before_anything_is_made() -> None:
    begun = world()
    with pytest.raises(SwitchUndone) as told:
        switch(begun, OLD, VmWish(name="x" * 70, in_place=True))
    assert "ssh.sock" in told.value.details
    assert "LIMA_HOME" in told.value.hint
    assert lima(begun).instances == {}


def test_an_engine_of_the_first_cgroups_gets_no_guest_with_the_second() -> None:
    begun, _ = world_with_lima(stable=[NEW, "18.09.9"])
    url = f"{MIRROR}/linux/static/stable/x86_64/docker-18.09.9.tgz"
    least = Accepted(digests=frozenset({hashlib.sha256(url.encode()).hexdigest()}))
    switch(begun, NEW, SHARED)
    with pytest.raises(DockswitchError) as told:
        switch(begun, "18.09.9", SHARED)
    assert told.value.exit == 18
    assert "noble" in told.value.details
    switch(begun, "18.09.9", least=least)
    name = begun.layout.vm_record("lima", "dockswitch-18.09.9")
    assert begun.read(f"{name}/guest") == b"ubuntu focal\n"


@pytest.mark.parametrize(
    ("finished", "error", "code"),
    [
        (Finished(127, "", "limactl: not found"), errors.NoLima, 1),
        (Finished(1, "", "limactl: must not run as the root user\n"), errors.NotAsRoot, 2),
        (failed("vmType `vz` is not a registered driver"), errors.NoSuchDriver, 18),
        (
            failed('exec: "qemu-img": executable file not found in $PATH'),
            errors.NoQemu,
            18,
        ),
        (failed("failed to download `u`: expected digest `a`, got `b`"), NotAuthentic, 12),
        (failed("failed to download `u`: 404"), Unreachable, 17),
        (failed("instance is protected to prohibit accidental removal"), errors.Protected, 1),
        (failed("host agent process has exited: exit status 1"), errors.NotStarted, 1),
        (failed("what nobody knew"), errors.LimaFailed, 1),
    ],
)
def test_what_limactl_says_becomes_an_error_with_a_way_out(
    finished: Finished, error: type[DockswitchError], code: int
) -> None:
    made = errors.of("create", "m", finished)
    assert isinstance(made, error)
    assert made.exit == code
    assert made.hint


def test_without_limactl_nothing_is_tried() -> None:
    begun = World(stable=[OLD])
    begun.layout = world().layout
    begun.answers["limactl"] = lambda _: Finished(127, "", "limactl: not found")
    with pytest.raises(errors.NoLima):
        switch(begun, OLD)


def test_a_driver_that_limactl_does_not_list_is_refused_before_anything_is_fetched() -> None:
    begun = world()
    lima(begun).faults = [("create --list-drivers", Finished(0, "qemu\n", ""))]
    with pytest.raises(errors.NoSuchDriver) as told:
        Keeper().refuse_unfit(begun, "vz")
    assert "qemu" in told.value.details


def test_a_client_is_told_where_the_engine_answers() -> None:
    begun = after(OLD)
    told = well.variables(begun, Vm("lima", OLDS))
    assert told == {"DOCKER_HOST": f"unix:///m/h/.lima/{OLDS}/sock/docker.sock"}
