"""Every version string that people were seen to have in apt, from 2017 to 2026, in order."""

import random

import pytest

from dockswitch.model import deb_order, package_names
from dockswitch.model.spellings import from_deb
from dockswitch.model.version import Version

# docker-ce, docker-ce-cli and their extras share one version; docker-engine came before them.
ENGINES = [
    ("5:0.0.0-20190714170256-22f3318-0~raspbian-buster", "0.0.0-20190714170256-22f3318"),
    ("1.13.1~rc1-0~ubuntu-trusty", "1.13.1-rc1"),
    ("1.13.1~rc2-0~ubuntu-trusty", "1.13.1-rc2"),
    ("1.13.1-0~ubuntu-trusty", "1.13.1"),
    ("17.03.0~ce~rc1-0~ubuntu-trusty", "17.03.0-ce-rc1"),
    ("17.03.0~ce-0~ubuntu-xenial", "17.03.0-ce"),
    ("17.03.1~ce-0~ubuntu-xenial", "17.03.1-ce"),
    ("17.03.2~ce-0~ubuntu-trusty", "17.03.2-ce"),
    ("17.03.2~ce-0~ubuntu-xenial", "17.03.2-ce"),
    ("17.03.3~ce-0~ubuntu-xenial", "17.03.3-ce"),
    ("17.06.0~ce-0~ubuntu", "17.06.0-ce"),
    ("17.06.1~ce-0~ubuntu", "17.06.1-ce"),
    ("17.06.2~ce-0~ubuntu", "17.06.2-ce"),
    ("17.09.0~ce-0~ubuntu", "17.09.0-ce"),
    ("17.09.1~ce-0~ubuntu", "17.09.1-ce"),
    ("17.10.0~ce~rc1-0~ubuntu", "17.10.0-ce-rc1"),
    ("17.10.0~ce-0~ubuntu", "17.10.0-ce"),
    ("17.11.0~ce-0~ubuntu", "17.11.0-ce"),
    ("17.12.0~ce~rc1-0~ubuntu", "17.12.0-ce-rc1"),
    ("17.12.0~ce-0~ubuntu", "17.12.0-ce"),
    ("17.12.1~ce-0~ubuntu", "17.12.1-ce"),
    ("18.01.0~ce-0~ubuntu", "18.01.0-ce"),
    ("18.02.0~ce-0~ubuntu", "18.02.0-ce"),
    ("18.03.0~ce~rc1-0~ubuntu", "18.03.0-ce-rc1"),
    ("18.03.0~ce~rc4-0~ubuntu", "18.03.0-ce-rc4"),
    ("18.03.0~ce-0~ubuntu", "18.03.0-ce"),
    ("18.03.1~ce~3-0~ubuntu", "18.03.1-ce"),
    ("18.03.1~ce-0~ubuntu", "18.03.1-ce"),
    (
        "18.04.0~ce~dev~git20180313.171447.0.6e4307b-0~ubuntu",
        "18.04.0-ce-dev-git20180313.171447.0.6e4307b",
    ),
    ("18.05.0~ce~3-0~ubuntu", "18.05.0-ce"),
    ("18.06.0~ce~3-0~ubuntu", "18.06.0-ce"),
    ("18.06.1~ce~3-0~ubuntu", "18.06.1-ce"),
    ("18.06.2~ce~3-0~ubuntu", "18.06.2-ce"),
    ("18.06.3~ce~3-0~ubuntu", "18.06.3-ce"),
    ("5:18.09.0~3-0~ubuntu-bionic", "18.09.0"),
    ("5:18.09.0~3-0~ubuntu-xenial", "18.09.0"),
    ("5:18.09.1~3-0~ubuntu-bionic", "18.09.1"),
    ("5:18.09.2~3-0~ubuntu-bionic", "18.09.2"),
    ("5:18.09.3~3-0~ubuntu-bionic", "18.09.3"),
    ("5:18.09.4~3-0~ubuntu-bionic", "18.09.4"),
    ("5:18.09.5~3-0~ubuntu-bionic", "18.09.5"),
    ("5:18.09.6~3-0~ubuntu-bionic", "18.09.6"),
    ("5:18.09.7~3-0~ubuntu-bionic", "18.09.7"),
    ("5:19.03.0~1.1.beta1-0~ubuntu-disco", "19.03.0-beta1"),
    ("5:19.03.0~1.2.beta2-0~ubuntu-disco", "19.03.0-beta2"),
    ("5:19.03.0~1.3.beta3-0~ubuntu-disco", "19.03.0-beta3"),
    ("5:19.03.0~1.4.beta4-0~ubuntu-disco", "19.03.0-beta4"),
    ("5:19.03.0~1.5.beta5-0~ubuntu-disco", "19.03.0-beta5"),
    ("5:19.03.0~2.2.rc2-0~ubuntu-disco", "19.03.0-rc2"),
    ("5:19.03.0~2.3.rc3-0~ubuntu-disco", "19.03.0-rc3"),
    ("5:19.03.5~3-0~ubuntu-bionic", "19.03.5"),
    ("5:19.03.11~3-0~ubuntu-bionic", "19.03.11"),
    ("5:19.03.12~3-0~ubuntu-bionic", "19.03.12"),
    ("5:19.03.13~1.2.beta2-0~ubuntu-bionic", "19.03.13-beta2"),
    ("5:20.10.7~3-0~ubuntu-focal", "20.10.7"),
    ("5:20.10.8~3-0~ubuntu-focal", "20.10.8"),
    ("5:20.10.9~3-0~ubuntu-focal", "20.10.9"),
    ("5:20.10.10~2.1.rc1-0~ubuntu-focal", "20.10.10-rc1"),
    ("5:20.10.10~3-0~ubuntu-focal", "20.10.10"),
    ("5:20.10.12~3-0~ubuntu-focal", "20.10.12"),
    ("5:20.10.17~3-0~ubuntu-jammy", "20.10.17"),
    ("5:20.10.18~3-0~ubuntu-jammy", "20.10.18"),
    ("5:20.10.19~3-0~ubuntu-jammy", "20.10.19"),
    ("5:20.10.20~3-0~ubuntu-jammy", "20.10.20"),
    ("5:20.10.21~3-0~ubuntu-jammy", "20.10.21"),
    ("5:20.10.22~3-0~ubuntu-jammy", "20.10.22"),
    ("5:20.10.23~3-0~ubuntu-jammy", "20.10.23"),
    ("5:20.10.24~3-0~ubuntu-jammy", "20.10.24"),
    ("5:23.0.0-1~ubuntu.22.04~jammy", "23.0.0"),
    ("5:23.0.1-1~ubuntu.22.04~jammy", "23.0.1"),
    ("5:23.0.2-1~ubuntu.22.04~jammy", "23.0.2"),
    ("5:23.0.3-1~ubuntu.22.04~jammy", "23.0.3"),
    ("5:23.0.4-1~ubuntu.22.04~jammy", "23.0.4"),
    ("5:23.0.5-1~ubuntu.22.04~jammy", "23.0.5"),
    ("5:23.0.6-1~ubuntu.22.04~jammy", "23.0.6"),
    ("5:24.0.0-1~ubuntu.22.04~jammy", "24.0.0"),
    ("5:24.0.1-1~ubuntu.22.04~jammy", "24.0.1"),
    ("5:24.0.9-1~debian.12~bookworm", "24.0.9"),
    ("5:25.0.0-1~debian.12~bookworm", "25.0.0"),
    ("5:25.0.1-1~debian.12~bookworm", "25.0.1"),
    ("5:25.0.2-1~debian.12~bookworm", "25.0.2"),
    ("5:25.0.5-1~debian.12~bookworm", "25.0.5"),
    ("5:26.1.4-1~debian.12~bookworm", "26.1.4"),
    ("5:27.5.0-1~debian.12~bookworm", "27.5.0"),
    ("5:27.5.1-1~debian.12~bookworm", "27.5.1"),
    ("5:28.4.0-1~debian.12~bookworm", "28.4.0"),
    ("5:29.5.3-1~ubuntu.24.04~noble", "29.5.3"),
    ("5:29.6.1-1~ubuntu.26.04~resolute", "29.6.1"),
    ("5:29.7.2-1~ubuntu.24.04~noble", "29.7.2"),
    ("5:29.8.2-1~ubuntu.24.04~noble", "29.8.2"),
]
OTHERS = {
    "containerd.io": [
        "1.2.6-3",
        "1.2.13-1",
        "1.7.27-1",
        "2.2.6-1~ubuntu.26.04~resolute",
        "2.3.6-1~ubuntu.24.04~noble",
    ],
    "docker-buildx-plugin": [
        "0.35.0-1~ubuntu.26.04~resolute",
        "0.37.0-1~ubuntu.24.04~noble",
        "0.37.1-1~ubuntu.24.04~noble",
    ],
    "docker-compose-plugin": [
        "2.6.0~ubuntu-focal",
        "5.3.1-1~ubuntu.26.04~resolute",
        "5.5.0-1~ubuntu.24.04~noble",
        "5.6.0-1~ubuntu.24.04~noble",
    ],
}


@pytest.mark.parametrize(("deb", "version"), ENGINES)
def test_an_engines_version_is_recognised(deb: str, version: str) -> None:
    assert str(from_deb(deb)) == version


def test_engines_are_sorted_as_apt_sorts_them_and_as_they_came_out() -> None:
    shuffled = random.Random(4).sample(ENGINES, len(ENGINES))
    by_version = sorted(shuffled, key=lambda each: (Version(each[1]), deb_order.key(each[0])))
    assert by_version == ENGINES
    # a nightly alone bears an epoch that its version does not tell
    dated = [each for each in by_version if not Version(each[1]).nightly]
    assert sorted(dated, key=lambda each: deb_order.key(each[0])) == dated


@pytest.mark.parametrize("name", OTHERS)
def test_other_packages_have_versions_of_their_own_and_are_sorted_by_those(name: str) -> None:
    # What a package is, its name says: `1.7.27-1` could be an engine's version as well.
    assert name not in (*package_names.RELEASE, *package_names.ENGINES)
    shuffled = random.Random(4).sample(OTHERS[name], len(OTHERS[name]))
    assert sorted(shuffled, key=deb_order.key) == OTHERS[name]
