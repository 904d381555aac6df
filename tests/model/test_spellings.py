"""Real version strings of packages, era by era, and the release that each one is."""

import pytest

from dockswitch.model.spellings import from_deb, from_rpm

DEBS = {
    # docker-engine, apt.dockerproject.org
    "1.13.1-0~ubuntu-trusty": "1.13.1",
    "1.13.1~rc2-0~ubuntu-trusty": "1.13.1-rc2",
    "17.03.0~ce~rc1-0~ubuntu-trusty": "17.03.0-ce-rc1",
    # docker-ce until 18.06
    "17.03.0~ce-0~ubuntu-xenial": "17.03.0-ce",
    "17.03.1~ce-0~ubuntu-xenial": "17.03.1-ce",
    "17.03.2~ce-0~ubuntu-trusty": "17.03.2-ce",
    "17.03.3~ce-0~ubuntu-xenial": "17.03.3-ce",
    "17.06.0~ce~rc2-0~ubuntu": "17.06.0-ce-rc2",
    "17.06.0~ce~rc2-0~debian": "17.06.0-ce-rc2",
    "17.06.0~ce-0~ubuntu": "17.06.0-ce",
    "17.10.0~ce~rc1-0~ubuntu": "17.10.0-ce-rc1",
    "17.12.0~ce~rc1-0~ubuntu": "17.12.0-ce-rc1",
    "18.03.0~ce~rc4-0~ubuntu": "18.03.0-ce-rc4",
    "18.03.1~ce-0~ubuntu": "18.03.1-ce",  # xenial, and on bionic:
    "18.03.1~ce~3-0~ubuntu": "18.03.1-ce",
    "18.05.0~ce~3-0~ubuntu": "18.05.0-ce",
    "18.06.0~ce~2.1.rc1-0~ubuntu": "18.06.0-ce-rc1",
    "18.06.1~ce~3-0~ubuntu": "18.06.1-ce",
    "18.06.3~ce~3-0~ubuntu": "18.06.3-ce",
    # the epoch, 18.09 to 20.10
    "5:18.09.0~ce~1.1.beta1-0~ubuntu-bionic": "18.09.0-ce-beta1",
    "5:18.09.0~1.3.beta3-0~ubuntu-bionic": "18.09.0-beta3",
    "5:18.09.0~3-0~ubuntu-xenial": "18.09.0",
    "5:19.03.0~1.5.beta5-0~ubuntu-disco": "19.03.0-beta5",
    "5:19.03.0~2.2.rc2-0~ubuntu-disco": "19.03.0-rc2",
    "5:19.03.13~1.2.beta2-0~ubuntu-bionic": "19.03.13-beta2",
    "5:19.03.12~3-0~ubuntu-bionic": "19.03.12",
    "5:20.10.10~2.1.rc1-0~ubuntu-focal": "20.10.10-rc1",
    "5:20.10.10~3-0~ubuntu-focal": "20.10.10",
    # Docker's present scheme
    "5:22.06.0~beta.0-1~ubuntu.22.04~jammy": "22.06.0-beta.0",
    "5:23.0.0~rc.1-1~ubuntu.22.04~jammy": "23.0.0-rc.1",
    "5:23.0.0-1~ubuntu.22.04~jammy": "23.0.0",
    "5:24.0.9-1~debian.12~bookworm": "24.0.9",
    "5:26.0.0~rc1-1~debian.12~bookworm": "26.0.0-rc1",
    "5:28.0.0~rc.1-1~debian.12~bookworm": "28.0.0-rc.1",
    "5:29.6.1-1~ubuntu.26.04~resolute": "29.6.1",
    # nightlies
    "18.04.0~ce~dev~git20180313.171447.0.6e4307b-0~ubuntu": (
        "18.04.0-ce-dev-git20180313.171447.0.6e4307b"
    ),
    "5:0.0.0-20190714170256-22f3318-0~raspbian-buster": "0.0.0-20190714170256-22f3318",
    "5:0.0.0~20190714170256-22f3318-0~debian": "0.0.0-20190714170256-22f3318",
    # Debian's and Ubuntu's own docker.io
    "20.10.24+dfsg1-1+b3": "20.10.24+dfsg1",
    "26.1.5+dfsg1-9": "26.1.5+dfsg1",
    "28.2.2-0ubuntu1~24.04.1": "28.2.2",
}
RPMS = {
    "1.13.1-1.el7.centos": "1.13.1",
    "1.13.1-0.1.rc1.el7.centos": "1.13.1-rc1",
    "17.03.0.ce-1.el7.centos": "17.03.0-ce",
    "17.03.1.ce-0.1.rc1.el7.centos": "17.03.1-ce-rc1",
    "17.06.2.ce-0.1.rc1.el7.centos": "17.06.2-ce-rc1",
    "17.12.0.ce-1.el7.centos": "17.12.0-ce",
    "18.01.0.ce-0.1.rc1.el7.centos": "18.01.0-ce-rc1",
    "18.04.0.ce-0.0.dev.git20180313.171447.0.6e4307b.el7.centos": (
        "18.04.0-ce-dev-git20180313.171447.0.6e4307b"
    ),
    "18.06.1.ce-3.el7": "18.06.1-ce",
    "2:18.09.0.ce-1.1.beta1.el7": "18.09.0-ce-beta1",
    "3:18.09.0-2.1.rc1.el7": "18.09.0-rc1",
    "3:18.09.0-3.el7": "18.09.0",
    "3:20.10.0-1.1.beta1.el7": "20.10.0-beta1",
    "1:20.10.0-1.1.beta1.el7": "20.10.0-beta1",  # docker-ce-cli
    "3:0.0.0.20190714170256.22f3318-0.el7": "0.0.0-20190714170256-22f3318",
    "3:23.0.0~rc.1-1.el9": "23.0.0-rc.1",
    "3:26.0.0~rc1-1.fc39": "26.0.0-rc1",
    "3:28.5.2-1.fc43": "28.5.2",
}
NOT_ENGINES = [
    "",
    "2.6.0~ubuntu-focal",
    "17.06.0",
    "5:1-1",
    "latest",
    "17.06.2~ee~9-0~ubuntu",
    "x-1",
]


@pytest.mark.parametrize(("deb", "release"), DEBS.items())
def test_a_deb_is_recognised_in_dockers_spelling(deb: str, release: str) -> None:
    assert str(from_deb(deb)) == release


@pytest.mark.parametrize(("rpm", "release"), RPMS.items())
def test_an_rpm_is_recognised_in_dockers_spelling(rpm: str, release: str) -> None:
    assert str(from_rpm(rpm)) == release


@pytest.mark.parametrize("text", NOT_ENGINES)
def test_what_is_no_engine_is_not_taken_for_one(text: str) -> None:
    assert from_deb(text) is None
    assert from_rpm(text) is None


@pytest.mark.parametrize(
    "text", ["17.06.2.ee.10-3.el7.rhel", "17.06.2.ee.9-0.0.dev.git20180425.235429.0.c76576b.el7"]
)
def test_the_enterprise_edition_is_not_ours(text: str) -> None:
    assert from_rpm(text) is None


def test_nightlies_order_by_the_time_they_were_built() -> None:
    early = from_deb("5:0.0.0-20190714170256-22f3318-0~raspbian-buster")
    late = from_deb("5:0.0.0-20190727010531-15bdbd7-0~raspbian-buster")
    assert early is not None
    assert late is not None
    assert early < late
    assert early.nightly == "20190714170256"
