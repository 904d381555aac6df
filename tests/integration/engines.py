"""Engines of the Debian archive laid out as Docker's static tarballs are."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.integration.archive import AptState, unpack, upstream_version

#: What a static tarball holds, in the folder `docker/`.
BINARIES = (
    "containerd",
    "containerd-shim-runc-v2",
    "ctr",
    "docker",
    "docker-init",
    "docker-proxy",
    "dockerd",
    "runc",
)

#: What a tarball for engines without root holds, in the folder `docker-rootless-extras/`. Docker's
#: has vpnkit, which Debian does not package, where this one has slirp4netns.
EXTRAS = (
    "dockerd-rootless-setuptool.sh",
    "dockerd-rootless.sh",
    "rootlesskit",
    "rootlesskit-docker-proxy",
    "slirp4netns",
)

#: The same programs as Docker named them up to 18.06; the rest kept their names.
OLD_NAMES = {
    "containerd": "docker-containerd",
    "containerd-shim-runc-v2": "docker-containerd-shim",
    "ctr": "docker-containerd-ctr",
    "runc": "docker-runc",
}

#: Where 17.03 and 17.05 carried the client's completions, and where Debian does.
OLD_COMPLETIONS = {
    "completion/bash/docker": "usr/share/bash-completion/completions/docker",
    "completion/fish/docker.fish": "usr/share/fish/vendor_completions.d/docker.fish",
    "completion/zsh/_docker": "usr/share/zsh/vendor-completions/_docker",
}

#: `docker-init` is bound into containers of any libc, so it must be static; in sid Debian's is not.
_PACKAGED_NAMES = {"docker-init": "tini-static"}

_FOLDERS = (
    *("usr/bin", "usr/sbin", "usr/libexec/docker", "usr/lib/docker"),
    "usr/share/docker.io/contrib",
)


class EngineIncomplete(Exception):
    """A binary of the engine runs on this machine in no suite's build."""


@dataclass(frozen=True)
class Packaged:
    """An engine's packages, unpacked; its version is still only what the package says."""

    suite: str
    version: str
    files: Path


@dataclass(frozen=True)
class Assembled:
    """An engine in the static layout; `borrowed` names what another suite had to lend."""

    suite: str
    version: str
    folder: Path
    borrowed: tuple[tuple[str, str], ...]


def obtain(apt: AptState) -> Packaged:
    """Download one suite's engine and unpack it beside the apt state.

    Raises `ArchiveMissing` or `PackagesMissing`.
    """
    apt.update()
    # Up to bookworm docker.io holds the client too.
    client = ["docker-cli"] if apt.offers("docker-cli") else []
    engine = ["docker.io", "containerd", "runc", "tini", *client]
    debs = apt.download([*engine, "rootlesskit", "slirp4netns"])
    version, files = upstream_version(debs["docker.io"]), apt.folder / "files"
    for deb in debs.values():
        unpack(deb, files)
        deb.unlink()
    return Packaged(apt.suite, version, files)


def assemble(engine: Packaged, lenders: Sequence[Packaged], folder: Path) -> Assembled:
    """Lay the engine out in `folder`, with binaries of `lenders` for those that do not run here.

    Engines of newer suites were built against a newer C library than this machine may have. Their
    Go programs seldom need it, but runc does: the machine's own suite has one that serves. Naming
    another interpreter in the ELF (patchelf) is not relocatable, and starting through ld.so fails,
    as runc executes itself again. Raises `EngineIncomplete`.
    """
    return _laid_out(BINARIES, engine, lenders, folder)


def assemble_extras(engine: Packaged, lenders: Sequence[Packaged], folder: Path) -> Assembled:
    """Lay out what the engine needs besides to run without root; raises `EngineIncomplete`."""
    return _laid_out(EXTRAS, engine, lenders, folder)


def _laid_out(
    names: Sequence[str], engine: Packaged, lenders: Sequence[Packaged], folder: Path
) -> Assembled:
    folder.mkdir(parents=True)
    borrowed = []
    for name in names:
        suite, source = _that_runs(name, engine, lenders)
        target = folder / name
        # With its time: the daemon's is about when the release was.
        shutil.copy2(source, target)
        target.chmod(0o755)
        if suite != engine.suite:
            borrowed.append((name, suite))
    return Assembled(engine.suite, engine.version, folder, tuple(borrowed))


def why_not_run(binary: Path) -> str | None:
    """Why the dynamic linker of this machine refuses a binary, or None."""
    ran = subprocess.run(["ldd", binary], capture_output=True, text=True, check=False, timeout=30)
    # Its exit status is 1 for a static binary, which runs, and 0 for a missing library.
    complaints = [line for line in (ran.stdout + ran.stderr).splitlines() if "not found" in line]
    return complaints[0].strip() if complaints else None


def _that_runs(name: str, engine: Packaged, lenders: Sequence[Packaged]) -> tuple[str, Path]:
    # These two make the version: another suite's would be another engine.
    own_only = name in ("docker", "dockerd")
    reasons = []
    for packaged in [engine] if own_only else [engine, *lenders]:
        for binary in _found(name, packaged):
            reason = why_not_run(binary)
            if reason is None:
                return packaged.suite, binary
            reasons.append(reason)
    why = reasons[0] if reasons else "no suite has it"
    raise EngineIncomplete(f"{name} of {engine.suite}: {why}")


def _found(name: str, packaged: Packaged) -> Iterator[Path]:
    packaged_name = _PACKAGED_NAMES.get(name, name)
    for folder in _FOLDERS:
        binary = packaged.files / folder / packaged_name
        # Links of packages name the final place, which is not where they are unpacked.
        if binary.is_file() and not binary.is_symlink():
            yield binary
