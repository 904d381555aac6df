"""Which sources apt has for engines, and dockswitch's own beside them, with real apt."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.integration import rootfs, systemd_machine
from tests.integration.apt_holdings import AptRepository
from tests.integration.apt_index import release, write_packages
from tests.integration.apt_signing import SigningKey
from tests.integration.program import Result
from tests.integration.systemd_machine import Machine

pytestmark = [pytest.mark.engine, pytest.mark.xdist_group("systemd")]

_SOURCES = "/etc/apt/sources.list.d"
_MIRROR = f"file://{rootfs.MIRROR}/linux/debian"
_KEYRING = "/etc/apt/keyrings/docker.asc"

#: What apt has in its lists already it is not made to read again.
_FORGET = "rm -rf /var/lib/apt/lists/*"
_AWAIT_SERVER = "until bash -c 'exec 3<>/dev/tcp/127.0.0.1/8000' 2>/dev/null; do sleep 0.05; done"

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

what, channel, mirror, version, meanwhile = sys.argv[1:6]
here = Here(Layout.of_system(), hosts.with_distribution())
if version:
    era.version = lambda _: tuple(map(int, version.split(".")))
catalog = Catalog.shipped()
if os.path.exists("/etc/dockswitch/channels.yaml"):
    catalog = catalog.with_site("channels.yaml", open("/etc/dockswitch/channels.yaml").read())
catalog = catalog.at(mirror=mirror).with_configured(Sources(here), insists=bool(mirror))
try:
    release = resolver.resolve(catalog, channel, "apt", here.host).releases(here)[-1]
    assert os.system(meanwhile) == 0
    if what == "write":
        for step in own_source.steps(here, release.origin):
            content = None if step.content is None else step.content.encode(step.encoding)
            here.write(step.path, content, step.mode)
    if what == "update":
        wanted = [each.download for each in release.artifacts]
        update.update(here, release.origin, wanted, Quiet())
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
        url = f"file://{rootfs.MIRROR}"
        running.write("/etc/dockswitch/channels.yaml", apt_repository.channels_yaml(url))
        yield running


@pytest.fixture(autouse=True)
def _without_sources(machine: Machine) -> Iterator[None]:
    yield
    folders = f"{_SOURCES}/* /etc/apt/keyrings/* /etc/apt/trusted.gpg.d/d* /var/lib/apt/lists/*"
    machine.shell(["sh", "-c", f"rm -rf {folders} /srv/*; mkdir -p {_SOURCES}"])


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


@pytest.mark.parametrize("form", ["list", "sources"])
def test_a_source_that_apt_has_is_used_unchanged_with_its_key(
    machine: Machine, apt_repository: AptRepository, form: str
) -> None:
    machine.write(_KEYRING, apt_repository.key.public.decode())
    machine.write(f"{_SOURCES}/docker.{form}", _source(apt_repository, form))
    machine.shell(["apt-get", "update"])
    found = _resolved(machine, "stable")
    assert found["version"] == apt_repository.starting("stable")[-1].version
    (key,) = (each for each in found["reasons"] if "key " in each)
    assert key.replace(" ", "").count(apt_repository.fingerprint) == 1
    assert _KEYRING in key
    assert f"{_SOURCES}/docker.{form}" in " ".join(found["reasons"])
    done = _done(machine, "update", "stable")
    newest = apt_repository.starting("stable")[-1].packages["docker-ce"]
    assert f"docker-ce={newest}" in done["words"]
    assert done["origin"]["file"] == f"{_SOURCES}/docker.{form}"


def test_another_component_of_a_configured_suite_takes_the_same_key(
    machine: Machine, apt_repository: AptRepository
) -> None:
    mirror = f"file://{rootfs.MIRROR}"
    newest = [each for each in apt_repository.releases if "test" in each.channels][-1]
    machine.write(_KEYRING, apt_repository.key.public.decode())
    for source in (_source(apt_repository, "list"), _source(apt_repository, "list", key="")):
        # without a key in the source it is among all of apt's
        machine.write("/etc/apt/trusted.gpg.d/docker.asc", apt_repository.key.public.decode())
        machine.write(f"{_SOURCES}/docker.list", source)
        own = _done(machine, "write", "test", mirror)
        assert own["origin"]["beside"] == f"{_SOURCES}/docker.list"
        machine.shell(["apt-get", "update", "-o", "APT::Update::Error-Mode=any"])
        assert _candidate(machine) == newest.packages["docker-ce"]
        _done(machine, "take away", "test", mirror)


def test_sources_that_apt_refuses_are_named(
    machine: Machine, apt_repository: AptRepository
) -> None:
    machine.write(_KEYRING, apt_repository.key.public.decode())
    machine.write(f"{_SOURCES}/one.list", _source(apt_repository, "list"))
    machine.write(f"{_SOURCES}/two.sources", _source(apt_repository, "sources", key="/else.asc"))
    refused = _resolve(machine, "stable").ended(1).error
    assert f"{_SOURCES}/one.list and {_SOURCES}/two.sources" in refused
    assert "the same key" in refused
    machine.write(f"{_SOURCES}/two.sources", "Types: deb\nURIs: file:/x\nSuites: y\n")
    assert f"mend {_SOURCES}/two.sources" in _resolve(machine, "stable").ended(1).error
    machine.write(f"{_SOURCES}/one.list", "debb http://example.org x y\n")
    assert f"mend {_SOURCES}/one.list" in _resolve(machine, "stable").ended(1).error


def test_a_sites_own_repository_with_its_own_key_is_used_and_named(
    machine: Machine, apt_repository: AptRepository, tmp_path: Path
) -> None:
    key = SigningKey.make()
    corp = f"{_SOURCES}/corp.sources"
    _copied(apt_repository, key, "stable", tmp_path / "corp")
    shutil.copytree(tmp_path / "corp", f"{machine.root}/srv/corp")
    told = f"Types: deb\nURIs: file:///srv/corp\nSuites: {apt_repository.suite}\n"
    inline = "".join(f"\n {line or '.'}" for line in key.public.decode().strip().splitlines())
    machine.write(corp, f"{told}Components: stable\nSigned-By:{inline}\n")
    machine.shell(["apt-get", "update", "-o", "APT::Update::Error-Mode=any"])
    found = _resolved(machine, "stable")
    assert found["artifacts"][0]["url"].startswith("file:///srv/corp/")
    assert key.fingerprint in " ".join(found["reasons"]).replace(" ", "")
    assert found["trust"] == "signed"
    # an address that somebody chose goes before
    chosen = _resolve(machine, "stable", mirror=f"file://{rootfs.MIRROR}").ended(0).plain
    assert chosen["artifacts"][0]["url"].startswith(_MIRROR)
    assert _done(machine, "update", "stable")["origin"]["url"] == "file:/srv/corp"
    # nobody vouches for a source that is trusted whatever it is
    machine.write(corp, f"{told}Components: stable\nTrusted: yes\n")
    machine.shell(["apt-get", "update"])
    assert _resolved(machine, "stable")["trust"] == "tls"


def test_an_update_reads_one_source_and_believes_the_index_more_than_apt(
    machine: Machine, apt_repository: AptRepository, tmp_path: Path
) -> None:
    machine.write(_KEYRING, apt_repository.key.public.decode())
    # another source that cannot be reached is none of ours
    machine.write(f"{_SOURCES}/other.list", "deb http://127.0.0.1:9/debian bookworm main\n")
    machine.write(f"{_SOURCES}/docker.list", _source(apt_repository, "list"))
    machine.shell(["sh", "-c", _FORGET])
    _done(machine, "update", "stable", f"file://{rootfs.MIRROR}")
    lists = machine.shell(["ls", "/var/lib/apt/lists"]).split()
    assert lists
    assert all(name.startswith("_mirror_") for name in lists if "_" in name)


def test_apt_is_not_believed_where_it_ends_well_without_having_read_anything(
    machine: Machine, apt_repository: AptRepository, tmp_path: Path
) -> None:
    key, suite = SigningKey.make(), apt_repository.suite
    for name, component in (("corp", "stable"), ("less", "test")):
        _copied(apt_repository, key, component, tmp_path / name)
        shutil.copytree(tmp_path / name, f"{machine.root}/srv/{name}")
    machine.write(_KEYRING, key.public.decode())
    lines = f"deb [signed-by={_KEYRING}] file:/srv/corp {suite} stable\n"
    machine.write(f"{_SOURCES}/corp.list", lines)
    machine.shell(["apt-get", "update"])
    # the component is gone between the choice and the update, of which apt only warns
    swapped = f"{_FORGET}; rm -r /srv/corp; mv /srv/less /srv/corp"
    failed = _failed(machine, swapped, "stable")
    assert failed[0] == "not-published"
    assert "stable" in " ".join(failed[1:3])
    # the server is down at that moment: apt says so, and would end with 0 by itself
    served = ["--unit=served", "python3", "-m", "http.server", "--directory", rootfs.MIRROR]
    machine.shell(["systemd-run", *served, "--bind", "127.0.0.1", "8000"])
    machine.shell(["sh", "-c", _AWAIT_SERVER])
    failed = _failed(machine, "systemctl stop served", "stable", "http://127.0.0.1:8000")
    assert failed[0] == "unreachable"
    assert "Could not connect to 127.0.0.1:8000" in failed[2]
    assert machine.attempt(["apt-get", "update"]).returncode == 0


def test_debians_own_engine_is_what_the_channel_distro_has(
    machine: Machine, machine_files: Path, packages: Path, tmp_path: Path
) -> None:
    suite, key = packages.name, SigningKey.make()
    pool = tmp_path / "debian/dists" / suite / "pool/main/amd64"
    shutil.copytree(packages, pool)
    write_packages(tmp_path / "debian", suite, "main", "amd64")
    shutil.rmtree(pool)  # the index is all that is asked for
    text = release(tmp_path / "debian", suite, ["main"], "amd64")
    key.sign(tmp_path / "debian/dists" / suite, text)
    shutil.copytree(tmp_path / "debian", f"{machine.root}/srv/debian")
    machine.write(_KEYRING, key.public.decode())
    machine.write(
        f"{_SOURCES}/debian.list", f"deb [signed-by={_KEYRING}] file:/srv/debian {suite} main\n"
    )
    machine.shell(["apt-get", "update"])
    found = _resolved(machine, "distro")
    debs = [path.name.split("_") for path in packages.glob("*.deb")]
    answered = {each["package"]: each["version"] for each in found["artifacts"]}
    # what every machine has, such as adduser, is no part of an engine
    wanted = {name: version for name, version, _ in debs if name != "adduser"}
    assert answered == wanted
    assert wanted["docker.io"].startswith(found["version"])
    assert found["trust"] == "signed"
    words = ["list-remote", "distro", "--backend", "apt"]
    listed = machine.run(*words, as_user=rootfs.PERSON).ended(0).plain["releases"]
    assert [each["version"] for each in listed] == [found["version"]]
    assert _done(machine, "update", "distro")["origin"]["file"] == f"{_SOURCES}/debian.list"


def test_without_any_source_a_fresh_machine_is_told_what_there_is(
    machine: Machine, apt_repository: AptRepository
) -> None:
    mirror = f"file://{rootfs.MIRROR}"
    found = _resolve(machine, "test", mirror=mirror).ended(0).plain
    offered = [each for each in apt_repository.releases if "test" in each.channels]
    assert found["version"] == offered[-1].version
    assert machine.attempt(["apt-cache", "policy", "docker-ce"]).stdout == ""
    # Debian's own engine is nowhere configured
    assert _resolve(machine, "distro").ended(11).error


def _done(
    machine: Machine, what: str, channel: str, mirror: str = "", era: str = ""
) -> Mapping[str, Any]:
    said = machine.shell(["python3", "-c", _STEPS, what, channel, mirror, era, "true"])
    plain: dict[str, Any] = json.loads(said)
    assert "error" not in plain, plain["error"]
    return plain


def _failed(machine: Machine, meanwhile: str, channel: str, mirror: str = "") -> list[str]:
    """The error of an update, before which something happens: code, message, details, hint."""
    said = machine.shell(["python3", "-c", _STEPS, "update", channel, mirror, "", meanwhile])
    error: list[str] = json.loads(said.splitlines()[-1])["error"]
    return error


def _candidate(machine: Machine) -> str:
    policy = machine.shell(["apt-cache", "policy", "docker-ce"])
    return next(line for line in policy.splitlines() if "Candidate:" in line).split()[-1]


def _source(repository: AptRepository, form: str, *components: str, key: str = _KEYRING) -> str:
    """A source for `stable`, or other components, in apt's old form or its new one."""
    named = " ".join(components or ("stable",))
    if form == "list":
        option = f"[signed-by={key}] " if key else ""
        return f"deb {option}{_MIRROR} {repository.suite} {named}\n"
    url = f"file://{rootfs.MIRROR}"
    return "# by hand\n\n" + repository.source(url, key, *(components or ("stable",)))


def _resolve(machine: Machine, channel: str, *, mirror: str = "") -> Result:
    words = ["resolve", channel, "--backend", "apt", "--why"]
    return machine.run(*words, as_user=rootfs.PERSON, env={"DOCKSWITCH_MIRROR": mirror})


def _resolved(machine: Machine, channel: str) -> Mapping[str, Any]:
    return _resolve(machine, channel).ended(0).plain


def _copied(repository: AptRepository, key: SigningKey, component: str, to: Path) -> None:
    """The index of one component as a site would mirror it, signed with the site's key."""
    folder = f"{component}/binary-{repository.arch}"
    suite = to / "dists" / repository.suite
    shutil.copytree(repository.dists / folder, suite / folder)
    key.sign(suite, release(to, repository.suite, [component], repository.arch))
