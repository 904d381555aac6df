"""A set of packages made so, in a world whose apt and dpkg can be cut short at any call."""

import pytest

from dockswitch.apt import call, install
from dockswitch.apt.archives import ArchiveMissing
from dockswitch.apt.install import NotMade
from dockswitch.apt.locks import PackagesBusy
from dockswitch.apt.refused import CutShort, DpkgFailed
from dockswitch.apt.simulation import OthersToo
from dockswitch.model import package_words
from dockswitch.model.step import Packages
from tests.world import MOMENTS, Moment, World
from tests.world.dpkg import Package
from tests.world.files import File

_OLD = ("docker-ce=5:20.10.24~3-0~debian-bookworm", "docker-ce-cli=5:20.10.24~3-0~debian-bookworm")
_NEW = ("docker-ce=5:28.5.2-1~debian.12~bookworm", "docker-ce-cli=5:28.5.2-1~debian.12~bookworm")
_NONE = ("docker-ce-", "docker-ce-cli-")
_FRONTEND = "/var/lib/dpkg/lock-frontend"


@pytest.fixture
def world() -> World:
    """One that keeps both sets, and has the old one."""
    world = World(root="")
    world.dpkg.has("iptables=1.8.9-2", *_OLD)
    for word in (*_OLD, *_NEW):
        name, version = package_words.split(word)
        file = package_words.file_name(name, version or "", "amd64")
        world.files.put(f"{world.layout.packages}/kept-0123/{file}", File(b"deb"))
    return world


def test_a_set_is_made_so_and_brought_back(world: World) -> None:
    step = Packages(_NEW)
    before = install.observed(world, step)
    install.make_so(world, step)
    assert _there(world) == {*_NEW, "iptables=1.8.9-2"}
    install.make_so(world, before)
    assert before == Packages(_OLD)
    assert _there(world) == {*_OLD, "iptables=1.8.9-2"}


def test_one_that_was_not_there_is_none_again(world: World) -> None:
    step = Packages(_OLD)
    install.make_so(world, Packages(_NONE))
    before = install.observed(world, step)
    install.make_so(world, step)
    install.make_so(world, before)
    assert before == Packages(_NONE)
    assert _there(world) == {"iptables=1.8.9-2"}


def test_what_only_left_its_configuration_is_not_there(world: World) -> None:
    for each in world.dpkg.packages.values():
        each.letters = "rc "
    assert install.observed(world, Packages(_OLD)) == Packages(_NONE)


def test_what_is_so_already_is_left_alone(world: World) -> None:
    install.make_so(world, Packages(_OLD))
    assert world.acts == []


def test_one_call_of_apt_does_it(world: World) -> None:
    install.make_so(world, Packages(_NEW))
    (call,) = (act for act in world.acts if act.startswith("apt-get"))
    assert "--allow-downgrades" in call
    assert "--no-install-recommends" in call
    assert "Dpkg::Options::=--force-confold" in call
    assert "--allow-change-held-packages" not in call


def test_no_source_is_read_where_what_is_kept_is_enough(world: World) -> None:
    install.make_so(world, Packages(_NEW))
    world.apt.sourced = {"docker-ce"}
    install.make_so(world, Packages(_OLD))
    alone, all_of_them = (act for act in world.acts if act.startswith("apt-get"))
    assert "sourcelist=/dev/null" in alone
    assert "sourcelist" not in all_of_them
    assert _there(world) >= set(_OLD)


def test_one_that_is_held_is_changed_too(world: World) -> None:
    world.dpkg.packages["docker-ce"].letters = "hi "
    install.make_so(world, Packages(_NEW))
    assert any("--allow-change-held-packages" in act for act in world.acts)


def test_who_came_along_is_marked_so_again(world: World) -> None:
    world.apt.automatic = {"docker-ce-cli", "iptables"}
    before = install.observed(world, Packages(_NEW))
    assert before.automatic == ("docker-ce-cli",)
    install.make_so(world, Packages(_NEW))
    assert world.apt.automatic == {"iptables"}
    install.make_so(world, before)
    assert world.apt.automatic == {"docker-ce-cli", "iptables"}


def test_a_file_that_is_not_kept_changes_nothing(world: World) -> None:
    with pytest.raises(ArchiveMissing) as refused:
        install.make_so(world, Packages(("docker-ce=5:27.0.1-1~debian.12~bookworm",)))
    assert world.acts == []
    assert "dockswitch install 27.0.1" in refused.value.hint


