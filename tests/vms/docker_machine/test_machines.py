"""Machines are made, switched in place, turned on and off, and removed."""

import json
from collections.abc import Sequence

import pytest

from dockswitch.model.ports import Finished, Tls
from dockswitch.model.vm import Vm
from dockswitch.vms import Listed, record, steps
from dockswitch.vms.docker_machine import errors, places
from tests.vms.docker_machine import lab as labs
from tests.vms.docker_machine.lab import KEEPER, LABELLESS, NAME, NEW, OLD, Lab, Meets
from tests.world import World

STORE = "/root/.docker/machine/machines"


def boot2docker_url(world: World) -> str:
    content = world.files.read(f"{STORE}/{NAME}/config.json")
    assert content is not None
    return str(json.loads(content)["Driver"]["Boot2DockerURL"])


def make(world: World, version: str = OLD, *flags: str) -> None:
    """As the step does it: its record is there before."""
    vm = Vm("machine", NAME, "virtualbox", flags)
    folder = labs.bundle(world, version)
    record.write(world, record.Record(vm, folder, made=True, since=world.now()))
    KEEPER.make(world, vm, folder)


def test_one_that_is_made_runs_from_an_image_of_its_own() -> None:
    world, lab = labs.made()
    make(world, OLD, "--virtualbox-memory", "2048")
    assert lab.booted == {NAME: OLD}
    own = f"{world.layout.vm_record('machine', NAME)}/boot2docker.iso"
    assert world.files.read(own) == labs.image(OLD)
    assert boot2docker_url(world) == f"file://{world.layout.real(own)}"
    assert lab.calls[-1][3:5] == ("--virtualbox-memory", "2048")
    assert KEEPER.state(world, NAME) == "running"
    reach = KEEPER.reach(world, NAME)
    certs = world.layout.real(f"{STORE}/{NAME}")
    assert reach.socket == Tls("127.0.77.2", 2376, certs)
    assert reach.variables == {
        "DOCKER_TLS_VERIFY": "1",
        "DOCKER_HOST": "tcp://127.0.77.2:2376",
        "DOCKER_CERT_PATH": certs,
        "DOCKER_MACHINE_NAME": NAME,
    }
    assert KEEPER.runs_container(world, NAME) is None


def test_its_image_is_ours_to_choose_whatever_flags_there_are() -> None:
    world, lab = labs.made()
    make(world, OLD, "--virtualbox-boot2docker-url", "https://elsewhere.example/b2d.iso")
    assert lab.booted == {NAME: OLD}


def test_a_new_store_begins_without_crash_reports_and_one_that_is_there_is_left() -> None:
    world, _ = labs.made()
    make(world)
    assert world.files.kind("/root/.docker/machine/no-error-report") == "file"
    world, _ = labs.made()
    world.files.folder("/root/.docker/machine")
    make(world)
    assert world.files.kind("/root/.docker/machine/no-error-report") is None


def failing(verb: str, *, times: int, code: int = 1, err: str = "it failed\n") -> Meets:
    """The first calls of a verb say that instead of doing anything."""
    left = [times]

    def meets(words: Sequence[str]) -> Finished | None:
        if words[0] != verb or "--help" in words or not left[0]:
            return None
        left[0] -= 1
        return Finished(code, "", err)

    return meets


def cutting(lab: Lab, *, times: int, moment: str = "machine started") -> Meets:
    """The first creations are cut short at that moment, as by a time limit."""
    left = [times]

    def meets(words: Sequence[str]) -> Finished | None:
        if words[0] != "create" or "--help" in words or not left[0]:
            return None
        left[0] -= 1
        lab.cuts_at = moment
        store = {"MACHINE_STORAGE_PATH": "/m/root/.docker/machine"}
        lab.cut_short(("docker-machine", *words), store)
        return Finished(124, "Waiting for SSH to be available...\n", "")

    return meets


def test_a_failed_creation_is_cleaned_up_and_done_once_more() -> None:
    world, lab = labs.made()
    lab.meets = cutting(lab, times=1)
    make(world)
    assert lab.booted == {NAME: OLD}
    assert lab.verbs() == ["create", "create", "rm", "create"]


def test_one_that_fails_twice_leaves_nothing_and_says_why() -> None:
    world, lab = labs.made()
    lab.meets = cutting(lab, times=2)
    with pytest.raises(errors.TooLong) as told:
        make(world)
    assert "Waiting for SSH" in told.value.details
    assert not lab.vms()
    assert KEEPER.state(world, NAME) == "absent"
    assert lab.verbs() == ["create", "create", "rm", "create", "rm"]


