"""Where things lie: what the environment says of it."""

import os

import pytest

from dockswitch.model.layout import Layout


@pytest.mark.parametrize(
    ("said", "machines"),
    [
        ({}, "/home/ann/.docker/machine"),
        ({"MACHINE_STORAGE_PATH": ""}, "/home/ann/.docker/machine"),
        ({"MACHINE_STORAGE_PATH": "/srv/machines"}, "/srv/machines"),
        ({"MACHINE_STORAGE_PATH": "machines"}, f"{os.getcwd()}/machines"),
    ],
)
def test_the_store_of_docker_machine_is_the_same_wherever_it_is_started(
    said: dict[str, str], machines: str
) -> None:
    layout = Layout.of_user(env={"HOME": "/home/ann", **said}, uid=1000)
    assert layout.machines == machines