def test_what_apt_would_remove_besides_is_refused(world: World) -> None:
    world.apt.needs["docker-ce"] = ("docker-ce-cli",)
    with pytest.raises(OthersToo) as refused:
        install.make_so(world, Packages(("docker-ce-cli-",)))
    assert refused.value.message == "apt would also remove docker-ce"
    assert not [act for act in world.acts if act.startswith("apt-get")]
    assert _there(world) >= set(_OLD)


def test_that_apt_is_content_is_not_believed(world: World) -> None:
    world.apt.deaf = {"docker-ce"}
    with pytest.raises(NotMade) as failed:
        install.make_so(world, Packages(_NEW))
    assert "docker-ce is 5:20.10.24~3-0~debian-bookworm" in failed.value.details
    assert "apt.log" in failed.value.hint


def test_what_dpkg_fails_with_is_told(world: World) -> None:
    world.apt.refuses = "E: Sub-process /usr/bin/dpkg returned an error code (1)\n"
    with pytest.raises(DpkgFailed):
        install.make_so(world, Packages(_NEW))


def test_a_package_of_somebody_elses_that_is_broken_for_good_stops_no_switch(world: World) -> None:
    world.apt.complains = (
        "dpkg: error processing package nginx (--configure):\n"
        " installed nginx package post-installation script subprocess returned error exit 1\n"
        "E: Sub-process /usr/bin/dpkg returned an error code (1)\n"
    )
    install.make_so(world, Packages(_NEW))
    assert _there(world) >= set(_NEW)
    assert "error processing package nginx" in world.told[0]


def test_whoever_holds_a_lock_is_waited_for_and_named_once(world: World) -> None:
    world.lock_holders[_FRONTEND] = 4711
    world.surroundings["/proc/4711/cmdline"] = b"/usr/bin/python3\0/usr/bin/unattended-upgrade\0"
    world.apt_wait = 30
    with pytest.raises(PackagesBusy) as busy:
        install.make_so(world, Packages(_NEW))
    who = "process 4711 (python3 unattended-upgrade)"
    assert world.told == [f"waiting for {who}, which is changing this machine's packages"]
    assert busy.value.details == f"{who} holds {_FRONTEND}; waited 30 s for it"
    assert busy.value.exit == 14
    assert _there(world) >= set(_OLD)


def test_an_apt_of_ours_that_has_no_lock_of_its_own_yet_is_waited_for(world: World) -> None:
    world.lock_holders[world.layout.real(call.log(world.layout))] = 0
    world.meanwhile("pause", world.lock_holders.clear)
    install.make_so(world, Packages(_NEW))
    said = "waiting for an apt-get that dockswitch began, which is changing this machine's packages"
    assert world.told == [said]


def test_what_a_holder_did_meanwhile_is_seen(world: World) -> None:
    world.lock_holders[_FRONTEND] = 4711

    def ends() -> None:
        world.lock_holders.clear()
        world.dpkg.has(*_NEW)

    world.meanwhile("pause", ends)
    install.make_so(world, Packages(_NEW))
    assert not [act for act in world.acts if act.startswith("apt-get")]


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize(("to", "back"), [(_NEW, _OLD), (_OLD, _NEW), (_NEW, _NONE), (_NONE, _NEW)])
def test_wherever_it_is_cut_short_both_sets_can_be_had(
    world: World, moment: Moment, to: tuple[str, ...], back: tuple[str, ...]
) -> None:
    for goal in (to, back):
        for number in range(1, 9):
            install.make_so(world, Packages(back))
            with world.dies_at(number, moment) as death:
                install.make_so(world, Packages(to))
            install.make_so(world, Packages(goal))
            wanted = {word for word in goal if "=" in word}
            assert _there(world) == {*wanted, "iptables=1.8.9-2"}, number
            assert all(each.letters == "ii " for each in world.dpkg.packages.values())
        assert not death.came


def test_one_of_somebody_elses_that_is_half_done_does_not_stop_it(world: World) -> None:
    world.files.put("/var/lib/dpkg/updates/0000", File(b""))
    world.dpkg.packages["nginx"] = Package("1.22.1-9", "iF ")
    install.make_so(world, Packages(_NEW))
    assert _there(world) >= set(_NEW)


def test_a_database_that_stays_broken_says_so(world: World) -> None:
    world.apt.refuses = "E: dpkg was interrupted, you must manually run 'dpkg --configure -a' …\n"
    with pytest.raises(CutShort) as refused:
        install.make_so(world, Packages(_NEW))
    assert "dpkg --configure -a" in refused.value.hint


def _there(world: World) -> set[str]:
    return {
        package_words.there(name, each.version)
        for name, each in world.dpkg.packages.items()
        if each.letters[1] == "i"
    }
