"""A copy of Docker's own host, its static tarballs made of the Debian archive's real engines.

    python -m tests.integration.mirror DIR            build it, unless it is there already
    python -m tests.integration.mirror --serve DIR    serve it by hand

The engines bear the versions that they answer with themselves, such as `20.10.24+dfsg1`: under
Docker's own names their digests would rightly be refused.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import os
import platform
import shutil
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.integration.archive import (
    SUITES,
    AptState,
    Archive,
    ArchiveMissing,
    PackagesMissing,
)
from tests.integration.daemon import DoesNotRun
from tests.integration.engines import (
    BINARIES,
    EXTRAS,
    OLD_COMPLETIONS,
    OLD_NAMES,
    Assembled,
    EngineIncomplete,
    Packaged,
    assemble,
    assemble_extras,
    obtain,
)
from tests.integration.holdings import Engine, Extras, LeftOut, Mirror, Relabelled
from tests.integration.proof import prove
from tests.integration.server import serve
from tests.integration.tarball import digest, pack

#: As on Docker's host: what is stable is in `test` too, and `edge` ended before the newest came.
CHANNELS_OF = {
    "bullseye": ("edge", "stable", "test"),
    "bookworm": ("edge", "stable", "test"),
    "trixie": ("stable", "test"),
    "sid": ("test",),
}

#: A tarball with the binaries' names of before 18.09. Its daemon finds no `containerd` and cannot
#: start, so it serves to test links only, and no release of Docker bears its name.
RELABELLED = "17.12.1-ce+relabelled"

#: Fewer engines leave nothing to switch between and back.
_LEAST = 3

#: What decides about the bytes and the record of a mirror.
_SOURCES = ("archive.py", "engines.py", "holdings.py", "mirror.py", "proof.py", "tarball.py")


class MirrorFailed(Exception):
    """Too few engines run on this machine; the message names each with its reason."""


def build(root: Path) -> Mirror:
    """Build the mirror in `root`, unless it is there and intact.

    Raises `ArchiveMissing` without a Debian archive, and `MirrorFailed` with too few engines.
    """
    root = root.absolute()
    root.parent.mkdir(parents=True, exist_ok=True)
    with _locked(root.with_name(root.name + ".lock")):
        present = opened(root)
        if present is not None:
            return present
        for stale in root.parent.glob(f"{root.name}.tmp-*"):
            # Only a builder that was killed leaves one: we hold the lock.
            shutil.rmtree(stale)
        temporary = root.with_name(f"{root.name}.tmp-{os.getpid()}")
        try:
            _build_in(temporary / "mirror", temporary / "work")
            _put_in_place(temporary / "mirror", root)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
        return Mirror.open(root)


def opened(root: Path) -> Mirror | None:
    """The mirror in `root` if it is intact and of this builder."""
    try:
        mirror = Mirror.open(root)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return mirror if mirror.why_not_intact(builder_digest()) is None else None


def builder_digest() -> str:
    """Identifies the builder by its own source."""
    folder = Path(__file__).parent
    return hashlib.sha256(b"".join((folder / name).read_bytes() for name in _SOURCES)).hexdigest()


def _build_in(root: Path, work: Path) -> None:
    packaged, left_out = _obtain_all(work)
    engines, not_running = _engines(packaged, work, root)
    left_out += not_running
    if len(engines) < _LEAST:
        reasons = "; ".join(f"{left.suite}: {left.reason}" for left in left_out)
        raise MirrorFailed(f"only {len(engines)} of {len(SUITES)} engines run here ({reasons})")
    for left in left_out:
        print(f"left out: the engine of {left.suite}: {left.reason}", file=sys.stderr)
    Mirror(
        root=root,
        builder=builder_digest(),
        arch=platform.machine(),
        engines=tuple(engines),
        extras=_extras(engines, packaged, work, root),
        relabelled=_relabel(engines, packaged, work, root),
        left_out=tuple(left_out),
    ).write()


def _obtain_all(work: Path) -> tuple[dict[str, Packaged], list[LeftOut]]:
    """Every engine that the archive has, oldest first; raises `ArchiveMissing` if it has none."""
    archive = Archive.of_machine()

    def obtained(suite: str) -> Packaged | ArchiveMissing | PackagesMissing:
        try:
            return obtain(AptState.create(work / suite, archive, suite))
        except (ArchiveMissing, PackagesMissing) as error:
            return error

    with ThreadPoolExecutor(len(SUITES)) as pool:
        results = dict(zip(SUITES, pool.map(obtained, SUITES), strict=True))
    if all(isinstance(result, ArchiveMissing) for result in results.values()):
        raise ArchiveMissing(str(results[SUITES[0]]))
    packaged = {suite: found for suite, found in results.items() if isinstance(found, Packaged)}
    missing = {suite: error for suite, error in results.items() if suite not in packaged}
    return packaged, [LeftOut(suite, str(error)) for suite, error in missing.items()]


def _engines(
    packaged: Mapping[str, Packaged], work: Path, root: Path
) -> tuple[list[Engine], list[LeftOut]]:
    lenders = _lenders(list(packaged.values()))
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(
            pool.map(lambda one: _engine_or_reason(one, lenders, work, root), packaged.values())
        )
    engines = [result for result in results if isinstance(result, Engine)]
    return engines, [result for result in results if isinstance(result, LeftOut)]


def _lenders(oldest_first: Sequence[Packaged]) -> list[Packaged]:
    """Who lends binaries that run here: the machine's own suite first, then from new to old."""
    own = platform.freedesktop_os_release().get("VERSION_CODENAME", "")
    newest_first = list(reversed(oldest_first))
    return sorted(newest_first, key=lambda packaged: packaged.suite != own)


