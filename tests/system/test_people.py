"""Whoever sits in front of sudo keeps an environment that root never has."""

import os
import pwd

import pytest

from dockswitch.model.person import Person
from dockswitch.system import people

ANN = Person(7001, 7001, "ann", "/home/ann", "/bin/zsh")
NOBODY = pwd.getpwnam("nobody")
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root is behind sudo")


def test_all_of_an_environment_goes_through_one_variable() -> None:
    theirs = {"HOME": "/home/ann", "PYTHONPATH": "/tmp", "WORDS": "ä 'b'\n c"}
    packed = people.carried(theirs)
    assert list(packed) == ["DOCKSWITCH_PERSON"]
    assert "PYTHONPATH" not in packed["DOCKSWITCH_PERSON"]
    assert people.environment(ANN, {"HOME": "/root", "SUDO_UID": "7001", **packed}) == theirs


def test_without_it_sudo_left_something_and_the_home_is_their_own() -> None:
    found = people.environment(ANN, {"HOME": "/root", "SUDO_USER": "ann", "TERM": "xterm"})
    own = {"HOME": "/home/ann", "USER": "ann", "LOGNAME": "ann", "SHELL": "/bin/zsh"}
    assert found == {"TERM": "xterm", **own}


@pytest.mark.parametrize("spoiled", ["", "x", "eJwDAAAAAAE=", "e30="])
def test_what_cannot_be_read_counts_for_nothing(spoiled: str) -> None:
    assert people.environment(ANN, {"DOCKSWITCH_PERSON": spoiled})["HOME"] == "/home/ann"


def test_one_that_is_too_long_stays_behind() -> None:
    assert people.carried({"LONG": os.urandom(200_000).hex()}) == {}


@needs_root
def test_the_person_is_whom_sudo_names_and_no_one_else() -> None:
    mask = people.carried({})
    found = people.in_front_of_sudo({"SUDO_UID": str(NOBODY.pw_uid), **mask})
    assert found is not None
    assert (found.name, found.gid, found.home) == ("nobody", NOBODY.pw_gid, NOBODY.pw_dir)
    assert found.mask is not None
    for named in ("0", "-1", "x", "", "4000000001"):
        assert people.in_front_of_sudo({"SUDO_UID": named}) is None
