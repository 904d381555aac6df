"""A machine that somebody else made is taken over, with a way back to what it had."""

import pytest

from dockswitch.backends import bundles
from dockswitch.model.trust import Trust
from dockswitch.model.version import Version
from dockswitch.vms import steps
from dockswitch.vms.docker_machine import adopt, config, errors, places
from dockswitch.vms.steps import NotOurs
from tests.vms.docker_machine import lab as labs
from tests.vms.docker_machine.lab import LABELLESS, NAME, NEW, OLD


@pytest.mark.parametrize("runs", [True, False])
def test_its_image_is_kept_as_that_of_its_version(*, runs: bool) -> None:
    world, lab = labs.with_foreign("17.03.1-ce", runs=runs)
    before = config.read(world, NAME)
    taken = adopt.adopted(world, NAME)
    assert not taken.made
    assert taken.vm.driver == "virtualbox"
    kept = bundles.read(world, taken.folder)
    assert kept is not None
    assert kept.version == Version.parse("17.03.1-ce")
    assert kept.keeper == "machine"
    assert kept.trust is Trust.TLS
    assert kept in bundles.kept(world, "machine")
    assert world.files.read(f"{taken.folder}/{places.IMAGE}") == labs.image("17.03.1-ce")
    assert config.read(world, NAME) == before
    assert set(lab.verbs()) == {"status"}
    assert adopt.adopted(world, NAME) == taken


def test_one_whose_label_names_no_version_is_asked_where_it_runs() -> None:
    world, _ = labs.with_foreign(LABELLESS)
    assert bundles.version_of(adopt.adopted(world, NAME).folder) == Version.parse(LABELLESS)
    world, _ = labs.with_foreign(LABELLESS, runs=False)
    with pytest.raises(adopt.VersionUntold) as told:
        adopt.adopted(world, NAME)
    assert f"docker-machine start {NAME}" in told.value.hint
    assert not world.files.names(world.layout.vm_record("machine", NAME))


def test_it_is_switched_in_place_and_goes_back_and_is_never_removed() -> None:
    world, lab = labs.with_foreign(OLD)
    taken = adopt.adopted(world, NAME)
    wanted = labs.step(world, NEW)
    inverse = steps.observed(world, wanted)
    assert inverse.folder == taken.folder
    steps.make_so(world, wanted)
    assert lab.booted == {NAME: NEW}
    steps.make_so(world, inverse)
    assert lab.booted == {NAME: OLD}
    with pytest.raises(NotOurs):
        steps.make_so(world, labs.step(world, ""))
    assert lab.booted == {NAME: OLD}


def test_one_that_is_not_there_or_boots_no_image_is_none_to_adopt() -> None:
    world, lab = labs.made()
    with pytest.raises(errors.NoSuchMachine):
        adopt.adopted(world, NAME)
    assert labs.by_hand(world, lab, "create", "-d", "none", "--url", "tcp://h:2376", NAME).code == 0
    with pytest.raises(adopt.NoImageOfItsOwn):
        adopt.adopted(world, NAME)


def test_one_that_is_half_made_is_none_either() -> None:
    world, _ = labs.made()
    world.files.folder(places.folder(world.layout, NAME))
    with pytest.raises(errors.CutShort):
        adopt.adopted(world, NAME)