def _engine_or_reason(
    packaged: Packaged, lenders: Sequence[Packaged], work: Path, root: Path
) -> Engine | LeftOut:
    try:
        assembled = assemble(packaged, lenders, work / packaged.suite / "docker")
        said = prove(assembled.folder)
    except (EngineIncomplete, DoesNotRun) as error:
        return LeftOut(packaged.suite, str(error))
    if said.version != packaged.version:
        why = f"its package says {packaged.version}, its daemon {said.version}"
        return LeftOut(packaged.suite, why)
    tarball = work / f"docker-{said.version}.tgz"
    pack(_static_members(assembled), tarball, mtime=_mtime(assembled.folder))
    channels = CHANNELS_OF[packaged.suite]
    _publish(tarball, channels, root)
    return Engine(
        said.version,
        packaged.suite,
        channels,
        digest(tarball),
        tarball.stat().st_size,
        said.api,
        said.min_api,
        assembled.borrowed,
    )


def _extras(
    engines: Sequence[Engine], packaged: Mapping[str, Packaged], work: Path, root: Path
) -> tuple[Extras, ...]:
    """One tarball for each engine, beside its own, but where no suite's binaries run here."""
    lenders = _lenders(list(packaged.values()))
    made = []
    for engine in engines:
        try:
            made.append(_extras_of(engine, packaged[engine.suite], lenders, work, root))
        except EngineIncomplete as error:
            print(f"left out: rootless extras of {engine.version}: {error}", file=sys.stderr)
    return tuple(made)


def _extras_of(
    engine: Engine, packaged: Packaged, lenders: Sequence[Packaged], work: Path, root: Path
) -> Extras:
    assembled = assemble_extras(packaged, lenders, work / engine.suite / "extras")
    tarball = work / f"docker-rootless-extras-{engine.version}.tgz"
    members = {f"docker-rootless-extras/{name}": assembled.folder / name for name in EXTRAS}
    pack(members, tarball, mtime=_mtime(work / engine.suite / "docker"))
    _publish(tarball, engine.channels, root)
    return Extras(
        engine.version,
        engine.channels,
        digest(tarball),
        tarball.stat().st_size,
        assembled.borrowed,
    )


def _relabel(
    engines: Sequence[Engine], packaged: Mapping[str, Packaged], work: Path, root: Path
) -> Relabelled:
    suites = [engine.suite for engine in engines]
    suite = "bookworm" if "bookworm" in suites else suites[0]
    folder, files = work / suite / "docker", packaged[suite].files
    members = {f"docker/{OLD_NAMES.get(name, name)}": folder / name for name in BINARIES}
    members |= {f"docker/{name}": files / place for name, place in OLD_COMPLETIONS.items()}
    tarball = work / f"docker-{RELABELLED}.tgz"
    # Its size is of no interest to anyone, so it is packed the quick way.
    pack(members, tarball, mtime=_mtime(folder), level=1)
    _publish(tarball, ("edge",), root)
    return Relabelled(RELABELLED, ("edge",), digest(tarball), tarball.stat().st_size)


def _static_members(assembled: Assembled) -> dict[str, Path]:
    return {f"docker/{name}": assembled.folder / name for name in BINARIES}


def _mtime(folder: Path) -> int:
    return int((folder / "dockerd").stat().st_mtime)


def _publish(tarball: Path, channels: Sequence[str], root: Path) -> None:
    """Link one file into its channels."""
    for channel in channels:
        folder = root / "linux/static" / channel / platform.machine()
        folder.mkdir(parents=True, exist_ok=True)
        (folder / tarball.name).hardlink_to(tarball)


def _put_in_place(built: Path, root: Path) -> None:
    if root.exists():
        # Under a name that the next builder clears away if this one is killed here.
        root.rename(built.with_name("replaced"))
    built.rename(root)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Alone among the builders; whoever waited looks again whether there is still work."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def main(words: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.integration.mirror")
    parser.add_argument(
        "--serve", action="store_true", help="serve it on loopback once it is built"
    )
    parser.add_argument("dir", type=Path)
    asked = parser.parse_args(words)
    try:
        mirror = build(asked.dir)
    except (ArchiveMissing, MirrorFailed) as error:
        print(f"no mirror: {error}", file=sys.stderr)
        return 1
    print(f"{mirror.root}: " + " ".join(engine.version for engine in mirror.engines))
    if asked.serve:
        with serve(mirror.root, log=print) as server:
            print(f"serving {server.url}, until interrupted", flush=True)
            with suppress(KeyboardInterrupt):
                signal.pause()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