def test_what_a_driver_refuses_beforehand_is_not_tried_again() -> None:
    world, lab = labs.made()
    said = 'Error with pre-create check: "This computer doesn\'t have VT-X/AMD-v enabled."\n'
    lab.meets = failing("create", times=1, code=3, err=said)
    with pytest.raises(errors.NoVTx):
        make(world)
    assert lab.verbs() == ["create", "create"]


def test_one_that_somebody_made_meanwhile_is_left_alone() -> None:
    world, lab = labs.with_foreign(NEW)
    with pytest.raises(errors.AlreadyThere):
        make(world)
    assert lab.booted == {NAME: NEW}
    assert "rm" not in lab.verbs()


def test_where_cleaning_fails_the_way_back_is_kept_and_said() -> None:
    world, lab = labs.made()
    cuts = cutting(lab, times=1)

    def meets(words: Sequence[str]) -> Finished | None:
        if words[0] == "rm":
            # `rm -f` exits with 0 whatever it did
            return Finished(0 if "-f" in words else 1, "", 'Error removing host "x": busy\n')
        return cuts(words)

    lab.meets = meets
    with pytest.raises(errors.TooLong) as told:
        make(world)
    assert f"{NAME} could not be removed" in told.value.details
    assert "busy" in told.value.details
    assert labs.known(world).made
    assert lab.verbs()[2:] == ["rm", "rm", "rm"]
    lab.meets = lambda _: None
    KEEPER.remove(world, NAME)
    assert KEEPER.state(world, NAME) == "absent"


@pytest.mark.parametrize("runs", [True, False])
@pytest.mark.parametrize("version", [NEW, LABELLESS])
def test_a_swap_in_place_gives_it_another_engine_that_stays(version: str, *, runs: bool) -> None:
    world, lab = labs.with_machine(OLD, runs=runs)
    url = boot2docker_url(world)
    KEEPER.swap(world, NAME, labs.bundle(world, version))
    assert lab.booted == {NAME: version}
    assert boot2docker_url(world) == url
    assert ("upgrade" in lab.verbs()) == runs
    assert labs.by_hand(world, lab, "upgrade", NAME).code == 0
    assert lab.booted == {NAME: version}


@pytest.mark.parametrize(
    "said",
    [
        'Unable to query docker version: Get "https://127.0.77.2:2376/v1.15/version": EOF\n',
        "Unable to query docker version: 400 Bad Request: client version 1.15 is too old.\n",
        "Too many retries waiting for SSH to be available.\n",
    ],
)
def test_an_engine_that_upgrade_cannot_talk_to_is_replaced_all_the_same(said: str) -> None:
    world, lab = labs.with_machine(OLD)
    lab.meets = failing("upgrade", times=1, err=said)
    KEEPER.swap(world, NAME, labs.bundle(world, NEW))
    assert lab.booted == {NAME: NEW}
    assert labs.by_hand(world, lab, "upgrade", NAME).code == 0
    assert lab.booted == {NAME: NEW}


def test_a_guest_that_does_not_heed_stop_is_turned_off() -> None:
    world, lab = labs.with_machine(OLD)

    def meets(words: Sequence[str]) -> Finished | None:
        return Finished(124, "", "") if words[0] in ("upgrade", "stop") else None

    lab.meets = meets
    KEEPER.swap(world, NAME, labs.bundle(world, NEW))
    assert lab.booted == {NAME: NEW}
    assert "kill" in lab.verbs()


def test_one_whose_image_was_elsewhere_is_not_reverted_by_an_upgrade() -> None:
    world, lab = labs.with_foreign(OLD)
    before = world.files.read(f"{STORE}/{NAME}/config.json")
    KEEPER.swap(world, NAME, labs.bundle(world, NEW))
    assert lab.booted == {NAME: NEW}
    assert labs.by_hand(world, lab, "upgrade", NAME).code == 0
    assert lab.booted == {NAME: NEW}
    after = world.files.read(f"{STORE}/{NAME}/config.json")
    assert before is not None
    assert after is not None
    was, now = json.loads(before), json.loads(after)
    assert now["Driver"].pop("Boot2DockerURL") != was["Driver"].pop("Boot2DockerURL")
    assert now == was


def test_on_windows_its_image_is_served_and_replaced_by_hand() -> None:
    world, lab = labs.on_windows()
    place = f"{world.layout.vm_record('machine', NAME)}/{places.IMAGE}"
    lab.network[f"http://127.0.0.1:49152/served{place}"] = labs.image(OLD)
    make(world)
    assert lab.booted == {NAME: OLD}
    lab.calls.clear()
    KEEPER.swap(world, NAME, labs.bundle(world, NEW))
    assert lab.booted == {NAME: NEW}
    assert "upgrade" not in lab.verbs()
    assert KEEPER.reach(world, NAME).variables["DOCKER_CERT_PATH"].startswith("C:")


