"""A static engine out of the packages of a signed repository, on real engines and real packages."""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration import below
from tests.integration.apt_holdings import AptRepository, Packaged
from tests.integration.apt_index import release
from tests.integration.needs import demand, why_no_rootless
from tests.integration.person import living
from tests.integration.program import Dockswitch
from tests.integration.server import Fault, MirrorServer, serve
from tests.integration.whole import docker, is_whole

pytestmark = pytest.mark.engine

_FROM = ("--from", "deb")
# The engines were chosen by whether they run here; the packages name this suite.
_SUITE = ("--suite", "debian/bookworm")


@pytest.fixture
def server(isolation: None, apt_repository: AptRepository) -> Iterator[MirrorServer]:
    """The repository's host, which has the archives too."""
    with serve(apt_repository.root) as serving:
        yield serving


@pytest.fixture
def site(root: Path, server: MirrorServer, apt_repository: AptRepository) -> Dockswitch:
    """dockswitch below a fresh root, with the repository and its key as a site has them."""
    return with_key(Dockswitch(root, server.url), apt_repository)


def with_key(program: Dockswitch, repository: AptRepository) -> Dockswitch:
    channels = program.root / "channels.yaml"
    channels.write_text(repository.channels_yaml(program.mirror))
    return dataclasses.replace(program, settings={"DOCKSWITCH_CHANNELS": str(channels)})


def test_an_engine_out_of_packages_serves_and_is_switched_as_any_other(
    site: Dockswitch, apt_repository: AptRepository
) -> None:
    old, new = apt_repository.starting("stable")[-1], apt_repository.starting("test")[-1]
    used = site.run("use", "stable", *_FROM, *_SUITE).ended(0).plain
    assert (used["to"], used["trust"], used["backend"]) == (old.version, "signed", "static")
    assert fetched(used) == expected_files(apt_repository, old)
    is_whole(site, old.version)
    has_plugins(site, old)
    again = site.run("use", "stable", *_FROM, *_SUITE).ended(0).plain
    assert not again["changed"]
    used = site.run("use", f"test@{new.version}", *_FROM, *_SUITE).ended(0).plain
    assert used["trust"] == "signed"
    is_whole(site, new.version)
    has_plugins(site, new)
    site.run("rollback").ended(0)
    is_whole(site, old.version)
    has_plugins(site, old)


def test_a_person_has_an_engine_without_root_out_of_packages(
    root: Path, server: MirrorServer, apt_repository: AptRepository
) -> None:
    demand(why_no_rootless())
    wanted = apt_repository.starting("stable")[-1]
    with living(root, server.url) as person:
        channels = root / "channels.yaml"
        channels.write_text(apt_repository.channels_yaml(server.url))
        them = dataclasses.replace(person, settings={"DOCKSWITCH_CHANNELS": str(channels)})
        used = them.run("use", "stable", *_FROM, *_SUITE).ended(0).plain
        assert (used["to"], used["trust"]) == (wanted.version, "signed")
        extras = wanted.packages["docker-ce-rootless-extras"].rpartition(":")[2]
        assert f"docker-ce-rootless-extras_{extras}_{apt_repository.arch}.deb" in fetched(used)
        assert them.answering() == wanted.version
        assert "name=rootless" in them.docker("info", "--format", "{{.SecurityOptions}}")
        # Without a root in between the client finds its plug-ins by itself.
        for name in ("buildx", "compose"):
            version = wanted.packages[f"docker-{name}-plugin"].partition("-")[0]
            assert version in them.docker(name, "version")
        them.run("use", "system").ended(0)
        assert them.processes() == {}


def test_an_archive_and_packages_of_one_version_stand_side_by_side(
    site: Dockswitch, apt_repository: AptRepository
) -> None:
    version = apt_repository.starting("stable")[-1].version
    archive = site.run("use", version, "--no-start").ended(0).plain
    packages = site.run("use", version, *_FROM, *_SUITE, "--no-start").ended(0).plain
    assert (archive["trust"], packages["trust"]) == ("tls", "signed")
    assert packages["changed"]
    assert len(list((site.root / below.STATE / "versions").glob(f"{version}-*"))) == 2
    # Neither needs the network any more, and each is found by where it came from.
    offline = ("--offline", "--no-start", "--json")
    back = site.run("use", version, "--from", "static", *offline).ended(0).plain
    assert (back["trust"], plugins(site)) == ("tls", set())
    forth = site.run("use", version, *_FROM, *offline).ended(0).plain
    assert (forth["trust"], plugins(site)) == ("signed", {"docker-buildx", "docker-compose"})


def test_upgrade_stays_with_packages(site: Dockswitch, apt_repository: AptRepository) -> None:
    older, newest = apt_repository.starting("stable")[-2:]
    site.run("use", f"stable@{older.version}", *_FROM, *_SUITE, "--no-start").ended(0)
    seen = site.run("outdated", *_SUITE).ended(0).plain
    assert (seen["version"], seen["newest"]) == (older.version, newest.version)
    done = site.run("upgrade", *_SUITE).ended(0).plain
    assert (done["to"], done["trust"], done["restarted"]) == (newest.version, "signed", False)


