"""A signed apt repository in Docker's own layout, its packages made of a mirror's real engines.

    python -m tests.integration.apt_repository MIRROR DIR    build it, unless it is there already

Versions are spelled as Docker's packages spell them, with the suffix that the engines answer with
(`5:28.5.2+dfsg4-1~debian.12~bookworm`): so a package's version and its engine's own agree. Two are
`+relabelled`: one in the layout of before 18.09, which cannot start, and a pre-release, whose
engine answers as the one that it was made of.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dockswitch.model.version import Version
from tests.integration import apt_plugins, holdings, mirror
from tests.integration.apt_deb import Deb, make
from tests.integration.apt_holdings import COMPONENTS, AptRepository, Packaged
from tests.integration.apt_index import release, write_packages
from tests.integration.apt_packages import SUITE, Engine, packages, plugin
from tests.integration.apt_plugins import Plugin
from tests.integration.apt_signing import SigningKey
from tests.integration.archive import ArchiveMissing, PackagesMissing
from tests.integration.holdings import Mirror
from tests.integration.mirror import MirrorFailed
from tests.integration.unpacking import unpack

#: No release of Docker bears these names.
OLD, PRE = "18.06.3-ce+relabelled", "28.5.3-rc.1+relabelled"

#: From here on a release has plug-ins; before, the client's own package had all that there was.
_PLUGINS = Version("23.0.0-beta.1")

_SOURCES = ("apt_*.py", "debian/*", "archive.py")


@dataclass(frozen=True)
class _Release:
    """A release before it is packaged; `plugins` are those that came out with it."""

    engine: Engine
    answers: str
    channels: tuple[str, ...]
    plugins: tuple[Plugin, ...] = ()


def build(root: Path, made_of: Mirror) -> AptRepository:
    """Build the repository in `root`, unless it is there and of this builder and mirror.

    Raises `ArchiveMissing` or `PackagesMissing` where plug-ins cannot be had.
    """
    root = root.absolute()
    root.parent.mkdir(parents=True, exist_ok=True)
    with _locked(root.with_name(f"{root.name}.lock")):
        present = opened(root, made_of)
        if present is not None:
            return present
        work = root.with_name(f"{root.name}.tmp")
        # Only a builder that was killed leaves one: we hold the lock.
        shutil.rmtree(work, ignore_errors=True)
        try:
            _build_in(work / "root", work, made_of)
            shutil.rmtree(root, ignore_errors=True)
            (work / "root.key").rename(root.with_name(f"{root.name}.key"))
            (work / "root").rename(root)
        finally:
            shutil.rmtree(work, ignore_errors=True)
        return AptRepository.open(root)


def opened(root: Path, made_of: Mirror) -> AptRepository | None:
    """The repository in `root` if it is of this builder and mirror."""
    try:
        found = AptRepository.open(root)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return found if found.builder == builder_digest(made_of) else None


def builder_digest(made_of: Mirror) -> str:
    """Identifies the builder by its own source, and what it builds from."""
    folder = Path(__file__).parent
    sources = sorted(path for pattern in _SOURCES for path in folder.glob(pattern))
    parts = [path.read_bytes() for path in sources]
    parts.append((made_of.root / "mirror.json").read_bytes())
    return hashlib.sha256(b"".join(parts)).hexdigest()


def _build_in(root: Path, work: Path, made_of: Mirror) -> None:
    arch = _architecture()
    with ThreadPoolExecutor(2) as pool:
        plugins = pool.submit(apt_plugins.obtain, work / "plugins")
        engines = pool.map(lambda each: _unpacked(each, made_of, work), made_of.engines)
        releases = _releases(list(engines), made_of, work, plugins.result())
        wanted = {deb.file_name(arch): deb for each in releases for deb in _debs(each)}
        debs = work / "debs"
        debs.mkdir()
        list(pool.map(lambda name: make(wanted[name], arch, debs / name, time=0), wanted))
    for each in releases:
        for channel in each.channels:
            _publish([debs / deb.file_name(arch) for deb in _debs(each)], root, channel, arch)
    _link_static(made_of, root)
    repository = AptRepository(
        root=root,
        builder=builder_digest(made_of),
        suite=SUITE,
        arch=arch,
        fingerprint=_sign(root / "linux/debian", arch, root.with_suffix(".key")),
        releases=tuple(_told(each) for each in releases),
    )
    repository.write()


def _unpacked(engine: holdings.Engine, made_of: Mirror, work: Path) -> _Release:
    folder = work / engine.version
    channel = made_of.folder(engine.channels[0])
    unpack(channel / engine.name, folder)
    extras = channel / f"docker-rootless-extras-{engine.version}.tgz"
    if extras.exists():
        unpack(extras, folder)
    return _Release(
        Engine(
            Version(engine.version),
            folder / "docker",
            folder / "docker-rootless-extras" if extras.exists() else None,
        ),
        engine.version,
        engine.channels,
    )


def _releases(
    engines: Sequence[_Release],
    made_of: Mirror,
    work: Path,
    plugins: Mapping[str, tuple[Plugin, ...]],
) -> list[_Release]:
    """Oldest first, with the two that are relabelled."""
    older, newer = (plugins[suite] for suite in apt_plugins.SUITES)
    unpack(made_of.folder("edge") / made_of.relabelled.name, work / "old")
    old = _Release(Engine(Version(OLD), work / "old/docker"), "", COMPONENTS)
    with_plugins = [
        _Release(
            each.engine,
            each.answers,
            each.channels,
            () if each.engine.version < _PLUGINS else older if "stable" in each.channels else newer,
        )
        for each in engines
    ]
    newest = with_plugins[-1]
    pre = _Release(
        Engine(Version(PRE), newest.engine.binaries, newest.engine.extras),
        newest.answers,
        ("test",),
        newest.plugins,
    )
    return sorted([old, *with_plugins, pre], key=lambda each: each.engine.version)


def _debs(release: _Release) -> tuple[Deb, ...]:
    plugins = (plugin(each.name, each.version, each.program) for each in release.plugins)
    return (*packages(release.engine), *plugins)


def _told(release: _Release) -> Packaged:
    return Packaged(
        version=str(release.engine.version),
        answers=release.answers,
        channels=release.channels,
        packages={deb.name: deb.version for deb in _debs(release)},
    )


def _publish(debs: Sequence[Path], root: Path, channel: str, arch: str) -> None:
    pool = root / "linux/debian/dists" / SUITE / "pool" / channel / arch
    pool.mkdir(parents=True, exist_ok=True)
    for deb in debs:
        if not (pool / deb.name).exists():
            (pool / deb.name).hardlink_to(deb)


def _link_static(made_of: Mirror, root: Path) -> None:
    """The archives too, as on Docker's own host; as hard links where that can be."""

    def take(source: str, target: str) -> str:
        try:
            os.link(source, target)
        except OSError:
            shutil.copy2(source, target)
        return target

    shutil.copytree(
        made_of.root / "linux/static", root / "linux/static", copy_function=take, dirs_exist_ok=True
    )


def _sign(debian: Path, arch: str, secret: Path) -> str:
    """Index and sign all that is published; returns the key's fingerprint."""
    for component in COMPONENTS:
        write_packages(debian, SUITE, component, arch)
    key = SigningKey.make()
    key.sign(debian / "dists" / SUITE, release(debian, SUITE, COMPONENTS, arch))
    (debian / "gpg").write_bytes(key.public)
    secret.touch(mode=0o600)
    secret.write_bytes(key.secret)
    return key.fingerprint


def _architecture() -> str:
    asked = ["dpkg", "--print-architecture"]
    return subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip()


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Alone among the builders; whoever waited looks again whether there is still work."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def main(words: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.integration.apt_repository")
    parser.add_argument("mirror", type=Path)
    parser.add_argument("dir", type=Path)
    asked = parser.parse_args(words)
    try:
        repository = build(asked.dir, mirror.build(asked.mirror))
    except (ArchiveMissing, PackagesMissing, MirrorFailed) as error:
        print(f"no repository: {error}", file=sys.stderr)
        return 1
    for each in repository.releases:
        said = " ".join(f"{name}={version}" for name, version in each.packages.items())
        print(f"{each.version} ({', '.join(each.channels)}): {said}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
