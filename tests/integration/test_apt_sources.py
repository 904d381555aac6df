"""Which sources apt has for engines, and dockswitch's own beside them, with real apt."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.integration import package, rootfs, systemd_machine
from tests.integration.apt_holdings import AptRepository
from tests.integration.apt_index import release, write_packages
from tests.integration.apt_signing import SigningKey
from tests.integration.conftest import _beside_mirror
from tests.integration.namespace import machine_network
from tests.integration.program import Result
from tests.integration.systemd_machine import Machine

pytestmark = [pytest.mark.engine, pytest.mark.xdist_group("systemd")]

_SOURCES = "/etc/apt/sources.list.d"
_MIRROR = f"file://{rootfs.MIRROR}/linux/debian"
_KEYRING = "/etc/apt/keyrings/docker.asc"

#: What a switch by apt does with its source, step by step: no command does one of them alone.
_STEPS = f"""\
import json, os, sys
sys.path[:0] = ["{rootfs.CHECKOUT}", "{rootfs.PACKAGES}"]
from dataclasses import asdict
from dockswitch.apt import era, own_source, update
from dockswitch.apt.configured import Sources
from dockswitch.model.catalog import Catalog
from dockswitch.model.errors import DockswitchError
from dockswitch.model.layout import Layout
from dockswitch.sources import resolver
from dockswitch.system import hosts
from dockswitch.system.here import Here

class Quiet:
    def say(self, line): pass

what, channel, mirror, version = sys.argv[1:5]
here = Here(Layout.of_system(), hosts.with_distribution())
if version:
    era.version = lambda _: tuple(map(int, version.split(".")))
catalog = Catalog.shipped()
if os.path.exists("/etc/dockswitch/channels.yaml"):
    catalog = catalog.with_site("channels.yaml", open("/etc/dockswitch/channels.yaml").read())
catalog = catalog.at(mirror=mirror).with_configured(Sources(here), insists=bool(mirror))
try:
    release = resolver.resolve(catalog, channel, "apt", here.host).releases(here)[-1]
    if what == "write":
        for step in own_source.steps(here, release.origin):
            content = None if step.content is None else step.content.encode(step.encoding)
            here.write(step.path, content, step.mode)
    if what == "update":
        update.update(here, release, Quiet())
    if what == "take away":
        for step in own_source.without(here):
            here.write(step.path, None)
    words = [each.word for each in release.artifacts]
    print(json.dumps({{"origin": asdict(release.origin), "words": words}}))
except DockswitchError as error:
    print(json.dumps({{"error": [error.code, error.message, error.details, error.hint]}}))
"""


@pytest.fixture(scope="module")
def machine(machine_files: Path, apt_repository: AptRepository) -> Iterator[Machine]:
    """A machine without a source, which each test of this file leaves without one again."""
    with systemd_machine.booted(machine_files, apt_repository.root) as running:
        running.shell(["rm", "-f", "/etc/apt/sources.list"])
        url = f"file://{rootfs.MIRROR}"
        running.write("/etc/dockswitch/channels.yaml", apt_repository.channels_yaml(url))
        yield running


@pytest.fixture(autouse=True)
def _without_sources(machine: Machine) -> Iterator[None]:
    yield
    folders = f"{_SOURCES}/* /etc/apt/keyrings/* /etc/apt/trusted.gpg.d/d* /var/lib/apt/lists/*"
    machine.shell(["sh", "-c", f"rm -rf {folders} /srv/corp; mkdir -p {_SOURCES}"])


def test_apt_accepts_the_own_source_as_it_is_written_and_forgets_it(
    machine: Machine, apt_repository: AptRepository
) -> None:
    newest = apt_repository.starting("stable")[-1]
    for era, named in (("", "dockswitch.sources"), ("1.2", "dockswitch.sources")):
        own = _done(machine, "write", "stable", f"file://{rootfs.MIRROR}", era)
        assert own["origin"]["file"] == ""
        assert machine.shell(["ls", _SOURCES]).split() == [named]
        machine.shell(["apt-get", "update", "-o", "APT::Update::Error-Mode=any"])
        assert _candidate(machine) == newest.packages["docker-ce"]
    # a source that names no key, with the key among all of apt's, as before 1.1
    _done(machine, "write", "stable", f"file://{rootfs.MIRROR}", "1.0")
    assert machine.shell(["ls", _SOURCES]).split() == ["dockswitch.list"]
    assert "signed-by" not in machine.shell(["cat", f"{_SOURCES}/dockswitch.list"]).lower()
    machine.shell(["sh", "-c", "rm -rf /var/lib/apt/lists/*"])
    machine.shell(["apt-get", "update", "-o", "APT::Update::Error-Mode=any"])
    assert _candidate(machine) == newest.packages["docker-ce"]
    _done(machine, "take away", "stable", f"file://{rootfs.MIRROR}", "")
    left = ["ls", _SOURCES, "/etc/apt/keyrings", "/etc/apt/trusted.gpg.d"]
    assert "dockswitch" not in machine.shell(left)


def _done(
    machine: Machine, what: str, channel: str, mirror: str = "", era: str = ""
) -> Mapping[str, Any]:
    said = machine.shell(["python3", "-c", _STEPS, what, channel, mirror, era])
    plain: dict[str, Any] = json.loads(said)
    assert "error" not in plain, plain["error"]
    return plain


def _candidate(machine: Machine) -> str:
    policy = machine.shell(["apt-cache", "policy", "docker-ce"])
    return next(line for line in policy.splitlines() if "Candidate:" in line).split()[-1]
