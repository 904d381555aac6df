"""Version strings of packages are ordered as dpkg orders them."""

import itertools
import shutil
import subprocess

import pytest

from dockswitch.model.deb_order import key

# As published, then what deb-version(7) names; each table in its order.
ORDERED = [
    "17.06.0~ce~rc2-0~ubuntu",
    "17.06.0~ce-0~ubuntu",
    "18.03.1~ce~3-0~ubuntu",
    "18.03.1~ce-0~ubuntu",
    "18.06.3~ce~3-0~ubuntu",
    "5:18.09.0~3-0~ubuntu-bionic",
    "5:19.03.0~1.1.beta1-0~ubuntu-disco",
    "5:19.03.0~2.2.rc2-0~ubuntu-disco",
    "5:19.03.0~2.3.rc3-0~ubuntu-disco",
    "5:19.03.12~3-0~ubuntu-bionic",
    "5:20.10.9~3-0~ubuntu-focal",
    "5:20.10.10~2.1.rc1-0~ubuntu-focal",
    "5:20.10.10~3-0~ubuntu-focal",
    "5:23.0.0-1~ubuntu.22.04~jammy",
    "5:28.0.0~rc.1-1~debian.12~bookworm",
    "5:28.0.0-1~debian.12~bookworm",
    "5:28.5.2-1~debian.12~bookworm",
    "5:28.5.2+dfsg4-1~debian.12~bookworm",
]
CONTAINERD = [
    "1.2.2-3",
    "1.4.1-1",
    "1.6.4-1",
    "1.6.24-1",
    "1.7.27-1",
    "1.7.29-1~debian.12",
    "2.1.5",
]
ODD = [
    "1.0~~",
    "1.0~~a",
    "1.0~",
    "1.0",
    "1.0-1",
    "1.0a",
    "1.0a1",
    "1.0+b",
    "1.0.1",
    "1.00.2",
    "1:0",
]


@pytest.mark.parametrize("ordered", [ORDERED, CONTAINERD, ODD], ids=["engine", "containerd", "odd"])
def test_a_table_that_stands_in_order_is_in_order(ordered: list[str]) -> None:
    assert all(key(before) < key(after) for before, after in itertools.pairwise(ordered))


def test_zeros_that_say_nothing_make_no_difference() -> None:
    assert key("1.0") == key("1.00") == key("0:1.0-0")


@pytest.mark.skipif(not shutil.which("dpkg"), reason="dpkg is not installed")
@pytest.mark.parametrize("ordered", [ORDERED, CONTAINERD, ODD], ids=["engine", "containerd", "odd"])
def test_dpkg_says_so_too(ordered: list[str]) -> None:
    for before, after in itertools.pairwise(ordered):
        words = ["dpkg", "--compare-versions", before, "lt", after]
        assert subprocess.run(words, check=False).returncode == 0, f"{before} {after}"
