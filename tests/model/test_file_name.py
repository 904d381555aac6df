"""Names of static archives as they were really seen."""

import csv

import pytest

from dockswitch.model import shipped
from dockswitch.model.file_name import FileName
from dockswitch.model.version import Version

NAMES = [row[3] for row in csv.reader(shipped.text("record/files.csv").splitlines()[1:])]

SEEN = {
    "docker-1.12.6.tgz": FileName(Version("1.12.6")),
    "docker-17.06.0-ce-rc2.tgz": FileName(Version("17.06.0-ce-rc2")),
    "docker-17.06.0-ce-rc2-x86_64.tgz": FileName(Version("17.06.0-ce-rc2")),
    "docker-17.06.0-ce-rc2-s390x.tgz": FileName(Version("17.06.0-ce-rc2")),
    "docker-26.0.0-rc1.tgz": FileName(Version("26.0.0-rc1")),
    "docker-29.0.0-rc.1.zip": FileName(Version("29.0.0-rc.1")),
    "docker-29.4.2-2.tgz": FileName(Version("29.4.2"), revision=2),
    "docker-20.10.24+dfsg1.tgz": FileName(Version("20.10.24+dfsg1")),
    "docker-0.0.0-20190727010531-15bdbd7.tgz": FileName(Version("0.0.0-20190727010531-15bdbd7")),
    "docker-rootless-extras-29.7.2.tgz": FileName(Version("29.7.2"), rootless=True),
}
OTHERS = ["docker.tgz", "docker-29.7.2", "docker-compose-2.1.0.tgz", "docker-29.7.2.tgz.asc",
          "docker-ce-29.7.2.tgz", "../", "docker-17.06.2-ee-9.tgz", "docker-29-2.tgz"]  # fmt: skip


@pytest.mark.parametrize(("name", "said"), SEEN.items())
def test_a_name_says_its_version(name: str, said: FileName) -> None:
    found = FileName.recognise(name)
    assert found == said
    assert str(found.version) == str(said.version)


@pytest.mark.parametrize("name", OTHERS)
def test_other_names_are_none_of_dockers(name: str) -> None:
    assert FileName.recognise(name) is None


def test_every_recorded_name_is_recognised() -> None:
    assert len(NAMES) == 1981
    assert [name for name in NAMES if FileName.recognise(name) is None] == []
