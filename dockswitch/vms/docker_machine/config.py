"""What docker-machine has written down of a machine: its config.json."""

import json
from dataclasses import dataclass

from dockswitch.model.ports import Reader, System
from dockswitch.vms.docker_machine import places
from dockswitch.vms.docker_machine.errors import SpoiledStore


@dataclass(frozen=True, slots=True)
class Config:
    """`url` is where an `upgrade` takes its image from, empty for a driver that takes none."""

    driver: str
    url: str


def read(reader: Reader, name: str) -> Config | None:
    """None where there is none. Raises SpoiledStore."""
    plain = _plain(reader, name)
    if plain is None:
        return None
    return Config(str(plain["DriverName"]), str(_driver(plain).get("Boot2DockerURL") or ""))


def spoiled(reader: Reader, name: str) -> str | None:
    """The config.json, as a real path, that docker-machine cannot read: that machine's, or any
    other's. None where each can be read.
    """
    for each in (name, *reader.names(places.machines(reader.layout))):
        try:
            read(reader, each)
        except SpoiledStore as error:
            return error.path
    return None


def take_image_from(system: System, name: str, url: str) -> None:
    """From now on an `upgrade` takes its image from there: docker-machine obeys what it reads."""
    plain = _plain(system, name)
    if plain is None or _driver(plain).get("Boot2DockerURL") == url:
        return
    _driver(plain)["Boot2DockerURL"] = url
    path = places.config(system.layout, name)
    # as docker-machine writes it, and no wider open: it may hold what a cloud is paid with
    system.write(path, json.dumps(plain, indent=4).encode(), system.mode(path) or 0o600)


def _plain(reader: Reader, name: str) -> dict[str, object] | None:
    path = places.config(reader.layout, name)
    content = reader.read(path)
    if content is None:
        return None
    real = reader.layout.real(path)
    try:
        plain = json.loads(content)
    except ValueError as error:
        raise SpoiledStore(real, str(error)) from None
    # one that holds `{}` makes every `docker-machine ls` panic: measured
    if not isinstance(plain, dict) or not plain.get("DriverName"):
        raise SpoiledStore(real, "it names no driver")
    if not isinstance(plain.get("Driver"), dict):
        raise SpoiledStore(real, "it says nothing of its driver")
    return plain


def _driver(plain: dict[str, object]) -> dict[str, object]:
    driver = plain["Driver"]
    assert isinstance(driver, dict)
    return driver