def test_what_is_so_already_is_no_failure() -> None:
    world, lab = labs.with_machine(OLD)
    KEEPER.start(world, NAME)
    assert lab.booted == {NAME: OLD}
    KEEPER.stop(world, NAME)
    KEEPER.stop(world, NAME)
    assert KEEPER.state(world, NAME) == "stopped"
    with pytest.raises(errors.HostNotRunning):
        KEEPER.reach(world, NAME)
    assert KEEPER.runs_container(world, NAME) is not None
    KEEPER.start(world, NAME)
    assert lab.booted == {NAME: OLD}


def test_removing_is_tried_twice_and_believed_only_when_it_is_gone() -> None:
    world, lab = labs.with_machine(OLD)
    said = f"Error removing host \"{NAME}\": invalid character '{{' after top-level value\n"
    lab.meets = failing("rm", times=1, err=said)
    KEEPER.remove(world, NAME)
    assert not lab.vms()
    assert lab.calls == [("rm", "-y", NAME), ("rm", "-y", NAME)]


def test_one_that_is_not_ours_is_never_removed_by_force() -> None:
    world, lab = labs.with_foreign(OLD)
    lab.meets = failing("rm", times=9)
    with pytest.raises(errors.StillThere) as told:
        KEEPER.remove(world, NAME)
    assert "it failed" in told.value.details
    assert ("rm", "-f", NAME) not in lab.calls


@pytest.mark.parametrize("content", [None, b"{broken"])
def test_what_is_ours_and_has_no_sound_config_is_removed_by_force(content: bytes | None) -> None:
    world, lab = labs.with_machine(OLD)
    world.files.write(f"{STORE}/{NAME}/config.json", content)
    KEEPER.remove(world, NAME)
    assert KEEPER.state(world, NAME) == "absent"
    assert lab.calls == [("rm", "-f", NAME)]


def test_a_store_that_crashes_docker_machine_is_said_to_be_at_fault() -> None:
    world, _ = labs.with_machine(OLD)
    path = f"{STORE}/other/config.json"
    world.files.write(path, b"{}")
    with pytest.raises(errors.SpoiledStore) as told:
        KEEPER.listed(world)
    assert told.value.path == world.layout.real(path)
    assert KEEPER.state(world, NAME) == "running"
    with pytest.raises(errors.SpoiledStore):
        KEEPER.state(world, "other")


def test_all_are_listed_by_name() -> None:
    world, lab = labs.with_machine(OLD)
    steps.make_so(world, labs.step(world, NEW, name="a-second"))
    labs.by_hand(world, lab, "stop", NAME)
    assert KEEPER.listed(world) == (
        Listed("a-second", "virtualbox", "running", NEW),
        Listed(NAME, "virtualbox", "stopped", ""),
    )


@pytest.mark.parametrize(
    "moment",
    ["folder made", "config written", "image fetched", "machine made", "machine started"],
)
def test_one_whose_making_was_cut_short_is_half_made(moment: str) -> None:
    world, lab = labs.made()
    lab.meets = cutting(lab, times=9, moment=moment)
    flag = "--virtualbox-boot2docker-url"
    image = f"{labs.bundle(world, OLD)}/{places.IMAGE}"
    url = f"file://{world.layout.real(image)}"
    labs.by_hand(world, lab, "create", "-d", "virtualbox", flag, url, NAME)
    assert KEEPER.state(world, NAME) == "half-made"


def test_one_whose_virtual_machine_was_deleted_behind_its_back_is_half_made() -> None:
    world, lab = labs.with_machine(OLD)
    world.files.write(f"/root/.docker/machine/hypervisor/{NAME}.json", None)
    assert not lab.vms()
    assert KEEPER.state(world, NAME) == "half-made"


@pytest.mark.parametrize("word", ["", "Error", "Timeout"])
def test_a_state_that_says_nothing_is_not_guessed(word: str) -> None:
    world, lab = labs.with_machine(OLD)
    lab.meets = lambda words: Finished(0, f"{word}\n", "") if words[0] == "status" else None
    with pytest.raises(errors.Unclear):
        KEEPER.state(world, NAME)


def test_a_look_costs_one_call_and_none_where_there_is_nothing() -> None:
    world, lab = labs.with_machine(OLD)
    assert KEEPER.state(world, "nosuch") == "absent"
    assert not lab.calls
    KEEPER.state(world, NAME)
    KEEPER.reach(world, NAME)
    assert lab.verbs() == ["status", "env"]