def test_a_plugin_of_the_machines_owner_stays(site: Dockswitch) -> None:
    theirs = site.root / "usr/local/lib/docker/cli-plugins/docker-compose"
    theirs.parent.mkdir(parents=True)
    theirs.write_text("theirs")
    site.run("use", "stable", *_FROM, *_SUITE, "--no-start").ended(0)
    assert theirs.read_text() == "theirs"
    assert plugins(site) == {"docker-buildx", "docker-compose"}
    site.run("use", "system", "--no-start").ended(0)
    assert plugins(site) == {"docker-compose"}


def test_packages_that_are_not_those_of_the_index_leave_nothing_here(
    site: Dockswitch, server: MirrorServer
) -> None:
    key = Fault(redirect="/linux/debian/gpg")
    server.faults = lambda path: key if "containerd.io" in path else None
    failed = site.run("install", "stable", *_FROM, *_SUITE).ended(17)
    assert "no Debian package" in failed.error
    server.faults = lambda path: Fault(status=404) if "docker-ce-cli" in path else None
    site.run("install", "stable", *_FROM, *_SUITE).ended(11)
    assert nothing_kept(site)


def test_a_package_whose_download_is_cut_is_resumed(site: Dockswitch, server: MirrorServer) -> None:
    server.faults = lambda path: Fault(cut_after=8 << 20) if "docker-ce_" in path else None
    done = site.run("install", "stable", *_FROM, *_SUITE).ended(0).plain
    assert done["trust"] == "signed"
    assert sum("docker-ce_" in path for path in server.requests) > 1


def test_an_index_or_package_that_was_changed_behind_the_signature_is_not_authentic(
    root: Path, apt_repository: AptRepository, tmp_path: Path
) -> None:
    copy = tmp_path / "host"
    shutil.copytree(apt_repository.root / "linux/debian", copy / "linux/debian")
    changed = dataclasses.replace(apt_repository, root=copy)
    with serve(copy) as serving:
        program = with_key(Dockswitch(root, serving.url), apt_repository)
        deb = next((changed.dists / "pool/stable").rglob("containerd.io_*"))
        whole = deb.read_bytes()
        for other in changed.dists.glob("pool/stable/*/containerd.io_*"):
            # The last byte is of the last program's packing, so all of it is read before.
            other.write_bytes(other.read_bytes()[:-9] + b"other\0\0\0\0")
        program.run("install", "stable", *_FROM, *_SUITE).ended(12)
        assert whole != deb.read_bytes()
        index = changed.dists / "stable/binary-amd64/Packages.gz"
        index.write_bytes(index.read_bytes() + b"\0")
        failed = program.run("install", "stable", *_FROM, *_SUITE).ended(12)
        assert "signed index" in failed.error
        text = release(changed.debian, changed.suite, ("stable",), changed.arch)
        (changed.dists / "InRelease").write_text(text)
        failed = program.run("install", "stable", *_FROM, *_SUITE).ended(12)
        assert "not signed as it should be" in failed.error
        assert nothing_kept(program)


def test_a_machine_of_another_distribution_is_not_guessed_for(site: Dockswitch) -> None:
    words = ("install", "stable", *_FROM, "--for", "fedora/amd64")
    refused = site.run(*words).ended(18)
    assert "--suite" in refused.error
    site.run(*words, *_SUITE).ended(0)


def test_a_kind_that_is_none_and_a_suite_without_packages_are_refused(site: Dockswitch) -> None:
    site.run("use", "stable", "--from", "rpm").ended(2)
    site.run("use", "stable", "--suite", "bookworm").ended(2)


def fetched(used: dict[str, object]) -> set[str]:
    artifacts = used["artifacts"]
    assert isinstance(artifacts, list)
    assert all(len(each["sha256"]) == 64 for each in artifacts)
    return {each["url"].rpartition("/")[2] for each in artifacts}


def expected_files(repository: AptRepository, wanted: Packaged) -> set[str]:
    """The files of its packages, but the one that only engines without root need."""
    return {
        f"{name}_{version.rpartition(':')[2]}_{repository.arch}.deb"
        for name, version in wanted.packages.items()
        if name != "docker-ce-rootless-extras"
    }


def has_plugins(site: Dockswitch, wanted: Packaged) -> None:
    """Fail unless the client, told where its plug-ins lie below the root, runs those packages'."""
    folder = site.root / "usr/local/lib/docker/cli-plugins"
    config = site.root / "home/.docker/config.json"
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text(json.dumps({"cliPluginsExtraDirs": [str(folder)]}))
    for name in ("buildx", "compose"):
        version = wanted.packages[f"docker-{name}-plugin"].partition("-")[0]
        assert version in docker(site, name, "version")


def plugins(site: Dockswitch) -> set[str]:
    folder = site.root / "usr/local/lib/docker/cli-plugins"
    return {each.name for each in folder.iterdir()} if folder.exists() else set()


def nothing_kept(site: Dockswitch) -> bool:
    folder = site.root / below.STATE / "versions"
    return not folder.exists() or not list(folder.iterdir())
