"""Which distribution a machine is, as its os-release tells."""

from pathlib import Path

import distro
import pytest

from dockswitch.model.catalog import Catalog
from dockswitch.sources.suites import apt_suite
from dockswitch.system import hosts

TOLD = [
    ("ID=debian VERSION_CODENAME=bookworm", "debian", "bookworm"),
    ("ID=debian VERSION_CODENAME=forky PRETTY_NAME=forky/sid", "debian", "trixie"),
    ("ID=linuxmint ID_LIKE=ubuntu VERSION_CODENAME=zoe UBUNTU_CODENAME=noble", "ubuntu", "noble"),
    ("ID=linuxmint ID_LIKE=debian VERSION_CODENAME=new DEBIAN_CODENAME=trixie", "debian", "trixie"),
    ("ID=pop ID_LIKE=ubuntu VERSION_CODENAME=jammy UBUNTU_CODENAME=jammy", "ubuntu", "jammy"),
    ("ID=zorin ID_LIKE=ubuntu VERSION_CODENAME=noble", "ubuntu", "noble"),
    ("ID=elementary ID_LIKE=ubuntu VERSION_CODENAME=circe", "ubuntu", "noble"),
    ("ID=kali ID_LIKE=debian VERSION_CODENAME=kali-rolling", "debian", "bookworm"),
    ("ID=devuan ID_LIKE=debian VERSION_CODENAME=daedalus", "debian", "bookworm"),
    ("ID=raspbian ID_LIKE=debian VERSION_CODENAME=bookworm", "raspbian", "bookworm"),
    ("ID=alpine VERSION_ID=3.20", "alpine", ""),
]


@pytest.mark.parametrize(("told", "distribution", "suite"), TOLD)
def test_a_machine_is_served_by_what_it_descends_from(
    told: str, distribution: str, suite: str, tmp_path: Path
) -> None:
    file = tmp_path / "os-release"
    file.write_text(told.replace(" ", "\n"))
    release = distro.LinuxDistribution(
        include_lsb=False, include_uname=False, os_release_file=str(file), distro_release_file="/no"
    )
    host = hosts.described(hosts.this(), release)
    assert apt_suite(Catalog.shipped(), host) == (distribution, suite)
