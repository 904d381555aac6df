"""Scripts that install one engine, rendered from what the tests' host publishes."""

from __future__ import annotations

import hashlib
import platform

from dockswitch.backends import bundles
from dockswitch.export.script import Script
from dockswitch.model.release import Bundle, Fetched
from dockswitch.model.trust import Trust
from dockswitch.model.version import Version
from tests.integration import rootfs
from tests.integration.apt_holdings import AptRepository, Packaged
from tests.integration.holdings import Engine, Mirror

_PACKAGES = ("docker-ce", "docker-ce-cli", "containerd.io")


def of_archive(mirror: Mirror, engine: Engine, address: str = "https://nowhere") -> Script:
    url = f"{address}/{engine.name}"
    part = Fetched(url, engine.sha256, engine.bytes, Trust.RECORDED)
    version = Version.parse(engine.version)
    bundle = bundles.bundle_of("/shelf", version, engine.channels[0], [part], (), None, "lima")
    return Script(bundle, mirror.arch)


def folder_of_archive(mirror: Mirror, engine: Engine) -> str:
    """Where a machine finds it that has the mirror, or a host with the archives, as its own."""
    return f"{rootfs.MIRROR}/linux/static/{engine.channels[0]}/{mirror.arch}"


def of_packages(repository: AptRepository, release: Packaged) -> Script:
    parts = [_package(repository, release, n) for n in _PACKAGES if n in release.packages]
    return Script(_bundle(release, parts), platform.machine(), repository.suite)


def folder_of_packages(repository: AptRepository, release: Packaged) -> str:
    pool = f"linux/debian/dists/{repository.suite}/pool/{release.channels[0]}/{repository.arch}"
    return f"{rootfs.MIRROR}/{pool}"


def _bundle(release: Packaged, parts: list[Fetched]) -> Bundle:
    version = Version.parse(release.version)
    return bundles.bundle_of("/shelf", version, release.channels[0], parts, (), None, "lima")


def _package(repository: AptRepository, release: Packaged, name: str) -> Fetched:
    version = release.packages[name]
    pool = repository.dists / "pool" / release.channels[0] / repository.arch
    file = pool / f"{name}_{version.rpartition(':')[2]}_{repository.arch}.deb"
    content = file.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    url = f"https://nowhere/{file.name}"
    return Fetched(url, digest, len(content), Trust.SIGNED, f"{name}={version}")
