"""The collection is unpacked whole, for Ansible to find, and takes the place of nothing else."""

from pathlib import Path

import pytest

from dockswitch import __version__, ansible
from dockswitch.ansible import BadProgram, NotACollection


def test_it_lies_where_ansible_looks_and_bears_our_version(tmp_path: Path) -> None:
    place = ansible.unpack(tmp_path, None)
    assert place == tmp_path / "ansible_collections/dockswitch/engine"
    assert f"version: {__version__}\n" in (place / "galaxy.yml").read_text()
    assert (place / "plugins/modules/docker_engine.py").is_file()
    assert not list(place.rglob("__pycache__"))
    assert not (place / "files").exists()


def test_another_of_ours_makes_room_and_something_else_does_not(tmp_path: Path) -> None:
    place = ansible.unpack(tmp_path, None)
    (place / "plugins/of-an-older-one.py").write_text("")
    assert ansible.unpack(tmp_path, None) == place
    assert not (place / "plugins/of-an-older-one.py").exists()
    assert [each.name for each in place.parent.iterdir()] == ["engine"]
    (place / "galaxy.yml").write_text("namespace: somebody\nname: else\n")
    with pytest.raises(NotACollection) as refused:
        ansible.unpack(tmp_path, None)
    assert refused.value.hint == "name another folder, or move it aside"


def test_it_brings_a_program_and_only_that(tmp_path: Path) -> None:
    program, other = tmp_path / "dockswitch.pyz", tmp_path / "README.md"
    program.write_bytes(b"#!/usr/bin/env python3\nPK\x03\x04 and so on")
    other.write_text("# dockswitch\n")
    place = ansible.unpack(tmp_path, program)
    assert (place / "files/dockswitch.pyz").read_bytes() == program.read_bytes()
    with pytest.raises(BadProgram):
        ansible.unpack(tmp_path, other)
    assert (place / "files/dockswitch.pyz").is_file()
